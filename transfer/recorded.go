package transfer

import (
	"context"
	"sync"
	"time"

	"gantry/remote"
	"gantry/transfer/journal"
)

// What another process can know of a job is what stands in the journal: its state, and
// why it does not get on. Both are put there when they have changed.

// recordEvery is how often the jobs are looked through for a change.
const recordEvery = 2 * time.Second

// recorded is how a job stands in the journal, as far as others read it.
type recorded struct {
	mu            sync.Mutex // held while the job is written, so that what is newer comes last
	state, reason string     // that were written last
}

// entry is the job as the journal keeps it.
func (j *job) entry() journal.Job {
	r := j.req
	j.mu.Lock()
	defer j.mu.Unlock()
	rec := journal.Job{
		ID: int64(j.id), Op: r.Op.String(), Title: r.Title, From: j.fromKey, Dir: r.Dir,
		Rules: j.blob(), Created: j.created,
	}
	if r.To != nil {
		rec.To = r.To.Label()
	}
	rec.State, rec.Reason = j.standing()
	rec.Listed, rec.Ended = j.recorded, j.finished
	return rec
}

// standing is the state of the job and why it is paused, waits, or has failed; "" if
// it gets on. The caller holds j.mu.
func (j *job) standing() (state, reason string) {
	s := j.stateLocked()
	switch {
	case j.why != nil:
		reason = remote.HintOf(j.why)
	case s == Asking && len(j.blocks) > 0:
		reason = remote.HintOf(j.blocks[0].err)
	case s == Asking:
		reason = "It needs an answer, on its own screen."
	case s == Listing || s == Running:
		if err := j.patient.trouble(now()); err != nil {
			reason = remote.HintOf(err) + " Trying again."
		}
	}
	return s.String(), reason
}

// save writes the job's state to the journal. A journal that fails is logged:
// the work itself is guarded item by item.
func (j *job) save() {
	if err := j.trySave(); err != nil {
		j.q.o.Log.Error("journal the job", "job", j.id, "err", err)
	}
}

// trySave is save for who cannot go on without it.
func (j *job) trySave() error {
	j.record.mu.Lock()
	defer j.record.mu.Unlock()
	return j.put(j.entry())
}

// saveChange is save for a job that has not ended and stands otherwise than its record
// says.
func (j *job) saveChange() {
	j.record.mu.Lock()
	defer j.record.mu.Unlock()
	j.mu.Lock()
	state, reason := j.standing()
	j.mu.Unlock()
	if state == j.record.state && reason == j.record.reason {
		return
	}
	e := j.entry()
	if !e.Ended.IsZero() {
		return // its end decides what stays on record
	}
	if err := j.put(e); err != nil {
		j.q.o.Log.Error("journal how the job stands", "job", j.id, "err", err)
	}
}

// put writes an entry. The caller holds j.record.mu.
func (j *job) put(e journal.Job) error {
	j.record.state, j.record.reason = e.State, e.Reason
	return j.q.jr.PutJob(context.WithoutCancel(j.q.ctx), e)
}

// recordChanges puts on record how the jobs stand that have not ended.
func (q *Queue) recordChanges() {
	for _, j := range q.all() {
		if !j.over() {
			j.saveChange()
		}
	}
}
