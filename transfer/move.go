package transfer

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"time"

	"gantry/remote"
)

// The order of this file is law. An item is
//
//	intended on record -> written -> found unchanged at its source -> published -> verified
//
// and only then, in a move, is its source deleted, if it still is what was
// copied; inside a bucket not before all are copied, see phased.go. Whatever fails, and wherever a kill strikes, there is a whole source
// or a whole target.

// complete publishes what has been written.
func (t *task) complete(ctx context.Context) error {
	w := t.it.w
	t.verifying(true)
	defer t.verifying(false)
	// A file can be edited under our hands; an object is pinned by its version.
	if w.at != nil || w.entry.Version == "" {
		if err := t.unchanged(ctx, w.entry); err != nil {
			return err
		}
	}
	if err := t.checkRead(ctx); err != nil {
		return err
	}
	t.land()
	entry, err := t.commit(ctx)
	if err != nil {
		return err
	}
	w.out = true
	if err := t.settleFolder(ctx); err != nil {
		return err
	}
	level, err := t.verify(ctx, entry)
	if err != nil {
		t.redo(entry, err)
		return err
	}
	return t.published(ctx, level, entry.Version)
}

// redo has another try replace what was published, which is ours and wrong, and
// nothing else: what others have written there meanwhile is a target like any other.
func (t *task) redo(e remote.Entry, err error) {
	if remote.KindOf(err) == remote.Changed && !errors.As(err, new(sourceError)) {
		return
	}
	it := t.it
	it.target, it.unsure, it.decided, it.policy = &e, false, true, PolicyOverwrite
}

// settleFolder makes the names durable that lead to the target of a resumed job:
// an earlier process may have made its folders and ended before they were. Once
// for each folder is enough.
func (t *task) settleFolder(ctx context.Context) error {
	j := t.j
	if j.adopted == nil || j.toKeyed {
		return nil
	}
	dir := j.to.Dir(t.it.dst)
	j.mu.Lock()
	known := j.settled[dir]
	j.mu.Unlock()
	if known {
		return nil
	}
	if err := t.settle(ctx, dir); err != nil {
		return err
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.settled == nil || len(j.settled) >= settledMost {
		j.settled = map[remote.Path]bool{}
	}
	j.settled[dir] = true
	return nil
}

// settledMost is how many folders are remembered to be durable.
const settledMost = 10_000

// published notes that the target is whole, of that version, and, in a move,
// deletes the source.
func (t *task) published(ctx context.Context, level, version string) error {
	it, j := t.it, t.j
	j.sourced.Store(true)
	j.patient.well(now())
	j.mu.Lock()
	it.verified = level
	j.mu.Unlock()
	if j.req.Op != Move {
		if !it.traced || t.renames() { // the name that was chosen stays on record until the item has ended
			return nil
		}
		return j.q.jr.Settled(context.WithoutCancel(ctx), int64(j.id), it.num)
	}
	// The intent stays on record until the item has ended: with it whoever comes
	// after a kill knows that the target is of our making.
	if j.phased {
		return t.holdSource(ctx, level, version)
	}
	it.landed = true
	if err := t.takeHold(ctx); err != nil {
		return err
	}
	return t.removeSource(ctx)
}

// finishMove deletes the source of an item whose target is whole.
func (t *task) finishMove(ctx context.Context) error {
	if t.j.phased {
		if gone, err := t.copyGone(ctx); gone != nil || err != nil {
			return cmp.Or(gone, err)
		}
	}
	return t.removeSource(ctx)
}

// verifying counts the tasks that are past writing.
func (t *task) verifying(on bool) {
	j := t.j
	j.mu.Lock()
	if on {
		t.it.state = Verifying
		j.finishing++
	} else {
		j.finishing--
	}
	j.mu.Unlock()
	j.touch()
}

// unchanged fails when the source is no longer what was read.
func (t *task) unchanged(ctx context.Context, was remote.Entry) error {
	is, err := t.restat(ctx, t.j.req.From, t.fromGate(), t.it.src.Path)
	if remote.KindOf(err) == remote.NotExist {
		return midwayError{t.changed("It was deleted while it was sent; nothing was published.")}
	}
	if err != nil {
		return sourceError{err}
	}
	if differs(was, is) {
		return midwayError{t.changed(hintChanged)}
	}
	return nil
}

func (t *task) changed(hint string) error {
	return &remote.Error{Op: "read", Path: t.it.src.Path, Kind: remote.Changed, Hint: hint}
}

// differs tells whether two looks at one path saw different contents. The times
// count only where no version tells: a listing may show another one than Stat.
func differs(a, b remote.Entry) bool {
	if a.Version != "" && b.Version != "" {
		return a.Version != b.Version
	}
	return (a.Size >= 0 && b.Size >= 0 && a.Size != b.Size) || !a.ModTime.Equal(b.ModTime)
}

// commit publishes. When the answer is in doubt, because an attempt may have
// worked although it failed, what is at the target decides.
func (t *task) commit(ctx context.Context) (entry remote.Entry, err error) {
	j, w := t.j, t.it.w
	doubt := false
	err = t.request(ctx, j.toGate, func(ctx context.Context) error {
		var err error
		if doubt && len(w.bodies) == 1 {
			w.bodies[0].again()
		}
		if entry, err = w.sink.Commit(ctx, w.done); err == nil {
			j.targeted.Store(true)
			return nil
		}
		if len(w.bodies) == 1 && w.bodies[0].err != nil {
			return w.bodies[0].err // a single part is read only now by some sinks
		}
		doubt = doubt || remote.Retryable(err) || remote.InDoubt(err)
		return err
	})
	t.it.layered = t.it.layered || doubt
	if err == nil || j.calledOff(err) || !doubt {
		return entry, t.asConflict(err)
	}
	if there, ok := t.hasLanded(ctx, w.entry); ok {
		return there, nil
	}
	return entry, t.asConflict(err)
}

// hasLanded tells whether the target holds the content of the source by now,
// although it did not when the item began.
func (t *task) hasLanded(ctx context.Context, src remote.Entry) (remote.Entry, bool) {
	it, j := t.it, t.j
	there, err := t.stat(ctx, j.to, j.toGate, it.dst)
	if err != nil || there.Size != src.Size || (it.ifVersion != "" && there.Version == it.ifVersion) {
		return there, false
	}
	if src.Sum.Algorithm != remote.NoSum && src.Sum.Algorithm == there.Sum.Algorithm {
		return there, src.Sum == there.Sum && t.settle(ctx, it.dst) == nil
	}
	same, err := t.equal(ctx, t.source(src), t.target(there))
	return there, err == nil && same && t.settle(ctx, it.dst) == nil
}

// settle makes durable what is at the target p although it was not we who have
// just committed it.
func (t *task) settle(ctx context.Context, p remote.Path) error {
	s, ok := remote.As[remote.Settler](t.j.to)
	if !ok {
		return nil
	}
	return t.try(ctx, t.j.toGate, func(ctx context.Context) error { return s.Settle(ctx, p) })
}

// unrecorded refuses what deletes a source after its copy, where nothing would know
// after a kill which of both is whole.
func (j *job) unrecorded() error {
	why := j.q.o.Unrecorded
	if why == nil || j.req.Op != Move || j.req.Rules.DryRun {
		return nil
	}
	return &remote.Error{
		Op: "move", Kind: remote.Other, Err: why,
		Hint: "A move deletes its sources, and nothing is deleted without a journal. " + remote.HintOf(why) + " Copying works until then.",
	}
}

// shortcut does an item without moving bytes where the trees can. done is false
// when it has to go the long way.
func (t *task) shortcut(ctx context.Context) (done bool, err error) {
	it, j := t.it, t.j
	if r, ok := j.renamer(); ok && it.ifAbsent {
		err = t.rename(ctx, r, it.src.Path, it.dst)
		if remote.KindOf(err) != remote.Unsupported {
			return true, t.asConflict(err)
		}
	}
	if err := j.unrecorded(); err != nil {
		return true, err
	}
	c, ok := remote.As[remote.Copier](j.to)
	if !ok || !c.CanCopy(j.req.From) || it.up != nil && it.up.PartSize > 0 { // begun the long way: its record stays
		return false, nil
	}
	if j.req.Op == Move || it.src.Size > copyTraced || t.renames() {
		if err := t.intendCopy(ctx); err != nil {
			return true, err
		}
	}
	entry, err := t.copyThere(ctx, c)
	if remote.KindOf(err) == remote.Unsupported {
		j.rewind(it)
		return false, nil
	}
	if err != nil {
		return true, err
	}
	t.verifying(true)
	defer t.verifying(false)
	level, err := t.checkCopy(ctx, entry)
	if err != nil {
		t.redo(entry, err)
		return true, err
	}
	return true, t.published(ctx, level, entry.Version)
}

// copyThere lets the store copy.
func (t *task) copyThere(ctx context.Context, c remote.Copier) (entry remote.Entry, err error) {
	it, j := t.it, t.j
	o := remote.CreateOptions{
		Size: it.src.Size, PartSize: j.partSize(), Attrs: j.req.Rules.Attrs, IfAbsent: it.ifAbsent, IfVersion: it.ifVersion,
		VersionID: it.keptAs, Written: it.wroteAt,
		Progress: func(n int64) {
			it.bytes.Add(n)
			j.bytes.Add(n)
			j.touch()
		},
	}
	doubt := false
	err = t.request(ctx, j.toGate, func(ctx context.Context) error {
		j.rewind(it)
		it.written = time.Time{} // of an earlier try
		var err error
		entry, err = c.Copy(ctx, j.req.From, it.src, it.dst, o)
		if err == nil {
			j.sourced.Store(true)
			j.targeted.Store(true)
		}
		doubt = doubt || remote.Retryable(err) || remote.InDoubt(err)
		if remote.GoneOf(err) != "" { // the source's bucket, or the target's? the store does not say
			if _, lerr := j.req.From.List(ctx, j.folderOf(it), ""); remote.GoneOf(lerr) != "" {
				return sourceError{lerr}
			}
		}
		return err
	})
	it.layered = it.layered || doubt
	if err == nil || j.calledOff(err) {
		return entry, err
	}
	if doubt {
		if there, ok := t.hasLanded(ctx, it.src); ok {
			return there, nil
		}
	}
	if remote.OfSource(err) || remote.KindOf(err) == remote.Changed && it.ifVersion == "" { // nothing but the source had a condition
		return entry, sourceError{err}
	}
	return entry, t.asConflict(err)
}

// renamer is how things move inside one tree in one step.
func (j *job) renamer() (remote.Renamer, bool) {
	if j.req.Op != Move || j.req.Rules.DryRun || j.req.To.Label() != j.fromKey {
		return nil, false
	}
	return remote.As[remote.Renamer](j.req.From)
}

// rename makes the target's folder and renames. A rename whose answer was lost
// shows by the source being gone and the target being there.
func (t *task) rename(ctx context.Context, r remote.Renamer, from, to remote.Path) error {
	j := t.j
	doubt := false
	return t.try(ctx, j.toGate, func(ctx context.Context) error {
		if err := j.to.Mkdir(ctx, j.to.Dir(to)); err != nil {
			return err
		}
		err := r.Rename(ctx, from, to)
		if doubt && remote.KindOf(err) == remote.NotExist && err != nil {
			if _, serr := j.to.Stat(ctx, to); serr == nil {
				return nil
			}
		}
		doubt = doubt || remote.Retryable(err)
		return err
	})
}

// moveWhole renames a folder with all that is in it. The planner calls it.
func (j *job) moveWhole(ctx context.Context, r remote.Renamer, e remote.Entry, dst remote.Path) error {
	if err := j.q.budget.Acquire(ctx, j.share, j.gates); err != nil {
		return err
	}
	t := &task{j: j, held: true}
	defer func() {
		if t.held {
			j.q.budget.Release(j.share, j.gates)
		}
	}()
	err := t.rename(ctx, r, e.Path, dst)
	if err != nil && !errors.Is(err, context.Cause(ctx)) {
		j.q.o.Log.Debug("not moved as a whole", "job", j.id, slog.Any("err", err))
	}
	return err
}
