package jobs

import (
	"slices"
	"time"

	"gantry/transfer"
	"gantry/ui/theme"
)

// View is the list of jobs, or the details of one.
type View struct {
	// Items fetches items of a job for its details; it must return at once.
	// nil shows the ones that move, from the snapshot.
	Items func(id transfer.JobID, f transfer.ItemFilter, offset, n int) []transfer.ItemSnapshot

	// AskHint says in a few words how conflicts are answered: "a answers".
	AskHint string

	st   *theme.Styles
	now  func() time.Time
	jobs []transfer.Snapshot // in the queue's order
	cur  transfer.JobID      // the job under the cursor, 0 when there is none
	off  int                 // the first row on screen
	rows int                 // rows on screen in the last View

	detail *detail // nil shows the list
	others []transfer.Record
}

// New makes an empty view. now tells the time for "14:02" and the like.
func New(st *theme.Styles, now func() time.Time) *View {
	return &View{st: st, now: now}
}

// SetStyles changes how it looks, as when the terminal tells its background.
func (v *View) SetStyles(st *theme.Styles) { v.st = st }

// Reset takes all jobs in the queue's order: at the start, and after they were
// moved. The cursor stays on its job.
func (v *View) Reset(all []transfer.Snapshot) {
	at := v.index()
	v.jobs = slices.Clone(all)
	v.settle(at)
}

// Apply takes the news of a Feed. Jobs keep their places, new ones come last,
// the cursor stays on its job.
func (v *View) Apply(u transfer.Update) {
	at := v.index()
	for _, s := range u.Jobs {
		if i := v.find(s.ID); i >= 0 {
			v.jobs[i] = s
		} else {
			v.jobs = append(v.jobs, s)
		}
	}
	for _, id := range u.Removed {
		if i := v.find(id); i >= 0 {
			v.jobs = slices.Delete(v.jobs, i, i+1)
		}
	}
	v.settle(at)
}

// settle puts the cursor on a job again after the list has changed; at is where
// it was.
func (v *View) settle(at int) {
	if v.index() < 0 {
		v.cur = 0
		if n := len(v.jobs); n > 0 {
			v.cur = v.jobs[max(0, min(at, n-1))].ID
		}
	}
	if v.detail == nil {
		return
	}
	if v.find(v.detail.job) < 0 {
		v.detail = nil
		return
	}
	v.refresh()
}

func (v *View) find(id transfer.JobID) int {
	return slices.IndexFunc(v.jobs, func(s transfer.Snapshot) bool { return s.ID == id })
}

// index is where the cursor is, -1 when the list is empty.
func (v *View) index() int { return v.find(v.cur) }

// Len is the number of jobs.
func (v *View) Len() int { return len(v.jobs) }

// Selected is the job under the cursor, or the one whose details are open.
func (v *View) Selected() (transfer.Snapshot, bool) {
	id := v.cur
	if v.detail != nil {
		id = v.detail.job
	}
	if i := v.find(id); i >= 0 {
		return v.jobs[i], true
	}
	return transfer.Snapshot{}, false
}

// SelectedID is the ID of Selected, 0 when there is no job.
func (v *View) SelectedID() transfer.JobID {
	s, _ := v.Selected()
	return s.ID
}

// Select moves the cursor to a job, such as one that has a conflict.
func (v *View) Select(id transfer.JobID) {
	if v.find(id) >= 0 {
		v.cur = id
	}
}

// Move moves the cursor by n rows, or scrolls the details.
func (v *View) Move(n int) {
	if v.detail != nil {
		v.scroll(n)
		return
	}
	if i := v.index(); i >= 0 {
		v.cur = v.jobs[max(0, min(i+n, len(v.jobs)-1))].ID
	}
}

// Up moves the cursor up by one.
func (v *View) Up() { v.Move(-1) }

// Down moves the cursor down by one.
func (v *View) Down() { v.Move(1) }

// Page moves the cursor by n screens.
func (v *View) Page(n int) { v.Move(n * max(1, v.rows-1)) }

// Home moves the cursor to the first row.
func (v *View) Home() { v.Move(-1 << 30) }

// End moves the cursor to the last row.
func (v *View) End() { v.Move(1 << 30) }

// At is the job whose row is at line y of the last View; false when there is
// none, and always in the details.
func (v *View) At(y int) (transfer.JobID, bool) {
	if i := y - headLines + v.off; v.detail == nil && y >= headLines && y < headLines+v.rows && i < len(v.jobs) {
		return v.jobs[i].ID, true
	}
	return 0, false
}

// Click moves the cursor to the row at column x, line y of the last View, or
// changes the tab of the details; it tells whether something was there.
func (v *View) Click(x, y int) bool {
	if v.detail != nil {
		return v.clickDetail(x, y)
	}
	id, ok := v.At(y)
	if ok {
		v.cur = id
	}
	return ok
}

// Counts are how many jobs are in which state.
type Counts struct {
	Up, Down, Other int // running, by direction
	Waiting         int
	Paused          int
	Asking          int // conflicts, and obstacles that jobs wait for
	Failed          int // jobs with failures or failed, until cleared
	Busy            int // not ended
}

// Counts counts the jobs.
func (v *View) Counts() Counts {
	var c Counts
	met := map[transfer.Obstacle]bool{{}: true}
	for _, s := range v.jobs {
		if !s.State.Ended() {
			c.Busy++
			c.Asking += s.Conflicts
			if !met[s.Obstacle] { // one question, however many jobs
				met[s.Obstacle] = true
				c.Asking++
			}
		}
		if s.Failures > 0 || s.State == transfer.Failed {
			c.Failed++
		}
		switch s.State {
		case transfer.Waiting:
			c.Waiting++
		case transfer.Paused:
			c.Paused++
		case transfer.Listing, transfer.Running, transfer.Verifying:
			switch arrow(s) {
			case "↑":
				c.Up++
			case "↓":
				c.Down++
			default:
				c.Other++
			}
		}
	}
	return c
}
