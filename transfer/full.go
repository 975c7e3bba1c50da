package transfer

import (
	"context"
	"fmt"

	"gantry/remote"
)

// DiskFull says that a disk, or a store with a quota, has no room left, and that
// the jobs that write there are paused until somebody resumes them.
type DiskFull struct {
	Err  error // with its sentence
	Jobs int   // that are paused for it
}

func (DiskFull) event() {}

// volume names what fills up when the job writes.
func (j *job) volume(ctx context.Context) string {
	t := j.req.To
	if t == nil {
		return ""
	}
	if s, ok := remote.As[remote.Spacer](t); ok {
		if at, err := s.Space(ctx, j.req.Dir); err == nil {
			return t.Label() + "\x00" + at.Volume
		}
	}
	return t.Label() + "\x00"
}

// full deals with a target that has no room left: all jobs that write there are
// paused, or the job is stopped where nobody can make room. The error is why the
// item cannot go on.
func (j *job) full(ctx context.Context, err error) error {
	q := j.q
	if q.o.Unattended {
		if !q.jr.Durable() || j.req.Rules.DryRun {
			return err
		}
		j.cancelRun(haltError{err})
		return context.Cause(j.ctx)
	}
	if j.state() == Paused {
		return nil // another item has met it
	}
	at, paused := j.volume(ctx), 0
	for _, o := range q.all() {
		if !o.over() && o.state() != Paused && (o == j || o.volume(ctx) == at) {
			o.pause(err)
			paused++
		}
	}
	if paused > 0 {
		q.news(DiskFull{Err: err, Jobs: paused})
	}
	q.schedule()
	return nil
}

// checkRoom pauses a job, once all of it is known, that is larger than the room
// that there is. Whoever resumes it gets what fits.
func (j *job) checkRoom() {
	s, ok := remote.As[remote.Spacer](j.req.To)
	if !ok || j.q.o.Unattended || j.req.Rules.DryRun || j.sparing() {
		return
	}
	at, err := s.Space(j.ctx, j.req.Dir)
	need := j.allBytes.Load() - j.bytes.Load()
	if err != nil || at.Free < 0 || need <= at.Free {
		return
	}
	err = &remote.Error{
		Op: "write", Path: j.req.Dir, Kind: remote.Full,
		Hint: fmt.Sprintf("There is not enough room: %s are to be written and %s are free. Make room and resume the job; it can go on as it is as far as the room lasts.",
			roughly(need), roughly(at.Free)),
	}
	j.pause(err)
	j.q.news(DiskFull{Err: err, Jobs: 1})
}

// roughly writes a number of bytes without what nobody reads.
func roughly(n int64) string {
	for unit := int64(1 << 40); unit >= 1<<20; unit >>= 10 {
		if n >= 10*unit {
			return remote.FormatBytes(n / unit * unit)
		}
	}
	return remote.FormatBytes(n)
}

// sparing tells whether much of the job may turn out not to be written, or to
// take the place of what is there.
func (j *job) sparing() bool {
	if _, ok := j.renamer(); ok {
		return true
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	switch j.policy {
	case PolicyAsk, PolicyFail, PolicyRename, PolicyKeepBoth:
		return false
	}
	return true
}
