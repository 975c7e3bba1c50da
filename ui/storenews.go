package ui

import (
	tea "github.com/charmbracelet/bubbletea"
)

// storeMsg says that the store has changed, on disk or by us.
type storeMsg struct{}

// waitStore waits for the next change of the store. One such Cmd is under way at
// any time.
func (m *Model) waitStore() tea.Cmd {
	if m.d.Admin == nil {
		return nil
	}
	ctx, changes := m.ctx, m.d.Admin.Changes()
	return func() tea.Msg {
		select {
		case _, ok := <-changes:
			if !ok {
				return nil
			}
			return storeMsg{}
		case <-ctx.Done():
			return nil
		}
	}
}

// storeChanged shows the lists anew. A change on disk that cannot be read leaves
// everything as it was, and says where it is wrong until it is mended.
func (m *Model) storeChanged() tea.Cmd {
	m.loadServers()
	m.readClock()
	for p := range m.everyPane {
		p.SetBadges(m.badges(p.Place().Server))
	}
	trouble := m.d.Admin.Trouble()
	switch {
	case trouble != "" && trouble != m.trouble:
		m.tellOf(bad, "✗ The store as it is on disk is not used: ", trouble)
	case trouble == "" && m.trouble != "":
		m.tell(good, "✓ The store is whole again and in use.")
	}
	m.trouble = trouble
	return m.waitStore()
}
