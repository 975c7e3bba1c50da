package local

import (
	"context"
	"errors"
	"io"
	"os"
	"sync/atomic"

	"gantry/remote"
)

// Open reads a regular file, following a link. FIFOs, sockets and devices are
// refused without being opened, so that nothing blocks or is set in motion.
func (t *Tree) Open(ctx context.Context, e remote.Entry, off, n int64) (io.ReadCloser, error) {
	if off < 0 {
		return nil, &remote.Error{Op: "read", Path: e.Path, Kind: remote.Invalid, Err: errors.New("negative offset")}
	}
	return await(ctx, "read", e.Path, func() (io.ReadCloser, error) {
		if e.Version == "" || e.Type != remote.Regular { // else a look has said that it is a file
			fi, err := os.Stat(native(e.Path))
			if err != nil {
				return nil, fail("read", e.Path, err)
			}
			if err := readable(e.Path, fi.Mode()); err != nil {
				return nil, err
			}
		}
		f, err := openFile(native(e.Path))
		if err != nil {
			return nil, fail("read", e.Path, err)
		}
		r, err := newReader(ctx, f, e, off, n)
		if err != nil {
			_ = f.Close() // opened for reading
			return nil, err
		}
		return r, nil
	}, func(r io.ReadCloser) { _ = r.Close() })
}

func readable(p remote.Path, m os.FileMode) error {
	switch {
	case m.IsRegular():
		return nil
	case m.IsDir():
		return &remote.Error{Op: "read", Path: p, Kind: remote.Invalid, Hint: "This is a folder and not a file."}
	}
	return &remote.Error{
		Op: "read", Path: p, Kind: remote.Unsupported,
		Hint: "This is a FIFO, a socket or a device. It is shown, but not read.",
	}
}

// newReader checks f again, now that nobody can put another file in its place.
func newReader(ctx context.Context, f *os.File, e remote.Entry, off, n int64) (*reader, error) {
	fi, err := f.Stat()
	if err != nil {
		return nil, fail("read", e.Path, err)
	}
	if err := readable(e.Path, fi.Mode()); err != nil {
		return nil, err
	}
	r := &reader{ctx: ctx, f: f, entry: entryOf(e.Path, e.Name, fi)}
	if e.Version != "" && e.Version != r.entry.Version {
		return nil, r.changed()
	}
	if err := r.sized(fi.Size()); err != nil {
		return nil, err
	}
	left := max(fi.Size()-off, 0)
	if n >= 0 {
		left = min(left, n)
	}
	r.SectionReader = io.NewSectionReader(f, off, left)
	return r, nil
}

// sized refuses a file that has content and says that it has none, as those of
// /proc do: how much there is cannot be known, and nothing would be sent.
func (r *reader) sized(size int64) error {
	if size > 0 {
		return nil
	}
	if n, _ := r.f.ReadAt(make([]byte, 1), 0); n == 0 {
		return nil // what else it fails with shows when it is read
	}
	if err := r.check(); err != nil {
		return err // it has grown just now
	}
	return &remote.Error{
		Op: "read", Path: r.entry.Path, Kind: remote.Unsupported, Err: errors.New("content without a size"),
		Hint: "This file has no size of its own, as those in /proc, so nobody can tell when all of it is read. Copy it to an ordinary file first.",
	}
}

// reader is a range of a file. When it comes to its end, and when it is closed,
// it tells if the file was changed meanwhile, since then the bytes may be of
// two contents.
type reader struct {
	ctx context.Context
	*io.SectionReader
	f      *os.File
	entry  remote.Entry
	closed atomic.Bool
}

var _ remote.Described = (*reader)(nil)

// Entry describes the file as it was opened.
func (r *reader) Entry() remote.Entry { return r.entry }

// Read ends with the context.
func (r *reader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, stopped("read", r.entry.Path, err)
	}
	n, err := r.SectionReader.Read(p)
	if errors.Is(err, io.EOF) {
		at, _ := r.SectionReader.Seek(0, io.SeekCurrent) // cannot fail
		switch cerr := r.check(); {
		case cerr != nil:
			return n, cerr
		case at < r.SectionReader.Size():
			return n, r.changed() // shorter than it said it was
		}
		return n, io.EOF
	}
	if err != nil {
		return n, fail("read", r.entry.Path, err)
	}
	return n, nil
}

// WriteTo hides that of SectionReader, which knows neither context nor check.
func (r *reader) WriteTo(w io.Writer) (int64, error) {
	return io.Copy(w, struct{ io.Reader }{r})
}

// Close also reports a file that was changed, for those who read exactly what
// they wanted and never saw the end.
func (r *reader) Close() error {
	if r.closed.Swap(true) {
		return nil
	}
	err := r.check()
	_ = r.f.Close() // opened for reading
	return err
}

func (r *reader) check() error {
	fi, err := r.f.Stat()
	if err != nil {
		return fail("read", r.entry.Path, err)
	}
	if factsOf(fi).version() != r.entry.Version {
		return r.changed()
	}
	return nil
}

func (r *reader) changed() error {
	return &remote.Error{
		Op: "read", Path: r.entry.Path, Kind: remote.Changed, Err: errors.New("the file changed"),
		Hint: "The file was changed meanwhile. Try again when it is at rest.",
	}
}
