package ui

import (
	tea "github.com/charmbracelet/bubbletea"

	"gantry/ui/text"
)

func otherActions() []Action {
	const group = "other"
	return []Action{
		{ID: "reload", Help: "list again", Group: group, Scope: onPanes, Keys: []string{"ctrl+r"}, Run: func(m *Model) tea.Cmd { return m.reload(m.here()) }},
		{ID: "copy-location", Help: "copy the location to the clipboard", Group: group, Scope: onPanes, Keys: []string{"Y"}, Run: (*Model).copyLocation},
		{ID: "shell", Help: "shell in this folder", Group: group, Scope: onPanes, Keys: []string{"!"}, Blocked: needConsole, Run: (*Model).shell},
		{ID: "quit", Help: "quit", Bar: "Quit", Group: group, Keys: []string{"f10", "q", "ctrl+c"}, Run: (*Model).quit},
	}
}

// copyLocation puts the location of the entry under the cursor, else of the
// pane, into the terminal's clipboard.
func (m *Model) copyLocation() tea.Cmd {
	p := m.here()
	place := p.Place()
	if place.Tree == nil {
		return nil
	}
	location := place.Location()
	if e, ok := p.Current(); ok {
		location = place.Tree.Label() + string(e.Path)
	}
	clean := text.Clean(location)
	if clean != location {
		m.say(bad, "The name holds characters that cannot be shown; they were copied by their names.")
	} else {
		m.sayOf(good, "Copied: "+clean, "")
	}
	return m.toClipboard(clean)
}
