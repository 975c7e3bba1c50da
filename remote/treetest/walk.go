package treetest

import (
	"context"

	"github.com/google/go-cmp/cmp"

	"gantry/remote"
)

var walkTests = []test{
	{"Walk visits everything in byte order", walkOrder},
	{"Walk can be stopped", walkStopped},
	{"Walk that is called off says so", walkCancelled},
	{"Walk of nothing", walkNothing},
	{"Walk visits folders that were made", walkFolders},
}

// files of a walk in byte order; "a/b" stands between "a-" and "a0" because a
// folder counts with its slash.
var walkFiles = []string{
	"Z", "a-", "a.txt", "a/b/c", "a/b/d e", "a/b.x", "a/b0", "a0", "b", "deep/er/and/deeper/file", "ä", "漢/字",
}

func walkOrder(k *kit) {
	for i := range walkFiles { // not in order
		name := walkFiles[(i*5)%len(walkFiles)]
		k.put(k.at(name), name)
	}
	var got []string
	for e, err := range remote.Walk(k.ctx, k.tree, k.dir) {
		k.must(err)
		if e.Path != k.at(e.Name) && e.Path != k.at(e.Name+"/") {
			k.Errorf("%q is at %q", e.Name, e.Path)
		}
		if !e.Dir {
			got = append(got, e.Name)
			if e.Size != int64(len(e.Name)) {
				k.Errorf("%q has %d bytes", e.Name, e.Size)
			}
		}
	}
	want := []string{
		"Z", "a-", "a.txt", "a/b.x", "a/b/c", "a/b/d e", "a/b0", "a0", "b", "deep/er/and/deeper/file", "ä", "漢/字",
	}
	if d := cmp.Diff(want, got); d != "" {
		k.Errorf("-want +got:\n%s", d)
	}
	got = nil
	for e, err := range remote.Walk(k.ctx, k.tree, k.at("a/b/")) {
		k.must(err)
		got = append(got, e.Name)
	}
	if d := cmp.Diff([]string{"c", "d e"}, got); d != "" {
		k.Errorf("below a/b (-want +got):\n%s", d)
	}
}

func walkStopped(k *kit) {
	for _, name := range walkFiles {
		k.put(k.at(name), name)
	}
	for stop := range 5 {
		n := 0
		for _, err := range remote.Walk(k.ctx, k.tree, k.dir) {
			k.must(err)
			if n++; n > stop {
				break
			}
		}
		if n != stop+1 {
			k.Errorf("stopped at %d, got %d", stop+1, n)
		}
	}
}

func walkCancelled(k *kit) {
	for _, name := range walkFiles {
		k.put(k.at(name), name)
	}
	ctx, cancel := context.WithCancel(k.ctx)
	defer cancel()
	var last error
	n := 0
	for _, err := range remote.Walk(ctx, k.tree, k.dir) {
		cancel()
		if n++; err != nil {
			last = err
		}
		if n > 100 {
			k.Fatal("the walk does not end")
		}
	}
	// A tree may deliver what it has already; but it must not end as if whole.
	if last == nil && n < len(walkFiles) {
		k.Errorf("ended without an error after %d entries", n)
	}
	if last != nil && !remote.Cancelled(last) {
		k.Errorf("error: %v", last)
	}
}

func walkNothing(k *kit) {
	if k.tree.Caps().EmptyDirs {
		k.must(k.tree.Mkdir(k.ctx, k.at("empty/")))
	}
	for e, err := range remote.Walk(k.ctx, k.tree, k.at("empty/")) {
		k.Errorf("an empty folder holds %+v, %v", e, err)
	}
	for e, err := range remote.Walk(k.ctx, k.tree, k.at("nowhere/")) {
		if err == nil {
			k.Errorf("an absent folder holds %+v", e)
		} else {
			k.kind(err, remote.NotExist)
		}
	}
}

func walkFolders(k *kit) {
	if !k.tree.Caps().EmptyDirs {
		k.Skip("no empty folders here")
	}
	for _, rel := range []string{"d/", "d.x/", "d/e/"} {
		k.must(k.tree.Mkdir(k.ctx, k.at(rel)))
	}
	k.put(k.at("d/file"), "x")
	var got []string
	for e, err := range remote.Walk(k.ctx, k.tree, k.dir) {
		k.must(err)
		got = append(got, rowName(e))
	}
	if d := cmp.Diff([]string{"d.x/", "d/", "d/e/", "d/file"}, got); d != "" {
		k.Errorf("-want +got:\n%s", d)
	}
}
