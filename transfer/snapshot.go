package transfer

import (
	"cmp"
	"slices"
	"time"

	"gantry/transfer/journal"
)

// activeMost is how many items a snapshot shows at work.
const activeMost = 32

// snapshot describes the job at that moment and feeds the estimator.
func (j *job) snapshot(at time.Time) Snapshot {
	j.mu.Lock()
	defer j.mu.Unlock()
	s := Snapshot{
		ID: j.id, Op: j.req.Op, Title: j.req.Title, State: j.stateLocked(),
		Items:  Progress{Done: j.items.Load(), Total: j.allItems.Load()},
		Bytes:  Progress{Done: j.bytes.Load(), Total: j.allBytes.Load()},
		Listed: j.listed, ETA: -1, Failures: j.failCount, Skipped: j.skip, Conflicts: len(j.parked),
		Created: j.created, Finished: j.finished, Err: j.why, From: j.fromKey,
		Bandwidth: j.req.Rules.Bandwidth, Levels: levelsOf(j.levels), Undoable: j.phased && !j.deleting && j.started && !j.final.Ended(), Proven: j.proven, Kept: j.final == Cancelled && j.keepsFor(j.why),
	}
	if j.req.To != nil {
		s.To = j.req.To.Label() + string(j.req.Dir)
	}
	if !j.final.Ended() {
		s.Copied = int64(j.held)
	}
	if j.ending { // over when that is on record: what comes next may ask for it
		s.State, s.Finished, s.Err = Verifying, time.Time{}, nil
	}
	if !j.started && s.Items.Total == 0 {
		s.Items.Total, s.Bytes.Total = -1, -1
	}
	if s.State != Done && s.Bytes.Total > 0 && s.Bytes.Done >= s.Bytes.Total {
		s.Bytes.Done = s.Bytes.Total - 1 // never 100 % before it is done
	}
	if s.State == Asking && len(j.blocks) > 0 {
		s.Obstacle, s.Err = j.blocks[0].Obstacle, j.blocks[0].err
	}
	switch s.State {
	case Listing, Running, Verifying:
		j.eta.Sample(at, j.bytes.Load()-j.there.Load())
		s.Rate = j.eta.Rate()
		if j.listed && s.Bytes.Total > s.Bytes.Done {
			s.ETA = j.eta.Left(s.Bytes.Total - s.Bytes.Done)
		}
		if s.Rate == 0 { // else there are bytes on their way
			s.Trouble = j.patient.trouble(at)
		}
	case Done:
		if d := j.finished.Sub(j.taken).Seconds(); d > 0 {
			s.Rate = float64(s.Bytes.Done-j.there.Load()) / d // the mean of all that was moved here
		}
	}
	s.Active = j.activeLocked(activeMost)
	return s
}

// activeLocked are the snapshots of the first n items at work, in order.
func (j *job) activeLocked(n int) []ItemSnapshot {
	items := make([]*item, 0, len(j.active))
	for it := range j.active {
		items = append(items, it)
	}
	slices.SortFunc(items, func(a, b *item) int { return cmp.Compare(a.num, b.num) })
	var out []ItemSnapshot
	for _, it := range items[:min(n, len(items))] {
		out = append(out, it.snapshot())
	}
	return out
}

func (j *job) state() State {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.stateLocked()
}

// stateLocked derives the state. The caller holds j.mu.
func (j *job) stateLocked() State {
	idle := j.inflight == 0 && len(j.queued)+len(j.big)+len(j.open)+len(j.doomed)+len(j.emptied) == 0
	switch {
	case j.final.Ended():
		return j.final
	case j.paused:
		return Paused
	case len(j.blocks) > 0:
		return Asking
	case !j.started:
		return Waiting
	case len(j.parked) > 0 && idle && (j.listed || j.manyParked()):
		return Asking
	case !j.listed:
		return Listing
	case j.deleting:
		return Verifying
	case j.finishing > 0 && j.finishing == j.inflight && len(j.queued)+len(j.big)+len(j.open) == 0:
		return Verifying
	default:
		return Running
	}
}

// busy tells whether the job takes a place among those that run. It does until
// its end is in the feeds, so that the ends come in the order of the jobs.
func (j *job) busy() bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	switch j.stateLocked() {
	case Listing, Running, Verifying:
		return true
	case Done, Failed, Cancelled:
		return !j.told
	default:
		return false
	}
}

// ready tells whether the job may be launched.
func (j *job) ready() bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return !j.started && !j.noting && !j.paused && len(j.blocks) == 0 && !j.final.Ended()
}

// waits tells whether the job has not been started, paused or not.
func (j *job) waits() bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return !j.started && !j.final.Ended()
}

// withdraw keeps a job that has not been started from ever being; it returns
// false when that is too late.
func (j *job) withdraw() bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.started || j.final.Ended() {
		return false
	}
	j.started = true
	return true
}

func (j *job) over() bool { return j.state().Ended() }

// outcome is an item's end as the journal keeps it.
func (j *job) outcome(s ItemSnapshot) journal.Outcome {
	o := journal.Outcome{
		State: s.State.String(), Skipped: s.Skipped, Reason: s.Reason, Attempts: s.Attempts, Verified: s.Verified,
	}
	if s.Err != nil {
		o.Reason = s.Err.Error()
	}
	return o
}

// ItemFilter chooses what Queue.Items lists.
type ItemFilter uint8

// The filters. Of failed and skipped items the first 10,000 are kept; the
// counts in the snapshot of the job are exact.
const (
	ItemsActive    ItemFilter = iota // at work
	ItemsFailed                      // with their reasons
	ItemsSkipped                     // with their reasons
	ItemsConflicts                   // parked, waiting for an Answer
	ItemsDone                        // done, the latest 500, the last one first
)

// Items lists up to n items of a job from offset on, in the order in which they
// got there.
func (q *Queue) Items(id JobID, f ItemFilter, offset, n int) []ItemSnapshot {
	j := q.find(id)
	if j == nil || offset < 0 || n <= 0 {
		return nil
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	var items []*item
	switch f {
	case ItemsDone:
		return j.latestDone(offset, n)
	case ItemsFailed:
		items = j.failed.kept
	case ItemsSkipped:
		items = j.skipped.kept
	case ItemsConflicts:
		for _, p := range j.parked {
			items = append(items, p.it)
		}
	default:
		all := j.activeLocked(len(j.active))
		return slices.Clone(all[min(offset, len(all)):min(offset+n, len(all))])
	}
	var out []ItemSnapshot
	for _, it := range items[min(offset, len(items)):min(offset+n, len(items))] {
		out = append(out, it.snapshot())
	}
	return out
}
