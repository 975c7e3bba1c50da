package transfer

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"

	"gantry/remote"
	"gantry/transfer/journal"
)

// History yields all jobs on record, oldest first: also those that have ended,
// and those of other processes, of which owned tells. Without a journal that
// lasts these are the jobs of this process. The bytes of those that have not ended
// count the parts that have arrived, as in Orphans.
func (q *Queue) History(ctx context.Context) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		c, ok := q.jr.(journal.Census)
		if !ok {
			for _, s := range q.Jobs() {
				if !yield(Record{Snapshot: s, Owned: true}, nil) {
					return
				}
			}
			return
		}
		var parts map[int64]arrival // read once there is a job that needs them
		for s, err := range c.Summaries(ctx) {
			r := readRecord(s)
			if err == nil && !r.State.Ended() {
				if parts == nil {
					parts = q.arrived(ctx)
				}
				r.add(parts[s.ID])
			}
			if !yield(r, err) {
				return
			}
		}
	}
}

// Record is a job as it stands in the journal.
type Record struct {
	Snapshot
	Owned bool // a living process runs it; one that is neither owned nor ended was interrupted
	PID   int  // of that process, 0 if it is on another machine
}

// Others are the jobs that other living processes have and that have not ended, oldest
// first. It reads the journal: call it in the background.
func (q *Queue) Others(ctx context.Context) ([]Record, error) {
	c, ok := q.jr.(journal.Census)
	if !ok {
		return nil, nil
	}
	all, err := c.Owned(ctx)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	var out []Record
	for s, a := range q.elsewhere(ctx, all) {
		r := readRecord(s)
		r.add(a)
		out = append(out, r)
	}
	return out, nil
}

func readRecord(s journal.Summary) Record {
	r := Record{Snapshot: snapshotOf(s), Owned: s.Alive, PID: s.PID}
	r.State = recordedState(s)
	if sp, err := readSpec(s.Rules); err == nil {
		r.Levels = levelsOf(sp.Levels)
	}
	return r
}

// recordedState is the state that was recorded. A job that nobody runs is
// paused, whatever it did last.
func recordedState(s journal.Summary) State {
	for i, name := range stateNames {
		if name == s.State && (s.Alive || !s.Ended.IsZero()) {
			return State(i) //nolint:gosec // a dozen states
		}
	}
	return Paused
}

// Again does the failed items of a job that has ended once more, in a job of
// its own whose number it returns. The old job is forgotten. What failed before
// its source was known cannot be done again; the error then says so, and the
// rest is done.
func (q *Queue) Again(ctx context.Context, id JobID, onItem func(ItemSnapshot)) (JobID, error) {
	f, ok := q.jr.(journal.Failures)
	if !ok {
		return 0, &remote.Error{Op: "retry", Kind: remote.Unsupported, Hint: "Without a journal only jobs of this process can be retried."}
	}
	rec, err := q.ended(ctx, id)
	if err != nil {
		return 0, err
	}
	r, err := q.request(ctx, rec)
	if err != nil {
		return 0, err
	}
	lost, landed := 0, map[remote.Path]bool{}
	for it, err := range f.Failed(ctx, rec.ID) {
		if err != nil {
			return 0, err
		}
		s, err := sourceAgain(ctx, r, it.Item)
		if err != nil {
			lost++
			q.o.Log.Warn("retry", "job", int64(id), "source", string(it.Source.Path), "err", err)
			continue
		}
		r.List = append(r.List, s)
		if it.Verified != "" {
			landed[it.Source.Path] = true
		}
	}
	if len(r.List) == 0 {
		return 0, &remote.Error{Op: "retry", Kind: remote.Invalid, Hint: fmt.Sprintf("Nothing of job %d can be retried.", id)}
	}
	r.OnItem, r.Sources, r.landed = onItem, nil, landed
	next := q.Submit(r)
	if lost > 0 { // and the old job stays, for what it says about these
		return next, &remote.Error{
			Op: "retry", Kind: remote.NotExist,
			Hint: fmt.Sprintf("%d items of job %d cannot be retried: their sources are gone or were never known.", lost, id),
		}
	}
	return next, q.jr.Forget(ctx, []int64{rec.ID})
}

// ended finds a job on record that has ended.
func (q *Queue) ended(ctx context.Context, id JobID) (journal.Job, error) {
	for rec, err := range q.jr.Jobs(ctx) {
		if err != nil {
			return rec, err
		}
		if rec.ID == int64(id) && rec.Ended.IsZero() {
			return rec, &remote.Error{Op: "retry", Kind: remote.Invalid, Hint: fmt.Sprintf("Job %d has not ended; resume it instead.", id)}
		}
		if rec.ID == int64(id) {
			return rec, nil
		}
	}
	return journal.Job{}, noJob(id)
}

func noJob(id JobID) error {
	return &remote.Error{Op: "find the job", Kind: remote.NotExist, Hint: fmt.Sprintf("There is no job %d; see those on record with: gantry queue list", id)}
}

// sourceAgain is the source of one failed item, to be written where it was to
// be written.
func sourceAgain(ctx context.Context, r Request, it journal.Item) (Source, error) {
	if it.Source.Path == "" {
		return Source{}, errors.New("the source was never known")
	}
	e, err := r.From.Stat(ctx, it.Source.Path)
	if err != nil {
		return Source{}, err
	}
	s := Source{Entry: e, Exact: true}
	if r.Op != Delete {
		rel, ok := strings.CutPrefix(string(it.Target), string(r.Dir))
		s.As = strings.Trim(strings.ReplaceAll(rel, `\`, "/"), "/")
		if at, err := r.To.Join(r.Dir, s.As); !ok || err != nil || at != it.Target {
			return s, errors.New("the target lies outside of the job's folder")
		}
	}
	return s, nil
}

// ClearHistory forgets all jobs on record that have ended, and tells how many.
func (q *Queue) ClearHistory(ctx context.Context) (int, error) {
	var ids []int64
	for rec, err := range q.jr.Jobs(ctx) {
		if err != nil {
			return 0, err
		}
		if !rec.Ended.IsZero() {
			ids = append(ids, rec.ID)
		}
	}
	if len(ids) == 0 {
		return 0, nil
	}
	q.Clear()
	return len(ids), q.jr.Forget(ctx, ids)
}

// UploadJobs tells to which job each unfinished upload on record belongs, by its id,
// and whether a living process runs that job. The tree does not matter: one bucket
// may have several names here.
func (q *Queue) UploadJobs(ctx context.Context) (map[string]Record, error) {
	jobs := map[int64]Record{}
	for r, err := range q.History(ctx) {
		if err != nil {
			return nil, err
		}
		jobs[int64(r.ID)] = r
	}
	out := map[string]Record{}
	for u := range q.jr.Uploads(ctx) {
		if u.ID != "" {
			out[u.ID] = jobs[u.Job]
		}
	}
	return out, context.Cause(ctx)
}
