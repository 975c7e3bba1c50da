package transfer

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"gantry/remote"
	"gantry/transfer/budget"
	"gantry/transfer/plan"
	"gantry/transfer/rate"
)

// listMost is how many failed, and how many skipped items a job remembers; the
// rest is only counted.
const listMost = 10_000

// job is one Request on its way. Counters are atomics, the rest belongs to mu.
// Lock order: Queue.mu before job.mu before node and feed locks.
type job struct {
	q       *Queue
	id      JobID
	req     Request
	created time.Time
	taken   time.Time // when this process got it
	share   *budget.Share
	limit   *rate.Limiter // of this job
	fromKey string        // label of the source tree
	// fromKeyed says that the source is a bucket: opening a file gives all of it,
	// opening an object is a request for a range.
	fromKeyed bool
	several   bool // there is more than one source, as far as is known
	phased    bool // copies everything before it deletes anything
	carries   bool // content passes through us, from or to a bucket
	versions  sync.Once
	keepsOld  bool // overwriting keeps the old content, see versioned
	toKeyed   bool // the target is a bucket, whose sinks read a part more than once
	gates     []*budget.Gate
	toGate    *budget.Gate // of the target, or of the source in a deletion
	patient   *patience

	dirty              atomic.Bool // in every feed's list already
	items, bytes       atomic.Int64
	allItems, allBytes atomic.Int64
	there              atomic.Int64 // of bytes: what was found done, and so says nothing about the rate
	reporting          sync.Mutex   // serialises OnItem
	kick               chan struct{}
	ctx                context.Context // of the run; set before it starts
	cancel             context.CancelCauseFunc
	to                 remote.Tree // the target, confined to Request.Dir where the tree can
	work               sync.WaitGroup
	sourced            atomic.Bool  // something was listed, read or deleted at the source
	targeted           atomic.Bool  // something was listed, seen or written at the target
	located            bool         // the gates know how far away they are; only dispatch looks
	hands              chan *task   // to workers that have nothing to do, while run dispatches
	nums               atomic.Int64 // of the last item
	ends               *ends
	record             recorded

	mu       sync.Mutex
	settled  map[remote.Path]bool // folders of the target, see settleFolder
	policy   Policy
	filters  plan.Filters
	started  bool
	noting   bool // its sources are going on record, see putList
	paused   bool
	listed   bool
	finished time.Time
	final    State // Waiting until it has ended
	why      error // of a pause or of the end
	blocks   []*block
	ending   bool     // final is not on record yet
	told     bool     // the end is in the feeds; until then the job keeps its place
	adopted  *adopted // of a job that another process began
	kept     sources
	levels   map[string]int64 // items by how they were verified
	latest   []ItemSnapshot   // that ended well, see remember
	recorded bool             // every item is on record
	deleting bool             // phased: has begun to delete
	stuck    bool             // phased: waits because something could not be copied
	goAhead  bool             // phased: deletes although something could not be copied
	proven   Progress
	lists

	inflight  int     // tasks that hold or wait for a slot
	landing   int     // of those, the ones that have let go of it and wait for the disk
	large     int     // of those, the ones that work on large items
	under     int64   // their bytes
	lost      []*item // of a move in phases: copied, but the copy is not there; see replaced.go
	finishing int     // of those, the ones that complete, verify or delete sources
	active    map[*item]struct{}
	planned   bool          // Request.Sources has been ranged over
	relist    []plan.Source // to plan once more, by a retry
	listBad   time.Time     // when the listing began to fail; only the lister's
	eta       rate.Estimator
}

func newJob(q *Queue, id JobID, r Request) *job {
	j := &job{
		q: q, id: id, req: r, created: now(), taken: now(), policy: r.Rules.OnConflict,
		kick: make(chan struct{}, 1), active: map[*item]struct{}{}, to: r.To,
		patient: &patience{retries: q.o.Retries, limit: q.o.Patience},
	}
	if j.policy == PolicyAsk {
		j.policy = q.o.OnConflict
	}
	if j.req.Rules.Names == "" {
		j.req.Rules.Names = q.o.Names
	}
	if j.req.Rules.Verify == "" {
		j.req.Rules.Verify = q.o.Verify
	}
	j.share = &budget.Share{Limit: q.o.least()}
	j.ends = newEnds(j)
	j.limit = rate.NewLimiter(r.Rules.Bandwidth)
	if j.req.Title == "" {
		j.req.Title = title(r)
	}
	return j
}

func title(r Request) string {
	if r.Op == Delete || r.To == nil {
		return r.Op.String()
	}
	return fmt.Sprintf("%s to %s%s", r.Op, r.To.Label(), r.Dir)
}

// check refuses what cannot work at all, before anything is listed.
func (j *job) check() error {
	r := j.req
	invalid := func(why string) error {
		return &remote.Error{Op: r.Op.String(), Kind: remote.Invalid, Hint: why}
	}
	switch {
	case r.From == nil || r.Sources == nil && r.List == nil:
		return invalid("There is nothing to do.")
	case r.Op != Delete && r.To == nil:
		return invalid("There is no target.")
	case r.Op != Delete && r.To.Caps().ReadOnly && !r.Rules.DryRun:
		return readOnly(r.To)
	case r.Op != Copy && r.From.Caps().ReadOnly && !r.Rules.DryRun:
		return readOnly(r.From)
	}
	j.several = len(r.List) != 1
	j.toKeyed = r.To != nil && plan.Keyed(r.To)
	for _, f := range r.Rules.Filters {
		if err := j.filters.Add(f.Exclude, f.Pattern); err != nil {
			return err
		}
	}
	j.fromKey, j.fromKeyed = r.From.Label(), plan.Keyed(r.From)
	if _, inOneStep := j.renamer(); !inOneStep {
		if err := j.unrecorded(); err != nil {
			return err
		}
	}
	j.phased = j.inPhases()
	j.carries = r.Op != Delete && (j.fromKeyed || j.toKeyed) && !copiesThere(r)
	if j.fromKeyed || j.toKeyed {
		j.share.Limit = j.q.o.most() // the gates know better
	}
	j.spare()
	if r.Rules.Workers > 0 {
		j.share.Limit = min(j.share.Limit, r.Rules.Workers)
	}
	j.toGate = j.q.gate(j.fromKey, j.fromKeyed)
	j.q.pace(r.From, j.toGate)
	j.gates = []*budget.Gate{j.toGate}
	if r.Op != Delete && r.To.Label() != j.fromKey {
		j.toGate = j.q.gate(r.To.Label(), j.toKeyed)
		j.q.pace(r.To, j.toGate)
		j.gates = append(j.gates, j.toGate)
	}
	return nil
}

// begin makes the job a running one.
func (j *job) begin(ctx context.Context) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.started = true
	j.ctx, j.cancel = context.WithCancelCause(ctx)
}

// run is the whole life of a started job, until it has ended.
func (j *job) run() {
	if j.q.lost(j) {
		j.end(Cancelled, errTaken)
		j.cancel(nil) // frees what is bound to the context
		return
	}
	j.save()
	err := j.confine()
	j.hands = make(chan *task)
	whole := err == nil && j.dispatch()
	close(j.hands)
	cause := context.Cause(j.ctx) // nil unless called off
	j.cancel(nil)                 // frees what is bound to the context
	j.work.Wait()
	if errors.Is(cause, errBack) {
		cause = j.takeBack()
	}
	j.dropOpen()
	j.dropFound()
	if view, ok := j.to.(remote.ScopedTree); ok && j.to != j.req.To {
		if cerr := view.Close(); cerr != nil {
			j.q.o.Log.Warn("close the target folder", "job", j.id, "err", cerr)
		}
	}
	j.to = j.req.To
	if halt := (haltError{}); errors.As(cause, &halt) {
		cause = halt.error
	}
	switch {
	case !whole && cause != nil:
		j.end(Cancelled, cause)
	case err != nil || j.failures() > 0:
		j.end(Failed, err)
	default:
		j.end(Done, nil)
	}
}

// confine opens the target's folder so that nothing can be written outside of
// it, whatever links lie on the way.
func (j *job) confine() error {
	if j.req.Op == Delete || j.req.Rules.DryRun {
		return nil
	}
	s, ok := remote.As[remote.Scoper](j.req.To)
	if !ok {
		return nil
	}
	view, err := s.Scope(j.ctx, j.req.Dir)
	if err != nil {
		return err
	}
	j.to = view
	return nil
}

// end fixes the final state and tells about it. It does nothing the second
// time.
func (j *job) end(s State, err error) {
	j.mu.Lock()
	if j.final.Ended() {
		j.mu.Unlock()
		return
	}
	kept := s == Cancelled && j.keepsFor(err)
	j.final, j.finished, j.paused, j.ending = s, now(), false, true
	if s == Done {
		j.allItems.Store(j.items.Load()) // folders that a filter kept do not count
	}
	if j.why = err; err == nil && s == Failed {
		j.why = j.onlyReason()
	}
	if s == Cancelled {
		j.parked = nil
	}
	j.mu.Unlock()
	j.q.o.Log.Info("job ended", "job", j.id, "state", s.String(), "items", j.items.Load(), "failures", j.failures(), "kept", kept)
	j.ends.flush()
	if !kept { // else the journal goes on to show it as it was
		j.save()
	}
	j.mu.Lock()
	j.ending = false
	j.mu.Unlock()
	j.tell(Finished{Job: j.snapshot(now())})
	j.mu.Lock()
	j.told = true
	j.mu.Unlock()
}

// pause stops handing out work; why is nil when the user asked for it.
func (j *job) pause(why error) {
	j.mu.Lock()
	if j.final.Ended() || (j.paused && why == nil) {
		j.mu.Unlock()
		return
	}
	j.paused, j.why = true, why
	j.holdLocked()
	j.mu.Unlock()
	j.save()
	j.touch()
}

func (j *job) resume() {
	j.mu.Lock()
	was := j.paused
	if was {
		j.paused, j.why = false, nil
		j.goAhead, j.stuck = j.goAhead || j.stuck, false
		j.eta.Reset()
		j.holdLocked()
	}
	j.mu.Unlock()
	if was {
		j.wakeUp()
		j.save()
		j.touch()
	}
}

// cancelRun calls a running job off.
func (j *job) cancelRun(cause error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.cancel != nil && !j.final.Ended() {
		j.cancel(cause)
	}
}

// retry takes the failures back into work and tells whether there are any.
func (j *job) retry() bool {
	j.mu.Lock()
	if len(j.failed.kept) == 0 || j.final == Cancelled || j.q.ctx.Err() != nil {
		j.mu.Unlock()
		return false
	}
	var again []*item
	for _, it := range j.failed.take() {
		if j.failCount--; it.absent {
			it.absent = false
			j.absent--
		}
		switch {
		case it.again != (plan.Source{}):
			j.relist = append(j.relist, it.again)
			j.allItems.Add(-1)
		case it.kind == kindFault: // a source that was never known
			j.failCount++
			j.failed.add(it)
		default:
			it.reset()
			it.node.take()
			if !j.mayBeTwin(it) || !j.twins.waitsAgain(it) {
				again = append(again, it)
			}
		}
	}
	j.enqueue(again...)
	j.firstErr = nil
	restart := j.final.Ended()
	if restart {
		j.final, j.finished, j.started, j.told, j.why = Waiting, time.Time{}, false, false, nil
		j.eta.Reset()
	}
	j.mu.Unlock()
	j.wakeUp()
	j.touch()
	return true
}

// wakeUp makes the dispatcher look again.
func (j *job) wakeUp() {
	select {
	case j.kick <- struct{}{}:
	default:
	}
}

// recovered turns a panic of a worker into an error, with the stack in the
// log only: it may hold names, and belongs on no screen.
func (j *job) recovered(v any) error {
	j.q.o.Log.Error("a worker panicked", "job", j.id, "panic", fmt.Sprint(v), "stack", string(debug.Stack()))
	return &remote.Error{
		Op: j.req.Op.String(), Kind: remote.Other,
		Hint: "gantry made a mistake with this item; the log has the details. Please report it.",
		Err:  fmt.Errorf("internal error: %v", v),
	}
}
