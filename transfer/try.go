package transfer

import (
	"context"
	"errors"
	"time"

	"gantry/remote"
	"gantry/transfer/budget"
)

const hintChanged = "The source changed while it was sent; nothing was published. Try again when it is at rest."

// midwayError marks a source that changed while its content was on the way.
// Starting anew at once would likely meet the next change: the user decides.
type midwayError struct{ error }

func (e midwayError) Unwrap() error { return e.error }

// conflictError marks a target that is not what the plan found any more.
type conflictError struct{ error }

func (e conflictError) Unwrap() error { return e.error }

// try does op until it succeeds, is hopeless, or the job is called off. While it
// waits it holds no slot. g is the gate of the tree that op works on; failures
// of the source are marked as sourceError and blamed on the source's gate.
func (t *task) try(ctx context.Context, g *budget.Gate, op func(context.Context) error) error {
	j := t.j
	var since time.Time
	waits := 0
	for attempt := 1; ; attempt++ {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		start := now()
		err := op(ctx)
		if err == nil {
			j.q.budget.Well(g)
			if attempt > 1 {
				t.troubled(nil)
			}
			return nil
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		at := now()
		if attempt == 1 {
			since = at
		}
		if met, err := t.overcome(ctx, g, start, &waits, err); met {
			if err != nil {
				return err
			}
			continue
		}
		var wait time.Duration
		if remote.KindOf(err) == remote.Full {
			if err := j.full(ctx, err); err != nil {
				return err
			}
			// The slot comes back when somebody has made room and resumes.
		} else {
			var again bool
			if wait, again = j.patient.again(at, since, attempt, err); !again {
				if err := j.givesUp(since, attempt, err); err != nil {
					return err
				}
			}
			blamed := g
			if errors.As(err, new(sourceError)) {
				blamed = t.fromGate()
			}
			j.complain(blamed, err)
			t.troubled(err)
		}
		if t.it != nil {
			t.it.attempts.Add(1)
		}
		if err := t.nap(ctx, wait); err != nil {
			return err
		}
	}
}

// troubled says why the item is tried again, or that it need not be any more.
func (t *task) troubled(err error) {
	if t.it == nil {
		return
	}
	t.j.mu.Lock()
	t.it.trouble = err
	t.j.mu.Unlock()
	t.j.touch()
}

// request is try for an op that is one request to the tree of g, so that the
// time it takes tells how far away that is.
func (t *task) request(ctx context.Context, g *budget.Gate, op func(context.Context) error) error {
	return t.try(ctx, g, func(ctx context.Context) error {
		start := now()
		err := op(ctx)
		if err == nil && t.it.size() <= landSize {
			t.j.q.budget.Timed(g, now().Sub(start))
		}
		return err
	})
}

// nap gives the slot back for at least d. After an error the slot is gone.
func (t *task) nap(ctx context.Context, d time.Duration) error {
	t.letGo()
	if err := sleep(ctx, d); err != nil {
		return err
	}
	return t.takeHold(ctx)
}

// letGo gives the slot back, if it is held.
func (t *task) letGo() {
	if t.held {
		t.held = false
		t.j.q.budget.Release(t.j.share, t.j.gates)
	}
}

// takeHold waits for a slot, unless one is held.
func (t *task) takeHold(ctx context.Context) error {
	if t.held {
		return nil
	}
	if err := t.j.q.budget.Acquire(ctx, t.j.share, t.j.gates); err != nil {
		return err
	}
	t.held = true
	return nil
}

// land lets another item have the slot while this one only waits for the disk:
// files become durable hundreds at a time, so many have to wait together.
func (t *task) land() {
	j := t.j
	if j.toKeyed || t.it.size() > landSize {
		return
	}
	j.mu.Lock()
	t.landing = true
	j.landing++
	j.q.landed.Add(1)
	j.mu.Unlock()
	t.letGo()
	j.wakeUp()
}

func (t *task) fromGate() *budget.Gate { return t.j.gates[0] }

// complain narrows the gate if its tree asks to slow down, or if fewer files have
// to be open at a time.
func (j *job) complain(g *budget.Gate, err error) {
	if k := remote.KindOf(err); k == remote.Throttled || k == remote.Crowded {
		j.q.budget.Throttled(g, now())
	}
	j.q.o.Log.Debug("trying again", "job", j.id, "err", err)
}

// calledOff tells whether err says no more than that the job was called off.
func (j *job) calledOff(err error) bool {
	return j.ctx != nil && j.ctx.Err() != nil && (remote.Cancelled(err) || errors.Is(err, context.Cause(j.ctx)))
}
