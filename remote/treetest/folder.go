package treetest

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/go-cmp/cmp"

	"gantry/remote"
)

var folderTests = []test{
	{"Mkdir makes parents and may be repeated", mkdir},
	{"an empty folder shows", mkdirEmpty},
	{"an absent folder is NotExist where folders are real", absentFolder},
	{"Remove deletes exactly what it is given", removeExact},
	{"Remove of what is gone is no error", removeGone},
	{"Remove of many entries", removeMany},
	{"Remove of a folder leaves what is below it", removeFolder},
	{"Remove that is called off says so", removeCancelled},
}

func mkdir(k *kit) {
	deep := k.at("a/b/c/")
	for range 2 {
		k.must(k.tree.Mkdir(k.ctx, deep))
	}
	if !k.tree.Caps().EmptyDirs {
		return
	}
	for _, rel := range []string{"a/", "a/b/", "a/b/c/"} {
		e, err := k.tree.Stat(k.ctx, k.at(rel))
		k.must(err)
		if !e.Dir {
			k.Errorf("%s is no folder: %+v", rel, e)
		}
	}
	k.put(k.at("a/b/c/file"), "x")
	k.must(k.tree.Mkdir(k.ctx, deep))
	k.equal(k.get(k.at("a/b/c/file")), "x")
}

func mkdirEmpty(k *kit) {
	if !k.tree.Caps().EmptyDirs {
		k.Skip("no empty folders here")
	}
	p := k.at("empty/")
	k.must(k.tree.Mkdir(k.ctx, p))
	if got := k.names(k.dir); len(got) != 1 || got[0] != "empty/" {
		k.Errorf("listed %q", got)
	}
	if got := k.names(p); len(got) != 0 {
		k.Errorf("the empty folder holds %q", got)
	}
	for e, err := range remote.All(k.ctx, k.tree, k.dir) {
		k.must(err)
		if e.Path != p || !e.Dir {
			k.Errorf("listed as %+v, want path %q", e, p)
		}
	}
	k.must(k.tree.Remove(k.ctx, []remote.Path{p}))
	if got := k.names(k.dir); len(got) != 0 {
		k.Errorf("after Remove: %q", got)
	}
}

func absentFolder(k *kit) {
	page, err := k.tree.List(k.ctx, k.at("nowhere/"), "")
	if _, disk := remote.As[remote.Renamer](k.tree); disk || err != nil {
		k.kind(err, remote.NotExist)
	} else if len(page.Entries) > 0 || page.Next != "" {
		k.Errorf("an absent folder holds %+v", page)
	}
}

func removeExact(k *kit) {
	for _, name := range []string{"a", "ab", "abc", "d/a", "d/b"} {
		k.put(k.at(name), name)
	}
	k.must(k.tree.Remove(k.ctx, []remote.Path{k.at("ab"), k.at("d/a")}))
	if d := cmp.Diff([]string{"a", "abc", "d/"}, k.names(k.dir)); d != "" {
		k.Errorf("-want +got:\n%s", d)
	}
	if d := cmp.Diff([]string{"b"}, k.names(k.at("d/"))); d != "" {
		k.Errorf("-want +got:\n%s", d)
	}
}

func removeGone(k *kit) {
	p := k.put(k.at("file"), "x").Path
	k.must(k.tree.Remove(k.ctx, []remote.Path{k.at("never"), p, k.at("no/where")}))
	k.must(k.tree.Remove(k.ctx, []remote.Path{p}))
	k.must(k.tree.Remove(k.ctx, nil))
}

func removeMany(k *kit) {
	n := min(k.o.Entries, 1100) // more than one batch of a bucket
	k.fill(n)
	var ps []remote.Path
	for i := range n {
		ps = append(ps, k.at(fmt.Sprintf("e%06d", i)))
	}
	k.must(k.tree.Remove(k.ctx, ps))
	if left := k.names(k.dir); len(left) > 0 {
		k.Errorf("%d entries are left", len(left))
	}
}

// removeFolder checks that a folder's path never takes along what is in it. On
// a disk each survivor has its error.
func removeFolder(k *kit) {
	k.put(k.at("full/inside"), "x")
	k.put(k.at("full2/inside"), "x")
	file := k.put(k.at("file"), "x").Path
	err := k.tree.Remove(k.ctx, []remote.Path{k.at("full/"), file, k.at("full2/")})
	k.equal(k.get(k.at("full/inside")), "x")
	k.equal(k.get(k.at("full2/inside")), "x")
	k.absent(file)
	if _, disk := remote.As[remote.Renamer](k.tree); !disk {
		k.must(err)
		return
	}
	joined, ok := err.(interface{ Unwrap() []error }) //nolint:errorlint // the shape itself is the contract
	if !ok || len(joined.Unwrap()) != 2 {
		k.Fatalf("two folders survived, the error is %v", err)
	}
	for i, one := range joined.Unwrap() {
		var e *remote.Error
		if want := k.at([]string{"full/", "full2/"}[i]); !errors.As(one, &e) || e.Path != want {
			k.Errorf("error %d does not name %q: %v", i, want, one)
		}
	}
}

func removeCancelled(k *kit) {
	p := k.put(k.at("file"), "x").Path
	ctx, cancel := context.WithCancel(k.ctx)
	cancel()
	if err := k.tree.Remove(ctx, []remote.Path{p}); !remote.Cancelled(err) {
		k.Errorf("Remove: %v", err)
	}
	if err := k.tree.Mkdir(ctx, k.at("dir/")); !remote.Cancelled(err) {
		k.Errorf("Mkdir: %v", err)
	}
	k.equal(k.get(p), "x")
}
