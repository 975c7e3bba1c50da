package sqlite

import (
	"context"
	"iter"
	"time"

	"gantry/remote"
	"gantry/transfer/journal"
)

// Summary is a job with its counters, for lists of jobs.
type Summary struct {
	journal.Job
	Tally
	Owner string    // who runs it, or ran it last; "" if it was released
	Until time.Time // of the lease; zero if there is none
	Alive bool      // Owner lives: the job is another's or our own
	PID   int       // of Owner; 0 if it is on another machine, or dead
}

// Ended is an item that has ended otherwise than well.
type Ended struct {
	Job, Num int64
	Source   remote.Path // "" for one that was never planned
	Target   remote.Path
	journal.Outcome

	size int64
}

// The kinds of outcomes that are kept.
const (
	kindFailed = iota + 1
	kindSkipped
	kindCancelled
)

// kind is how an item ended, 0 for well, and what counts such items.
func (e *Ended) kind(t *Tally) (int64, *int64) {
	switch {
	case e.State == "done" && e.Skipped:
		return kindSkipped, &t.Skipped
	case e.State == "done":
		return 0, &t.Done
	case e.State == "cancelled":
		return kindCancelled, &t.Cancelled
	default:
		return kindFailed, &t.Failed
	}
}

const outcomeColumns = 10

// keep counts an item that has ended and, unless all went well, keeps why.
func (t *txn) keep(r *jobRow, e Ended) error {
	kind, counter := e.kind(&r.Tally)
	*counter++
	if kind == 0 {
		r.DoneBytes += e.size
		return nil
	}
	if *counter > keptMost {
		return nil
	}
	return t.put("outcome", e.Job, e.Num, kind, []byte(e.Source), []byte(e.Target), e.size,
		[]byte(e.Reason), int64(e.Attempts), []byte(e.Verified))
}

func readEnded(c cols) Ended {
	e := Ended{Job: c.int(0), Num: c.int(1), Source: remote.Path(c.str(3)), Target: remote.Path(c.str(4)), size: c.int(5)}
	e.Reason, e.Attempts, e.Verified = c.str(6), int(c.int(7)), c.str(8)
	switch c.int(2) {
	case kindSkipped:
		e.State, e.Skipped = "done", true
	case kindCancelled:
		e.State = "cancelled"
	default:
		e.State = "failed"
	}
	return e
}

// ended tells whether an outcome of the item is kept.
func (t *txn) ended(job, num int64) (found bool, err error) {
	err = t.each("outcome", outcomeColumns, func(cols) error {
		found = true
		return nil
	}, "SELECT * FROM outcome WHERE job=? AND num=?", job, num)
	return found, err
}

// reopen takes back the outcomes of items that are planned anew: those that
// held has, up to number last.
func (t *txn) reopen(r *jobRow, held openRow, last int64) error {
	var old []Ended
	err := t.each("outcome", outcomeColumns, func(c cols) error {
		if e := readEnded(c); held.has(e.Num) {
			old = append(old, e)
		}
		return nil
	}, "SELECT * FROM outcome WHERE job=? AND num>=? AND num<=?", r.ID, held.first, last)
	for _, e := range old {
		if err != nil {
			return err
		}
		_, counter := e.kind(&r.Tally)
		*counter--
		r.Planned--
		r.Bytes -= e.size
		_, err = t.exec("DELETE FROM outcome WHERE job=? AND num=?", e.Job, e.Num)
	}
	return err
}

// pageRows is how many jobs or outcomes are read at a time.
const pageRows = 512

// History yields all jobs with their counters, oldest first, also those that
// have ended.
func (j *Journal) History(ctx context.Context) iter.Seq2[Summary, error] {
	return j.summaries(ctx, "SELECT * FROM job WHERE id>? ORDER BY id LIMIT ?")
}

// unendedJobs is the query for the jobs that have not ended.
const unendedJobs = "SELECT * FROM job WHERE ended=0 AND id>? ORDER BY id LIMIT ?"

// Orphans are the jobs that have not ended and that no living process runs, to
// be offered to the user, oldest first. Lease takes one over.
func (j *Journal) Orphans(ctx context.Context) ([]Summary, error) {
	var orphans []Summary
	for s, err := range j.summaries(ctx, unendedJobs) {
		if err != nil {
			return nil, err
		}
		if !s.Alive {
			orphans = append(orphans, s)
		}
	}
	return orphans, nil
}

// Job is one job with its counters; NotExist if there is none.
func (j *Journal) Job(ctx context.Context, id int64) (Summary, error) {
	for s, err := range j.summaries(ctx, "SELECT * FROM job WHERE id=?", id) {
		return s, err
	}
	return Summary{}, &remote.Error{Op: "find the job", Kind: remote.NotExist, Hint: "There is no job of that number in the journal."}
}

// summaries yields the jobs of a query, which takes the number to begin behind
// and the most to read; args replace them for a query that reads one page only.
func (j *Journal) summaries(ctx context.Context, query string, args ...any) iter.Seq2[Summary, error] {
	return func(yield func(Summary, error) bool) {
		living := j.newCensus(ctx)
		for s, err := range j.jobRows(ctx, query, args...) {
			if err != nil {
				yield(Summary{}, err)
				return
			}
			sum := Summary{Job: s.Job, Tally: s.Tally, Owner: s.owner, Until: instant(s.until)}
			if sum.Alive, err = living.alive(s.owner, s.until); err != nil {
				yield(Summary{}, j.failed("read", err))
				return
			}
			if sum.Alive {
				sum.PID = living.pid(s.owner)
			}
			if !yield(sum, nil) {
				return
			}
		}
	}
}

func (j *Journal) jobRows(ctx context.Context, query string, args ...any) iter.Seq2[*jobRow, error] {
	return func(yield func(*jobRow, error) bool) {
		for after := int64(-1 << 62); ; {
			if len(args) == 0 {
				args = []any{after, int64(pageRows)}
			}
			var page []*jobRow
			rows, err := j.read.QueryContext(ctx, query, args...)
			if err == nil {
				err = each(ctx, rows, "job", jobColumns, func(c cols) error {
					r, err := readJob(c)
					page = append(page, r)
					return err
				})
			}
			if err != nil {
				yield(nil, j.failed("read", err))
				return
			}
			for _, r := range page {
				after = r.ID
				if !yield(r, nil) {
					return
				}
			}
			if len(page) < pageRows {
				return
			}
			args = nil
		}
	}
}

// Outcomes yields the items of a job that failed, were skipped or cancelled, in
// order: the first 10,000 of each kind.
func (j *Journal) Outcomes(ctx context.Context, job int64) iter.Seq2[Ended, error] {
	return func(yield func(Ended, error) bool) {
		for after := int64(-1 << 62); ; {
			var page []Ended
			rows, err := j.read.QueryContext(ctx, `SELECT * FROM outcome WHERE job=? AND num>?
				AND NOT EXISTS (SELECT 1 FROM trash t WHERE t.job=outcome.job) ORDER BY num LIMIT ?`, job, after, pageRows)
			if err == nil {
				err = each(ctx, rows, "outcome", outcomeColumns, func(c cols) error {
					page = append(page, readEnded(c))
					return nil
				})
			}
			if err != nil {
				yield(Ended{}, j.failed("read", err))
				return
			}
			for _, e := range page {
				after = e.Num
				if !yield(e, nil) {
					return
				}
			}
			if len(page) < pageRows {
				return
			}
		}
	}
}
