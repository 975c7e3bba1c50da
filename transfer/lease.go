package transfer

import (
	"context"
	"crypto/rand"
	"errors"
	"time"

	"gantry/transfer/journal"
)

// errTaken calls a job off that another process runs by now, because this one
// seemed to be dead: it slept for long, or its disk did.
var errTaken = errors.New("another gantry has taken the job over")

const (
	leaseFor   = 2 * time.Minute
	leaseRenew = 30 * time.Second
)

// keeps tells whether a job that is called off goes on another time: then
// nothing of it is thrown away, and nothing is said to have ended.
func (j *job) keeps() bool {
	if j.ctx == nil {
		return false
	}
	return j.keepsFor(context.Cause(j.ctx))
}

func (j *job) keepsFor(cause error) bool {
	switch {
	case cause == nil, errors.Is(cause, errUser), !j.q.jr.Durable(), j.req.Rules.DryRun:
		return false
	}
	// A job that has ended ends its context without a cause; the queue may too.
	return !errors.Is(cause, context.Canceled) || j.q.ctx.Err() != nil
}

// ownerOf is the name under which the queue leases its jobs.
func ownerOf(jr journal.Journal) string {
	if c, ok := jr.(journal.Census); ok {
		return c.Owner()
	}
	return rand.Text()
}

// heartbeat renews the leases of all jobs until ctx ends, and keeps on record how they
// stand. A job whose lease another process has by now is called off.
func (q *Queue) heartbeat() {
	tick := time.NewTicker(leaseRenew)
	defer tick.Stop()
	look := time.NewTicker(recordEvery)
	defer look.Stop()
	for {
		select {
		case <-q.ctx.Done():
			return
		case <-look.C:
			q.recordChanges()
			continue
		case <-tick.C:
		}
		for _, j := range q.all() {
			if j.over() {
				continue
			}
			err := q.renew(q.ctx, j)
			switch {
			case errors.Is(err, journal.ErrLeased) && j.withdraw():
				j.end(Cancelled, errTaken)
			case errors.Is(err, journal.ErrLeased):
				j.cancelRun(errTaken)
			case err != nil && q.ctx.Err() == nil:
				q.o.Log.Warn("renew the lease", "job", j.id, "err", err)
			}
		}
	}
}

func (q *Queue) renew(ctx context.Context, j *job) error {
	return q.jr.Lease(ctx, int64(j.id), q.owner, now().Add(leaseFor))
}

// lost tells whether another process has taken over a job that has waited for its
// place here.
func (q *Queue) lost(j *job) bool {
	return q.jr.Durable() && errors.Is(q.renew(context.WithoutCancel(q.ctx), j), journal.ErrLeased)
}

// letGo ends the leases of the jobs that have not ended, so that the next
// process need not wait.
func (q *Queue) letGo(ctx context.Context) {
	for _, j := range q.all() {
		s := j.snapshot(now())
		if !s.Kept {
			continue
		}
		if err := q.jr.Release(context.WithoutCancel(ctx), int64(j.id), q.owner); err != nil {
			q.o.Log.Warn("release the lease", "job", j.id, "err", err)
		}
	}
}

// Durable tells whether jobs that have not ended are known again after a
// restart.
func (q *Queue) Durable() bool { return q.jr.Durable() }
