package local

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"sync"

	"gantry/remote"
)

// sink writes a temporary file beside its target.
type sink struct {
	t    *Tree
	path remote.Path
	o    remote.CreateOptions
	spot *spot
	temp string
	f    *os.File

	writing sync.Mutex // held by who writes to f

	mu     sync.Mutex
	parts  map[int]*part
	mine   facts // the temporary file as verified
	length int64 // settled: the size of the durable content; -1 before
	broken error // the content cannot be trusted any more
	ended  bool  // published or aborted
}

// part remembers how much of a part was written; its lock keeps two writers of
// the same part apart, so that the last one wins as a whole.
type part struct {
	mu    sync.Mutex
	size  int64
	whole bool
}

var _ remote.Sink = (*sink)(nil)

// Create makes the temporary file. The sink's ID is its name, but Have is
// always empty: the size of a temporary file does not prove what is in it, so
// Resume goes on with the same file and all parts are to be written again,
// unless the caller can prove by checksums of its own that parts are whole and
// commits them from an earlier sink: Commit takes them if the file has them.
func (t *Tree) Create(ctx context.Context, p remote.Path, o remote.CreateOptions) (remote.Sink, error) {
	return await(ctx, "write", p, func() (remote.Sink, error) {
		at, err := t.at.find("write", p, true)
		if err != nil {
			return nil, err
		}
		s, err := t.begin(at, p, o)
		if err != nil {
			at.close()
			return nil, err
		}
		return s, nil
	}, func(s remote.Sink) { _ = s.Abort(context.WithoutCancel(ctx)) })
}

func (t *Tree) begin(at *spot, p remote.Path, o remote.CreateOptions) (*sink, error) {
	if why := badName(at.name); why != "" {
		return nil, &remote.Error{Op: "write", Path: p, Kind: remote.Invalid, Err: errors.New(why), Hint: "This name cannot be kept on this disk: " + why + "."}
	}
	s := &sink{t: t, path: p, o: o, spot: at, parts: map[int]*part{}, length: -1}
	perm, err := permOf(at, p, o)
	if err != nil {
		return nil, err
	}
	if o.Resume != "" {
		s.f, s.temp = openTemp(at.root, at.name, o.Resume), o.Resume
	}
	resumed := s.f != nil
	if !resumed {
		if s.f, s.temp, err = makeTemp(at, perm); err != nil {
			return nil, fail("write", p, err)
		}
	}
	// Reserve the space before the bytes come, for the temporary file only; its
	// size stays what was written.
	if err := reserve(s.f, o.Size); err != nil {
		_ = s.f.Close() // nothing was written
		if !resumed {   // else what it holds is gone on with when there is room
			_ = at.root.Remove(s.temp) // the failure to report is the first one
		}
		return nil, fail("write", p, err)
	}
	at.disk.count(1)
	return s, nil
}

// permOf is with which permissions the file is to be made: those of what it
// replaces, if that may be replaced.
func permOf(at *spot, p remote.Path, o remote.CreateOptions) (fs.FileMode, error) {
	const fresh = 0o666
	if o.IfAbsent {
		return fresh, nil
	}
	old, err := at.root.Lstat(at.name)
	if errors.Is(err, fs.ErrNotExist) {
		return fresh, nil
	}
	if err != nil {
		return 0, fail("write", p, err)
	}
	if err := replaceable(p, old); err != nil {
		return 0, err
	}
	if !old.Mode().IsRegular() {
		return fresh, nil
	}
	return old.Mode().Perm()&fresh | 0o600, nil // what was private stays so; nothing becomes executable
}

// close gives up the folder.
func (s *sink) close() {
	s.spot.disk.count(-1)
	s.spot.close()
}

// replaceable refuses targets that a file must not take the place of. A link is
// replaced, what it leads to is not touched.
func replaceable(p remote.Path, old fs.FileInfo) error {
	switch m := old.Mode(); {
	case m.IsRegular() || m&fs.ModeSymlink != 0:
		return nil
	case m.IsDir():
		return &remote.Error{
			Op: "write", Path: p, Kind: remote.Invalid, Err: errors.New("a folder is in the way"),
			Hint: "There is a folder of this name, which a file cannot replace. Rename one of them.",
		}
	}
	return &remote.Error{
		Op: "write", Path: p, Kind: remote.Invalid, Err: errors.New("not a regular file is in the way"),
		Hint: "There is a FIFO, a socket or a device of this name, which is not replaced. Choose another name.",
	}
}

func (s *sink) ID() string          { return s.temp }
func (s *sink) Have() []remote.Part { return nil }

// room is where part n begins and how long it may be; longest is -1 for any.
func (s *sink) room(n int) (off, longest int64, err error) {
	single := s.o.PartSize <= 0 || (s.o.Size >= 0 && s.o.PartSize >= s.o.Size)
	switch {
	case n < 1 || (single && n > 1):
		return 0, 0, fmt.Errorf("no part can have number %d", n)
	case single:
		return 0, s.o.Size, nil
	}
	off, longest = int64(n-1)*s.o.PartSize, s.o.PartSize
	if s.o.Size >= 0 {
		if longest = min(longest, s.o.Size-off); longest <= 0 {
			return 0, 0, fmt.Errorf("part %d begins behind the end", n)
		}
	}
	return off, longest, nil
}

// WritePart writes body at its place in the file.
func (s *sink) WritePart(ctx context.Context, n int, body io.ReadSeeker) (remote.Part, error) {
	off, longest, err := s.room(n)
	if err != nil {
		return remote.Part{}, &remote.Error{Op: "write", Path: s.path, Kind: remote.Invalid, Err: err}
	}
	if _, err := body.Seek(0, io.SeekStart); err != nil {
		return remote.Part{}, fail("read", s.path, err)
	}
	p, err := s.part(n)
	if err != nil {
		return remote.Part{}, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	// Until this writing is whole, the part is neither the old nor the new one.
	p.whole = false
	p.size, err = s.fill(ctx, off, longest, body)
	if err != nil {
		return remote.Part{}, err
	}
	p.whole = true
	return remote.Part{Num: n, Size: p.size}, nil
}

func (s *sink) part(n int) (*part, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended || s.length >= 0 {
		return nil, &remote.Error{Op: "write", Path: s.path, Kind: remote.Invalid, Err: errors.New("the file was finished or thrown away")}
	}
	if s.parts[n] == nil {
		s.parts[n] = &part{}
	}
	return s.parts[n], nil
}

// fill copies body to off, at most longest bytes.
func (s *sink) fill(ctx context.Context, off, longest int64, body io.Reader) (int64, error) {
	buf := s.t.buffers.get()
	defer s.t.buffers.put(buf)
	var size, started int64
	for {
		if err := ctx.Err(); err != nil {
			return size, stopped("write", s.path, err)
		}
		n, err := readMuch(body, *buf)
		if longest >= 0 && size+int64(n) > longest {
			return size, &remote.Error{Op: "write", Path: s.path, Kind: remote.Invalid, Err: fmt.Errorf("the part is longer than %d bytes", longest)}
		}
		if _, werr := s.writeAt((*buf)[:n], off+size); werr != nil {
			return size, fail("write", s.path, werr)
		}
		if size += int64(n); size-started >= writeAhead {
			startWriting(s.f, off+started, size-started)
			started = size
		}
		if errors.Is(err, io.EOF) {
			return size, nil
		}
		if err != nil { // of the source, whose words are kept
			return size, &remote.Error{Op: "read", Path: s.path, Kind: remote.KindOf(err), Err: err}
		}
	}
}

// readMuch reads until p is half full: what comes through TLS comes in pieces
// too small to be worth a call each.
func readMuch(r io.Reader, p []byte) (n int, err error) {
	for n < len(p)/2 && err == nil {
		var m int
		m, err = r.Read(p[n:])
		n += m
	}
	return n, err
}

// writeAt lets one part write at a time: the kernel does the same, but makes the
// others spin on a processor that could read from the network meanwhile.
func (s *sink) writeAt(b []byte, off int64) (int, error) {
	s.writing.Lock()
	defer s.writing.Unlock()
	return s.f.WriteAt(b, off)
}

// Abort removes the temporary file.
func (s *sink) Abort(context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended {
		return nil
	}
	s.ended = true
	_ = s.f.Close() // what was written is thrown away; closed already after a failed Commit
	err := s.spot.root.Remove(s.temp)
	s.close()
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fail("throw away", s.path, err)
	}
	return nil
}
