package transfer

import (
	"context"
	"errors"
	"time"

	"gantry/remote"
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
func (t *task) try(ctx context.Context, g *gate, op func(context.Context) error) error {
	j := t.j
	var since time.Time
	for attempt := 1; ; attempt++ {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		err := op(ctx)
		if err == nil {
			j.q.budget.well(g)
			return nil
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		at := now()
		if attempt == 1 {
			since = at
		}
		var wait time.Duration
		if remote.KindOf(err) == remote.Full && !j.q.o.Unattended {
			j.pause(err) // the slot comes back when somebody has made room and resumes
		} else {
			var again bool
			if wait, again = j.patient.again(at, since, attempt, err); !again {
				return err
			}
			blamed := g
			if errors.As(err, new(sourceError)) {
				blamed = t.fromGate()
			}
			j.complain(blamed, err)
		}
		if t.it != nil {
			t.it.attempts.Add(1)
		}
		if err := t.nap(ctx, wait); err != nil {
			return err
		}
	}
}

// nap gives the slot back for at least d. After an error the slot is gone.
func (t *task) nap(ctx context.Context, d time.Duration) error {
	j := t.j
	t.held = false
	j.q.budget.release(j.share, j.gates)
	if err := sleep(ctx, d); err != nil {
		return err
	}
	if err := j.q.budget.acquire(ctx, j.share, j.gates); err != nil {
		return err
	}
	t.held = true
	return nil
}

func (t *task) fromGate() *gate { return t.j.gates[0] }

// complain narrows the gate if its tree asks to slow down.
func (j *job) complain(g *gate, err error) {
	if remote.KindOf(err) == remote.Throttled {
		j.q.budget.throttled(g, now())
	}
	j.q.o.Log.Debug("trying again", "job", j.id, "err", err)
}

// calledOff tells whether err says no more than that the job was called off.
func (j *job) calledOff(err error) bool {
	return j.ctx != nil && j.ctx.Err() != nil && (remote.Cancelled(err) || errors.Is(err, context.Cause(j.ctx)))
}
