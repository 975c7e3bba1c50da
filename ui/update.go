package ui

import (
	tea "github.com/charmbracelet/bubbletea"

	"gantry/ui/keys"
	"gantry/ui/panel"
)

// Update routes a message by its type to the one handler for it. It never
// blocks and does no I/O.
func (m *Model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.w, m.h = msg.Width, msg.Height
		m.endGesture()
		m.resize()
		return m, nil
	case queueMsg:
		return m, m.queueNews(msg)
	case unfinishedMsg:
		return m, m.unfinishedFound(msg)
	case settledMsg:
		return m, m.oldSettled(msg)
	case openedMsg:
		return m, m.opened(msg)
	case goneMsg:
		return m, m.left(msg)
	case targetMsg:
		return m, m.targetFound(msg)
	case changedMsg:
		return m, m.changed(msg)
	case panel.MarkedMsg:
		m.say(plain, pluralMarks(msg.Changed, msg.On))
		return m, nil
	case tallyMsg:
		return m, m.tallied(msg)
	case bookmarksMsg:
		m.bookmarksLoaded(msg)
		return m, nil
	case keptMsg:
		m.bookmarkKept(msg)
		return m, nil
	case edgeMsg:
		return m, m.scrollEdge(msg)
	case foundMsg:
		return m, m.foundNews(msg)
	case droppedMsg:
		return m, m.dropped(msg)
	case externalMsg:
		return m, m.externalDone(msg)
	case contentMsg:
		return m, m.showContent(msg)
	case tickMsg:
		m.readClock()
		return m, m.tick()
	case backgroundMsg:
		m.restyle(msg.dark)
		return m, nil
	case quitMsg:
		return m, tea.Quit
	case tea.BlurMsg:
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
	}
	for p := range m.everyPane {
		if handled, cmd := p.Update(msg); handled {
			return m, tea.Batch(cmd, m.afterPanel(p))
		}
	}
	return m, m.dialogs.Update(msg)
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
