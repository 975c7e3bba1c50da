package mem

import (
	"bytes"
	"context"
	"errors"
	"io"
	"maps"

	"gantry/remote"
)

// Open reads a snapshot of the content: later writes do not show in it.
func (t *Tree) Open(ctx context.Context, e remote.Entry, off, n int64) (io.ReadCloser, error) {
	if err := ctx.Err(); err != nil {
		return nil, fail("read", e.Path, remote.Other, err)
	}
	if off < 0 {
		return nil, fail("read", e.Path, remote.Invalid, errors.New("negative offset"))
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	o, err := t.content(e)
	if err != nil {
		return nil, err
	}
	data := o.data[min(off, int64(len(o.data))):]
	if n >= 0 && n < int64(len(data)) {
		data = data[:n]
	}
	entry := t.entry(t.key(e.Path), o)
	if !t.disk {
		a := o.attrs
		a.Tags, a.TagCount = nil, len(o.attrs.Tags)
		entry.Attrs = &a
	}
	return &reader{ctx: ctx, Reader: bytes.NewReader(data), entry: entry}, nil
}

// Tags are the tags of e.
func (t *Tree) Tags(_ context.Context, e remote.Entry) (map[string]string, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	o, err := t.content(e)
	if err != nil {
		return nil, err
	}
	return maps.Clone(o.attrs.Tags), nil
}

// content finds the version that e asks for. The caller holds the lock.
func (t *Tree) content(e remote.Entry) (*object, error) {
	o := t.objects[t.key(e.Path)]
	switch {
	case o == nil:
		return nil, fail("read", e.Path, remote.NotExist, nil)
	case o.dir:
		return nil, fail("read", e.Path, remote.Invalid, errors.New("a folder has no content"))
	case e.Version != "" && e.Version != o.version:
		return nil, fail("read", e.Path, remote.Changed, nil)
	}
	return o, nil
}

type reader struct {
	ctx context.Context
	*bytes.Reader
	entry remote.Entry
}

var _ remote.Described = (*reader)(nil)

// Read ends with the context.
func (r *reader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, fail("read", r.entry.Path, remote.Other, err)
	}
	return r.Reader.Read(p)
}

// WriteTo hides the short cut of bytes.Reader, which would ignore the context.
func (r *reader) WriteTo(w io.Writer) (int64, error) {
	return io.Copy(w, struct{ io.Reader }{r})
}

func (r *reader) Entry() remote.Entry { return r.entry }
func (r *reader) Close() error        { return nil }
