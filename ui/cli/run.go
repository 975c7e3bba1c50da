package cli

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"gantry/remote"
	"gantry/transfer"
	"gantry/ui/text"
)

// run follows the jobs of one command until all have ended.
type run struct {
	env     *env
	queue   *transfer.Queue
	feed    *transfer.Feed
	rules   transfer.Rules
	line    *progressLine
	started time.Time
	jobs    map[transfer.JobID]transfer.Snapshot
	open    int
	ask     *asker
	halted  int                      // exit code of a job that was stopped to be resumed; 0 for none
	flagged bool                     // the command has --on-conflict
	decided *transfer.Decision       // about all further conflicts
	guessed map[transfer.JobID]found // folders that nobody has seen before their job
	told    map[transfer.JobID]bool  // of the trouble that a job is in

	mu       sync.Mutex // guards what jobs write, by OnItem and lost
	t        totals
	failures failures // of locations that could not be resolved
}

// totals is the summary of a command.
type totals struct {
	Type      string  `json:"type"`
	Op        string  `json:"op"`
	Items     int64   `json:"items"`
	Done      int64   `json:"done"`
	Skipped   int64   `json:"skipped"`
	Failed    int64   `json:"failed"` // in JSON also what failed as a whole, as the lines of type error say
	Conflicts int64   `json:"conflicts"`
	Cancelled int64   `json:"cancelled"`
	Bytes     int64   `json:"bytes"`
	Seconds   float64 `json:"seconds"`
	DryRun    bool    `json:"dry_run,omitempty"`

	Resume []transfer.JobID `json:"resume,omitempty"` // what gantry queue resume goes on with

	code  int // exit code of the failed items so far
	mixed bool
	kept  bool // what was cancelled is on record, to be resumed
}

// heapGrowth is how much more than it needs the heap of a transfer without a
// screen may hold, in percent. Collecting less often saves time with small objects
// and costs memory: measured was the step from 200 to 400, in two workloads, with
// 6 % and 3 % less time and 14 to 16 MiB more. 300 lies between.
const heapGrowth = 300

func newRun(e *env, q *transfer.Queue, rules transfer.Rules, progress bool) *run {
	r := &run{
		env: e, queue: q, feed: q.Subscribe(), rules: rules, started: time.Now(),
		jobs: map[transfer.JobID]transfer.Snapshot{}, told: map[transfer.JobID]bool{},
		guessed: map[transfer.JobID]found{},
	}
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(heapGrowth)
	}
	r.t.DryRun = rules.DryRun
	if progress && !e.quiet && !e.json {
		r.line = newProgressLine(e.Err)
	}
	r.ask = newAsker(e)
	r.summary(nil)
	return r
}

// wait follows the feed until every job has ended, then sums up.
func (r *run) wait(ctx context.Context) error {
	defer r.feed.Close()
	for r.open > 0 {
		u, err := r.feed.Next(ctx)
		if err != nil {
			r.line.clear()
			return r.interrupted(ctx, err)
		}
		for _, s := range u.Jobs {
			if _, ours := r.jobs[s.ID]; ours {
				r.jobs[s.ID] = s
			}
		}
		if err := r.events(ctx, u.Events); err != nil {
			return r.interrupted(ctx, err)
		}
		if err := r.progress(); err != nil {
			return err
		}
	}
	r.line.clear()
	if ctx.Err() != nil && len(r.jobs) == 0 {
		return context.Cause(ctx) // it was stopped before anything was queued
	}
	return r.finish()
}

func (r *run) events(ctx context.Context, events []transfer.Event) error {
	for _, event := range events {
		switch ev := event.(type) {
		case transfer.AskEvent:
			if err := r.conflict(ctx, ev.Ask); err != nil {
				return err
			}
		case transfer.Finished:
			if _, ours := r.jobs[ev.Job.ID]; ours {
				r.jobs[ev.Job.ID] = ev.Job
				r.open--
				r.ended(ctx, ev.Job)
			}
		}
	}
	return nil
}

// ended tells why a job as a whole did not go well. What failed item by item has
// been told item by item.
func (r *run) ended(ctx context.Context, s transfer.Snapshot) {
	if f, ok := r.guessed[s.ID]; ok && s.State == transfer.Done && s.Items.Total == 0 {
		if err := f.isThere(ctx); remote.KindOf(err) == remote.NotExist {
			r.lost(f.location, err)
			r.queue.Forget(s.ID) // it was about nothing: "done" on record would say that it was there
		}
	}
	var halt *remote.Error // of a job that waits on record for somebody
	halted := s.Kept && errors.As(s.Err, &halt)
	if s.Err == nil || s.Failures > 0 && !halted || remote.Cancelled(s.Err) {
		return
	}
	r.lost(s.Title, s.Err)
	if halted {
		r.halted = triedCode(halt)
		r.env.warnf("gantry queue resume %d goes on with the rest", s.ID)
	}
}

// conflict answers a conflict: the user does on a terminal, else the item fails
// as one, and so do the rest, since nobody can decide. An answer for all holds
// for the whole command, whose jobs are one thing to the user.
func (r *run) conflict(ctx context.Context, a transfer.Ask) error {
	if r.decided == nil {
		r.line.clear()
		d, all, err := r.ask.conflict(ctx, a)
		if err != nil {
			return err
		}
		if !all && d.Policy != transfer.PolicyFail {
			r.queue.Answer(a.ID, d, false)
			return nil
		}
		r.decided = &d
	}
	r.queue.Answer(a.ID, *r.decided, true)
	return nil
}

// item prints one ended item and adds it to the totals. Jobs call it, one call
// at a time each.
func (r *run) item(it transfer.ItemSnapshot) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.t.Items++
	switch {
	case it.State == transfer.Done && it.Skipped:
		r.t.Skipped++
	case it.State == transfer.Done:
		r.t.Done++
		if !it.Dir {
			r.t.Bytes += max(0, it.Bytes.Done)
		}
	case it.State == transfer.Failed:
		r.failed(it)
	case it.State == transfer.Cancelled:
		r.t.Cancelled++
	}
	if r.env.json {
		_ = r.env.out.Object(newItemJSON(it), false)
		return
	}
	if r.rules.DryRun && it.State == transfer.Done && !it.Skipped {
		line := it.Source
		if it.Target != "" {
			line += " -> " + it.Target
		}
		_ = r.env.out.Line(line)
	}
	if it.Note != "" && !r.env.quiet {
		r.line.clear()
		r.env.warnf("%s: %s", it.Source, it.Note)
	}
	if it.Skipped && !r.env.quiet && it.Reason != "" {
		r.line.clear()
		r.env.warnf("skipped %s: %s", it.Source, it.Reason)
	}
}

func (r *run) failed(it transfer.ItemSnapshot) {
	kind := remote.KindOf(it.Err)
	code := triedCode(it.Err)
	if kind == remote.Exist {
		r.t.Conflicts++
		code = exitSome
	}
	r.t.mixed = r.t.mixed || r.t.Failed > 0 && r.t.code != code
	r.t.code = code
	r.t.Failed++
	r.line.clear()
	if kind == remote.Exist && it.Target != "" {
		r.env.warnf("%s: %s: %s", it.Source, it.Target, remote.HintOf(it.Err))
		return
	}
	r.env.warnf("%s: %s", it.Source, remote.HintOf(it.Err))
}

func (r *run) progress() error {
	m := r.moved()
	r.tellTrouble()
	if r.env.json && !r.env.quiet {
		return r.env.out.Object(m.json(), true)
	}
	r.line.draw(m)
	return nil
}

// moved sums up the jobs.
func (r *run) moved() moved {
	m := moved{listed: true}
	for _, s := range r.jobs {
		m.add(s)
	}
	return m
}

// tellTrouble says once why a job does not get on, where no live line shows it.
// The job goes on trying.
func (r *run) tellTrouble() {
	if r.line != nil || r.env.quiet {
		return
	}
	for id, s := range r.jobs {
		was := r.told[id]
		r.told[id] = s.Trouble != nil
		if s.Trouble != nil && !was {
			r.env.warnf("%s: %s Trying again.", s.Title, remote.HintOf(s.Trouble))
		}
	}
}

// interrupted stops the jobs in order and says how to go on.
func (r *run) interrupted(ctx context.Context, err error) error {
	if ctx.Err() == nil {
		return err
	}
	r.line.clear()
	m := r.moved()
	how := "the same command with --on-conflict size"
	left := r.left()
	if len(left) > 0 {
		how = "gantry queue resume " + strings.Trim(fmt.Sprint(left), "[]")
	}
	r.env.warnf("%s stopped at %s; %s goes on with the rest", r.t.Op, m.far(), how)
	if r.env.json {
		if err := r.stopped(ctx, left); err != nil {
			return err
		}
	}
	return context.Cause(ctx)
}

// stopped waits for what ends together with the jobs and sums it up.
func (r *run) stopped(ctx context.Context, left []transfer.JobID) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeIn)
	defer cancel()
	closed := r.queue.Close(ctx)
	r.summary(left)
	return errors.Join(r.env.end(), closed)
}

// nothing makes the summary that of a command that did not come so far as to have
// jobs.
func (e *env) nothing(op transfer.Op, dryRun bool) {
	e.sum = func() any { return e.summed(totals{Op: op.String(), DryRun: dryRun}) }
}

// summed is t as --json ends with it. A location that nobody knows and a job that
// could not go on are no items, but they have failed.
func (e *env) summed(t totals) totals {
	t.Type = "summary"
	t.Failed += e.out.errors
	return t
}

// summary makes the summary that of what became of the jobs, of which left can be
// resumed.
func (r *run) summary(left []transfer.JobID) {
	r.env.sum = func() any {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.t.Resume = left
		return r.env.summed(r.timed())
	}
}

// timed are the totals with the time that they took so far.
func (r *run) timed() totals {
	r.t.Seconds = time.Since(r.started).Seconds()
	return r.t
}

// left are the jobs that have not ended and can be resumed.
func (r *run) left() (ids []transfer.JobID) {
	if !r.queue.Durable() || r.rules.DryRun {
		return nil
	}
	for _, id := range slices.Sorted(maps.Keys(r.jobs)) {
		if s, ok := r.queue.Job(id); ok && (!s.State.Ended() || s.Kept) {
			ids = append(ids, id)
		}
	}
	return ids
}

// finish prints the summary and makes the exit code: all done, some failed, or
// the one reason why nothing worked.
func (r *run) finish() error {
	r.summary(r.left())
	r.mu.Lock()
	defer r.mu.Unlock()
	r.t.kept = r.halted > 0
	if !r.env.json && !r.env.quiet && terminal(r.env.Err) && len(r.jobs) > 0 {
		_, _ = fmt.Fprintln(r.env.Err, r.timed().String())
	}
	with := "" // a job on record keeps the rule that it was given
	if !r.flagged {
		with = "the same command as at first with "
	}
	if r.decided != nil && r.decided.Policy == transfer.PolicyFail || !r.flagged && r.t.Conflicts > 0 {
		r.env.warnf("what exists at the target was left as it is; %s--on-conflict overwrite, newer, size, checksum, rename, keep-both or skip says what becomes of it", with)
	}
	if r.halted > 0 {
		return partial{r.halted}
	}
	if r.failures.count > 0 {
		return r.failures.err(r.t.Done > 0 || r.t.Failed > 0)
	}
	switch {
	case r.t.Failed == 0 && r.t.Cancelled == 0:
		return r.earlier()
	case r.t.Done > 0 || r.t.mixed || r.t.Failed == 0:
		return partial{exitSome}
	default:
		return partial{r.t.code}
	}
}

// earlier tells of items that failed before the jobs were interrupted: what was
// left is done, and the jobs are not.
func (r *run) earlier() (err error) {
	for id, s := range r.jobs {
		if s.State == transfer.Failed && s.Failures > 0 {
			r.env.warnf("%s of job %d failed before it was interrupted; gantry queue retry %d does them once more",
				text.Plural(int64(s.Failures), "item"), id, id)
			err = partial{exitSome}
		}
	}
	return err
}
