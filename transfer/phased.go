package transfer

import (
	"context"
	"errors"
	"fmt"

	"gantry/remote"
	"gantry/transfer/journal"
)

// A move inside a bucket is a rename that the store does not know. It has two
// phases: everything is copied and verified, and only then everything is deleted.
// Whatever interrupts it leaves a whole copy of every object, either the old tree
// or the new one is complete until the first deletion, and until then the copies
// can be taken back.

// errHeld says that an item is copied and that its source is not to be deleted
// before the others are copied as well.
var errHeld = errors.New("copied, to be deleted with the others")

// errBack calls a job off whose copies are to be taken back.
var errBack = fmt.Errorf("%w, and taken back", errUser)

// inPhases tells whether the job copies everything before it deletes anything.
func (j *job) inPhases() bool {
	r := j.req
	if r.Op != Move || r.Rules.DryRun || !j.fromKeyed || !j.toKeyed || r.From.Label() != r.To.Label() {
		return false
	}
	if _, renames := remote.As[remote.Renamer](r.From); renames {
		return false
	}
	c, copies := remote.As[remote.Copier](r.To)
	return copies && c.CanCopy(r.From)
}

// holdSource keeps a source until all are copied. The version of the copy goes
// on record, so that it can be told from what somebody else wrote there; not if
// it took the place of something, which taking it back would not restore.
func (t *task) holdSource(ctx context.Context, version string) error {
	it, j := t.it, t.j
	if it.fresh && version != "" {
		p := remote.Part{Num: 1, Size: it.size(), Tag: version}
		if err := j.q.jr.Part(context.WithoutCancel(ctx), int64(j.id), it.num, p); err != nil {
			return err
		}
	}
	it.copied = version
	return errHeld
}

// hold puts a copied item with the others.
func (j *job) hold(it *item) {
	j.mu.Lock()
	delete(j.active, it)
	it.landed, it.state, it.w = true, Waiting, nil
	j.held = append(j.held, it)
	j.mu.Unlock()
	j.wakeUp()
	j.touch()
}

// secondPhase begins to delete once everything is copied, and tells whether
// there is anything to be done. That it begins is on record first: from then on
// the copies are all that there is. If something could not be copied nothing is
// deleted, unless the user wants the job to go on all the same.
func (j *job) secondPhase() bool {
	j.mu.Lock()
	if len(j.held) == 0 {
		j.mu.Unlock()
		return false
	}
	if j.failCount > 0 && !j.goAhead && !j.deleting {
		j.stuck = true
		err := &remote.Error{
			Op: "move", Kind: remote.Other,
			Hint: fmt.Sprintf("%d could not be copied, so nothing was deleted. Retry them; or resume the job to delete what was copied; or cancel it.", j.failCount),
		}
		j.mu.Unlock()
		return j.stay(err)
	}
	began := !j.deleting
	j.deleting = true
	j.mu.Unlock()
	if err := j.q.jr.PutJob(context.WithoutCancel(j.q.ctx), j.record()); err != nil && began {
		j.mu.Lock()
		j.deleting = false
		j.mu.Unlock()
		return j.stay(err)
	}
	j.mu.Lock()
	j.queued = append(j.queued, j.held...)
	j.held = nil
	j.mu.Unlock()
	return true
}

// stay deals with a move that cannot begin to delete.
func (j *job) stay(err error) bool {
	if !j.q.o.Unattended {
		j.pause(err)
		return true
	}
	j.mu.Lock()
	held := j.held
	j.held = nil
	j.mu.Unlock()
	for _, it := range held {
		j.finish(it, "", midwayError{&remote.Error{
			Op: "move", Path: it.src.Path, Kind: remote.Other,
			Hint: "It was copied, but not deleted, because others could not be copied.", Err: err,
		}})
	}
	return false
}

// copyThereStill fails unless the copy of a source that is about to be deleted is
// there.
func (t *task) copyThereStill(ctx context.Context) error {
	it, j := t.it, t.j
	e, err := t.stat(ctx, j.to, j.toGate, it.dst)
	switch {
	case remote.KindOf(err) == remote.NotExist, err == nil && (it.copied != "" && e.Version != it.copied || e.Size != it.src.Size):
		it.landed = false
		return midwayError{&remote.Error{
			Op: "move", Path: it.dst, Kind: remote.Changed,
			Hint: "The copy has been changed or deleted meanwhile, so the source was kept.",
		}}
	}
	return err
}

// undoable tells whether Rollback can take back what the job has copied.
func (j *job) undoable() bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.phased && !j.deleting && j.started && !j.final.Ended()
}

// Rollback cancels a move inside a bucket and removes the copies that it has
// made. Once the job has begun to delete it does nothing and returns false.
func (q *Queue) Rollback(id JobID) bool {
	j := q.find(id)
	if j == nil || !j.undoable() {
		return false
	}
	j.cancelRun(errBack)
	return true
}

// DiscardBack is Discard of a move inside a bucket that also removes the copies
// that it has made. The error is Invalid if it is none, or has begun to delete.
func (q *Queue) DiscardBack(ctx context.Context, id JobID) error {
	rec, err := q.lease(ctx, id)
	if err != nil {
		return err
	}
	if err = q.back(ctx, rec); err == nil {
		err = q.removeLeft(ctx, rec)
	}
	if err != nil {
		return errors.Join(err, q.jr.Release(context.WithoutCancel(ctx), rec.ID, q.owner))
	}
	return q.jr.Forget(ctx, []int64{rec.ID})
}

// takeBack is what Rollback called the job off for. It takes as long as it
// takes; closing the queue ends it.
func (j *job) takeBack() {
	j.mu.Lock()
	late := j.deleting
	j.mu.Unlock()
	if late { // it began between the question and the answer: the copies may be all that there is
		return
	}
	if err := j.q.takeBack(j.q.ctx, j.req.From, j.req.To, int64(j.id)); err != nil {
		j.q.o.Log.Error("take copies back", "job", j.id, "err", err)
		j.mu.Lock()
		j.firstErr = err
		j.mu.Unlock()
	}
}

func (q *Queue) back(ctx context.Context, rec journal.Job) error {
	sp, err := readSpec(rec.Rules)
	if err != nil {
		return err
	}
	if !sp.Phased || sp.Deleting {
		return &remote.Error{
			Op: "roll back", Kind: remote.Invalid,
			Hint: fmt.Sprintf("Job %d cannot be rolled back: only a move inside a bucket can, until it begins to delete. Resume it instead.", rec.ID),
		}
	}
	from, err := q.open(ctx, rec.From)
	if err != nil {
		return err
	}
	to, err := q.open(ctx, rec.To)
	if err != nil {
		return err
	}
	return q.takeBack(ctx, from, to, rec.ID)
}

// takeBack removes the copies that a job has made, as far as they still are what
// it has made. Everything else stays.
func (q *Queue) takeBack(ctx context.Context, from, to remote.Tree, job int64) error {
	var gone []remote.Path
	remove := func() error {
		if len(gone) == 0 {
			return nil
		}
		err := to.Remove(ctx, gone)
		gone = gone[:0]
		return err
	}
	var errs []error
	var unproven []journal.Upload // begun, and it is not known whether they were made
	for u, parts := range q.jr.Uploads(ctx) {
		switch {
		case u.Job != job || u.PartSize != copyFresh:
		case len(parts) != 1:
			unproven = append(unproven, u)
		default:
			e, err := to.Stat(ctx, u.Path)
			switch {
			case err != nil && remote.KindOf(err) != remote.NotExist:
				errs = append(errs, err)
			case err == nil && e.Version == parts[0].Tag:
				if gone = append(gone, u.Path); len(gone) == batchSize {
					errs = append(errs, remove())
				}
			}
		}
	}
	more, err := q.unprovenCopies(ctx, from, to, job, unproven)
	gone = append(gone, more...)
	errs = append(errs, err)
	return errors.Join(append(errs, remove())...)
}

// unprovenCopies are those targets that hold exactly what their sources hold,
// which are there and unchanged: copies that a kill kept from going on record.
func (q *Queue) unprovenCopies(ctx context.Context, from, to remote.Tree, job int64, ups []journal.Upload) ([]remote.Path, error) {
	if len(ups) == 0 {
		return nil, nil
	}
	at := make(map[int64]journal.Upload, len(ups))
	for _, u := range ups {
		at[u.Item] = u
	}
	var out []remote.Path
	for it, err := range q.jr.Items(ctx, job) {
		if err != nil {
			return out, err
		}
		u, ok := at[it.Num]
		if !ok {
			continue
		}
		src, err := from.Stat(ctx, it.Source.Path)
		if err != nil || src.Version != u.Version {
			continue
		}
		dst, err := to.Stat(ctx, u.Path)
		sums := src.Sum.Algorithm != remote.NoSum && src.Sum.Algorithm == dst.Sum.Algorithm
		if err == nil && dst.Size == src.Size && (sums && src.Sum == dst.Sum || !sums && src.Version == dst.Version) {
			out = append(out, u.Path)
		}
	}
	return out, nil
}

// makeHeld makes a folder in the first phase: a slash object, which is put on
// record like a copy.
func (t *task) makeHeld(ctx context.Context) error {
	it, j := t.it, t.j
	before, err := t.stat(ctx, j.to, j.toGate, it.dst)
	if err != nil && remote.KindOf(err) != remote.NotExist {
		return err
	}
	it.ifAbsent = before.Version == ""
	j.mu.Lock()
	it.src.Size = 0 // snapshots show it
	j.mu.Unlock()
	if err := t.intendCopy(ctx); err != nil {
		return err
	}
	if err := t.try(ctx, j.toGate, func(ctx context.Context) error { return j.to.Mkdir(ctx, it.dst) }); err != nil {
		return err
	}
	e, err := t.stat(ctx, j.to, j.toGate, it.dst)
	if err != nil {
		return err
	}
	return t.holdSource(ctx, e.Version)
}
