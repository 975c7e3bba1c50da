package ui

import (
	tea "github.com/charmbracelet/bubbletea"

	"gantry/ui/dialog"
)

// How far one press of a resize key moves the divider, in percent.
const resizeStep = 5

func paneActions() []Action {
	const group = "panes"
	return []Action{
		{ID: "switch-pane", Help: "to the other pane", Group: group, Scope: onPanes, Keys: []string{"tab"}, Run: moves(func(m *Model) { m.focus(1 - m.active) })},
		{ID: "same-place", Help: "show this place in the other pane too", Group: group, Scope: onPanes, Keys: []string{"="}, Run: (*Model).samePlace},
		{ID: "swap-panes", Help: "swap the panes", Group: group, Scope: onPanes, Keys: []string{"W"}, Run: moves((*Model).swapPanes)},
		{ID: "sync-browsing", Help: "let the other pane follow into folders of the same name", Group: group, Scope: onPanes, Keys: []string{"ctrl+y"}, Run: (*Model).toggleSync},
		{ID: "resize-left", Help: "divider to the left", Group: group, Scope: onPanes, Keys: []string{"<"}, Run: moves(func(m *Model) { m.shiftDivider(-resizeStep) })},
		{ID: "resize-right", Help: "divider to the right", Group: group, Scope: onPanes, Keys: []string{">"}, Run: moves(func(m *Model) { m.shiftDivider(resizeStep) })},
		{ID: "single-pane", Help: "one pane or two", Group: group, Scope: onPanes, Keys: []string{"|"}, Run: moves(func(m *Model) { m.single = !m.single; m.resize() })},
	}
}

// samePlace opens the active pane's place in the other pane.
func (m *Model) samePlace() tea.Cmd {
	s := m.here().spot()
	if s.Place.Tree == nil {
		return nil
	}
	return m.goTo(m.there(), s.Place, s.Cursor)
}

// swapPanes exchanges the sides with all their tabs; the focus stays on its
// place.
func (m *Model) swapPanes() {
	m.tabs[0], m.tabs[1] = m.tabs[1], m.tabs[0]
	m.panes[0], m.panes[1] = m.panes[1], m.panes[0]
	m.active = 1 - m.active
	m.resize()
}

func (m *Model) toggleSync() tea.Cmd {
	m.syncd = !m.syncd
	if m.syncd {
		m.say(plain, "The other pane follows into folders of the same name.")
	} else {
		m.say(plain, "The panes go their own ways.")
	}
	return nil
}

func (m *Model) shiftDivider(by int) {
	if m.split == 0 {
		m.split = 50
	}
	m.split = max(10, min(90, m.split+by))
	m.resize()
}

func markActions() []Action {
	const group = "mark"
	return []Action{
		{ID: "mark", Help: "mark and step", Group: group, Scope: onPanes, Keys: []string{"space", "insert"}, Run: moves(func(m *Model) { m.here().Mark() })},
		{ID: "mark-range", Help: "begin a range, end it", Group: group, Scope: onPanes, Keys: []string{"v"}, Run: moves(func(m *Model) { m.here().MarkRange() })},
		{ID: "mark-pattern", Help: "mark by a pattern", Group: group, Scope: onPanes, Keys: []string{"+"}, Run: func(m *Model) tea.Cmd { return m.askPattern(true) }},
		{ID: "unmark-pattern", Help: "unmark by a pattern", Group: group, Scope: onPanes, Keys: []string{"-"}, Run: func(m *Model) tea.Cmd { return m.askPattern(false) }},
		{ID: "invert", Help: "marked becomes unmarked and the reverse", Group: group, Scope: onPanes, Keys: []string{"*"}, Run: moves(func(m *Model) { m.here().Invert() })},
		{ID: "mark-all", Help: "mark all that shows", Group: group, Scope: onPanes, Keys: []string{"ctrl+a"}, Run: moves(func(m *Model) { m.here().MarkAll() })},
		{ID: "clear-marks", Help: "end range, marks, filter", Group: group, Scope: onPanes, Keys: []string{"esc"}, Run: (*Model).clearMarks},
	}
}

// askPattern marks, or unmarks, by a pattern.
func (m *Model) askPattern(on bool) tea.Cmd {
	p := m.here()
	o := dialog.PromptOptions{
		Title: "Mark", Text: "Mark what matches (* ? [a-z] {a,b}):", Value: "*", OK: "Mark", SelectBase: true,
		OnOK: func(v string) tea.Cmd {
			cmd, err := p.MarkPattern(v, on)
			if err != nil {
				m.say(bad, "That is not a pattern: "+v)
			}
			return cmd
		},
	}
	if !on {
		o.Title, o.OK, o.Text = "Unmark", "Unmark", "Unmark what matches (* ? [a-z] {a,b}):"
	}
	m.dialogs.Push(dialog.NewPrompt(m.st, o))
	return nil
}

// clearMarks takes away what Esc takes away, the most fleeting first.
func (m *Model) clearMarks() tea.Cmd {
	p := m.here()
	n, _ := p.Marked()
	switch {
	case p.Ranging():
		p.MarkRange()
	case n > 0:
		p.ClearMarks()
	case p.Filter() != "":
		return p.SetFilter("")
	default:
		m.hush()
	}
	return nil
}
