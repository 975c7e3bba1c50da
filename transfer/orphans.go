package transfer

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"gantry/remote"
	"gantry/transfer/journal"
)

// Orphans are the jobs in the journal that have not ended and that no living
// process runs, oldest first. They do nothing until they are adopted or
// discarded. Their bytes count the parts that have arrived of what was under way.
// It reads the journal: call it in the background.
func (q *Queue) Orphans(ctx context.Context) ([]Snapshot, error) {
	all, err := q.unowned(ctx)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	var out []Snapshot
	for rec, a := range q.elsewhere(ctx, all) {
		s := snapshotOf(rec)
		s.add(a)
		out = append(out, s)
	}
	return out, nil
}

// elsewhere yields those of all that this queue does not have, with what has arrived
// of them: that is read only if there are any, since own jobs may have a million records.
func (q *Queue) elsewhere(ctx context.Context, all []journal.Summary) iter.Seq2[journal.Summary, arrival] {
	return func(yield func(journal.Summary, arrival) bool) {
		var parts map[int64]arrival
		for _, s := range all {
			if q.find(JobID(s.ID)) != nil {
				continue
			}
			if parts == nil {
				parts = q.arrived(ctx)
			}
			if !yield(s, parts[s.ID]) {
				return
			}
		}
	}
}

// arrival is what stands on record of the items of a job that are not done.
type arrival struct {
	bytes  int64 // that their parts hold
	copied int64 // items, see Snapshot.Copied
}

// add counts what is not done yet.
func (s *Snapshot) add(a arrival) {
	s.Bytes.Done = min(s.Bytes.Done+a.bytes, s.Bytes.Total)
	s.Copied = a.copied
}

// arrived is what is on record of items that are not done, by job. What cannot be
// read of it is not counted: it is for the eye only.
func (q *Queue) arrived(ctx context.Context) map[int64]arrival {
	sum := map[int64]arrival{}
	for u, have := range q.jr.Uploads(ctx) {
		a := sum[u.Job]
		for _, p := range have {
			a.bytes += p.Size
		}
		if _, _, held := copyOf(journal.Trace{Upload: &u, Parts: have}); held {
			a.copied++
		}
		sum[u.Job] = a
	}
	return sum
}

// unowned asks the journal, or tries each job's lease if the journal knows
// nothing of processes.
func (q *Queue) unowned(ctx context.Context) ([]journal.Summary, error) {
	if c, ok := q.jr.(journal.Census); ok {
		return c.Unowned(ctx)
	}
	var out []journal.Summary
	for rec, err := range q.jr.Jobs(ctx) {
		if err != nil {
			return nil, err
		}
		if !rec.Ended.IsZero() || q.find(JobID(rec.ID)) != nil {
			continue
		}
		err := q.jr.Lease(ctx, rec.ID, q.owner, now().Add(time.Second))
		if errors.Is(err, journal.ErrLeased) {
			continue
		}
		if err == nil {
			err = q.jr.Release(ctx, rec.ID, q.owner)
		}
		if err != nil {
			return nil, err
		}
		out = append(out, journal.Summary{Job: rec})
	}
	return out, nil
}

// snapshotOf describes a job that nobody runs.
func snapshotOf(s journal.Summary) Snapshot {
	op, _ := parseOp(s.Op)
	out := Snapshot{
		ID: JobID(s.ID), Op: op, Title: s.Title, From: s.From, To: s.To + string(s.Dir), State: Paused,
		Items: Progress{s.Done + s.Skipped, s.Planned}, Bytes: Progress{s.DoneBytes, s.Bytes},
		Listed: s.Listed, ETA: -1, Failures: int(s.Failed), Skipped: int(s.Skipped), Created: s.Created, Finished: s.Ended,
	}
	if sp, err := readSpec(s.Rules); err == nil {
		out.Undoable = sp.Phased && !sp.Deleting && s.Ended.IsZero()
	}
	if s.Reason != "" {
		out.Err = errors.New(s.Reason)
	}
	return out
}

func parseOp(word string) (Op, error) {
	for _, op := range []Op{Copy, Move, Delete} {
		if op.String() == word {
			return op, nil
		}
	}
	return Copy, &remote.Error{Op: "resume", Kind: remote.Unsupported, Hint: fmt.Sprintf("This gantry does not know what %q means.", word)}
}

// Adopt takes over a job that no living process runs, and goes on with it. It
// has the same number. onItem is told about each item that ends, see
// Request.OnItem; it may be nil. It reads the journal and opens the trees: call
// it in the background.
func (q *Queue) Adopt(ctx context.Context, id JobID, onItem func(ItemSnapshot)) error {
	if j := q.find(id); j != nil && !j.over() {
		return nil // it is ours
	}
	rec, err := q.lease(ctx, id)
	if err != nil {
		return err
	}
	j, err := q.rebuild(ctx, rec)
	if err != nil {
		return errors.Join(err, q.jr.Release(ctx, rec.ID, q.owner))
	}
	j.req.OnItem = onItem
	q.mu.Lock()
	if q.closed {
		q.mu.Unlock()
		return errors.Join(ErrClosed, q.jr.Release(context.WithoutCancel(ctx), rec.ID, q.owner))
	}
	q.order = slices.DeleteFunc(q.order, func(o *job) bool { return o.id == id })
	q.enter(j)
	q.mu.Unlock()
	j.save()
	j.touch()
	q.schedule()
	return nil
}

// lease makes an unfinished job ours.
func (q *Queue) lease(ctx context.Context, id JobID) (journal.Job, error) {
	for rec, err := range q.jr.Jobs(ctx) {
		if err != nil {
			return rec, err
		}
		if rec.ID != int64(id) {
			continue
		}
		if !rec.Ended.IsZero() {
			return rec, &remote.Error{Op: "resume", Kind: remote.Invalid, Hint: fmt.Sprintf("Job %d has ended: it is %s.", id, rec.State)}
		}
		err := q.jr.Lease(ctx, rec.ID, q.owner, now().Add(leaseFor))
		if errors.Is(err, journal.ErrLeased) {
			return rec, &remote.Error{Op: "resume", Kind: remote.Exist, Err: err, Hint: fmt.Sprintf("Another gantry is working on job %d.", id)}
		}
		return rec, err
	}
	return journal.Job{}, noJob(id)
}

// request is what a job on record was asked for, without its sources.
func (q *Queue) request(ctx context.Context, rec journal.Job) (r Request, err error) {
	r = Request{Dir: rec.Dir, Title: rec.Title, Sources: nothing}
	sp, err := readSpec(rec.Rules)
	if err != nil {
		return r, err
	}
	r.Rules = sp.Rules
	if r.Op, err = parseOp(rec.Op); err != nil {
		return r, err
	}
	if r.From, err = q.open(ctx, rec.From); err != nil {
		return r, err
	}
	if r.Op != Delete {
		r.To, err = q.open(ctx, rec.To)
	}
	return r, err
}

// rebuild makes a job of its record.
func (q *Queue) rebuild(ctx context.Context, rec journal.Job) (*job, error) {
	r, err := q.request(ctx, rec)
	if err != nil {
		return nil, err
	}
	sp, err := readSpec(rec.Rules)
	if err != nil {
		return nil, err
	}
	j := newJob(q, JobID(rec.ID), r)
	if err := j.check(); err != nil {
		return nil, err
	}
	lost := sp.Recorded && !rec.Listed
	ups := map[int64]*found{}
	if j.listsAnew() || j.req.Op == Copy || lost { // else they are read with their items
		if ups, err = q.uploadsOf(ctx, rec.ID); err != nil {
			return nil, err
		}
	}
	j.created, j.recorded, j.deleting = rec.Created, rec.Listed, sp.Deleting
	j.levels = sp.Levels
	j.adopted = &adopted{listed: rec.Listed, lost: lost, spec: sp, ups: ups, failed: map[int64]bool{}}
	j.nums.Store(sp.Num)
	if err := j.recallSources(ctx); err != nil {
		return nil, err
	}
	if err := j.recallFailed(ctx); err != nil {
		return nil, err
	}
	if !lost { // else what is done may come up once more
		if err := j.countDone(ctx); err != nil {
			return nil, err
		}
	}
	for it, err := range q.jr.Items(ctx, rec.ID) {
		if err != nil {
			return nil, err
		}
		j.nums.Store(max(j.nums.Load(), it.Num))
	}
	return j, nil
}

// countDone counts what earlier processes have done of a job, as far as the
// journal counts: it goes on at 400 of 1,000 and not at 0 of 600.
func (j *job) countDone(ctx context.Context) error {
	c, ok := j.q.jr.(journal.Census)
	if !ok {
		return nil
	}
	for s, err := range c.Summaries(ctx) {
		if err != nil {
			return err
		}
		if s.ID != int64(j.id) {
			continue
		}
		j.items.Store(s.Done + s.Skipped)
		j.allItems.Store(s.Done + s.Skipped + int64(j.failCount))
		j.bytes.Store(s.DoneBytes)
		j.allBytes.Store(s.DoneBytes)
		j.there.Store(s.DoneBytes)
		j.skip = int(s.Skipped)
		return nil
	}
	return nil
}

// recallFailed counts the items of a copy that have failed in earlier processes: it
// is not done with the rest of them. What failed in the listing, behind all that is
// planned, is met there once more, or has passed.
func (j *job) recallFailed(ctx context.Context) error {
	f, ok := j.q.jr.(journal.Failures)
	if !ok {
		return nil
	}
	a := j.adopted
	var again []int64
	for it, err := range f.Failed(ctx, int64(j.id)) {
		if err != nil {
			return err
		}
		j.nums.Store(max(j.nums.Load(), it.Num))
		switch {
		case j.req.Op != Copy || a.lost: // tries these again, see known
		case it.Source.Path == "" && !a.listed && it.Num > a.spec.Num:
			again = append(again, it.Num)
		default:
			j.failCount++
		}
	}
	if len(again) == 0 {
		return nil
	}
	return f.Retract(ctx, int64(j.id), again)
}

func nothing(func(Source, error) bool) {}

// open gives the tree of a label again.
func (q *Queue) open(ctx context.Context, label string) (remote.Tree, error) {
	if q.o.Open == nil {
		return nil, &remote.Error{Op: "resume", Kind: remote.Unsupported, Hint: "This queue cannot take jobs over."}
	}
	return q.o.Open(ctx, label)
}

// uploadsOf are the uploads of a job that are not settled, by item.
func (q *Queue) uploadsOf(ctx context.Context, id int64) (map[int64]*found, error) {
	ups := map[int64]*found{}
	for u, have := range q.jr.Uploads(ctx) {
		if u.Job != id {
			continue
		}
		ups[u.Item] = newFound(journal.Trace{Upload: &u, Parts: have})
	}
	return ups, context.Cause(ctx)
}

// Discard cancels a job that no living process runs, after removing what it has
// left behind: uploads and temporary files. What was done stays done. If
// something could not be removed the job stays, and the error says what.
func (q *Queue) Discard(ctx context.Context, id JobID) error {
	rec, err := q.lease(ctx, id)
	if err != nil {
		return err
	}
	if err := q.removeLeft(ctx, rec); err != nil {
		return errors.Join(err, q.jr.Release(context.WithoutCancel(ctx), rec.ID, q.owner))
	}
	return q.givenUp(ctx, rec)
}

// givenUp puts the end of a job on record that nobody goes on with.
func (q *Queue) givenUp(ctx context.Context, rec journal.Job) error {
	rec.State, rec.Ended = Cancelled.String(), now()
	return errors.Join(q.jr.PutJob(ctx, rec), q.jr.Release(context.WithoutCancel(ctx), rec.ID, q.owner))
}

// removeLeft removes the uploads of a job.
func (q *Queue) removeLeft(ctx context.Context, rec journal.Job) error {
	ups, err := q.uploadsOf(ctx, rec.ID)
	if err != nil || rec.To == "" && rec.Op == Delete.String() {
		return err
	}
	tree, err := q.open(ctx, rec.To)
	if err != nil && len(ups) > 0 {
		return err
	}
	var errs []error
	for _, up := range ups {
		if err := q.removeUpload(ctx, tree, up.Upload, rec.Created); err != nil {
			errs = append(errs, err)
			continue
		}
		errs = append(errs, q.jr.Settled(ctx, rec.ID, up.Item))
	}
	if tree != nil {
		errs = append(errs, q.sweep(ctx, tree, rec))
	}
	return errors.Join(errs...)
}
