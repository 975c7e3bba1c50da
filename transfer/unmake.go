package transfer

import (
	"context"

	"gantry/remote"
	"gantry/transfer/journal"
)

// keptMost is how many versions of a path are looked at for a proof.
const keptMost = 1000

// unmake deletes a copy that was made where nothing was: by the id of its version
// where the tree keeps versions, and else by what it is right before, and how old.
func unmake(ctx context.Context, to remote.Tree, c standing) reverted {
	p := c.Upload.Path
	r, ok := remote.As[remote.Reverter](to)
	if !ok {
		return removed(removeLooked(ctx, to, c))
	}
	if id, _ := replacedBy(c.Trace); id != "" {
		if err := r.Revert(ctx, p, id); err == nil || remote.KindOf(err) != remote.Unsupported {
			return removed(err)
		} // it keeps nothing any more
	}
	err := r.RemoveIf(ctx, p, c.there.Version, writtenAt(c.Trace))
	if err == nil || remote.KindOf(err) != remote.Unsupported {
		return removed(err)
	}
	id := provenFresh(ctx, to, c)
	if id == "" {
		return reverted{other: true}
	}
	return removed(r.Revert(ctx, p, id))
}

// removed is what became of a copy where nothing was before, by the answer to its
// deletion.
func removed(err error) reverted {
	if err == nil {
		return reverted{}
	}
	switch remote.KindOf(err) {
	case remote.NotExist:
		return reverted{} // somebody has deleted it
	case remote.Denied, remote.Changed, remote.Unsupported:
		return reverted{other: true, why: err}
	}
	return reverted{err: err}
}

// removeLooked deletes a copy of a tree that can take back nothing by itself, after
// a look.
func removeLooked(ctx context.Context, to remote.Tree, c standing) error {
	p := c.Upload.Path
	e, err := to.Stat(ctx, p)
	if err != nil {
		return err
	}
	if e.Version != c.there.Version || e.Size != c.there.Size {
		return &remote.Error{
			Op: "delete", Path: p, Kind: remote.Changed,
			Hint: "Somebody has written it since. List its folder to see what is there now.",
		}
	}
	return to.Remove(ctx, []remote.Path{p})
}

// provenFresh is the id of the version of a copy of which no id is on record, if the
// tree shows that nothing else can be it: what holds the content lies right upon
// nothing, or upon a deletion, so that it was written after the intent, and no
// version beneath holds the same.
func provenFresh(ctx context.Context, to remote.Tree, c standing) (id string) {
	k, ok := remote.As[remote.Keeper](to)
	if !ok {
		return ""
	}
	kept, err := k.Kept(ctx, c.Upload.Path, keptMost)
	if err != nil || len(kept) == 0 || !holds(kept[0], c.there) {
		return ""
	}
	for i, v := range kept[1:] {
		if i == 0 && v.Version != "" || v.Version == kept[0].Version {
			return ""
		}
	}
	return kept[0].ID
}

// holds tells whether v may be what e tells of, which need not have a version if it
// is a folder, and has an id of its own.
func holds(v remote.Kept, e remote.Entry) bool {
	return v.ID != "null" && v.Version != "" && (v.Version == e.Version || e.Version == "" && e.Dir)
}

// proven is the trace of a copy that a kill kept from going on record with the id
// of the version it has, if the tree shows that: what was to be replaced lies right
// beneath what holds the content of the source now, so that was written after the
// intent, and nothing else was. Else it is the trace as it is.
func proven(ctx context.Context, to remote.Tree, tr journal.Trace, e remote.Entry) journal.Trace {
	k, ok := remote.As[remote.Keeper](to)
	if !ok || tr.Upload.Before == "" || tr.Upload.Before == e.Version {
		return tr
	}
	kept, err := k.Kept(ctx, tr.Upload.Path, 2)
	if err != nil || len(kept) < 2 || kept[0].Version != e.Version || kept[1].Version != tr.Upload.Before {
		return tr
	}
	if id := kept[0].ID; id != "" && id != "null" { // else it is overwritten for good
		tr.Parts = []remote.Part{{Num: 1, Size: e.Size, Tag: copyTag("", e.Version, id, tr.Upload.Before)}}
	}
	return tr
}

// unmade tells whether the tree shows that a copy, which a kill kept from going on
// record, was not made, although what is there holds what it would: that lies upon
// nothing that holds the same.
func unmade(ctx context.Context, to remote.Tree, c standing) bool {
	k, ok := remote.As[remote.Keeper](to)
	if !ok {
		return false
	}
	kept, err := k.Kept(ctx, c.Upload.Path, 2)
	if err != nil || len(kept) == 0 || !holds(kept[0], c.there) || kept[0].ID == "" {
		return false
	}
	return len(kept) == 1 || kept[1].Version != kept[0].Version
}
