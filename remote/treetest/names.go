package treetest

import (
	"strings"

	"github.com/google/go-cmp/cmp"

	"gantry/remote"
)

var nameTests = []test{
	{"names are held exactly", namesAreExact},
	{"hostile names are held exactly or refused", hostileNames},
	{"Join and Dir belong together", joinAndDir},
	{"Join refuses an empty name", joinRefusesEmpty},
}

// plainNames are held by every disk and every bucket.
var plainNames = []string{
	"a", "a b", " lead", "quo'te", `dou"ble`, "漢字.txt", "naïve", "%2F", "%41", "a+b", "a&b=c",
	"😀.png", "new\nline", "*?#[]", `back\slash`, "-rf", "~", "$HOME", "a;b", "<x>", "{a,b}", ".hidden",
	"...", "trail.", "trail ", "e\u0301", "\u00e9", "aux", "x:y", strings.Repeat("n", 240),
}

func namesAreExact(k *kit) {
	var want []string
	for _, name := range plainNames {
		if k.o.Refuses != nil && k.o.Refuses(name) {
			continue
		}
		want = append(want, name)
		p := k.at(name)
		if e := k.put(p, "data of "+name); e.Path != p || e.Name != name {
			k.Errorf("Commit of %q says %q at %q", name, e.Name, e.Path)
		}
	}
	got := map[string]remote.Path{}
	for e, err := range remote.All(k.ctx, k.tree, k.dir) {
		k.must(err)
		got[e.Name] = e.Path
	}
	if len(got) != len(want) {
		k.Errorf("%d names listed, %d written", len(got), len(want))
	}
	for _, name := range want {
		p, ok := got[name]
		if !ok {
			k.Errorf("%q is not listed", name)
			continue
		}
		if p != k.at(name) {
			k.Errorf("%q is listed at %q, Join says %q", name, p, k.at(name))
		}
		if e, err := k.tree.Stat(k.ctx, p); err != nil || e.Name != name {
			k.Errorf("Stat of %q: %q, %v", name, e.Name, err)
		}
		k.equal(k.get(p), "data of "+name)
	}
	k.must(k.tree.Remove(k.ctx, values(got)))
	if left := k.names(k.dir); len(left) > 0 {
		k.Errorf("not removed: %q", left)
	}
}

func values(m map[string]remote.Path) []remote.Path {
	var out []remote.Path
	for _, p := range m {
		out = append(out, p)
	}
	return out
}

// hostileNames checks that what Join lets pass is what is stored, and that a
// tree that says so holds them all.
func hostileNames(k *kit) {
	names := []string{
		"a//b", "//", "..", "../x", "a/../../x", ".", "a/./b", "/lead", "/", "x", "x/y", "d/../e", "nul\x00byte",
		strings.Repeat("m", 300), "bad\xffutf8", `c:\dos`, "CON",
	}
	held := map[string]string{}
	for i, name := range names {
		if k.o.Refuses != nil && k.o.Refuses(name) {
			continue
		}
		p, err := k.tree.Join(k.dir, name)
		if err != nil {
			k.kind(err, remote.Invalid)
			continue
		}
		data := content(10, i)
		if _, err := k.write(p, data, remote.CreateOptions{Size: 10}); err != nil {
			if k.o.Hostile && name != "bad\xffutf8" && name != "nul\x00byte" {
				k.Errorf("%q: %v", name, err)
			}
			continue
		}
		held[string(p)] = data
	}
	if k.o.Hostile {
		for _, name := range []string{"a//b", "..", "../x", "/lead", "x", "x/y", "."} {
			if _, ok := held[string(k.at(name))]; !ok {
				k.Errorf("%q was not held", name)
			}
		}
	}
	for p, data := range held {
		k.equal(k.get(remote.Path(p)), data)
	}
	got := map[string]string{}
	for e, err := range remote.Walk(k.ctx, k.tree, k.dir) {
		k.must(err)
		if _, ok := held[string(e.Path)]; ok || !e.Dir {
			got[string(e.Path)] = k.get(e.Path)
		}
	}
	if d := cmp.Diff(held, got); d != "" {
		k.Errorf("what Walk finds (-written +found):\n%s", d)
	}
}

func joinAndDir(k *kit) {
	for _, name := range []string{"a", "a b", "漢字", "%2F"} {
		p := k.at(name)
		if got := k.tree.Dir(p); got != k.dir {
			k.Errorf("Dir(%q) = %q, want %q", p, got, k.dir)
		}
		folder := k.at(name + "/")
		if got := k.tree.Dir(folder); got != k.dir {
			k.Errorf("Dir(%q) = %q, want %q", folder, got, k.dir)
		}
		if two, steps := k.at(name+"/b"), k.join(folder, "b"); two != steps {
			k.Errorf("Join in one step gives %q, in two %q", two, steps)
		}
	}
	if got := k.tree.Dir(""); got != "" {
		k.Errorf(`Dir("") = %q, the root holds itself`, got)
	}
	top := k.dir
	for range 200 {
		up := k.tree.Dir(top)
		if up == top {
			break
		}
		top = up
	}
	if e, err := k.tree.Stat(k.ctx, top); err != nil || !e.Dir {
		k.Errorf("Stat of the root %q: %+v, %v", top, e, err)
	}
}

func joinRefusesEmpty(k *kit) {
	_, err := k.tree.Join(k.dir, "")
	k.kind(err, remote.Invalid)
}
