package ui

import (
	"slices"

	tea "github.com/charmbracelet/bubbletea"
)

// tabsMost bounds the tabs of a side: each holds its listing.
const tabsMost = 9

// tabs are the panes of one side, of which one is on the screen. The others
// keep their rows, marks and history, and go on listing.
type tabs struct {
	list []*pane
	at   int
}

func tabActions() []Action {
	const group = "panes"
	alone := func(m *Model) string {
		return nothing(len(m.tabs[m.active].list) == 1, "there is one tab; t opens another")
	}
	return []Action{
		{
			ID: "new-tab", Help: "another tab of this place", Group: group, Scope: onPanes, Keys: []string{"t"},
			Blocked: func(m *Model) string {
				return nothing(len(m.tabs[m.active].list) == tabsMost, "nine tabs are the most")
			},
			Run: (*Model).newTab,
		},
		{ID: "previous-tab", Help: "the tab before", Group: group, Scope: onPanes, Keys: []string{"["}, Blocked: alone, Run: func(m *Model) tea.Cmd { return m.stepTab(m.active, -1) }},
		{ID: "next-tab", Help: "the tab behind", Group: group, Scope: onPanes, Keys: []string{"]"}, Blocked: alone, Run: func(m *Model) tea.Cmd { return m.stepTab(m.active, 1) }},
		{ID: "close-tab", Help: "close the tab", Group: group, Scope: onPanes, Keys: []string{"T", "ctrl+w"}, Blocked: alone, Run: (*Model).closeTab},
	}
}

// everyPane yields all panes, those in hidden tabs as well.
func (m *Model) everyPane(yield func(*pane) bool) {
	for i := range m.tabs {
		for _, p := range m.tabs[i].list {
			if !yield(p) {
				return
			}
		}
	}
}

// paneByID is the pane of that number, nil when its tab was closed.
func (m *Model) paneByID(id int) *pane {
	for p := range m.everyPane {
		if p.ID() == id {
			return p
		}
	}
	return nil
}

// newTab opens a tab behind the one that shows, at the same place, sorted and
// with a history like it.
func (m *Model) newTab() tea.Cmd {
	from, t := m.here(), &m.tabs[m.active]
	p := newPane(m.nextID(), m.d)
	p.SetStyles(m.st)
	p.SetSort(from.Sort())
	p.SetHidden(from.Hidden())
	p.past = from.past.clone()
	t.list = slices.Insert(t.list, t.at+1, p)
	cmd := m.showTab(m.active, t.at+1)
	if s := from.spot(); s.Place.Tree != nil {
		return tea.Batch(cmd, m.show(p, s.Place, s.Cursor))
	}
	return cmd
}

// stepTab shows the tab of a side that is n further, round and round.
func (m *Model) stepTab(side, n int) tea.Cmd {
	t := &m.tabs[side]
	return m.showTab(side, (t.at+n+len(t.list))%len(t.list))
}

// closeTab gives the tab up and shows the one behind it, else the one before.
func (m *Model) closeTab() tea.Cmd {
	t := &m.tabs[m.active]
	p := t.list[t.at]
	p.calm()
	p.Close()
	m.prints.drop(p.ID())
	t.list = slices.Delete(t.list, t.at, t.at+1)
	return m.showTab(m.active, min(t.at, len(t.list)-1))
}

// showTab puts a tab on the screen, and lists it again if something happened to
// it meanwhile.
func (m *Model) showTab(side, at int) tea.Cmd {
	t := &m.tabs[side]
	t.at = at
	p := t.list[at]
	m.endGesture()
	m.filter.end()
	m.panes[side] = p
	for i, other := range t.list {
		other.SetTab(i+1, len(t.list))
	}
	m.resize()
	m.readClock()
	if p.late {
		return m.reload(p)
	}
	return m.freshen()
}
