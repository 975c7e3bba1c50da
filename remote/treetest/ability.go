package treetest

import (
	"strings"
	"time"

	"github.com/google/go-cmp/cmp"

	"gantry/remote"
)

var abilityTests = []test{
	{"Rename moves a file", renameFile},
	{"Rename moves a folder with all in it", renameFolder},
	{"Rename never replaces", renameExist},
	{"Rename of nothing is NotExist", renameAbsent},
	{"Copy keeps content and time", copyObject},
	{"Copy obeys conditions", copyConditions},
	{"Copy of an old version is Changed", copyChanged},
	{"Revert brings back what was replaced", revert},
	{"Revert keeps what others wrote", revertOthers},
	{"RemoveIf deletes exactly one version", removeIf},
	{"RemoveIf leaves what is younger", removeIfYounger},
	{"RemovePinned leaves what was not seen", removePinned},
	{"Range begins anywhere", rangeAnywhere},
	{"Scope writes inside", scopeInside},
	{"Scope refuses what is outside", scopeOutside},
}

func renameFile(k *kit) {
	r := ability[remote.Renamer](k)
	k.must(k.tree.Mkdir(k.ctx, k.at("d/")))
	old := k.put(k.at("file"), "content").Path
	k.must(r.Rename(k.ctx, old, k.at("d/moved")))
	k.absent(old)
	k.equal(k.get(k.at("d/moved")), "content")
	k.must(r.Rename(k.ctx, k.at("d/moved"), k.at("d/MOVED"))) // in case only
	if got := k.names(k.at("d/")); len(got) != 1 || got[0] != "MOVED" {
		k.Errorf("after a rename in case: %q", got)
	}
}

func renameFolder(k *kit) {
	r := ability[remote.Renamer](k)
	k.put(k.at("old/a/b"), "1")
	k.put(k.at("old/c"), "2")
	k.put(k.at("older"), "3")
	k.must(r.Rename(k.ctx, k.at("old/"), k.at("new/")))
	if d := cmp.Diff([]string{"new/", "older"}, k.names(k.dir)); d != "" {
		k.Errorf("-want +got:\n%s", d)
	}
	k.equal(k.get(k.at("new/a/b")), "1")
	k.equal(k.get(k.at("new/c")), "2")
	k.kind(r.Rename(k.ctx, k.at("new/"), k.at("new/a/x/")), remote.Invalid, remote.NotExist)
}

func renameExist(k *kit) {
	r := ability[remote.Renamer](k)
	k.put(k.at("a"), "1")
	k.put(k.at("b"), "2")
	k.must(k.tree.Mkdir(k.ctx, k.at("d/")))
	k.must(k.tree.Mkdir(k.ctx, k.at("e/")))
	k.kind(r.Rename(k.ctx, k.at("a"), k.at("b")), remote.Exist)
	k.kind(r.Rename(k.ctx, k.at("a"), k.at("a")), remote.Exist)
	k.kind(r.Rename(k.ctx, k.at("a"), k.at("d/")), remote.Exist)
	k.kind(r.Rename(k.ctx, k.at("d/"), k.at("a")), remote.Exist)
	k.kind(r.Rename(k.ctx, k.at("d/"), k.at("e/")), remote.Exist)
	k.equal(k.get(k.at("a")), "1")
	k.equal(k.get(k.at("b")), "2")
}

func renameAbsent(k *kit) {
	r := ability[remote.Renamer](k)
	k.kind(r.Rename(k.ctx, k.at("nothing"), k.at("x")), remote.NotExist)
	k.put(k.at("a"), "1")
	k.kind(r.Rename(k.ctx, k.at("a"), k.at("no/such/folder")), remote.NotExist)
	k.equal(k.get(k.at("a")), "1")
}

func rangeAnywhere(k *kit) {
	r := ability[remote.Ranger](k)
	for _, name := range walkFiles {
		k.put(k.at(name), name)
	}
	sorted := []string{"Z", "a-", "a.txt", "a/b.x", "a/b/c", "a/b/d e", "a/b0", "a0", "b", "deep/er/and/deeper/file", "ä", "漢/字"}
	names := func(from remote.Path) []string {
		k.Helper()
		var got []string
		for more := true; more; {
			es, next, err := r.Range(k.ctx, k.dir, from)
			if remote.KindOf(err) == remote.Unsupported && err != nil {
				k.Skip("the listing cannot begin anywhere")
			}
			k.must(err)
			for _, e := range es {
				if !e.Dir {
					got = append(got, string(e.Path))
				}
			}
			if more = next && len(es) > 0; more {
				from = es[len(es)-1].Path + "\x00"
			}
		}
		return got
	}
	for i := range sorted {
		var want []string
		for _, name := range sorted[i:] {
			want = append(want, string(k.at(name)))
		}
		for _, from := range []remote.Path{k.at(sorted[i]), before(k, sorted, i)} {
			got := names(from)
			if d := cmp.Diff(want, got); d != "" {
				k.Errorf("from %q (-want +got):\n%s", from, d)
			}
		}
	}
}

// before is a path right behind the one before sorted[i].
func before(k *kit, sorted []string, i int) remote.Path {
	if i == 0 {
		return ""
	}
	return k.at(sorted[i-1]) + "\x00"
}

// copier is the tree's Copier if it can copy from itself.
func (k *kit) copier() remote.Copier {
	k.Helper()
	c := ability[remote.Copier](k)
	if !c.CanCopy(k.tree) {
		k.Skip("cannot copy from itself")
	}
	return c
}

func copyObject(k *kit) {
	c := k.copier()
	mod := time.Date(2001, 2, 3, 4, 5, 6, 0, time.UTC)
	data := content(100_000, 1)
	src, err := k.write(k.at("source"), data, remote.CreateOptions{Size: int64(len(data)), ModTime: mod, Attrs: remote.Attrs{ContentType: "text/x-test"}})
	k.must(err)
	e, err := c.Copy(k.ctx, k.tree, src, k.at("d/target"), remote.CreateOptions{Size: src.Size})
	k.must(err)
	if e.Path != k.at("d/target") || e.Size != src.Size || e.Version == "" {
		k.Errorf("Copy says %+v", e)
	}
	k.equal(k.get(e.Path), data)
	k.equal(k.get(src.Path), data)
	if s, err := k.tree.Stat(k.ctx, e.Path); err != nil || (!k.o.NoModTime && !s.ModTime.Equal(mod)) {
		k.Errorf("the copy is of %v, want %v: %v", s.ModTime, mod, err)
	}
	// Names that have to be escaped on the way.
	for _, name := range []string{"a b", "a+b", "%2F", "漢字", "q?x=1&y#z"} {
		if k.o.Refuses != nil && k.o.Refuses(name) {
			continue
		}
		one := k.put(k.at(name), name)
		two, err := c.Copy(k.ctx, k.tree, one, k.at("copy of "+name), remote.CreateOptions{Size: one.Size})
		if err != nil {
			k.Errorf("%q: %v", name, err)
			continue
		}
		k.equal(k.get(two.Path), name)
	}
}

func copyConditions(k *kit) {
	c := k.copier()
	src := k.put(k.at("source"), "new")
	dst := k.put(k.at("target"), "old one")
	if k.tree.Caps().IfAbsent {
		_, err := c.Copy(k.ctx, k.tree, src, dst.Path, remote.CreateOptions{Size: 3, IfAbsent: true})
		k.kind(err, remote.Exist)
		k.equal(k.get(dst.Path), "old one")
	}
	_, err := c.Copy(k.ctx, k.tree, src, dst.Path, remote.CreateOptions{Size: 3})
	k.must(err)
	k.equal(k.get(dst.Path), "new")
}

func copyChanged(k *kit) {
	c := k.copier()
	src := k.put(k.at("source"), "first content")
	k.put(k.at("source"), "other")
	_, err := c.Copy(k.ctx, k.tree, src, k.at("target"), remote.CreateOptions{Size: src.Size})
	k.kind(err, remote.Changed)
	k.absent(k.at("target"))
}

// inScope gives a kit that works through a view of its own folder.
func (k *kit) inScope(rel string) *kit {
	k.Helper()
	view, err := ability[remote.Scoper](k).Scope(k.ctx, k.at(rel))
	k.must(err)
	k.Cleanup(func() {
		if err := view.Close(); err != nil {
			k.Errorf("Close: %v", err)
		}
	})
	in := *k
	in.tree = view
	return &in
}

func scopeInside(k *kit) {
	in := k.inScope("new/scope/")
	if in.tree.Label() != k.tree.Label() {
		k.Errorf("label %q became %q", k.tree.Label(), in.tree.Label())
	}
	in.put(k.at("new/scope/a/b"), "data")
	k.must(in.tree.Mkdir(k.ctx, k.at("new/scope/c/d/")))
	k.must(in.tree.Mkdir(k.ctx, k.at("new/scope/")))
	in.equal(in.get(k.at("new/scope/a/b")), "data")
	k.equal(k.get(k.at("new/scope/a/b")), "data")
	if r, ok := remote.As[remote.Renamer](in.tree); ok {
		k.must(r.Rename(k.ctx, k.at("new/scope/a/b"), k.at("new/scope/c/e")))
	}
	k.must(in.tree.Remove(k.ctx, []remote.Path{k.at("new/scope/a/b"), k.at("new/scope/a/"), k.at("new/scope/c/d/")}))
	if got := strings.Join(k.names(k.at("new/scope/")), " "); got != "c/" {
		k.Errorf("left: %q", got)
	}
}

func scopeOutside(k *kit) {
	victim := k.put(k.at("victim"), "safe").Path
	in := k.inScope("scope/")
	in.put(k.at("scope/file"), "x")
	for _, p := range []remote.Path{victim, k.at("new"), k.at("scope2/x"), k.at("scope") + "/../new"} {
		_, err := in.write(p, "evil", remote.CreateOptions{Size: 4})
		k.kind(err, remote.Denied)
		k.kind(in.tree.Mkdir(k.ctx, p), remote.Denied)
		k.kind(in.tree.Remove(k.ctx, []remote.Path{p}), remote.Denied)
		if r, ok := remote.As[remote.Renamer](in.tree); ok {
			k.kind(r.Rename(k.ctx, k.at("scope/file"), p), remote.Denied)
			k.kind(r.Rename(k.ctx, p, k.at("scope/in")), remote.Denied)
		}
		if s, ok := remote.As[remote.Scoper](in.tree); ok {
			_, err := s.Scope(k.ctx, p)
			k.kind(err, remote.Denied)
		}
	}
	k.equal(k.get(victim), "safe")
	if d := cmp.Diff([]string{"scope/", "victim"}, k.names(k.dir)); d != "" {
		k.Errorf("-want +got:\n%s", d)
	}
}
