package transfer

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"gantry/remote"
	"gantry/transfer/journal"
	"gantry/transfer/plan"
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
	id, before := it.keptID, it.ifVersion
	if it.fresh {
		before = ""
	}
	if it.layered || before == "" && !it.fresh {
		id = ""
	}
	p := remote.Part{Num: 1, Size: it.size(), Tag: copyTag(level, version, id, before, stampOf(it.written))}
	if err := j.q.jr.Part(ctx, int64(j.id), it.num, p); err != nil {
		return err
	}
	return errHeld
}

// keptAs notes the id of the version that the target holds now.
func (it *item) keptAs(id string) {
	it.layered = it.layered || it.keptID != "" && it.keptID != id
	it.keptID = id
}

// wroteAt notes when the target has it that what it holds now was written.
func (it *item) wroteAt(at time.Time) { it.written = at }

// stampOf is a time as part of a tag; "" for one that nobody knows.
func stampOf(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return strconv.FormatInt(at.UnixNano(), 10)
}

// copyTag is how a copy was verified and what version it has, as a part's tag;
// if what it replaced can be brought back, the id under which the tree keeps the copy
// apart from that, and what version that has, "" if nothing was there; and when the
// tree has it that the copy was written. Or it is level, version and that it is the
// copy of another item, see replaced.go. Older records end earlier.
func copyTag(fields ...string) string { return strings.Join(fields, "\x00") }

// copyOf takes the tag of a held item apart.
func copyOf(tr journal.Trace) (level, version string, held bool) {
	if f := tagOf(tr); len(f) >= 2 {
		return f[0], f[1], true
	}
	return "", "", false
}

// replacedBy is the id of the version that a held item has written, and what
// version it replaced; no id if the copy cannot be told from others by one, no
// version if nothing was there.
func replacedBy(tr journal.Trace) (id, before string) {
	if f := tagOf(tr); len(f) >= 4 {
		return f[2], f[3]
	}
	return "", ""
}

// writtenAt is when the tree has it that a held item was written; the zero time if
// that is not on record.
func writtenAt(tr journal.Trace) time.Time {
	f := tagOf(tr)
	if len(f) < 5 || f[4] == "" {
		return time.Time{}
	}
	ns, err := strconv.ParseInt(f[4], 10, 64)
	if err != nil {
		return time.Time{}
	}
	return time.Unix(0, ns)
}

func tagOf(tr journal.Trace) []string {
	if tr.Upload == nil || tr.Upload.PartSize >= 0 || len(tr.Parts) != 1 {
		return nil
	}
	return strings.Split(tr.Parts[0].Tag, "\x00")
}

// hold lets go of a copied item; the journal has it.
func (j *job) hold(it *item) {
	j.mu.Lock()
	delete(j.active, it)
	j.follow(it)
	it.w, it.state = nil, Waiting
	if it.src.Size >= 0 {
		j.bytes.Add(it.size() - it.bytes.Swap(it.size()))
	}
	j.held++
	told := func() {}
	if f := j.req.OnHeld; f != nil {
		snap := it.snapshot()
		told = func() { f(snap) }
	}
	j.mu.Unlock()
	told()
	j.wakeUp()
	j.touch()
}

// recall makes the item of a trace that is held; nil if it is not.
func (j *job) recall(tr journal.Trace) *item {
	level, version, held := copyOf(tr)
	if !held {
		return nil
	}
	src := tr.Source
	if v := tr.Upload.Version; v != "" && v != src.Version { // it had changed since it was planned
		src.Version, src.Size = v, tr.Upload.Size
	}
	it := &item{
		j: j, num: tr.Num, kind: kindOf(tr.Item), src: src, dst: tr.Upload.Path, onRecord: true, traced: true,
		landed: true, fresh: tr.Upload.PartSize == copyFresh, copied: version, copySize: tr.Parts[0].Size, verified: level, state: Waiting,
	}
	it.attempts.Store(1)
	it.bytes.Store(it.size())
	return it
}

// bringHeld counts an item that an earlier process has copied.
func (j *job) bringHeld(it *item) {
	j.mu.Lock()
	j.held++
	j.allItems.Add(1)
	j.allBytes.Add(it.size())
	j.bytes.Add(it.size())
	j.there.Add(it.size())
	j.mu.Unlock()
	j.touch()
}

// copyStands tells whether e, which is at the target, is the copy of the item.
func (it *item) copyStands(e remote.Entry) bool {
	if it.kind == kindFolder {
		return true
	}
	return e.Size == it.copySize && (it.copied == "" || e.Version == it.copied)
}

// sourceStands tells whether e, which a listing shows at the source, is what was
// copied. Where there are no versions its size and time tell.
func (it *item) sourceStands(e remote.Entry) bool {
	if it.kind == kindFolder {
		return e.Size <= 0 // with content it is not what was made anew
	}
	return (e.Version != "" || it.src.Version == "" && !e.ModTime.IsZero()) && !differs(it.src, e)
}

// bringFailed plans those items of a move in phases anew that had failed before
// it was interrupted: without them it cannot end. One whose source has gone has
// failed for good, and holds up nothing. If what failed was not an item yet, as a
// folder that could not be listed, everything is listed once more.
func (j *job) bringFailed() error {
	f, ok := j.q.jr.(journal.Failures)
	if !ok {
		return nil
	}
	t := &task{j: j}
	if err := j.q.budget.Acquire(j.ctx, j.share, j.gates); err != nil {
		return nil // called off
	}
	t.held = true
	defer t.letGo()
	var again []journal.Item
	gone := map[int64]bool{}
	for it, err := range f.Failed(j.ctx, int64(j.id)) {
		if err != nil {
			return err
		}
		if it.Source.Path == "" {
			if j.adopted.lost = !j.deleting; j.adopted.lost {
				j.adopted.ups, err = j.q.uploadsOf(j.ctx, int64(j.id))
			}
			return err
		}
		e, err := t.restat(j.ctx, j.req.From, t.fromGate(), it.Source.Path)
		switch {
		case remote.KindOf(err) == remote.NotExist:
			gone[it.Num] = true
		case err != nil:
			return err
		default:
			e.Name = it.Source.Name
			it.Source, it.Dir = e, e.Dir
			j.adopted.failed[it.Num] = true
		}
		again = append(again, it.Item)
	}
	if err := j.q.jr.Plan(j.ctx, again); err != nil {
		return err
	}
	for _, rec := range again {
		if gone[rec.Num] {
			j.endAbsent(rec)
		}
	}
	j.ends.flush() // what has ended is not read again
	return nil
}

// endAbsent ends an item on record that nobody can move any more.
func (j *job) endAbsent(rec journal.Item) {
	it := j.newItem(plan.Item{Src: rec.Source, Dst: rec.Target}, kindOf(rec), nil)
	it.num = rec.Num
	j.mu.Lock()
	it.absent = true
	j.absent++
	j.mu.Unlock()
	j.finish(it, "", vanishedFrom(Move, rec.Source.Path))
}
