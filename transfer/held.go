package transfer

import (
	"context"
	"errors"
	"strings"

	"gantry/remote"
	"gantry/transfer/journal"
)

// What a move inside a bucket has copied rests in the journal, not in memory,
// until everything is copied: there may be millions. An item is held when its
// upload, of a PartSize that says that the store copied, has a part: the copy as
// the store described it.

// errHeld says that an item is copied and that its source is not to be deleted
// before the others are copied as well.
var errHeld = errors.New("copied, to be deleted with the others")

// holdSource keeps a source until all are copied. The version of the copy goes
// on record, so that it can be told from what somebody else wrote there.
func (t *task) holdSource(ctx context.Context, level, version string) error {
	it, j := t.it, t.j
	ctx = context.WithoutCancel(ctx)
	it.fresh = it.fresh || it.w != nil && it.ifAbsent // streamed to where nothing was
	if !it.intended {                                 // it was written in another way, or by an earlier process
		if err := t.putIntent(ctx); err != nil {
			return err
		}
	}
	p := remote.Part{Num: 1, Size: it.size(), Tag: copyTag(level, version)}
	if err := j.q.jr.Part(ctx, int64(j.id), it.num, p); err != nil {
		return err
	}
	return errHeld
}

// copyTag is how a copy was verified and what version it has, as a part's tag.
func copyTag(level, version string) string { return level + "\x00" + version }

// copyOf takes the tag of a held item apart.
func copyOf(tr journal.Trace) (level, version string, held bool) {
	if tr.Upload == nil || tr.Upload.PartSize >= 0 || len(tr.Parts) != 1 {
		return "", "", false
	}
	level, version, held = strings.Cut(tr.Parts[0].Tag, "\x00")
	return level, version, held
}

// hold lets go of a copied item; the journal has it.
func (j *job) hold(it *item) {
	j.mu.Lock()
	delete(j.active, it)
	it.w, it.state = nil, Waiting
	if it.src.Size >= 0 {
		j.bytes.Add(it.size() - it.bytes.Swap(it.size()))
	}
	j.held++
	j.mu.Unlock()
	j.wakeUp()
	j.touch()
}

// recall makes the item of a trace that is held; nil if it is not.
func (j *job) recall(tr journal.Trace) *item {
	level, version, held := copyOf(tr)
	if !held {
		return nil
	}
	it := &item{
		j: j, num: tr.Num, kind: kindOf(tr.Item), src: tr.Source, dst: tr.Upload.Path, onRecord: true, traced: true,
		landed: true, fresh: tr.Upload.PartSize == copyFresh, copied: version, verified: level, state: Waiting,
	}
	it.attempts.Store(1)
	it.bytes.Store(it.size())
	return it
}

// bringHeld counts an item that an earlier process has copied.
func (j *job) bringHeld(it *item) {
	j.mu.Lock()
	j.held++
	j.mu.Unlock()
	j.allItems.Add(1)
	j.allBytes.Add(it.size())
	j.bytes.Add(it.size())
	j.there.Add(it.size())
	j.touch()
}

// copyStands tells whether e, which is at the target, is the copy of the item.
func (it *item) copyStands(e remote.Entry) bool {
	if it.kind == kindFolder {
		return true
	}
	return e.Size == it.src.Size && (it.copied == "" || e.Version == it.copied)
}

// sourceStands tells whether e, which is at the source, is what was copied.
func (it *item) sourceStands(e remote.Entry) bool {
	if it.kind == kindFolder {
		return e.Size <= 0 // with content it is not what was made anew
	}
	return e.Version != "" && !differs(it.src, e)
}
