package sqlite

import (
	"context"
	"iter"
	"slices"

	"gantry/remote"
	"gantry/transfer/journal"
)

var (
	_ journal.Batcher  = (*Journal)(nil)
	_ journal.Census   = (*Journal)(nil)
	_ journal.Failures = (*Journal)(nil)
)

// EndAll records how items ended, in one go.
func (j *Journal) EndAll(ctx context.Context, job int64, ends []journal.End) error {
	for part := range slices.Chunk(ends, batchCost/2) { // others are not kept waiting
		err := j.w.do(ctx, len(part), func(t *txn) error {
			for _, e := range part {
				if err := t.end(job, e.Item, Ended{Job: job, Num: e.Item, Outcome: e.Outcome}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// Unowned are the jobs that have not ended and that no living process runs.
func (j *Journal) Unowned(ctx context.Context) ([]journal.Summary, error) {
	return j.unended(ctx, false)
}

// Owned are the jobs that have not ended and that a living process runs.
func (j *Journal) Owned(ctx context.Context) ([]journal.Summary, error) {
	return j.unended(ctx, true)
}

// unended are the jobs that have not ended, either those that a living process runs or
// the others.
func (j *Journal) unended(ctx context.Context, alive bool) (out []journal.Summary, err error) {
	for s, err := range j.summaries(ctx, unendedJobs) {
		if err != nil {
			return nil, err
		}
		if s.Alive == alive {
			out = append(out, s.plain())
		}
	}
	return out, nil
}

// plain is the summary as every journal tells it.
func (s Summary) plain() journal.Summary {
	return journal.Summary{
		Job: s.Job, Planned: s.Planned, Bytes: s.Bytes, Done: s.Done, DoneBytes: s.DoneBytes,
		Failed: s.Failed, Skipped: s.Skipped, Cancelled: s.Cancelled, Alive: s.Alive, PID: s.PID,
	}
}

// Summaries yields all jobs with their counters, oldest first.
func (j *Journal) Summaries(ctx context.Context) iter.Seq2[journal.Summary, error] {
	return func(yield func(journal.Summary, error) bool) {
		for s, err := range j.History(ctx) {
			if !yield(s.plain(), err) {
				return
			}
		}
	}
}

// Failed yields the items of a job that failed, in order. Of their sources the
// journal has kept the path only.
func (j *Journal) Failed(ctx context.Context, job int64) iter.Seq2[journal.Failure, error] {
	return func(yield func(journal.Failure, error) bool) {
		for e, err := range j.Outcomes(ctx, job) {
			if err == nil && e.State != "failed" {
				continue
			}
			it := journal.Item{Job: job, Num: e.Num, Source: remote.Entry{Path: e.Source}, Target: e.Target}
			if !yield(journal.Failure{Item: it, Verified: e.Verified}, err) {
				return
			}
		}
	}
}

// Retract takes back that items of a job failed.
func (j *Journal) Retract(ctx context.Context, job int64, items []int64) error {
	for part := range slices.Chunk(items, batchCost/2) { // others are not kept waiting
		if err := j.w.do(ctx, len(part), func(t *txn) error { return t.retract(job, part) }); err != nil {
			return err
		}
	}
	return nil
}

func (t *txn) retract(job int64, items []int64) error {
	r, err := t.ours(job)
	if err != nil || !r.known && !r.dirty {
		return err // nothing is kept of what was forgotten
	}
	for _, num := range items {
		if err := t.reopen(r, openRow{first: num, bits: []byte{1}}, num); err != nil {
			return err
		}
	}
	r.dirty = true
	return nil
}
