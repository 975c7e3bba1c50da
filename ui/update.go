package ui

import (
	tea "github.com/charmbracelet/bubbletea"

	"gantry/ui/keys"
	"gantry/ui/panel"
)

// Update routes a message by its type to the one handler for it: what the
// terminal sends here, what our own Cmds bring in result. It never blocks and
// does no I/O.
func (m *Model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.w, m.h = msg.Width, msg.Height
		m.endGesture()
		m.resize()
		return m, nil
	case tea.BlurMsg:
		m.away = true
		m.endGesture() // the release may never come
		return m, nil
	case tea.KeyMsg:
		return m, m.key(msg)
	case tea.MouseMsg:
		if m.dialogs.Len() > 0 {
			return m, m.dialogs.Update(msg)
		}
		if m.lay.TooSmall {
			return m, nil
		}
		return m, m.mouseMsg(msg)
	case tickMsg:
		m.readClock()
		m.lookAgain()
		return m, tea.Batch(m.tick(), m.poll(), m.freshen())
	case tea.FocusMsg:
		m.away = false
		return m, tea.Batch(m.poll(), m.freshen())
	case backgroundMsg:
		m.restyle(msg.dark)
		return m, nil
	case quitMsg:
		return m, tea.Quit
	}
	if cmd, ok := m.result(msg); ok {
		return m, cmd
	}
	if handled, cmd := m.manage(msg); handled {
		return m, cmd
	}
	for p := range m.everyPane {
		if handled, cmd := p.Update(msg); handled {
			return m, tea.Batch(cmd, m.afterPanel(p, msg))
		}
	}
	return m, m.dialogs.Update(msg)
}

// result takes what a Cmd of ours has brought; ok is false for all else.
func (m *Model) result(msg tea.Msg) (cmd tea.Cmd, ok bool) {
	switch msg := msg.(type) {
	case queueMsg:
		return m.queueNews(msg), true
	case freshMsg:
		return m.freshened(), true
	case unfinishedMsg:
		return m.unfinishedFound(msg), true
	case othersMsg:
		return m.othersSeen(msg), true
	case settledMsg:
		return m.oldSettled(msg), true
	case openedMsg:
		return m.opened(msg), true
	case goneMsg:
		return m.left(msg), true
	case targetMsg:
		return m.targetFound(msg), true
	case changedMsg:
		return m.changed(msg), true
	case panel.MarkedMsg:
		m.say(plain, pluralMarks(msg.Changed, msg.On))
		return nil, true
	case tallyMsg:
		return m.tallied(msg), true
	case bookmarksMsg:
		m.bookmarksLoaded(msg)
		return nil, true
	case keptMsg:
		m.bookmarkKept(msg)
		return nil, true
	case edgeMsg:
		return m.scrollEdge(msg), true
	case foundMsg:
		return m.foundNews(msg), true
	case droppedMsg:
		return m.dropped(msg), true
	case externalMsg:
		return m.externalDone(msg), true
	case contentMsg:
		return m.showContent(msg), true
	}
	return nil, false
}

// key gives a key to the front window, to the filter that is being typed, or
// to the action table, in this order.
func (m *Model) key(k tea.KeyMsg) tea.Cmd {
	m.mouse.forget() // a click before it and one after it are two
	if m.dialogs.Len() > 0 {
		return m.dialogs.Update(k)
	}
	if m.mouse.doing != idle {
		m.endGesture()
		if k.Type == tea.KeyEsc {
			return nil
		}
	}
	if k.Paste {
		return m.pasted(string(k.Runes))
	}
	if m.filter.on {
		if handled, cmd := m.filterKey(k); handled {
			return cmd
		}
	}
	r := m.matcher.Press(k.String(), string(m.view))
	if r.State != keys.Matched {
		return nil
	}
	m.letter = r.Letter
	return m.do(r.Action)
}
