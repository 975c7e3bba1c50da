package ui

import (
	"time"

	tea "github.com/charmbracelet/bubbletea"
)

// pollEvery is how often a pane that shows a mount looks whether the bucket has
// changed; pollRows is how many entries one look may cost: a longer listing is
// looked at less often in proportion.
const (
	pollEvery = 5 * time.Second
	pollRows  = 1000
)

// pollMsg is the time to look.
type pollMsg struct{}

// poll waits for the next look at the mounts on the screen, unless one is on its
// way or nobody could see what it finds.
func (m *Model) poll() tea.Cmd {
	if m.polling || m.away || !m.windowShown() {
		return nil
	}
	m.polling = true
	ctx := m.ctx
	return func() tea.Msg {
		t := time.NewTimer(pollEvery)
		defer t.Stop()
		select {
		case <-t.C:
			return pollMsg{}
		case <-ctx.Done():
			return nil
		}
	}
}

// windowShown tells whether a pane on the screen is the window of a mount.
func (m *Model) windowShown() bool {
	if m.view != onPanes {
		return false
	}
	for i, p := range m.panes {
		if p.Place().Mount != "" && !m.lay.Panes[i].Empty() {
			return true
		}
	}
	return false
}

// polled lists the mounts on the screen again. Cursor and marks stay, and nothing
// moves while the user has something in hand.
func (m *Model) polled() tea.Cmd {
	m.polling = false
	cmds := []tea.Cmd{m.poll()}
	if !m.polling || m.mouse.doing != idle {
		return tea.Batch(cmds...)
	}
	for i, p := range m.panes {
		if p.Place().Mount == "" || m.lay.Panes[i].Empty() {
			continue
		}
		if p.rest > 0 {
			p.rest--
			continue
		}
		p.rest = p.Total() / pollRows
		cmds = append(cmds, m.refresh(p))
	}
	return tea.Batch(cmds...)
}
