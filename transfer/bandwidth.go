package transfer

import (
	"time"

	"gantry/remote"
)

// SetBandwidth limits all jobs together from now on, at all times of the day; 0
// lifts the limit.
func (q *Queue) SetBandwidth(bytesPerSecond int64) { q.SetTimetable(remote.Constant(bytesPerSecond)) }

// Bandwidth is the limit of this moment in bytes a second, 0 for none.
func (q *Queue) Bandwidth() int64 { return q.limit.Limit() }

// SetTimetable limits all jobs together from now on, by the time of day.
func (q *Queue) SetTimetable(t remote.Timetable) {
	q.mu.Lock()
	q.times = t
	q.mu.Unlock()
	n, _ := t.At(now())
	q.limit.Set(n)
	select {
	case q.retime <- struct{}{}:
	default:
	}
}

// Timetable is what SetTimetable was given.
func (q *Queue) Timetable() remote.Timetable {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.times
}

// lookAgain bounds how late a change of the timetable is noticed after the
// machine has slept or its clock was set.
const lookAgain = time.Minute

// keepTime sets the limit as the timetable says, until q.ctx ends.
func (q *Queue) keepTime() {
	for {
		t := q.Timetable()
		n, next := t.At(now())
		var due <-chan time.Time
		var timer *time.Timer
		if !next.IsZero() {
			if n != q.limit.Limit() {
				q.limit.Set(n)
			}
			timer = time.NewTimer(min(max(time.Until(next), time.Millisecond), lookAgain))
			due = timer.C
		}
		select {
		case <-due:
		case <-q.retime:
		case <-q.ctx.Done():
		}
		if timer != nil {
			timer.Stop()
		}
		if q.ctx.Err() != nil {
			return
		}
	}
}

// What a job of limited bandwidth may hold of the slots: enough for the limit,
// and not so many that others wait for parts that hardly move.
const (
	slotsLeast = 4
	slotMoves  = 128 << 10 // bytes a second
)

// spare leaves slots to others if the job's bandwidth is limited.
func (j *job) spare() {
	if n := j.limit.Limit(); n > 0 {
		j.share.Limit = min(j.share.Limit, int(max(slotsLeast, min(n/slotMoves, workersMost))))
	}
}

// SetJobBandwidth limits one job from now on, besides what limits all; 0 lifts
// the limit. It holds as well when the job is resumed by another process.
func (q *Queue) SetJobBandwidth(id JobID, bytesPerSecond int64) {
	j := q.find(id)
	if j == nil || j.over() {
		return
	}
	j.mu.Lock()
	j.req.Rules.Bandwidth = max(bytesPerSecond, 0)
	j.mu.Unlock()
	j.limit.Set(bytesPerSecond)
	j.save()
	j.touch()
}
