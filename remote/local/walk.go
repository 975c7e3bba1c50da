package local

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"iter"
	"os"
	"slices"
	"strings"

	"gantry/remote"
)

// Walk yields everything below dir in byte order; see remote.Walk. Of a folder
// only the names are held, so that a million entries cost little; each is
// looked at when its turn comes.
func (t *Tree) Walk(ctx context.Context, dir remote.Path) iter.Seq2[remote.Entry, error] {
	return func(yield func(remote.Entry, error) bool) {
		w := walker{ctx: ctx, yield: yield}
		w.folder(native(dir), "", true)
	}
}

type walker struct {
	ctx   context.Context
	yield func(remote.Entry, error) bool
}

// folder walks what is in dir; false means that the walk is over. Only the
// folder that the walk began with may be reached through a link.
func (w *walker) folder(dir, rel string, follow bool) bool {
	names, err := readNames(w.ctx, dir, follow)
	if err != nil {
		e := remote.Entry{Path: remote.Path(dir), Name: strings.TrimSuffix(rel, "/"), Dir: true}
		return w.yield(e, fail("list", e.Path, err)) && w.ctx.Err() == nil
	}
	for _, name := range names {
		if err := w.ctx.Err(); err != nil {
			w.yield(remote.Entry{Path: remote.Path(dir), Name: strings.TrimSuffix(rel, "/"), Dir: true}, stopped("list", remote.Path(dir), err))
			return false
		}
		p, base := below(dir, strings.TrimSuffix(name, "/"))
		fi, err := os.Lstat(string(p))
		if errors.Is(err, fs.ErrNotExist) {
			continue // gone meanwhile
		}
		e := remote.Entry{Path: p}
		if err == nil {
			e = entryOf(p, base, fi)
		} else {
			err = fail("look at", p, err)
		}
		e.Name = rel + base
		if !w.yield(e, err) {
			return false
		}
		if err == nil && e.Dir && e.Type != remote.Link && !w.folder(string(p), rel+base+"/", false) {
			return false
		}
	}
	return true
}

// readNames returns the names in dir in byte order, those of folders with a
// slash, which orders them as remote.Walk wants.
func readNames(ctx context.Context, dir string, follow bool) ([]string, error) {
	f, err := openFolder(dir, follow)
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // opened for reading
	var names []string
	for {
		if err := ctx.Err(); err != nil {
			return nil, stopped("list", remote.Path(dir), err)
		}
		es, err := f.ReadDir(pageSize)
		for _, e := range es {
			name := e.Name()
			if e.IsDir() {
				name += "/" // no system has it in a name
			}
			names = append(names, name)
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
	}
	slices.Sort(names)
	return names, nil
}
