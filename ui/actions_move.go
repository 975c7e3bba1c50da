package ui

import tea "github.com/charmbracelet/bubbletea"

// moves is an action that only moves the cursor of whatever is in front.
func moves(do func(*Model)) func(*Model) tea.Cmd {
	return func(m *Model) tea.Cmd {
		do(m)
		return nil
	}
}

func moveActions() []Action {
	const group = "move"
	return []Action{
		{ID: "down", Help: "cursor down", Group: group, Keys: []string{"j", "down"}, Run: moves(func(m *Model) { m.moveCursor(1) })},
		{ID: "up", Help: "cursor up", Group: group, Keys: []string{"k", "up"}, Run: moves(func(m *Model) { m.moveCursor(-1) })},
		{ID: "go-parent", Help: "to the folder above", Group: group, Scope: onPanes, Keys: []string{"h", "left", "backspace"}, Run: (*Model).goParent},
		{ID: "open", Help: "enter the folder, view the file", Group: group, Scope: onPanes, Keys: []string{"l", "right", "enter"}, Run: (*Model).openCurrent},
		{ID: "top", Help: "to the first row", Group: group, Keys: []string{"g g", "home"}, Run: moves(func(m *Model) { m.toEnd(false) })},
		{ID: "bottom", Help: "to the last row", Group: group, Keys: []string{"G", "end"}, Run: moves(func(m *Model) { m.toEnd(true) })},
		{ID: "page-up", Help: "a page up", Group: group, Keys: []string{"pgup"}, Run: moves(func(m *Model) { m.pageCursor(-2) })},
		{ID: "page-down", Help: "a page down", Group: group, Keys: []string{"pgdown"}, Run: moves(func(m *Model) { m.pageCursor(2) })},
		{ID: "half-page-up", Help: "half a page up", Group: group, Keys: []string{"ctrl+u"}, Run: moves(func(m *Model) { m.pageCursor(-1) })},
		{ID: "half-page-down", Help: "half a page down", Group: group, Keys: []string{"ctrl+d"}, Run: moves(func(m *Model) { m.pageCursor(1) })},
		{
			ID: "back", Help: "back to where the pane was", Group: group, Scope: onPanes, Keys: []string{"H"},
			Blocked: func(m *Model) string { return nothing(len(m.here().past.back) == 0, "there is nothing to go back to") },
			Run:     func(m *Model) tea.Cmd { return m.travel((*history).goBack) },
		},
		{
			ID: "forward", Help: "forward again", Group: group, Scope: onPanes, Keys: []string{"L"},
			Blocked: func(m *Model) string { return nothing(len(m.here().past.ahead) == 0, "there is nothing ahead") },
			Run:     func(m *Model) tea.Cmd { return m.travel((*history).goForward) },
		},
	}
}

// nothing is why, if that is so.
func nothing(so bool, why string) string {
	if so {
		return why
	}
	return ""
}

// moveCursor moves the cursor of the view in front by n rows.
func (m *Model) moveCursor(n int) {
	switch m.view {
	case onQueue:
		m.jobs.Move(n)
	case onServers:
		m.servers.Move(n)
	default:
		m.here().Move(n)
	}
}

// pageCursor moves by n half pages.
func (m *Model) pageCursor(n int) {
	switch m.view {
	case onQueue:
		if n == 1 || n == -1 {
			n *= 2
		}
		m.jobs.Page(n / 2)
	case onServers:
		m.servers.Half(n)
	default:
		m.here().PageMove(n)
	}
}

// toEnd goes to the first or the last row.
func (m *Model) toEnd(last bool) {
	switch {
	case m.view == onQueue && last:
		m.jobs.End()
	case m.view == onQueue:
		m.jobs.Home()
	case m.view == onServers && last:
		m.servers.Move(1 << 30)
	case m.view == onServers:
		m.servers.Move(-1 << 30)
	case last:
		m.here().Bottom()
	default:
		m.here().Top()
	}
}
