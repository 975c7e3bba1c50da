package ui

import (
	"time"

	tea "github.com/charmbracelet/bubbletea"
)

// A folder in which jobs change something is listed again at most every freshEvery,
// and no more than a part in freshShare of the time goes into that. What listing a
// bucket costs grows with the entries, so those with more than pollRows have to wait
// the longer.
const (
	freshEvery = 2 * time.Second
	freshShare = 10
)

// freshMsg is the time to list what jobs have changed.
type freshMsg struct{}

// freshen waits until a pane on the screen may be listed again in whose folder a job
// has changed something, unless that is waited for already.
func (m *Model) freshen() tea.Cmd {
	if m.freshening || !m.watched() {
		return nil
	}
	wait := time.Duration(-1)
	for i := range m.panes {
		if d, ok := m.rest(i); ok && (wait < 0 || d < wait) {
			wait = d
		}
	}
	if wait < 0 {
		return nil
	}
	m.freshening = true
	ctx := m.ctx
	return func() tea.Msg {
		t := time.NewTimer(wait)
		defer t.Stop()
		select {
		case <-t.C:
			return freshMsg{}
		case <-ctx.Done():
			return nil
		}
	}
}

// watched tells whether rows may change by themselves: somebody looks, and has nothing
// in hand and no question open that may be about them.
func (m *Model) watched() bool {
	return !m.away && m.view == onPanes && m.dialogs.Len() == 0 && m.mouse.doing == idle
}

// rest is how long pane i is still left alone; false if there is nothing new for it,
// nobody sees it, or it is busy.
func (m *Model) rest(i int) (time.Duration, bool) {
	p := m.panes[i]
	if m.lay.TooSmall || m.lay.Panes[i].Empty() || !p.AtRest() || !m.prints.changed(p.ID()) {
		return 0, false
	}
	at, took := p.Listed()
	every := freshEvery
	if !isDisk(p.Place()) {
		every += freshEvery * time.Duration(p.Total()/pollRows)
	}
	every = max(every, (freshShare-1)*took)
	return min(max(0, every-m.now().Sub(at)), every), true // clocks can be set back
}

// freshened lists the panes whose time has come. Cursor and marks stay.
func (m *Model) freshened() tea.Cmd {
	m.freshening = false
	if !m.watched() {
		return nil // news of the queue, or the next tick, begins anew
	}
	var cmds []tea.Cmd
	for i, p := range m.panes {
		if d, ok := m.rest(i); ok && d == 0 {
			cmds = append(cmds, m.refresh(p))
		}
	}
	return tea.Batch(append(cmds, m.freshen())...)
}

// refresh lists a pane again without a word.
func (m *Model) refresh(p *pane) tea.Cmd {
	if p.AtRest() {
		m.prints.look(p.ID(), p.Place())
	}
	return p.Refresh()
}
