package ui

import (
	"strconv"
	"strings"

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

// firstTrouble is the first of several problems, one a line, and where the rest
// stand.
func (m *Model) firstTrouble(trouble string) string {
	one, rest, more := strings.Cut(strings.TrimSpace(trouble), "\n")
	if !more {
		return one
	}
	n := strings.Count(rest, "\n") + 1
	return one + " (and " + strconv.Itoa(n) + " more; " + m.keyOf("log") + " shows the log)"
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
		m.d.Log.Warn("the store as it is on disk is not used", "problems", trouble)
		m.tell(bad, "✗ Not taken over: "+m.firstTrouble(trouble))
	case trouble == "" && m.trouble != "":
		m.tell(good, "✓ The store is whole again and in use.")
	}
	m.trouble = trouble
	return m.waitStore()
}
