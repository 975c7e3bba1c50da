package sqlite

import (
	"context"
	"errors"
	"iter"
	"slices"
	"time"

	"gantry/transfer/journal"
)

// NextID gives a job its number: unique in the state folder, growing, never
// given twice.
func (j *Journal) NextID(ctx context.Context) (int64, error) {
	var id int64
	err := j.w.do(ctx, 1, func(t *txn) (err error) {
		t.mark = true
		id, err = t.number("last")
		return err
	})
	if err != nil {
		return 0, err
	}
	return id, nil
}

// PutJob records a job or its new state. A job that is new belongs to this
// process until Close, or until it is released.
func (j *Journal) PutJob(ctx context.Context, job journal.Job) error {
	if err := j.me.register(ctx); err != nil {
		return err
	}
	job.Rules = slices.Clone(job.Rules)
	return j.w.do(ctx, 1, func(t *txn) error {
		r, err := t.ours(job.ID)
		if err != nil {
			return err
		}
		if !r.known && !r.dirty {
			r.owner = j.me.id
		}
		r.Job, r.dirty, t.mark = job, true, true
		return nil
	})
}

// Jobs yields all jobs, oldest first.
func (j *Journal) Jobs(ctx context.Context) iter.Seq2[journal.Job, error] {
	return func(yield func(journal.Job, error) bool) {
		for r, err := range j.jobRows(ctx, "SELECT * FROM job WHERE id>? ORDER BY id LIMIT ?") {
			if err != nil {
				yield(journal.Job{}, err)
				return
			}
			if !yield(r.Job, nil) {
				return
			}
		}
	}
}

// Forget drops jobs and everything that belongs to them. Those that another
// living process runs stay, and the error is journal.ErrLeased. They are gone
// for everybody when it returns; their items are removed from the file in the
// background.
func (j *Journal) Forget(ctx context.Context, jobs []int64) error {
	return j.w.do(ctx, len(jobs), func(t *txn) error {
		var refused error
		for _, id := range jobs {
			_, err := t.ours(id)
			var no refusal
			if errors.As(err, &no) {
				refused = errors.Join(refused, no.error)
				continue
			}
			if err == nil {
				err = t.forget(id)
			}
			if err != nil {
				return err
			}
		}
		if refused != nil {
			return refusal{refused}
		}
		return nil
	})
}

func (t *txn) forget(id int64) error {
	t.jobs[id] = &jobRow{Job: journal.Job{ID: id}}
	for _, o := range t.open[id] {
		o.gone = true
	}
	delete(t.open, id)
	for _, query := range []string{
		"DELETE FROM job WHERE id=?", "DELETE FROM upload WHERE job=?", "DELETE FROM part WHERE job=?",
	} {
		if _, err := t.exec(query, id); err != nil {
			return err
		}
	}
	t.mark = true
	t.after = append(t.after, func() {
		delete(t.w.j.held, id)
		t.w.later(purge) // after stop it waits for the next Open
	})
	return t.put("trash", id)
}

// Tidy waits until what belongs to forgotten jobs is removed from the file and
// the room given back, which else happens in the background and goes on with
// the next Open.
func (j *Journal) Tidy(ctx context.Context) error {
	done := make(chan struct{})
	if !j.w.later(purge) || !j.w.later(func(context.Context, *writer) (bool, error) {
		close(done)
		return false, nil
	}) {
		return j.f.fail("tidy", errClosed)
	}
	select {
	case <-done:
		return nil
	case <-j.w.stopped:
		return j.f.fail("tidy", errClosed)
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// purgeMost is how many chunks, or outcomes, are removed at a time.
const purgeMost = 256

// purge removes what is left of forgotten jobs and then gives the room back.
func purge(ctx context.Context, w *writer) (more bool, err error) {
	run := func(t *txn) error {
		var job int64
		found := false
		err := t.each("trash", 2, func(c cols) error {
			job, found = c.int(0), true
			return nil
		}, "SELECT * FROM trash LIMIT 1")
		if err != nil || !found {
			return err
		}
		more = true
		var removed int64
		for _, table := range []struct{ name, key string }{{"chunk", "first"}, {"open", "first"}, {"source", "first"}, {"outcome", "num"}} {
			n, err := t.exec("DELETE FROM "+table.name+" WHERE job=? AND "+table.key+"<=(SELECT max("+table.key+") FROM (SELECT "+
				table.key+" FROM "+table.name+" WHERE job=? ORDER BY "+table.key+" LIMIT ?))", job, job, purgeMost)
			if err != nil {
				return err
			}
			removed += n
		}
		if removed == 0 {
			_, err = t.exec("DELETE FROM trash WHERE job=?", job)
		}
		return err
	}
	if err := w.transact(ctx, []*request{{run: run}}, make([]error, 1)); err != nil || more {
		return more, err
	}
	return shrink(ctx, w)
}

const (
	spareMost   = 256    // free pages that are left in the file for later
	freeMost    = 16384  // free pages that are too many to keep
	shrinkPages = "1024" // pages that are given back at a time
)

// shrink gives free pages back to the disk, some at a time.
func shrink(ctx context.Context, w *writer) (more bool, err error) {
	before, err := w.freePages(ctx)
	if err != nil || before <= spareMost {
		return false, err
	}
	if _, err := w.exec(ctx, "PRAGMA incremental_vacuum("+shrinkPages+")"); err != nil {
		return false, err
	}
	after, err := w.freePages(ctx)
	return after < before && after > spareMost, err
}

// leftover sees whether there is something to purge or to give back.
func (w *writer) leftover(ctx context.Context) error {
	var trash bool
	if err := scanOne(ctx, w.conn, "SELECT EXISTS (SELECT 1 FROM trash)", &trash); err != nil {
		return err
	}
	free, err := w.freePages(ctx)
	if trash || free > freeMost {
		w.later(purge)
	}
	return err
}

func (w *writer) freePages(ctx context.Context) (n int64, err error) {
	return n, scanOne(ctx, w.conn, "PRAGMA freelist_count", &n)
}

// Lease makes owner the one who runs the job until then; renewing is leasing
// again. Use Owner for the name: then the lease lasts as long as the process
// lives, whatever the clock does, and ends at once when it dies. Another name
// counts until then only. It fails with journal.ErrLeased while another owner's
// lease lasts; it takes over the job of one who is dead.
func (j *Journal) Lease(ctx context.Context, job int64, owner string, until time.Time) error {
	if owner == j.me.id {
		if err := j.me.register(ctx); err != nil {
			return err
		}
	}
	return j.w.do(ctx, 1, func(t *txn) error {
		r, err := t.job(job)
		if err != nil {
			return err
		}
		kept := r.owner == j.me.id && j.held[job] == "" // submitted here, not leased yet
		if r.owner != "" && r.owner != owner && !kept {
			alive, err := t.alive(r.owner, r.until)
			if err != nil {
				return err
			}
			if alive {
				return refusal{journal.ErrLeased}
			}
		}
		r.owner, r.until, r.dirty = owner, nanos(until), true
		t.after = append(t.after, func() { j.held[job] = owner })
		return nil
	})
}

// Release ends owner's lease; that of another owner stays.
func (j *Journal) Release(ctx context.Context, job int64, owner string) error {
	return j.w.do(ctx, 1, func(t *txn) error {
		r, err := t.job(job)
		if err != nil {
			return err
		}
		if r.known && r.owner == owner {
			r.owner, r.until, r.dirty = "", 0, true
		}
		t.after = append(t.after, func() {
			if j.held[job] == owner {
				delete(j.held, job)
			}
		})
		return nil
	})
}
