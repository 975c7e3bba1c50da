package ui

import (
	"strconv"

	tea "github.com/charmbracelet/bubbletea"

	"gantry/remote"
	"gantry/transfer"
	"gantry/ui/dialog"
)

// The queue stands inside a frame: one column of border and one of space, one
// line of border above.
const (
	frameX = 2
	frameY = 1
)

// drawQueue is the queue, or the details of one of its jobs.
func (m *Model) drawQueue(w, h int) []string {
	f := newWindow(m.st, "Queue", w, h)
	f.body = m.jobs.View(w-2*frameX, windowRoom(h))
	hint := "Enter details · p pause · x cancel · r retry · Esc back · K J order · b limit"
	if m.jobs.Detailed() {
		hint = "Tab changes the list · p pause · x cancel · r retry · Esc back"
	}
	if b := m.d.Queue.Bandwidth(); b > 0 {
		hint = "limit " + remote.FormatRate(b) + " · " + hint
	}
	f.foot(hint)
	return f.lines(h)
}

// pressQueue is a click in the queue.
func (m *Model) pressQueue(x, y int, msg tea.MouseMsg) tea.Cmd {
	if !m.jobs.Click(x-frameX, y-frameY) {
		return nil
	}
	switch {
	case msg.Button == tea.MouseButtonRight:
		return m.openMenu(&dialog.Point{X: msg.X, Y: msg.Y})
	case m.double(msg, strconv.FormatInt(int64(m.jobs.SelectedID()), 10)) && !m.jobs.Detailed():
		m.jobs.Open()
	}
	return nil
}

// steer is an action on the job under the cursor. The order of the jobs may
// have changed by it.
func steer(do func(q Queue, id transfer.JobID)) func(*Model) tea.Cmd {
	return func(m *Model) tea.Cmd {
		if s, ok := m.jobs.Selected(); ok {
			do(m.d.Queue, s.ID)
			m.jobs.Reset(m.d.Queue.Jobs())
		}
		return nil
	}
}

// needJob is the Blocked of the actions on one job.
func needJob(m *Model) string {
	switch _, ok := m.jobs.Selected(); {
	case ok:
		return ""
	case m.jobs.ShowsOthers():
		return "this gantry has no jobs; those of others are only shown"
	}
	return "the queue is empty"
}

// needUnended is the Blocked of what can be done to a job only until it has
// ended.
func needUnended(m *Model) string {
	if why := needJob(m); why != "" {
		return why
	}
	if s, _ := m.jobs.Selected(); s.State.Ended() {
		return "this job is " + s.State.String()
	}
	return ""
}

// toggle pauses a job, or lets a paused one go on.
func toggle(q Queue, id transfer.JobID) {
	for _, s := range q.Jobs() {
		if s.ID == id && s.State == transfer.Paused {
			q.Resume(id)
			return
		}
	}
	q.Pause(id)
}

// toggleAll pauses all jobs; if none is left to pause it lets all go on.
func (m *Model) toggleAll() tea.Cmd {
	q := m.d.Queue
	for _, s := range q.Jobs() {
		if !s.State.Ended() && s.State != transfer.Paused {
			q.PauseAll()
			m.say(plain, "All jobs are paused.")
			return nil
		}
	}
	q.ResumeAll()
	m.say(plain, "All jobs go on.")
	return nil
}

// retryFailed retries every job that has failures.
func (m *Model) retryFailed() tea.Cmd {
	for _, s := range m.d.Queue.Jobs() {
		if s.State.Ended() && (s.Failures > 0 || s.State == transfer.Failed) {
			m.d.Queue.Retry(s.ID)
		}
	}
	return nil
}

// askCancel asks before a job is cancelled.
func (m *Model) askCancel() tea.Cmd {
	s, ok := m.jobs.Selected()
	if !ok {
		return nil
	}
	q := m.d.Queue
	if s.Undoable {
		m.dialogs.Push(m.cancelOrTakeBack(s))
		return nil
	}
	m.dialogs.Push(dialog.NewConfirm(m.st, dialog.ConfirmOptions{
		Title: "Cancel job " + strconv.FormatInt(int64(s.ID), 10), Danger: true, Yes: "Cancel it", No: "Let it run",
		Text:  s.Title + "\n\nItems that are done stay; the upload or the partial file of those under way is removed.",
		OnYes: func() tea.Cmd { q.Cancel(s.ID); return nil },
	}))
	return nil
}

// cancelOrTakeBack asks what becomes of the copies of a move inside a bucket that
// has not deleted anything yet.
func (m *Model) cancelOrTakeBack(s transfer.Snapshot) dialog.Dialog {
	q := m.d.Queue
	return dialog.NewChoice(m.st, dialog.ChoiceOptions{
		Title: "Cancel job " + strconv.FormatInt(int64(s.ID), 10),
		Text:  s.Title + "\n\nNothing has been deleted yet: every source is still there.",
		Options: []dialog.Option{
			{Key: "l", Label: "Let it run", Run: func() tea.Cmd { return nil }},
			{
				Key: "b", Label: "Take it back", Help: "remove the copies that were made", Danger: true,
				Run: func() tea.Cmd {
					if !q.Rollback(s.ID) {
						m.tell(plain, "It is too late to take it back: everything is copied, and the sources are being deleted.")
					}
					return nil
				},
			},
			{
				Key: "c", Label: "Cancel", Help: "keep the copies as well as the sources", Danger: true,
				Run: func() tea.Cmd { q.Cancel(s.ID); return nil },
			},
		},
	})
}
