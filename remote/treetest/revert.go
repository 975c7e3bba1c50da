package treetest

import (
	"time"

	"gantry/remote"
)

// replace overwrites p by a copy or an upload and gives the id of the version
// that it made.
func (k *kit) replace(p remote.Path, data string, copied bool) (id string) {
	k.Helper()
	var ids []string
	o := remote.CreateOptions{Size: int64(len(data)), VersionID: func(s string) { ids = append(ids, s) }}
	if copied {
		src := k.put(k.at("source of a copy"), data)
		_, err := k.copier().Copy(k.ctx, k.tree, src, p, o)
		k.must(err)
	} else {
		_, err := k.write(p, data, o)
		k.must(err)
	}
	if len(ids) == 0 {
		k.Skip("the tree keeps nothing of what is replaced")
	}
	if len(ids) > 1 || ids[0] == "" {
		k.Fatalf("ids %q", ids)
	}
	return ids[0]
}

func revert(k *kit) {
	r := ability[remote.Reverter](k)
	for _, copied := range []bool{false, true} {
		old := k.put(k.at("a b+%2F"), "what was there")
		id := k.replace(old.Path, "what has replaced it", copied)
		k.equal(k.get(old.Path), "what has replaced it")
		k.must(r.Revert(k.ctx, old.Path, id))
		k.equal(k.get(old.Path), "what was there")
		if e, err := k.tree.Stat(k.ctx, old.Path); err != nil || e.Version != old.Version {
			k.Errorf("%+v, %v; it was %+v", e, err, old)
		}
		k.kind(r.Revert(k.ctx, old.Path, id), remote.Changed)
	}
}

func revertOthers(k *kit) {
	r := ability[remote.Reverter](k)
	p := k.at("d/target")
	k.put(p, "old")
	id := k.replace(p, "mine", false)
	k.replace(p, "mine", false) // the same content, and not the same version
	k.kind(r.Revert(k.ctx, p, id), remote.Changed)
	k.equal(k.get(p), "mine")
	id = k.replace(p, "mine", true)
	k.must(k.tree.Remove(k.ctx, []remote.Path{p}))
	k.kind(r.Revert(k.ctx, p, id), remote.NotExist)
	k.absent(p)
}

func removeIf(k *kit) {
	r := ability[remote.Reverter](k)
	p := k.at("a b+%2F")
	old := k.put(p, "mine")
	if err := r.RemoveIf(k.ctx, p, old.Version, time.Time{}); remote.KindOf(err) == remote.Unsupported && err != nil {
		k.equal(k.get(p), "mine")
		return // it keeps what it deletes
	} else if err != nil {
		k.Fatal(err)
	}
	k.absent(p)
	k.kind(r.RemoveIf(k.ctx, p, old.Version, time.Time{}), remote.NotExist)
	k.put(p, "of somebody else")
	k.kind(r.RemoveIf(k.ctx, p, old.Version, time.Time{}), remote.Changed)
	k.kind(r.RemoveIf(k.ctx, p, "", time.Time{}), remote.Changed)
	k.equal(k.get(p), "of somebody else")
}

// removeIfYounger is of what has the same content and was written later.
func removeIfYounger(k *kit) {
	r := ability[remote.Reverter](k)
	src, p := k.put(k.at("source of a copy"), "mine"), k.at("target")
	var at time.Time
	e, err := k.copier().Copy(k.ctx, k.tree, src, p, remote.CreateOptions{Size: src.Size, Written: func(when time.Time) { at = when }})
	k.must(err)
	if at.IsZero() {
		k.Skip("the tree does not tell when a copy was written")
	}
	err = r.RemoveIf(k.ctx, p, e.Version, at.Add(-2*time.Second))
	if remote.KindOf(err) != remote.Unsupported {
		k.kind(err, remote.Changed)
	}
	k.equal(k.get(p), "mine")
	err = r.RemoveIf(k.ctx, p, e.Version, at)
	if remote.KindOf(err) == remote.Unsupported {
		return // it keeps what it deletes
	}
	k.must(err)
	k.absent(p)
}

func removePinned(k *kit) {
	r := ability[remote.Pinner](k)
	var es []remote.Entry
	for _, name := range []string{"a b+%2F", "c", "gone"} {
		es = append(es, k.put(k.at(name), "mine"))
	}
	k.must(k.tree.Remove(k.ctx, []remote.Path{es[2].Path}))
	k.must(r.RemovePinned(k.ctx, es))
	for _, e := range es {
		k.absent(e.Path)
	}
	e := k.put(k.at("d"), "mine")
	k.put(e.Path, "of somebody else")
	if err := r.RemovePinned(k.ctx, []remote.Entry{e}); err != nil { // else the server knows no conditions
		k.kind(err, remote.Changed)
		k.equal(k.get(e.Path), "of somebody else")
	}
}
