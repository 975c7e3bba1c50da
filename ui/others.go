package ui

import (
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"gantry/transfer"
)

// othersEvery is how often the queue looks for what the jobs of other gantries do,
// while it is on the screen.
const othersEvery = 2 * time.Second

// othersMsg are the jobs of other gantries.
type othersMsg struct {
	jobs []transfer.Record
	err  error
}

// watchOthers looks for the jobs of other gantries after a while, unless a look is on
// its way or nobody could see what it finds.
func (m *Model) watchOthers(after time.Duration) tea.Cmd {
	if m.watching || m.view != onQueue || m.d.Unfinished == nil {
		return nil
	}
	m.watching = true
	ctx, u := m.ctx, m.d.Unfinished
	return func() tea.Msg {
		t := time.NewTimer(after)
		defer t.Stop()
		select {
		case <-t.C:
		case <-ctx.Done():
			return nil
		}
		jobs, err := u.Others(ctx)
		return othersMsg{jobs, err}
	}
}

// othersSeen shows them, and goes on looking. What cannot be read stays as it was: it
// is for the eye only.
func (m *Model) othersSeen(msg othersMsg) tea.Cmd {
	m.watching = false
	if msg.err == nil {
		m.jobs.SetOthers(msg.jobs)
	} else if m.ctx.Err() == nil {
		m.d.Log.Warn("the jobs of other gantries cannot be read", "err", msg.err)
	}
	return m.watchOthers(othersEvery)
}
