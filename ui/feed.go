package ui

import (
	"errors"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"gantry/remote"
	"gantry/transfer"
	"gantry/ui/text"
)

// queueMsg is what the queue's feed delivered.
type queueMsg struct {
	update transfer.Update
	err    error
}

// waitQueue waits for news of the queue. One such Cmd is under way at any time;
// taking its message starts the next.
func (m *Model) waitQueue() tea.Cmd {
	ctx, feed := m.ctx, m.feed
	return func() tea.Msg {
		u, err := feed.Next(ctx)
		return queueMsg{update: u, err: err}
	}
}

// queueNews takes the news and listens on.
func (m *Model) queueNews(msg queueMsg) tea.Cmd {
	if msg.err != nil {
		if m.ctx.Err() == nil {
			m.d.Log.Error("the queue's feed has ended", "err", msg.err)
		}
		return nil
	}
	m.jobs.Apply(msg.update)
	for _, id := range msg.update.Removed {
		delete(m.touched, id)
	}
	m.settled()
	m.unobstructed()
	cmds := []tea.Cmd{m.waitQueue()}
	for _, e := range msg.update.Events {
		switch e := e.(type) {
		case transfer.AskEvent:
			m.raise(e.Ask)
		case transfer.DiskFull:
			m.tellOf(bad, "✗ "+text.Plural(int64(e.Jobs), "job")+" paused", ": "+remote.HintOf(e.Err)+" F12, p goes on.")
		case transfer.Blocked:
			m.obstructed(e)
		case transfer.Finished:
			cmds = append(cmds, m.finished(e.Job))
		}
	}
	if m.leaving && m.unfinished() == 0 {
		return tea.Quit
	}
	return tea.Batch(append(cmds, m.freshen())...)
}

// finished tells how a job ended and lists the panes anew that show what it
// touched; their cursors stay.
func (m *Model) finished(s transfer.Snapshot) tea.Cmd {
	switch {
	case s.State == transfer.Failed && s.Err != nil:
		m.tellOf(bad, "✗ "+s.Title, " – "+remote.HintOf(s.Err))
	case s.State == transfer.Cancelled && s.Failures > 0:
		m.tellOf(bad, s.Title, " – cancelled; "+text.Plural(int64(s.Failures), "item")+" had failed, F12 shows why"+remains(s.Err))
	case s.State == transfer.Failed || s.Failures > 0:
		m.tellOf(bad, "✗ "+s.Title, " – "+text.Plural(int64(s.Failures), "item")+" failed; F12 shows why")
	case s.State == transfer.Cancelled:
		m.tellOf(plain, s.Title, " – cancelled"+remains(s.Err))
	case s.Skipped > 0:
		m.tellOf(plain, "✓ "+s.Title, " – "+text.Plural(int64(s.Skipped), "item")+" skipped")
	default:
		m.tellOf(good, "✓ "+s.Title, "")
	}
	touched, ours := m.touched[s.ID]
	var cmds []tea.Cmd
	for p := range m.everyPane {
		if !ours || shows(p.Place(), touched) { // of a job of yesterday nobody knows
			cmds = append(cmds, m.reload(p))
		}
	}
	return tea.Batch(cmds...)
}

// remains says what a job that was cancelled has left behind, where it is worth
// a word.
func remains(err error) string {
	if re := (*remote.Error)(nil); errors.As(err, &re) {
		return ". " + remote.HintOf(re)
	}
	return ""
}

// shows tells whether a pane at place may see what changed in one of touched:
// it is there, or in a folder below.
func shows(place remote.Place, touched []remote.Place) bool {
	if place.Tree == nil {
		return false
	}
	for _, t := range touched {
		if strings.HasPrefix(place.Location(), t.Location()) {
			return true
		}
	}
	return false
}

// unfinished is how many jobs have not ended. It asks the queue, because what
// was queued a moment ago is in no news yet.
func (m *Model) unfinished() int {
	n := 0
	for _, s := range m.d.Queue.Jobs() {
		if !s.State.Ended() {
			n++
		}
	}
	return n
}
