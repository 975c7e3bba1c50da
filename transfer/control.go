package transfer

import (
	"slices"
)

// find returns the job with that number, or nil.
func (q *Queue) find(id JobID) *job {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, j := range q.order {
		if j.id == id {
			return j
		}
	}
	return nil
}

// Pause takes no new parts; parts in flight end, uploads are kept.
func (q *Queue) Pause(id JobID) {
	if j := q.find(id); j != nil {
		j.pause(nil)
		q.schedule()
	}
}

// Resume goes on with a paused job.
func (q *Queue) Resume(id JobID) {
	if j := q.find(id); j != nil {
		j.resume()
		q.schedule()
	}
}

// PauseAll pauses every job that has not ended.
func (q *Queue) PauseAll() {
	for _, j := range q.all() {
		j.pause(nil)
	}
}

// ResumeAll resumes every paused job.
func (q *Queue) ResumeAll() {
	for _, j := range q.all() {
		j.resume()
	}
	q.schedule()
}

// Cancel ends a job: uploads are aborted, partial files removed, what is done
// stays done.
func (q *Queue) Cancel(id JobID) {
	j := q.find(id)
	if j == nil {
		return
	}
	switch {
	case j.adopted != nil && q.runCancelled(j): // an earlier process may have begun something
	case j.withdraw():
		j.end(Cancelled, errUser)
	default:
		j.cancelRun(errUser)
	}
	q.schedule()
}

// runCancelled runs a job that waits to be started for no more than to clean up, and
// tells whether it does wait. A queue that is closed leaves it to the next process.
func (q *Queue) runCancelled(j *job) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if !j.waits() {
		return false
	}
	if !q.closed {
		q.launch(j, errUser)
	}
	return true
}

// Retry does the failed items of a job again, also after it has ended. Only
// those that are kept in the list of failures can be retried.
func (q *Queue) Retry(id JobID) {
	if j := q.find(id); j != nil && j.retry() {
		q.schedule()
	}
}

// Move shifts a waiting job by delta places among those that wait; less than
// zero is towards the front.
func (q *Queue) Move(id JobID, delta int) {
	q.mu.Lock()
	var waiting []int // their places in q.order
	at := -1
	for i, j := range q.order {
		if j.id == id {
			at = len(waiting)
		}
		if j.waits() {
			waiting = append(waiting, i)
		} else if j.id == id {
			at = -1
		}
	}
	if at >= 0 {
		to := min(max(at+delta, 0), len(waiting)-1)
		step := 1
		if to < at {
			step = -1
		}
		for ; at != to; at += step {
			a, b := waiting[at], waiting[at+step]
			q.order[a], q.order[b] = q.order[b], q.order[a]
		}
	}
	for _, j := range q.order {
		j.touch()
	}
	q.mu.Unlock()
}

// Start runs a job now, however many run already; a paused one goes on.
func (q *Queue) Start(id JobID) {
	j := q.find(id)
	if j == nil {
		return
	}
	j.resume()
	q.mu.Lock()
	defer q.mu.Unlock()
	if !q.closed && j.ready() {
		q.launch(j, nil)
	}
}

// Clear forgets the jobs that have ended, with their failures.
func (q *Queue) Clear() { q.forget(func(JobID) bool { return true }) }

// Forget removes one job, if it has ended, from the list and the journal.
func (q *Queue) Forget(id JobID) { q.forget(func(other JobID) bool { return other == id }) }

// forget removes those jobs that have ended.
func (q *Queue) forget(which func(JobID) bool) {
	q.mu.Lock()
	var gone []JobID
	q.order = slices.DeleteFunc(q.order, func(j *job) bool {
		if !which(j.id) || !j.over() {
			return false
		}
		gone = append(gone, j.id)
		return true
	})
	q.mu.Unlock()
	if len(gone) == 0 {
		return
	}
	ids := make([]int64, len(gone))
	for i, id := range gone {
		ids[i] = int64(id)
	}
	if err := q.jr.Forget(q.ctx, ids); err != nil {
		q.o.Log.Error("forget jobs", "err", err)
	}
	for _, f := range *q.feeds.Load() {
		f.remove(gone)
	}
}

// Jobs are the snapshots of all jobs, in the order in which they are started.
func (q *Queue) Jobs() []Snapshot {
	jobs, at := q.all(), now()
	out := make([]Snapshot, len(jobs))
	for i, j := range jobs {
		out[i] = j.snapshot(at)
	}
	return out
}

// Job is the snapshot of one job.
func (q *Queue) Job(id JobID) (Snapshot, bool) {
	if j := q.find(id); j != nil {
		return j.snapshot(now()), true
	}
	return Snapshot{}, false
}

func (q *Queue) all() []*job {
	q.mu.Lock()
	defer q.mu.Unlock()
	return slices.Clone(q.order)
}
