package mem

import (
	"context"
	"crypto/md5" //nolint:gosec // ETags are MD5 by convention, nothing is secured by them
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"gantry/remote"
)

// upload is what outlives a sink: the parts of one unfinished object.
type upload struct {
	key     string
	started time.Time
	hidden  bool // a single part of a bucket: one request in the end, nothing before
	parts   map[int]stored
}

type stored struct {
	part remote.Part
	data []byte
}

type sink struct {
	t    *Tree
	path remote.Path
	key  string
	id   string
	o    remote.CreateOptions
	have []remote.Part
	done bool // committed or aborted; guarded by t.mu
}

// Create begins an upload. Resume goes on with an upload of the same object;
// one that is gone begins anew.
func (t *Tree) Create(ctx context.Context, p remote.Path, o remote.CreateOptions) (remote.Sink, error) {
	if err := ctx.Err(); err != nil {
		return nil, fail("write", p, remote.Other, err)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	key := t.key(p)
	if err := t.writable(p, key, o); err != nil {
		return nil, err
	}
	s := &sink{t: t, path: p, key: key, o: o}
	if u := t.uploads[o.Resume]; o.Resume != "" && u != nil && u.key == key {
		s.id = o.Resume
		for n := 1; len(s.have) < len(u.parts); n++ {
			if part, ok := u.parts[n]; ok {
				s.have = append(s.have, part.part)
			}
		}
		return t.sinkOf(s), nil
	}
	t.last++
	s.id = fmt.Sprintf("upload-%06d", t.last)
	t.uploads[s.id] = &upload{key: key, started: time.Now(), hidden: s.single() && !t.disk, parts: map[int]stored{}}
	return t.sinkOf(s), nil
}

func (t *Tree) sinkOf(s *sink) remote.Sink {
	if t.disk {
		return diskSink{s}
	}
	return s
}

// writable tells why key cannot be written at all.
func (t *Tree) writable(p remote.Path, key string, o remote.CreateOptions) error {
	switch old := t.objects[key]; {
	case key == "":
		return fail("write", p, remote.Invalid, errors.New("the root is a folder"))
	case old != nil && old.dir && !o.IfAbsent:
		return fail("write", p, remote.Invalid, errors.New("a folder is in the way"))
	case t.Limits.MaxSize > 0 && o.Size > t.Limits.MaxSize:
		return fail("write", p, remote.Invalid, fmt.Errorf("larger than %d bytes", t.Limits.MaxSize))
	}
	if !t.disk {
		return nil
	}
	if i := strings.LastIndexByte(key, '/'); i > 0 {
		return t.mkdirs(p, key[:i])
	}
	return nil
}

func etag(data []byte) string {
	sum := md5.Sum(data) //nolint:gosec // see the import
	return hex.EncodeToString(sum[:])
}

func (s *sink) single() bool {
	return s.o.PartSize <= 0 || (s.o.Size >= 0 && s.o.PartSize >= s.o.Size)
}

func (s *sink) ID() string {
	if s.single() {
		return ""
	}
	return s.id
}

func (s *sink) Have() []remote.Part { return s.have }

func (s *sink) WritePart(ctx context.Context, n int, body io.ReadSeeker) (remote.Part, error) {
	if _, err := body.Seek(0, io.SeekStart); err != nil {
		return remote.Part{}, fail("write", s.path, remote.KindOf(err), err)
	}
	data, err := io.ReadAll(body)
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return remote.Part{}, fail("write", s.path, remote.KindOf(err), err)
	}
	lim := s.t.Limits
	switch {
	case n < 1 || (lim.MaxParts > 0 && n > lim.MaxParts):
		err = fmt.Errorf("no part can have number %d", n)
	case lim.MaxPart > 0 && int64(len(data)) > lim.MaxPart:
		err = fmt.Errorf("a part has at most %d bytes", lim.MaxPart)
	}
	if err != nil {
		return remote.Part{}, fail("write", s.path, remote.Invalid, err)
	}
	part := remote.Part{Num: n, Size: int64(len(data)), Tag: etag(data)}
	if !s.t.disk {
		part.Sum = s.t.checksum(data)
	}
	s.t.mu.Lock()
	defer s.t.mu.Unlock()
	u := s.t.uploads[s.id]
	if u == nil {
		return remote.Part{}, fail("write", s.path, remote.NotExist, errors.New("the upload has ended"))
	}
	u.parts[n] = stored{part, data}
	return part, nil
}

// Commit checks the parts and the conditions and publishes, in one step under
// the lock.
func (s *sink) Commit(ctx context.Context, parts []remote.Part) (remote.Entry, error) {
	if err := ctx.Err(); err != nil {
		return remote.Entry{}, fail("write", s.path, remote.Other, err)
	}
	s.t.mu.Lock()
	defer s.t.mu.Unlock()
	u := s.t.uploads[s.id]
	if u == nil {
		return remote.Entry{}, fail("write", s.path, remote.NotExist, errors.New("the upload has ended"))
	}
	data, err := s.assemble(u, parts)
	if err != nil {
		return remote.Entry{}, err
	}
	if err := s.t.allowed(s.path, s.key, s.o); err != nil {
		return remote.Entry{}, err
	}
	o := &object{data: data, kept: s.o.ModTime, attrs: s.o.Attrs, written: s.t.stamp(s.o.ModTime)}
	s.t.store(s.key, o)
	s.t.tell(s.o, o)
	delete(s.t.uploads, s.id)
	s.done = true
	return s.t.entry(s.key, o), nil
}

// stamp is the time that a listing shows for a new object; zero means now.
func (t *Tree) stamp(kept time.Time) time.Time {
	if t.disk {
		return kept
	}
	return time.Time{}
}

// assemble joins the parts, as strict as a bucket is.
func (s *sink) assemble(u *upload, parts []remote.Part) ([]byte, error) {
	var data []byte
	prev := 0
	for i, p := range parts {
		got, ok := u.parts[p.Num]
		switch {
		case p.Num <= prev:
			return nil, fail("write", s.path, remote.Invalid, errors.New("parts are not in order"))
		case !ok || got.part.Tag != p.Tag:
			return nil, fail("write", s.path, remote.Corrupt, fmt.Errorf("part %d is not what was written", p.Num))
		case i < len(parts)-1 && got.part.Size < s.t.Limits.MinPart:
			return nil, fail("write", s.path, remote.Invalid, fmt.Errorf("part %d is too small", p.Num))
		}
		prev = p.Num
		data = append(data, got.data...)
	}
	if s.o.Size >= 0 && int64(len(data)) != s.o.Size {
		return nil, fail("write", s.path, remote.Corrupt, fmt.Errorf("%d bytes instead of %d", len(data), s.o.Size))
	}
	return data, nil
}

// allowed checks the conditions of o against what is at key now.
func (t *Tree) allowed(p remote.Path, key string, o remote.CreateOptions) error {
	old := t.objects[key]
	switch {
	case o.IfAbsent && old != nil:
		return fail("write", p, remote.Exist, nil)
	case o.IfVersion != "" && (old == nil || old.version != o.IfVersion):
		return fail("write", p, remote.Changed, nil)
	case old != nil && old.dir:
		return fail("write", p, remote.Invalid, errors.New("a folder is in the way"))
	}
	return nil
}

func (s *sink) Abort(context.Context) error {
	s.t.mu.Lock()
	defer s.t.mu.Unlock()
	if !s.done {
		delete(s.t.uploads, s.id)
		s.done = true
	}
	return nil
}
