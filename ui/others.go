package ui

import (
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"gantry/transfer"
)

const (
	othersEvery = 2 * time.Second // how often the queue looks for the jobs of other gantries, while it is on the screen
	othersRests = 10              // times as long as a look has taken it rests at least
)

// othersMsg are the jobs of other gantries.
type othersMsg struct {
	jobs []transfer.Record
	err  error
	took time.Duration
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
		start := time.Now()
		jobs, err := u.Others(ctx)
		return othersMsg{jobs, err, time.Since(start)}
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
	return m.watchOthers(max(othersEvery, othersRests*msg.took))
}
