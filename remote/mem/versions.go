package mem

import (
	"context"
	"slices"
	"time"

	"gantry/remote"
)

// keep puts what is at key aside before it is overwritten or deleted. The caller
// holds the lock.
func (t *Tree) keep(key string) {
	if old := t.objects[key]; old != nil && t.Versions {
		t.older[key] = append(t.older[key], old)
	}
}

// tell says under which id an object is kept that was written just now, and when that
// was.
func (t *Tree) tell(o remote.CreateOptions, fresh *object) {
	if o.Written != nil {
		o.Written(fresh.written)
	}
	if t.Versions && o.VersionID != nil {
		o.VersionID(fresh.id)
	}
}

// Kept are the newest versions of p. Deletions are not among them.
func (t *Tree) Kept(ctx context.Context, p remote.Path, n int) ([]remote.Kept, error) {
	if err := ctx.Err(); err != nil {
		return nil, fail("list versions", p, remote.Other, err)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	key := t.key(p)
	all := slices.Clone(t.older[key])
	if o := t.objects[key]; o != nil {
		all = append(all, o)
	}
	var out []remote.Kept
	for _, o := range slices.Backward(all) {
		if len(out) < n {
			out = append(out, remote.Kept{ID: o.id, Version: o.version})
		}
	}
	return out, nil
}

// RemoveIf deletes what is at p if it is of that version and no younger, in one step.
func (t *Tree) RemoveIf(ctx context.Context, p remote.Path, version string, since time.Time) error {
	if err := ctx.Err(); err != nil {
		return fail("delete", p, remote.Other, err)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	key := t.key(p)
	switch o := t.objects[key]; {
	case o == nil:
		return fail("delete", p, remote.NotExist, nil)
	case t.Versions:
		return fail("delete", p, remote.Unsupported, nil)
	case version != "" && o.version != version, version == "" && len(o.data) > 0,
		!since.IsZero() && o.written.After(since):
		return fail("delete", p, remote.Changed, nil)
	}
	delete(t.objects, key)
	t.sorted = nil
	return nil
}

// Revert brings back what the version id of p has replaced.
func (t *Tree) Revert(ctx context.Context, p remote.Path, id string) error {
	if err := ctx.Err(); err != nil {
		return fail("revert", p, remote.Other, err)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	key := t.key(p)
	switch o := t.objects[key]; {
	case !t.Versions:
		return fail("revert", p, remote.Unsupported, nil)
	case o == nil:
		return fail("revert", p, remote.NotExist, nil)
	case o.id != id:
		return fail("revert", p, remote.Changed, nil)
	}
	if n := len(t.older[key]); n > 0 {
		t.objects[key], t.older[key] = t.older[key][n-1], t.older[key][:n-1]
		return nil
	}
	delete(t.objects, key)
	t.sorted = nil
	return nil
}
