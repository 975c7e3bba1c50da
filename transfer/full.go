package transfer

import (
	"context"
	"fmt"
	"math"
	"time"

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
		err = j.lacking(ctx, err)
		if !q.jr.Durable() || j.req.Rules.DryRun {
			return err
		}
		j.cancelRun(haltError{err})
		return context.Cause(j.ctx)
	}
	if j.state() == Paused {
		return nil // another item has met it
	}
	at, paused, met := j.volume(ctx), 0, j.lacking(ctx, err)
	for _, o := range q.all() {
		if o.over() || o.state() == Paused || o != j && o.volume(ctx) != at {
			continue
		}
		if o == j {
			o.pause(met)
		} else {
			o.pause(o.lacking(ctx, err))
		}
		paused++
	}
	if paused > 0 {
		q.news(DiskFull{Err: met, Jobs: paused})
	}
	q.schedule()
	return nil
}

// givesUp deals with an operation that is not to be tried again. Where so few files
// may be open that nothing of the job succeeds, the job waits for the user, or is
// stopped once if nobody is there, instead of failing item by item. The error is why
// the operation cannot go on.
func (j *job) givesUp(since time.Time, attempt int, err error) error {
	if !j.patient.lost(since, attempt, err) {
		return err
	}
	if j.q.o.Unattended {
		if !j.q.jr.Durable() || j.req.Rules.DryRun {
			return err
		}
		j.cancelRun(haltError{err})
		return context.Cause(j.ctx)
	}
	if j.state() != Paused {
		j.pause(err)
		j.q.schedule()
	}
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
	need := j.toCome()
	if err != nil || at.Free < 0 || need <= at.Free {
		return
	}
	err = &remote.Error{
		Op: "write", Path: j.req.Dir, Kind: remote.Full,
		Hint: j.noRoom("", need, at.Free) + " Make room and resume the job; it can go on as it is as far as the room lasts.",
	}
	j.pause(err)
	j.q.news(DiskFull{Err: err, Jobs: 1})
}

// toCome is how many bytes of the job are still to be written, as far as it has
// been listed.
func (j *job) toCome() int64 { return j.allBytes.Load() - j.bytes.Load() }

// disk names the disk that the job writes to.
func (j *job) disk() string { return "the disk of " + j.req.To.Label() + string(j.req.Dir) }

// noRoom says which disk lacks room, and how much. least is "at least " while
// more may come.
func (j *job) noRoom(least string, need, free int64) string {
	return fmt.Sprintf("There is not enough room on %s: %s%s are to be written and %s are free.",
		j.disk(), least, roughly(need), roughly(free))
}

// lacking is err, of a write that found no room left, with a sentence that says
// on which disk, how much is to come and how much is free, where the target
// can tell. A disk that seems to have room, as with a quota, keeps what err says
// of it.
func (j *job) lacking(ctx context.Context, err error) error {
	if j.req.To == nil {
		return err
	}
	s, ok := remote.As[remote.Spacer](j.req.To)
	if !ok {
		return err
	}
	at, serr := s.Space(ctx, j.req.Dir)
	if serr != nil || at.Free < 0 {
		return err
	}
	least, need := "", j.toCome()
	if j.mu.Lock(); !j.listed {
		least = "at least "
	}
	j.mu.Unlock()
	hint := j.noRoom(least, need, at.Free) + " Make room and go on."
	if need <= at.Free {
		hint = fmt.Sprintf("%s On %s %s are free, and %s%s are to be written.",
			remote.HintOf(err), j.disk(), roughly(at.Free), least, roughly(need))
	}
	return &remote.Error{Op: "write", Path: j.req.Dir, Kind: remote.Full, Hint: hint, Err: err}
}

// roughly writes a number of bytes as one reads it: "35 B", "7.6 MiB", "640 MiB".
func roughly(n int64) string {
	v, unit := float64(n), "B"
	for _, larger := range []string{"KiB", "MiB", "GiB", "TiB", "PiB"} {
		if math.Round(v) < 1024 {
			break
		}
		v, unit = v/1024, larger
	}
	if unit != "B" && v < 9.95 {
		return fmt.Sprintf("%.1f %s", v, unit)
	}
	return fmt.Sprintf("%.0f %s", v, unit)
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
