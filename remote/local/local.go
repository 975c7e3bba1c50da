package local

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"gantry/remote"
)

// Tree is the disk. Its zero value is not usable; call New.
type Tree struct {
	at      placer // where writes go
	handles *handles
	buffers *buffers
}

var (
	_ remote.Tree    = (*Tree)(nil)
	_ remote.Walker  = (*Tree)(nil)
	_ remote.Renamer = (*Tree)(nil)
	_ remote.Scoper  = (*Tree)(nil)
	_ remote.Spacer  = (*Tree)(nil)
)

// New returns the tree of this machine's disks.
func New() *Tree {
	return &Tree{at: anywhere{}, handles: newHandles(), buffers: newBuffers()}
}

// Label is "": a path is its own location.
func (t *Tree) Label() string { return "" }

// Caps tells that folders are real and IfAbsent is atomic. Whether names fold
// case is a property of each volume; it is assumed where it is the default.
func (t *Tree) Caps() remote.Caps {
	return remote.Caps{
		EmptyDirs: true,
		IfAbsent:  true,
		FoldsCase: runtime.GOOS == "darwin" || runtime.GOOS == "windows",
	}
}

// Stat describes what is at p; a link is described itself, its Dir tells
// whether it leads to a folder.
func (t *Tree) Stat(ctx context.Context, p remote.Path) (remote.Entry, error) {
	return await(ctx, "look at", p, func() (remote.Entry, error) {
		fi, err := os.Lstat(native(p))
		if err != nil {
			return remote.Entry{}, fail("look at", p, err)
		}
		return entryOf(p, filepath.Base(native(p)), fi), nil
	}, nil)
}

// Mkdir makes the folder p and its parents, with the modes that the umask
// allows.
func (t *Tree) Mkdir(ctx context.Context, p remote.Path) error {
	if err := ctx.Err(); err != nil {
		return stopped("make folder", p, err)
	}
	return t.at.mkdir(p)
}

// Remove deletes ps one by one; a folder must be empty.
func (t *Tree) Remove(ctx context.Context, ps []remote.Path) error {
	var errs []error
	var dir remote.Path
	var open *spot
	defer func() { open.close() }()
	for _, p := range ps {
		if err := ctx.Err(); err != nil {
			errs = append(errs, stopped("delete", p, err))
			continue
		}
		// Entries of one folder mostly come in a row: open it once for all.
		if open == nil || t.Dir(p) != dir {
			s, err := t.at.find("delete", p, false)
			if remote.KindOf(err) == remote.NotExist {
				continue
			}
			if err != nil {
				errs = append(errs, err)
				continue
			}
			open.close()
			open, dir = s, t.Dir(p)
		}
		name := filepath.Base(native(p))
		if err := open.root.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, fail("delete", p, err))
		}
	}
	return errors.Join(errs...)
}

// Scope opens a view that cannot write outside dir.
func (t *Tree) Scope(ctx context.Context, dir remote.Path) (remote.ScopedTree, error) {
	if err := t.Mkdir(ctx, dir); err != nil {
		return nil, err
	}
	root, err := t.at.enter(dir)
	if err != nil {
		return nil, err
	}
	at := confine(native(dir), root)
	return &scoped{
		Tree:  Tree{at: at, handles: t.handles, buffers: t.buffers},
		view:  at,
		folds: foldsCase(native(dir)),
	}, nil
}

// scoped is the disk as seen by one job: it reads anywhere and writes inside.
type scoped struct {
	Tree
	view  *confined
	folds bool
}

// Caps are those of the disk, and whether this folder's volume takes names that
// differ in case for one.
func (s *scoped) Caps() remote.Caps {
	c := s.Tree.Caps()
	c.FoldsCase = c.FoldsCase || s.folds
	return c
}

var (
	_ remote.ScopedTree = (*scoped)(nil)
	_ remote.Renamer    = (*scoped)(nil)
)

// Close gives up the hold on the folder; writes fail from then on.
func (s *scoped) Close() error {
	if err := s.view.close(); err != nil {
		return fail("close", remote.Path(s.view.dir), err)
	}
	return nil
}

// undoWait is how long a call that was called off waits for its traces to go.
const undoWait = 2 * time.Second

// await runs f beside the caller, so that a file server that does not answer
// holds up nobody whose context ends. The goroutine ends when the system call
// does; undo, if not nil, then gets a result that nobody waits for any more. It
// is waited for a while, since the program may be about to end.
func await[T any](ctx context.Context, op string, p remote.Path, f func() (T, error), undo func(T)) (T, error) {
	type result struct {
		v   T
		err error
	}
	var none T
	if err := ctx.Err(); err != nil {
		return none, stopped(op, p, err)
	}
	done := make(chan result, 1)
	go func() {
		v, err := f()
		done <- result{v, err}
	}()
	select {
	case r := <-done:
		return r.v, r.err
	case <-ctx.Done():
		if undo != nil {
			undone := make(chan struct{})
			go func() { // ends with the one above
				defer close(undone)
				if r := <-done; r.err == nil {
					undo(r.v)
				}
			}()
			late := time.NewTimer(undoWait)
			defer late.Stop()
			select {
			case <-undone:
			case <-late.C:
			}
		}
		return none, stopped(op, p, ctx.Err())
	}
}
