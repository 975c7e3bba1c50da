package transfer

import (
	"context"
	"fmt"

	"golang.org/x/sync/errgroup"

	"gantry/remote"
	"gantry/transfer/plan"
)

// A move inside a bucket is a rename that the store does not know. The order is
// law:
//
//	everything copied -> every copy verified -> "deleting" on record -> deleted
//
// Whatever interrupts it leaves a whole copy of every object, either the old tree
// or the new one is complete until the first deletion, and until then the copies
// can be taken back. Between the phases the items rest in the journal (held.go)
// and are read back in pages, so that memory does not grow with their number.

// passMost is how many pages of held items are in work at a time.
const passMost = 6

// inPhases tells whether the job copies everything before it deletes anything.
func (j *job) inPhases() bool {
	r := j.req
	if r.Op != Move || r.Rules.DryRun || !j.fromKeyed || !j.toKeyed || r.From.Label() != r.To.Label() {
		return false
	}
	if _, renames := remote.As[remote.Renamer](r.From); renames {
		return false
	}
	return copiesThere(r)
}

// copiesThere tells whether the server of the target copies by itself.
func copiesThere(r Request) bool {
	c, ok := remote.As[remote.Copier](r.To)
	return ok && c.CanCopy(r.From)
}

// secondPhase verifies and then deletes, once everything is copied, and tells
// whether there was anything to be done. That it begins to delete is on record
// first: from then on the copies are all that there is. If something could not
// be copied nothing is deleted, unless the user wants the job to go on all the
// same.
func (j *job) secondPhase() bool {
	j.mu.Lock()
	held, begun := j.held, j.deleting
	j.mu.Unlock()
	if held == 0 {
		return false
	}
	if err := j.stuckFor(); err != nil {
		return j.stay(err)
	}
	if !begun {
		if err := j.verifyAll(); err != nil {
			return j.stay(err)
		}
		if err := j.stuckFor(); err != nil {
			return j.stay(err)
		}
		if err := j.beginToDelete(); err != nil {
			return j.stay(err)
		}
	}
	if err := j.pass((*task).deleteHeld); err != nil {
		return j.stay(err)
	}
	j.mu.Lock()
	lost := j.held
	if j.ctx.Err() == nil {
		j.held = 0
	}
	j.mu.Unlock()
	if lost > 0 && j.ctx.Err() == nil {
		j.finish(j.newItem(plan.Item{}, kindFault, nil), "", &remote.Error{
			Op: "move", Kind: remote.Corrupt,
			Hint: fmt.Sprintf("The journal has lost %d items that were copied; their sources were kept. Move them again.", lost),
		})
	}
	return true
}

// beginToDelete puts the end of the first phase on record.
func (j *job) beginToDelete() error {
	j.mu.Lock()
	j.deleting = true
	j.mu.Unlock()
	err := j.trySave()
	if err != nil {
		j.mu.Lock()
		j.deleting = false
		j.mu.Unlock()
	}
	return err
}

// stuckFor is why nothing is to be deleted yet.
func (j *job) stuckFor() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.failCount <= j.absent || j.goAhead || j.deleting {
		return nil
	}
	j.stuck = true
	hint := "%d could not be copied, so nothing was deleted. Retry them; or resume the job to delete what was copied; or cancel it."
	if j.q.o.Unattended {
		hint = "%d could not be copied, so nothing was deleted. Resume the job to try them again, or cancel it."
	}
	return &remote.Error{Op: "move", Kind: remote.Other, Hint: fmt.Sprintf(hint, j.failCount-j.absent)}
}

// stay deals with a move that cannot go on: it waits for the user, or, where
// nobody is there, is left on record to be resumed.
func (j *job) stay(err error) bool {
	switch {
	case j.ctx.Err() != nil:
		return false
	case !j.q.o.Unattended:
		j.pause(err)
		return true
	case j.q.jr.Durable():
		j.cancelRun(haltError{err})
		return true
	}
	for tr, rerr := range j.q.jr.Traces(j.ctx, int64(j.id)) {
		if it := j.recall(tr); rerr == nil && it != nil {
			j.finish(it, "", midwayError{&remote.Error{
				Op: "move", Path: it.src.Path, Kind: remote.Other,
				Hint: "It was copied, but not deleted, because others could not be copied.", Err: err,
			}})
		}
	}
	j.mu.Lock()
	j.held = 0
	j.mu.Unlock()
	return false
}

// pass does work on all held items, page by page. The error is that of the
// journal, or the first of a page: then some were not worked on.
func (j *job) pass(work func(*task, context.Context) error) error {
	j.mu.Lock()
	j.inflight++
	j.finishing++
	j.mu.Unlock()
	defer func() {
		j.mu.Lock()
		j.inflight--
		j.finishing--
		j.mu.Unlock()
		j.touch()
	}()
	j.touch()
	j.ends.flush() // what has ended is not read again
	ctx := j.ctx
	var g errgroup.Group
	g.SetLimit(passMost)
	var page []*item
	give := func() {
		t := &task{j: j, batch: page}
		page = nil
		g.Go(func() error { return t.onPage(ctx, work) })
	}
	var err error
	for tr, rerr := range j.q.jr.Traces(ctx, int64(j.id)) {
		if err = rerr; err != nil || ctx.Err() != nil {
			break
		}
		if it := j.recall(tr); it != nil {
			if page = append(page, it); len(page) == batchSize {
				give()
			}
		}
	}
	if len(page) > 0 && err == nil {
		give()
	}
	if gerr := g.Wait(); gerr != nil {
		return gerr
	}
	return err
}

// onPage does work on the page of a task, with a slot.
func (t *task) onPage(ctx context.Context, work func(*task, context.Context) error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = t.j.recovered(v)
		}
	}()
	defer t.letGo()
	if err := t.takeHold(ctx); err != nil {
		return err
	}
	return work(t, ctx)
}

// verifyHeld sees that the copies of a page are there and whole. One that is not,
// and was not replaced by another one of the job, fails; its source stays.
func (t *task) verifyHeld(ctx context.Context) error {
	j := t.j
	there := t.glance(ctx, j.to, j.toGate, targetsOf(t.batch))
	var lost []*item
	for _, it := range t.batch {
		if e, ok := there[it.dst]; ok && it.copyStands(e) {
			continue
		}
		t.it = it
		gone, err := t.copyGone(ctx)
		if err != nil {
			return err
		}
		if gone != nil {
			lost = append(lost, it)
		}
	}
	return j.lose(ctx, lost)
}

// deleteHeld deletes the sources of a page, as far as the copies are still there
// and the sources are still what was copied.
func (t *task) deleteHeld(ctx context.Context) error {
	j := t.j
	copies := t.glance(ctx, j.to, j.toGate, targetsOf(t.batch))
	var sources []remote.Path
	for _, it := range t.batch {
		sources = append(sources, it.src.Path)
	}
	old := t.glance(ctx, j.req.From, t.fromGate(), sources)
	var sure, unsure []*item
	for _, it := range t.batch {
		e, copied := copies[it.dst]
		src, there := old[it.src.Path]
		if copied && there && it.copyStands(e) && it.sourceStands(src) {
			sure = append(sure, it)
		} else {
			unsure = append(unsure, it)
		}
	}
	t.it, t.batch = nil, sure
	if len(sure) > 0 {
		t.removeBatch()
	}
	j.mu.Lock()
	j.held -= len(sure)
	j.mu.Unlock()
	for _, it := range unsure {
		t.it = it
		gone, err := t.copyGone(ctx)
		if err == nil && gone == nil {
			err = t.removeSource(ctx)
		}
		if gone != nil {
			err = gone
		}
		if j.ctx.Err() != nil {
			return context.Cause(j.ctx)
		}
		j.endHeld(it, err)
	}
	return nil
}

// endHeld ends an item that was held.
func (j *job) endHeld(it *item, err error) {
	j.finish(it, "", err)
	j.mu.Lock()
	j.held--
	j.mu.Unlock()
}

func targetsOf(items []*item) []remote.Path {
	ps := make([]remote.Path, len(items))
	for i, it := range items {
		ps[i] = it.dst
	}
	return ps
}

// copyGone tells whether the copy of a source that is about to be deleted is not
// what it was: then gone is the failure of the item. err says that nobody knows.
func (t *task) copyGone(ctx context.Context) (gone, err error) {
	it, j := t.it, t.j
	e, err := t.restat(ctx, j.to, j.toGate, it.dst)
	switch {
	case remote.KindOf(err) == remote.NotExist, err == nil && !it.copyStands(e):
		it.landed, it.target = false, nil
		if err == nil {
			it.target = &e
		}
		return it.copyLost(), nil
	}
	return nil, err
}

// copyLost is the failure of an item whose copy is not there any more.
func (it *item) copyLost() error {
	return midwayError{&remote.Error{
		Op: "move", Path: it.dst, Kind: remote.Changed,
		Hint: "The copy has been changed or deleted meanwhile, so the source was kept.",
	}}
}

// makeHeld makes a folder in the first phase: a slash object, which is put on
// record like a copy. In the second phase it is deleted like any other object:
// what stays in the folder keeps it in sight.
func (t *task) makeHeld(ctx context.Context) error {
	it, j := t.it, t.j
	before, err := t.stat(ctx, j.to, j.toGate, it.dst)
	if err != nil && remote.KindOf(err) != remote.NotExist {
		return err
	}
	it.ifAbsent = !plan.IsObject(before) // an empty one tells no version
	j.mu.Lock()
	it.src.Size = 0 // snapshots show it
	j.mu.Unlock()
	if err := t.intendCopy(ctx); err != nil {
		return err
	}
	if err := t.try(ctx, j.toGate, func(ctx context.Context) error { return j.to.Mkdir(ctx, it.dst) }); err != nil {
		return err
	}
	e, err := t.restat(ctx, j.to, j.toGate, it.dst)
	if err != nil {
		return err
	}
	if it.fresh {
		it.keptAs(t.keptID(ctx, e))
		it.wroteAt(e.ModTime) // a folder has no time but that of its object
	}
	return t.holdSource(ctx, "", e.Version)
}

// keptID is the id under which the target keeps a folder that was made just now, of
// which no answer told it; "" if nobody says so.
func (t *task) keptID(ctx context.Context, made remote.Entry) string {
	if v, ok := remote.As[remote.Versioner](t.j.to); ok {
		if keeps, err := v.Versioned(ctx); err == nil && !keeps {
			return ""
		}
	}
	k, ok := remote.As[remote.Keeper](t.j.to)
	if !ok {
		return ""
	}
	kept, err := k.Kept(ctx, t.it.dst, 1)
	if err != nil || len(kept) == 0 || !holds(kept[0], made) {
		return ""
	}
	return kept[0].ID
}
