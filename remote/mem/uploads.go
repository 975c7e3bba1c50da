package mem

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"iter"
	"maps"
	"slices"
	"strings"

	"gantry/remote"
)

var (
	_ remote.Uploads = (*Tree)(nil)
	_ remote.Adopter = diskSink{}
)

// ListUploads yields the uploads that have neither been published nor aborted,
// by key and then by age.
func (t *Tree) ListUploads(ctx context.Context, prefix remote.Path) iter.Seq2[remote.Upload, error] {
	t.mu.Lock()
	defer t.mu.Unlock()
	var all []remote.Upload
	for _, id := range slices.Sorted(maps.Keys(t.uploads)) {
		u := t.uploads[id]
		if u.hidden || !strings.HasPrefix(u.key, t.key(prefix)) {
			continue
		}
		x := remote.Upload{Path: t.path(u.key), ID: id, Started: u.started, Parts: len(u.parts)}
		for _, p := range u.parts {
			x.Size += p.part.Size
		}
		all = append(all, x)
	}
	slices.SortStableFunc(all, func(a, b remote.Upload) int { return cmp.Compare(a.Path, b.Path) })
	return func(yield func(remote.Upload, error) bool) {
		for _, x := range all {
			if err := ctx.Err(); err != nil {
				yield(remote.Upload{}, fail("list unfinished uploads", prefix, remote.Other, err))
				return
			}
			if !yield(x, nil) {
				return
			}
		}
	}
}

// AbortUpload forgets an upload.
func (t *Tree) AbortUpload(ctx context.Context, u remote.Upload) error {
	if err := ctx.Err(); err != nil {
		return fail("abort the upload", u.Path, remote.Other, err)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if x := t.uploads[u.ID]; x != nil && x.key == t.key(u.Path) {
		delete(t.uploads, u.ID)
	}
	return nil
}

// diskSink is a sink of a disk: what it holds is proved by reading it back.
type diskSink struct{ *sink }

// Have is nothing: the size of a temporary file proves nothing.
func (diskSink) Have() []remote.Part { return nil }

// ReadAt reads the parts, one behind the other.
func (s diskSink) ReadAt(p []byte, off int64) (int, error) {
	s.t.mu.Lock()
	defer s.t.mu.Unlock()
	u := s.t.uploads[s.id]
	if u == nil {
		return 0, fail("read", s.path, remote.NotExist, errors.New("the upload has ended"))
	}
	var all []byte
	for n := 1; n <= len(u.parts); n++ {
		all = append(all, u.parts[n].data...)
	}
	return bytes.NewReader(all).ReadAt(p, off)
}

// Adopt compares the part with its checksum.
func (s diskSink) Adopt(ctx context.Context, p remote.Part) error {
	if err := ctx.Err(); err != nil {
		return fail("read", s.path, remote.Other, err)
	}
	s.t.mu.Lock()
	defer s.t.mu.Unlock()
	u := s.t.uploads[s.id]
	if u == nil {
		return fail("read", s.path, remote.NotExist, errors.New("the upload has ended"))
	}
	got, ok := u.parts[p.Num]
	if !ok || got.part.Size != p.Size || s.t.checksum(got.data) != p.Sum {
		return fail("read", s.path, remote.Corrupt, errors.New("the part is not what was written"))
	}
	return nil
}
