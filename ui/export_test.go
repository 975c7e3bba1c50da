package ui

import tea "github.com/charmbracelet/bubbletea"

// Current is the name of the entry under the cursor of the active pane.
func Current(m *Model) (string, bool) {
	e, ok := m.here().Current()
	return e.Name, ok
}

// Reach is the location of the active pane.
func Reach(m *Model) string {
	if p := m.here().Place(); p.Tree != nil {
		return p.Location()
	}
	return ""
}

// Blocked is why an action is not possible now.
func Blocked(m *Model, id string) string {
	for i := range m.actions {
		if m.actions[i].ID == id {
			return m.blocked(&m.actions[i])
		}
	}
	return "no such action"
}

// Poll is the time to look at the mounts on the screen.
func Poll() tea.Msg { return pollMsg{} }

// Fresh is the time to list what jobs have changed.
func Fresh() tea.Msg { return freshMsg{} }

// Hide is the message that ends the front window when its time is over.
func Hide(m *Model) tea.Msg { return hideMsg{m.dialogs.Top()} }

// OnRaw hears what goes to the terminal past the screen: the clipboard.
func OnRaw(m *Model, hear func(string)) { m.raw = hear }
