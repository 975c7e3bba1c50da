package treetest

import (
	"context"
	"errors"
	"io"
	"sort"
	"strings"
	"testing"

	"gantry/remote"
)

// kit is what one test works with: a tree and a folder in it that is its own.
type kit struct {
	*testing.T
	o    Options
	tree remote.Tree
	dir  remote.Path
	ctx  context.Context
}

func newKit(t *testing.T, o Options) *kit {
	t.Helper()
	k := &kit{T: t, o: o, tree: o.New(t), ctx: t.Context()}
	name := strings.Map(func(r rune) rune {
		if r == '/' || r == ' ' {
			return '-'
		}
		return r
	}, t.Name())
	k.dir = k.join(o.Root, name[max(0, len(name)-60):]+"/")
	if _, ok := remote.As[remote.Renamer](k.tree); ok { // a disk: folders have to be made
		k.must(k.tree.Mkdir(k.ctx, k.dir))
	}
	return k
}

func (k *kit) must(err error) {
	k.Helper()
	if err != nil {
		k.Fatalf("unexpected error: %v", err)
	}
}

// kind asks that err is a *remote.Error of one of kinds.
func (k *kit) kind(err error, kinds ...remote.Kind) {
	k.Helper()
	if err == nil {
		k.Fatalf("got no error, want one of kind %v", kinds)
	}
	var e *remote.Error
	if !errors.As(err, &e) {
		k.Fatalf("error is no *remote.Error: %T %v", err, err)
	}
	for _, want := range kinds {
		if remote.KindOf(err) == want {
			return
		}
	}
	k.Fatalf("error is of kind %q, want one of %v: %v", remote.KindOf(err), kinds, err)
}

func (k *kit) join(dir remote.Path, rel string) remote.Path {
	k.Helper()
	p, err := k.tree.Join(dir, rel)
	k.must(err)
	return p
}

// at is the path of rel in the test's folder.
func (k *kit) at(rel string) remote.Path {
	k.Helper()
	return k.join(k.dir, rel)
}

// put writes data at p in one part.
func (k *kit) put(p remote.Path, data string) remote.Entry {
	k.Helper()
	e, err := k.write(p, data, remote.CreateOptions{Size: int64(len(data))})
	k.must(err)
	return e
}

// write writes data in one part under the options of o. A failure is cleaned up
// after, as a caller must.
func (k *kit) write(p remote.Path, data string, o remote.CreateOptions) (remote.Entry, error) {
	k.Helper()
	s, err := k.tree.Create(k.ctx, p, o)
	if err != nil {
		return remote.Entry{}, err
	}
	part, err := s.WritePart(k.ctx, 1, strings.NewReader(data))
	if err == nil {
		var e remote.Entry
		if e, err = s.Commit(k.ctx, []remote.Part{part}); err == nil {
			return e, nil
		}
	}
	if aerr := s.Abort(context.WithoutCancel(k.ctx)); aerr != nil {
		k.Errorf("Abort after a failure: %v", aerr)
	}
	return remote.Entry{}, err
}

// get reads all of p, whatever its version.
func (k *kit) get(p remote.Path) string {
	k.Helper()
	b, err := k.read(remote.Entry{Path: p}, 0, -1)
	k.must(err)
	return b
}

func (k *kit) read(e remote.Entry, off, n int64) (string, error) {
	k.Helper()
	r, err := k.tree.Open(k.ctx, e, off, n)
	if err != nil {
		return "", err
	}
	b, err := io.ReadAll(r)
	if cerr := r.Close(); err == nil {
		err = cerr
	}
	return string(b), err
}

// names lists dir, folders with a slash, sorted.
func (k *kit) names(dir remote.Path) []string {
	k.Helper()
	out := []string{}
	for e, err := range remote.All(k.ctx, k.tree, dir) {
		k.must(err)
		out = append(out, rowName(e))
	}
	sort.Strings(out)
	return out
}

func rowName(e remote.Entry) string {
	if e.Dir {
		return e.Name + "/"
	}
	return e.Name
}

// absent asks that nothing is at p.
func (k *kit) absent(p remote.Path) {
	k.Helper()
	_, err := k.tree.Stat(k.ctx, p)
	k.kind(err, remote.NotExist)
}

// equal compares contents without printing megabytes.
func (k *kit) equal(got, want string) {
	k.Helper()
	if got == want {
		return
	}
	i := 0
	for i < len(got) && i < len(want) && got[i] == want[i] {
		i++
	}
	k.Fatalf("content differs from byte %d: %d bytes instead of %d", i, len(got), len(want))
}

// partSize is the smallest part that the tree takes.
func (k *kit) partSize() int64 {
	if k.o.PartSize > 0 {
		return k.o.PartSize
	}
	return max(k.tree.Caps().MinPart, 64<<10)
}

// ability is As, or the test is skipped.
func ability[A any](k *kit) A {
	k.Helper()
	a, ok := remote.As[A](k.tree)
	if !ok {
		k.Skipf("%s has no %T", k.tree.Label(), new(A))
	}
	return a
}
