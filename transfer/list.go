package transfer

import (
	"context"
	"errors"
	"iter"
	"time"

	"gantry/remote"
	"gantry/transfer/journal"
	"gantry/transfer/plan"
)

// list plans what is to be planned and sends the work to items. It runs in a
// goroutine of its own and stops with j.ctx. first says that these are all sources
// of the job.
func (j *job) list(sources iter.Seq2[plan.Source, error], items chan<- *item, first bool) {
	defer func() {
		if v := recover(); v != nil {
			it := j.newItem(plan.Item{}, kindFault, nil)
			j.finish(it, "", j.recovered(v))
		}
	}()
	l := &lister{j: j, items: items, first: first}
	l.run(j.spec(sources))
}

// run plans until nothing is left or the job is called off.
func (l *lister) run(s plan.Spec) {
	s.Again = func(ctx context.Context, attempt int, err error) bool {
		return l.flush(false) && l.j.listAgain(ctx, attempt, err)
	}
	for step := range plan.Items(l.j.ctx, s) {
		l.at, l.pos = l.base+step.Source, step.Pos
		if !l.take(step) {
			return
		}
	}
	if l.j.ctx.Err() == nil {
		l.flush(l.first)
		if l.j.req.Op != Delete {
			l.j.checkRoom()
		}
	}
}

func (j *job) spec(sources iter.Seq2[plan.Source, error]) plan.Spec {
	s := plan.Spec{From: j.req.From, Sources: sources, Filters: j.filters, Encode: j.req.Rules.Names == NamesEncode}
	if j.req.Op != Delete {
		s.To, s.Dir = j.to, j.req.Dir
	}
	if r, ok := j.renamer(); ok {
		s.Whole = func(ctx context.Context, e remote.Entry, dst remote.Path) error {
			return j.moveWhole(ctx, r, e, dst)
		}
	}
	return s
}

func listOf(sources []plan.Source) iter.Seq2[plan.Source, error] {
	return func(yield func(plan.Source, error) bool) {
		for _, s := range sources {
			if !yield(s, nil) {
				return
			}
		}
	}
}

// listAgain waits before a listing is begun again, if it should be.
func (j *job) listAgain(ctx context.Context, attempt int, err error) bool {
	at := now()
	if attempt == 1 {
		j.listBad = at
	}
	if o := j.meets(true, err); o != (Obstacle{}) && attempt <= waitsMost {
		var e *remote.Error
		dir := remote.Path("")
		if errors.As(err, &e) {
			dir = e.Path
		}
		return j.await(ctx, o, j.req.From, dir, at, err) == nil
	}
	wait, again := j.patient.again(at, j.listBad, attempt, err)
	if !again {
		return false
	}
	j.complain(j.gates[0], err)
	return sleep(ctx, wait) == nil
}

// sleep waits for d or the end of ctx, whose cause it returns.
func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// lister turns the steps of a plan into items.
type lister struct {
	j     *job
	items chan<- *item
	node  *node // the folder that the plan is in; nil unless folders are removed
	first bool  // how far the plan is goes on record
	base  int   // index of the first source of the plan
	known *known

	batch []*item // planned, to go on record and then to the workers
	since time.Time
	at    int // source and position of the step at hand
	pos   string

	failed bool // something has, that may not be on record yet
}

// take deals with one step; false means that the job is called off.
func (l *lister) take(step plan.Item) bool {
	j := l.j
	switch step.Kind {
	case plan.Enter:
		return l.enter(step)
	case plan.Leave:
		return l.leave(step)
	case plan.Skip:
		j.finish(l.held(step, kindFile), step.Reason, nil)
	case plan.Omit:
		j.mu.Lock()
		l.node.keep()
		j.mu.Unlock()
	case plan.Fault:
		j.finish(l.held(step, kindFault), "", step.Err)
		l.failed = true
	case plan.Moved:
		j.finish(j.newItem(step, kindFolder, nil), "", nil)
	case plan.File:
		if l.known.stranger(step.Src) {
			j.mu.Lock()
			l.node.keep()
			j.mu.Unlock()
			break
		}
		kind := kindFile
		if j.req.Op == Delete {
			kind = kindDoomed
		}
		if step.Pos != "" {
			j.sourced.Store(true)
		}
		if step.Seen {
			j.targeted.Store(true)
		}
		return l.send(l.held(step, kind))
	}
	return j.ctx.Err() == nil
}

// held makes an item that its folder waits for.
func (l *lister) held(step plan.Item, kind itemKind) *item {
	l.j.mu.Lock()
	n := l.node.hold()
	l.j.mu.Unlock()
	it := l.j.newItem(step, kind, n)
	l.known.recognise(it)
	return it
}

func (l *lister) enter(step plan.Item) bool {
	j := l.j
	if j.req.Op != Copy && !j.phased && !j.req.Rules.DryRun { // in phases a slash object is an item
		j.mu.Lock()
		l.node = l.node.add(j, step.Src, step.Exists)
		j.mu.Unlock()
	}
	if j.req.Op == Delete && step.Exists {
		it := j.newItem(step, kindDoomed, nil)
		if j.req.Rules.DryRun {
			j.finish(it, "", nil)
		} else {
			l.node.item = it
		}
	}
	return !step.Make || l.send(l.held(step, kindFolder))
}

func (l *lister) leave(step plan.Item) bool {
	ok := !step.Make || l.send(l.held(step, kindFolder))
	if l.node != nil {
		l.j.mu.Lock()
		n := l.node
		l.node = n.up
		n.close()
		l.j.mu.Unlock()
		l.j.wakeUp()
	}
	return ok
}

// The bounds of a batch of planned items: so many, or so long.
const (
	planMost = 1000
	planWait = 20 * time.Millisecond
)

// send adds an item to those that go on record together; it waits while the
// job has enough to do. false means that the job is called off.
func (l *lister) send(it *item) bool {
	if len(l.batch) == 0 {
		l.since = now()
	}
	l.batch = append(l.batch, it)
	it.source, it.pos = l.at, l.pos
	if len(l.batch) >= planMost || now().Sub(l.since) > planWait {
		return l.flush(false)
	}
	return l.j.ctx.Err() == nil
}

// flush puts the batch on record, then how far the plan is, and only then hands
// the items over: so what may have been begun is known, and what is not known
// has not been begun. all says that the plan is complete.
func (l *lister) flush(all bool) bool {
	j := l.j
	batch := l.batch
	l.batch = nil
	if err := l.record(batch); err != nil {
		for _, it := range batch {
			j.finish(it, "", err)
		}
		l.failed = true
		return j.ctx.Err() == nil
	}
	if l.failed { // on record before the plan is past it, or nobody would know of it
		j.ends.reach()
		l.failed = false
	}
	j.mu.Lock()
	if n := len(batch); n > 0 && l.first {
		j.passed(batch[n-1])
	}
	j.recorded = j.recorded || all && (j.adopted == nil || j.adopted.knowsAll())
	j.mu.Unlock()
	if l.first && j.q.jr.Durable() && (all || len(batch) > 0) {
		j.save()
	}
	for _, it := range batch {
		select {
		case l.items <- it:
		case <-j.ctx.Done():
			return false
		}
	}
	return true
}

// planAnew puts items on record again that had ended there, or whose source is
// another one by now: whatever becomes of them now counts.
func (j *job) planAnew(ctx context.Context, items ...*item) error {
	var again []journal.Item
	for _, it := range items {
		if it.stale {
			it.stale = false
			again = append(again, it.record())
		}
	}
	if len(again) == 0 {
		return nil
	}
	j.ends.reach() // the end is on record before it is taken back
	return j.q.jr.Plan(ctx, again)
}

// record puts those of the items into the journal that are not there.
func (l *lister) record(batch []*item) error {
	fresh := make([]journal.Item, 0, len(batch))
	for _, it := range batch {
		if !it.onRecord {
			fresh = append(fresh, it.record())
		}
	}
	if len(fresh) == 0 {
		return nil
	}
	return l.j.q.jr.Plan(l.j.ctx, fresh)
}

// newItem numbers and counts an item.
func (j *job) newItem(step plan.Item, kind itemKind, n *node) *item {
	it := &item{
		j: j, num: j.nums.Add(1), kind: kind, src: step.Src, dst: step.Dst, node: n,
		target: step.Target, unsure: step.Unsure, same: step.Same, again: step.Again,
		resumed: j.req.landed[step.Src.Path],
	}
	if kind == kindFolder || kind == kindDoomed {
		it.src.Size = 0
	}
	j.allItems.Add(1)
	j.allBytes.Add(it.size())
	j.touch()
	return it
}
