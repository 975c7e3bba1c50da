package transfer

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"gantry/remote"
	"gantry/transfer/journal"
)

// errBack calls a job off whose copies are to be taken back.
var errBack = fmt.Errorf("%w, and taken back", errUser)

// goesBack tells whether the job was called off to be taken back.
func (j *job) goesBack() bool { return j.ctx != nil && errors.Is(context.Cause(j.ctx), errBack) }

// undoable tells whether Rollback can take back what the job has copied.
func (j *job) undoable() bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.phased && !j.deleting && j.started && !j.final.Ended()
}

// Rollback cancels a move inside a bucket and removes the copies that it has
// made. What a copy has replaced is brought back where the bucket has kept it; else
// the copy stays, and the job's Err then says so. Once the job has begun to
// delete it does nothing and returns false.
func (q *Queue) Rollback(id JobID) bool {
	j := q.find(id)
	if j == nil || !j.undoable() {
		return false
	}
	j.cancelRun(errBack)
	return true
}

// DiscardBack is Discard of a move inside a bucket that also removes the copies
// that it has made. The error is Invalid if it is none, or has begun to delete. If
// copies stay, as with Rollback, the job is cancelled and the error says so.
func (q *Queue) DiscardBack(ctx context.Context, id JobID) error {
	rec, err := q.lease(ctx, id)
	if err != nil {
		return err
	}
	stay, err := q.back(ctx, rec)
	if err == nil {
		err = q.removeLeft(ctx, rec)
	}
	if err != nil {
		return errors.Join(err, q.jr.Release(context.WithoutCancel(ctx), rec.ID, q.owner))
	}
	if err := q.givenUp(ctx, rec); err != nil {
		return err
	}
	return stay.err()
}

// takeBack is what Rollback called the job off for, and returns why: with what
// could not be taken back, if anything. It takes as long as it takes; closing the
// queue ends it.
func (j *job) takeBack() error {
	j.mu.Lock()
	late := j.deleting
	j.mu.Unlock()
	if late { // it began between the question and the answer: the copies may be all that there is
		return errBack
	}
	stay, err := j.q.takeBack(j.q.ctx, j.req.From, j.req.To, int64(j.id))
	if err != nil {
		j.q.o.Log.Error("take copies back", "job", j.id, "err", err)
		return &remote.Error{
			Op: "roll back", Kind: remote.KindOf(err), Err: errors.Join(errBack, err),
			Hint: "Not all copies could be removed: " + remote.HintOf(err),
		}
	}
	return cmp.Or(stay.err(), errBack)
}

func (q *Queue) back(ctx context.Context, rec journal.Job) (*staying, error) {
	sp, err := readSpec(rec.Rules)
	if err != nil {
		return nil, err
	}
	if !sp.Phased || sp.Deleting {
		return nil, &remote.Error{
			Op: "roll back", Kind: remote.Invalid,
			Hint: fmt.Sprintf("Job %d cannot be rolled back: only a move inside a bucket can, until it begins to delete. Resume it instead.", rec.ID),
		}
	}
	from, err := q.open(ctx, rec.From)
	if err != nil {
		return nil, err
	}
	to, err := q.open(ctx, rec.To)
	if err != nil {
		return nil, err
	}
	return q.takeBack(ctx, from, to, rec.ID)
}

// takeBack removes the copies that a job has made, as far as they still are what
// it has made, and brings back what they have replaced where that is kept.
// Everything else stays. A copy that lay beneath another one of the job, of a source
// of the same name, is met once that has been taken back.
func (q *Queue) takeBack(ctx context.Context, from, to remote.Tree, job int64) (stay *staying, err error) {
	for stay = (&staying{}); ; stay = stay.next() {
		if err = q.takeOnce(ctx, from, to, job, stay); err != nil || stay.back == 0 || stay.beneath == 0 {
			return stay, err
		}
	}
}

// takeOnce is takeBack for what nothing lies upon.
func (q *Queue) takeOnce(ctx context.Context, from, to remote.Tree, job int64, stay *staying) error {
	var page []journal.Trace
	var errs []error
	take := func() {
		errs, page = append(errs, takePage(ctx, from, to, page, stay)), page[:0]
	}
	for tr, err := range q.jr.Traces(ctx, job) {
		if err != nil {
			return errors.Join(append(errs, err)...)
		}
		if tr.Upload == nil || tr.Upload.PartSize >= 0 {
			continue
		}
		if page = append(page, tr); len(page) == batchSize {
			take()
		}
	}
	if len(page) > 0 {
		take()
	}
	return errors.Join(errs...)
}

// takePage takes back the copies of some traces, and notes those that stay. The
// listing tells what is to be looked at; each copy is looked at once more right
// before it goes.
func takePage(ctx context.Context, from, to remote.Tree, page []journal.Trace, stay *staying) error {
	ps := make([]remote.Path, len(page))
	for i, tr := range page {
		ps[i] = tr.Upload.Path
	}
	there := glance(ctx, to, ps, func(ctx context.Context, op func(context.Context) error) error { return op(ctx) })
	var fresh, replaced []standing
	var others []remote.Path
	var errs []error
	ours := map[remote.Path]bool{}
	for _, tr := range page {
		if wasReplaced(tr) { // what is there belongs to another trace
			continue
		}
		p := tr.Upload.Path
		_, version, held := copyOf(tr)
		e, shown := there[p]
		if !shown || e.Version == "" || e.Version != version {
			var err error
			if e, err = to.Stat(ctx, p); err != nil {
				if remote.KindOf(err) != remote.NotExist {
					errs = append(errs, err)
				}
				continue
			}
		}
		isFresh := tr.Upload.PartSize == copyFresh // nothing was there before
		switch {
		case !isCopy(ctx, from, tr, e):
			if held {
				stay.beneath++
			}
			switch {
			case isFresh && tr.Dir && e.Version == "" && e.Size <= 0: // that is but the way to others
			case isFresh, !held && tr.Upload.Before != "" && tr.Upload.Before != e.Version:
				others = append(others, p)
			}
			continue
		case isFresh:
			fresh = append(fresh, standing{tr, e})
		case !tr.Dir:
			if !held {
				tr = proven(ctx, to, tr, e)
			}
			replaced = append(replaced, standing{tr, e})
		}
		ours[p] = true
	}
	for _, p := range others {
		if !ours[p] { // another copy of the job is there
			stay.note(p, reverted{other: true})
			ours[p] = true // once
		}
	}
	return errors.Join(append(errs, takeAll(ctx, to, fresh, stay, unmake), takeAll(ctx, to, replaced, stay, revert))...)
}

// isCopy tells whether dst is, as far as it shows, the copy of a trace.
func isCopy(ctx context.Context, from remote.Tree, tr journal.Trace, dst remote.Entry) bool {
	_, version, held := copyOf(tr)
	if !held {
		return copyMade(ctx, from, tr, dst)
	}
	return dst.Version == version && (!tr.Dir || dst.Size == 0)
}

// copyMade tells whether dst holds exactly what the source of a trace holds,
// which is there and unchanged: a copy that a kill kept from going on record.
func copyMade(ctx context.Context, from remote.Tree, tr journal.Trace, dst remote.Entry) bool {
	if tr.Dir {
		return dst.Size == 0 // nothing was there before, and it holds nothing
	}
	src, err := from.Stat(ctx, tr.Source.Path)
	if err != nil || src.Version != tr.Upload.Version || dst.Size != src.Size {
		return false
	}
	if src.Sum.Algorithm != remote.NoSum && src.Sum.Algorithm == dst.Sum.Algorithm {
		return src.Sum == dst.Sum
	}
	return src.Version == dst.Version
}
