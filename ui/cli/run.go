package cli

import (
	"context"
	"errors"
	"fmt"
	"iter"
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
	env      *env
	queue    *transfer.Queue
	feed     *transfer.Feed
	rules    transfer.Rules
	line     *progressLine
	started  time.Time
	jobs     map[transfer.JobID]transfer.Snapshot
	open     int
	ask      *asker
	failures failures // of locations that could not be resolved
	halted   int      // exit code of a job that was stopped to be resumed; 0 for none

	mu sync.Mutex // guards what OnItem, called by jobs, writes
	t  totals
}

// totals is the summary of a command.
type totals struct {
	Type      string  `json:"type"`
	Op        string  `json:"op"`
	Items     int64   `json:"items"`
	Done      int64   `json:"done"`
	Skipped   int64   `json:"skipped"`
	Failed    int64   `json:"failed"`
	Conflicts int64   `json:"conflicts"`
	Cancelled int64   `json:"cancelled"`
	Bytes     int64   `json:"bytes"`
	Seconds   float64 `json:"seconds"`
	DryRun    bool    `json:"dry_run,omitempty"`

	code  int // exit code of the failed items so far
	mixed bool
}

// heapGrowth is how much more than it needs the heap of a transfer without a
// screen may hold, in percent: collecting less often saves a tenth of the CPU time
// of small objects and costs some 15 MiB.
const heapGrowth = 300

func newRun(e *env, q *transfer.Queue, rules transfer.Rules, progress bool) *run {
	r := &run{
		env: e, queue: q, feed: q.Subscribe(), rules: rules, started: time.Now(),
		jobs: map[transfer.JobID]transfer.Snapshot{},
	}
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(heapGrowth)
	}
	r.t.DryRun = rules.DryRun
	if progress && !e.quiet && !e.json && terminal(e.Err) {
		r.line = &progressLine{w: e.Err}
	}
	r.ask = newAsker(e)
	return r
}

// submit queues a job for one location. What the location means is found out by
// the job itself, so that a long listing does not delay the first copy. All
// sources of a location are in one tree.
func (r *run) submit(ctx context.Context, op transfer.Op, dest destination, location string, sources iter.Seq2[source, error]) {
	next, stop := iter.Pull2(sources)
	var first source
	var err error
	for {
		var ok bool
		if first, err, ok = next(); !ok {
			stop()
			return
		}
		if err == nil {
			break
		}
		r.failures.add(r.env, location, err)
	}
	all := func(yield func(source, error) bool) {
		defer stop()
		for s, err, ok := first, error(nil), true; ok; s, err, ok = next() {
			if !yield(s, err) {
				return
			}
		}
	}
	lost := func(err error) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.failures.add(r.env, location, err)
	}
	r.t.Op = op.String()
	req := transfer.Request{
		Op: op, From: first.place.Tree, To: dest.place.Tree, Dir: dest.place.Path,
		Title: titleOf(op, location, dest), Rules: r.rules, OnItem: r.item,
	}
	if req.Sources = requestSources(all, dest, lost); first.only {
		// On record at once, so that it is not lost even if it has to wait.
		for s := range req.Sources {
			req.List = append(req.List, s)
		}
	}
	id := r.queue.Submit(req)
	r.jobs[id] = transfer.Snapshot{}
	r.open++
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
			return err
		}
		if err := r.progress(); err != nil {
			return err
		}
	}
	r.line.clear()
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
				r.ended(ev.Job)
			}
		}
	}
	return nil
}

// ended tells why a job as a whole did not go well. What failed item by item has
// been told item by item.
func (r *run) ended(s transfer.Snapshot) {
	var halt *remote.Error // of a job that waits on record for somebody
	halted := s.Kept && errors.As(s.Err, &halt)
	if s.Err == nil || s.Failures > 0 && !halted || remote.Cancelled(s.Err) {
		return
	}
	r.line.clear()
	r.failures.add(r.env, s.Title, s.Err)
	if halted {
		r.halted = kindCode(halt.Kind)
		r.env.warnf("gantry queue resume %d goes on with the rest", s.ID)
	}
}

// conflict answers a conflict: the user does on a terminal, else the item is
// skipped and counted, since nobody can decide.
func (r *run) conflict(ctx context.Context, a transfer.Ask) error {
	r.line.clear()
	d, all, err := r.ask.conflict(ctx, a)
	if err != nil {
		return err
	}
	if d.Policy == transfer.PolicyFail {
		// Nobody could be asked: the item fails as a conflict, and so do the rest.
		all = true
	}
	r.queue.Answer(a.ID, d, all)
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
		_ = r.env.out.Line(it.Source + " -> " + it.Target)
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
	code := kindCode(kind)
	if kind == remote.Exist {
		r.t.Conflicts++
		code = exitSome
	}
	r.t.mixed = r.t.mixed || r.t.Failed > 0 && r.t.code != code
	r.t.code = code
	r.t.Failed++
	r.line.clear()
	r.env.warnf("%s: %s", it.Source, remote.HintOf(it.Err))
}

func (r *run) progress() error {
	var done, total, items, all int64
	var proven transfer.Progress
	var rate float64
	listed, failures := true, 0
	for _, s := range r.jobs {
		done, items = done+s.Bytes.Done, items+s.Items.Done
		total, all = total+max(s.Bytes.Total, s.Bytes.Done), all+max(s.Items.Total, s.Items.Done)
		rate, failures = rate+s.Rate, failures+s.Failures
		proven.Done, proven.Total = proven.Done+s.Proven.Done, proven.Total+s.Proven.Total
		listed = listed && s.Listed
	}
	if r.env.json && !r.env.quiet {
		return r.env.out.Object(progressJSON{"progress", done, total, items, all, listed, rate, failures, proven.Done, proven.Total}, true)
	}
	r.line.draw(done, total, items, all, listed, rate, failures, proven)
	return nil
}

// interrupted stops the jobs in order and says how to go on.
func (r *run) interrupted(ctx context.Context, err error) error {
	if ctx.Err() == nil {
		return err
	}
	r.mu.Lock()
	done, op := r.t.Done, r.t.Op
	r.mu.Unlock()
	how := "the same command with --on-conflict size"
	if left := r.left(); left != "" && r.queue.Durable() && !r.rules.DryRun {
		how = "gantry queue resume" + left
	}
	r.env.warnf("%s stopped after %d items; %s goes on with the rest", op, done, how)
	return context.Cause(ctx)
}

// left are the numbers of the jobs that have not ended.
func (r *run) left() string {
	var b strings.Builder
	for _, id := range slices.Sorted(maps.Keys(r.jobs)) {
		if s, ok := r.queue.Job(id); ok && (!s.State.Ended() || s.Kept) {
			fmt.Fprintf(&b, " %d", id)
		}
	}
	return b.String()
}

// finish prints the summary and makes the exit code: all done, some failed, or
// the one reason why nothing worked.
func (r *run) finish() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.t.Type, r.t.Seconds = "summary", time.Since(r.started).Seconds()
	if r.env.json {
		if err := r.env.out.Object(r.t, true); err != nil {
			return err
		}
	} else if !r.env.quiet && terminal(r.env.Err) {
		_, _ = fmt.Fprintln(r.env.Err, r.t.String())
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
