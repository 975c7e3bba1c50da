package mem

import (
	"context"

	"gantry/remote"
)

// CanCopy tells whether src is a bucket in memory as well.
func (t *Tree) CanCopy(src remote.Tree) bool {
	from, ok := remote.As[*Tree](src)
	return ok && !from.disk && !t.disk
}

// Copy makes dst from e without moving bytes. Attributes of o replace those of
// the source where they are set.
func (t *Tree) Copy(ctx context.Context, src remote.Tree, e remote.Entry, dst remote.Path, o remote.CreateOptions) (remote.Entry, error) {
	from, ok := remote.As[*Tree](src)
	if !ok || !t.CanCopy(src) {
		return remote.Entry{}, fail("copy", e.Path, remote.Unsupported, nil)
	}
	if err := ctx.Err(); err != nil {
		return remote.Entry{}, fail("copy", e.Path, remote.Other, err)
	}
	// One lock at a time, so that two trees that copy from each other never wait
	// for each other.
	from.mu.Lock()
	old, err := from.content(e)
	from.mu.Unlock()
	if remote.KindOf(err) == remote.Changed {
		err = &remote.Error{Op: "copy", Path: e.Path, Kind: remote.Changed, Source: true, Err: err}
	}
	if err != nil {
		return remote.Entry{}, err
	}
	fresh := &object{data: old.data, kept: old.kept, attrs: old.attrs}
	if !o.ModTime.IsZero() {
		fresh.kept = o.ModTime
	}
	if o.Attrs.ContentType != "" {
		fresh.attrs.ContentType = o.Attrs.ContentType
	}
	if o.Attrs.StorageClass != "" {
		fresh.attrs.StorageClass = o.Attrs.StorageClass
	}
	if o.Attrs.Metadata != nil {
		fresh.attrs.Metadata = o.Attrs.Metadata
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	key := t.key(dst)
	if err := t.allowed(dst, key, o); err != nil {
		return remote.Entry{}, err
	}
	t.store(key, fresh)
	t.tell(o, fresh)
	if o.Progress != nil {
		o.Progress(int64(len(fresh.data)))
	}
	return t.entry(key, fresh), nil
}
