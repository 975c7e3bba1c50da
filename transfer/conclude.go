package transfer

import (
	"context"
	"errors"
	"sync"

	"gantry/remote"
)

const (
	roundsMost   = 3 // conflicts found while publishing, for one item
	restartsMost = 2 // of one item, after damage
)

// conclude ends an item, or begins it anew where that may help.
func (t *task) conclude(err error) {
	it, j := t.it, t.j
	if w := it.w; w != nil {
		w.closeSource(nil)
		parted := w.sink != nil && w.sink.ID() != "" && !w.plan.Single()
		if !w.out && !(parted && j.goesOn(err)) {
			j.throwAway(it, w.sink)
		}
	}
	if errors.Is(err, errHeld) {
		if it.cancel != nil {
			it.cancel(nil)
		}
		j.hold(it)
		return
	}
	if err != nil && it.up != nil && !j.goesOn(err) {
		if remote.KindOf(err) == remote.Changed {
			t.remark(noteSource)
		}
		t.dropUpload(j.ctx)
	}
	again := err != nil && !j.calledOff(err) && t.anew(err)
	if it.cancel != nil {
		it.cancel(nil)
	}
	if !again {
		var c conflictError
		if errors.As(err, &c) {
			err = &remote.Error{
				Op: j.req.Op.String(), Path: it.dst, Kind: remote.KindOf(err), Err: c.error,
				Hint: "Somebody else wrote the target meanwhile; it was left as it is. Retry to decide again.",
			}
		}
		j.finish(it, "", err)
		return
	}
	j.mu.Lock()
	it.w, it.state, it.live = nil, Waiting, 0
	delete(j.active, it)
	j.rewind(it)
	j.enqueue(it)
	j.mu.Unlock()
	j.wakeUp()
}

// enqueue puts items in front of their lists, in order. The caller holds j.mu.
func (j *job) enqueue(items ...*item) {
	var doomed, big, small []*item
	for _, it := range items {
		switch {
		case it.kind == kindDoomed:
			doomed = append(doomed, it)
		case j.isLarge(it):
			big = append(big, it)
		default:
			small = append(small, it)
		}
	}
	j.doomed, j.big, j.queued = append(doomed, j.doomed...), append(big, j.big...), append(small, j.queued...)
}

// anew tells whether the item is worth another beginning after err, and
// prepares it.
func (t *task) anew(err error) bool {
	it, k := t.it, remote.KindOf(err)
	var mid midwayError
	switch {
	case errors.As(err, &mid):
		return false
	case t.withoutTags(err):
		return t.refresh()
	case errors.As(err, new(conflictError)):
		if it.rounds++; it.rounds > roundsMost {
			return false
		}
		if t.policy() == PolicyOverwrite {
			// What was decided was decided about another object: whoever said so
			// for this one item is asked again, a rule fails the item, unless nothing
			// could be seen when it decided.
			if !it.blind && (!it.decided || t.rule() == PolicyOverwrite) {
				return false
			}
			it.decided = false
		}
		it.unsure, it.blind = true, false
		return t.refresh()
	case errors.As(err, new(sourceError)) && k == remote.Changed,
		!errors.As(err, new(sourceError)) && k == remote.NotExist && it.w != nil && !it.w.out:
		// Another version of the source, or an upload that somebody aborted:
		// once from the beginning.
		if it.restarts++; it.restarts > 1 {
			return false
		}
		return t.refresh()
	case k == remote.Changed && !errors.As(err, new(sourceError)):
		// Somebody else is writing the target at this moment: a little later it
		// shows what became of it.
		if it.rounds++; it.rounds > roundsMost {
			return false
		}
		t.letGo()
		if sleep(t.j.ctx, backoff(it.rounds)) != nil {
			return false
		}
		it.unsure = true
		return t.refresh()
	case errors.As(err, new(sourceError)) && k == remote.Unsupported:
		// A store that ignores ranges, or does not say of which version they are:
		// from the beginning, in one piece.
		if it.restarts++; it.restarts > restartsMost || t.j.partSize() >= it.src.Size {
			return false
		}
		it.inOne = true
		return t.refresh()
	case k == remote.Corrupt:
		if it.restarts++; it.restarts > restartsMost {
			return false
		}
		return t.refresh()
	}
	return false
}

func (t *task) rule() Policy {
	t.j.mu.Lock()
	defer t.j.mu.Unlock()
	return t.j.policy
}

// refresh looks at the source again, so that the new beginning is about what
// is there now.
func (t *task) refresh() bool {
	it, j := t.it, t.j
	e, err := t.restat(j.ctx, j.req.From, t.fromGate(), it.src.Path)
	if err != nil || e.Dir || e.Type != remote.Regular {
		return false
	}
	e.Name = it.src.Name
	before := it.size()
	j.mu.Lock()
	it.src = e
	it.stale = it.stale || j.phased // between the phases the record is all there is
	j.mu.Unlock()
	j.allBytes.Add(it.size() - before)
	return true
}

// goesOn tells whether an item that ended with err goes on when gantry is started
// again, from what it has sent. One that failed does not, although its job may.
func (j *job) goesOn(err error) bool { return err != nil && j.keeps() && j.calledOff(err) }

// throwAway aborts what is unfinished, even if the job was called off: with a
// context of its own. What cannot be aborted stays in the journal and the log.
func (j *job) throwAway(it *item, s remote.Sink) {
	if s == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(j.ctx), cleanUp)
	defer cancel()
	var err error
	for attempt := 1; attempt <= 3; attempt++ {
		if err = s.Abort(ctx); err == nil || !remote.Retryable(err) || sleep(ctx, backoff(attempt)) != nil {
			break
		}
	}
	if err != nil {
		j.q.o.Log.Error("an unfinished upload could not be aborted", "job", j.id, "target", string(it.dst), "upload", s.ID(), "err", err)
		j.mu.Lock()
		it.left = append(it.left, s.ID())
		j.mu.Unlock()
		return
	}
	if !it.traced {
		return
	}
	if err := j.q.jr.Settled(ctx, int64(j.id), it.num); err != nil {
		j.q.o.Log.Error("journal the abort", "job", j.id, "item", it.num, "err", err)
	}
}

// dropOpen ends the items that were begun when the job was called off.
func (j *job) dropOpen() {
	j.mu.Lock()
	var begun []*item
	for it := range j.active {
		begun = append(begun, it)
	}
	j.queued, j.big, j.open, j.doomed, j.emptied = nil, nil, nil, nil, nil
	j.mu.Unlock()
	var wg sync.WaitGroup // all at once: a server that is gone costs one time limit
	for _, it := range begun {
		wg.Go(func() { (&task{j: j, it: it}).conclude(context.Cause(j.ctx)) })
	}
	wg.Wait()
}
