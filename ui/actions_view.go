package ui

import (
	"slices"

	tea "github.com/charmbracelet/bubbletea"

	"gantry/transfer"
	"gantry/ui/dialog"
)

func viewActions() []Action {
	const group = "views"
	return []Action{
		{ID: "help", Help: "all keys", Bar: "Help", Group: group, Keys: []string{"f1", "?"}, Run: (*Model).openHelp},
		{ID: "palette", Help: "find an action", Bar: "Palette", Group: group, Keys: []string{"f2", "ctrl+p"}, Run: (*Model).openPalette},
		{ID: "menu", Help: "menu of all actions", Bar: "Menu", Group: group, Keys: []string{"f9"}, Run: func(m *Model) tea.Cmd { return m.openMenu(nil) }},
		{ID: "servers", Help: "servers", Bar: "Servers", Group: group, Keys: []string{"f11"}, Run: (*Model).toggleServers},
		{ID: "queue", Help: "queue", Bar: "Queue", Group: group, Keys: []string{"f12", "w"}, Run: (*Model).toggleQueue},
		{
			ID: "decide", Help: "answer what needs you", Group: group, Keys: []string{"a"},
			Blocked: func(m *Model) string { return nothing(!m.needsUser(), "nothing needs you") },
			Run:     func(m *Model) tea.Cmd { return m.decide(0) },
		},
		{
			ID: "log", Help: "the program's log", Group: group, Keys: []string{"@"},
			Blocked: func(m *Model) string { return nothing(m.d.LogFile == "", "there is no log file") },
			Run:     (*Model).viewLog,
		},
	}
}

func queueActions() []Action {
	const group = "queue"
	act := func(id, bar, help string, ks []string, do func(q Queue, id transfer.JobID)) Action {
		return Action{ID: id, Help: help, Bar: bar, Group: group, Scope: onQueue, Keys: ks, Blocked: needUnended, Run: steer(do)}
	}
	return []Action{
		act("queue-pause", "Pause", "pause, go on", []string{"p"}, toggle),
		{ID: "queue-pause-all", Help: "pause all, all go on", Group: group, Scope: onQueue, Keys: []string{"P"}, Run: (*Model).toggleAll},
		{ID: "queue-cancel", Help: "cancel", Bar: "Cancel", Group: group, Scope: onQueue, Keys: []string{"x", "delete"}, Blocked: needUnended, Run: (*Model).askCancel},
		{ID: "queue-retry", Help: "retry what failed", Bar: "Retry", Group: group, Scope: onQueue, Keys: []string{"r"}, Blocked: needJob, Run: steer(Queue.Retry)},
		{ID: "queue-retry-all", Help: "retry all that failed", Group: group, Scope: onQueue, Keys: []string{"R"}, Run: (*Model).retryFailed},
		act("queue-up", "", "earlier", []string{"K"}, func(q Queue, id transfer.JobID) { q.Move(id, -1) }),
		act("queue-down", "", "later", []string{"J"}, func(q Queue, id transfer.JobID) { q.Move(id, 1) }),
		act("queue-start", "", "start now", []string{"!"}, Queue.Start),
		{ID: "queue-bandwidth", Help: "limit the bandwidth", Group: group, Scope: onQueue, Keys: []string{"b"}, Run: (*Model).askBandwidth},
		{ID: "queue-clear", Help: "clear what has ended", Bar: "Clear", Group: group, Scope: onQueue, Keys: []string{"c"}, Run: (*Model).clearQueue},
		{ID: "queue-details", Help: "details, or the question that needs you", Group: group, Scope: onQueue, Keys: []string{"enter", "l", "right"}, Blocked: needJob, Run: (*Model).openJob},
		{ID: "queue-tab", Help: "the next list of the details", Group: group, Scope: onQueue, Keys: []string{"tab"}, Run: moves(func(m *Model) { m.jobs.Tab(1) })},
		{ID: "queue-leave", Help: "back", Group: group, Scope: onQueue, Keys: []string{"esc", "h", "left", "backspace"}, Run: (*Model).leaveQueue},
	}
}

// turn gives the body of the screen to a view.
func (m *Model) turn(to scope) {
	m.view = to
	m.endGesture()
	m.filter.end()
	m.resize()
}

func (m *Model) toggleServers() tea.Cmd {
	if m.view == onServers {
		m.turn(onPanes)
		return nil
	}
	return m.openServers(m.here().Place().Server)
}

func (m *Model) toggleQueue() tea.Cmd {
	if m.view == onQueue {
		m.turn(onPanes)
		return nil
	}
	all := m.d.Queue.Jobs()
	m.jobs.Reset(all)
	if s, ok := m.jobs.Selected(); ok && s.State.Ended() { // who looks mostly wants what is going on
		if i := slices.IndexFunc(all, func(s transfer.Snapshot) bool { return !s.State.Ended() }); i >= 0 {
			m.jobs.Select(all[i].ID)
		}
	}
	m.turn(onQueue)
	return m.watchOthers(0)
}

// openJob shows a job's details; while it needs the user, its conflict.
func (m *Model) openJob() tea.Cmd {
	s, ok := m.jobs.Selected()
	if ok && s.Conflicts > 0 {
		return m.decide(s.ID)
	}
	if ok && m.askObstacle(s.ID) {
		return nil
	}
	m.jobs.Open()
	return nil
}

func (m *Model) leaveQueue() tea.Cmd {
	if !m.jobs.Close() {
		m.turn(onPanes)
	}
	return nil
}

func (m *Model) clearQueue() tea.Cmd {
	m.d.Queue.Clear()
	m.jobs.Reset(m.d.Queue.Jobs())
	return nil
}

// items are the actions as help, palette and menu show them: all of them, or
// those of the view in front.
func (m *Model) items(all bool) []dialog.Item {
	var items []dialog.Item
	for i := range m.actions {
		a := &m.actions[i]
		if !all && a.Scope != anywhere && a.Scope != m.view {
			continue
		}
		it := dialog.Item{ID: a.ID, Group: a.Group, Help: a.Help, Keys: keyLabels(a)}
		if !all {
			it.Blocked = m.blocked(a)
		}
		items = append(items, it)
	}
	return items
}

func (m *Model) openHelp() tea.Cmd {
	m.dialogs.Push(dialog.NewHelp(m.st, m.items(true)))
	return nil
}

func (m *Model) openPalette() tea.Cmd {
	items := m.items(false)
	// What somebody looks up comes before what fingers know.
	known := func(it dialog.Item) int { return slices.Index([]string{"panes", "mark", "move"}, it.Group) }
	slices.SortStableFunc(items, func(a, b dialog.Item) int { return known(a) - known(b) })
	m.dialogs.Push(dialog.NewPalette(m.st, dialog.PaletteOptions{Items: items, OnRun: m.do}))
	return nil
}

// openMenu shows the actions in groups, at a point or in the middle.
func (m *Model) openMenu(at *dialog.Point) tea.Cmd {
	group := "work"
	switch m.view {
	case onQueue:
		group = "queue"
	case onServers:
		group = "servers"
	}
	m.dialogs.Push(dialog.NewMenu(m.st, dialog.MenuOptions{Items: m.items(false), Group: group, At: at, OnRun: m.do}))
	return nil
}

// keyOf is the best key of an action, as people read it; "" if it has none.
func (m *Model) keyOf(id string) string {
	for i := range m.actions {
		if a := &m.actions[i]; a.ID == id && len(a.Keys) > 0 {
			return keyLabel(a.Keys[0])
		}
	}
	return ""
}

// helpOf is what an action does, by its id.
func (m *Model) helpOf(id string) string {
	for i := range m.actions {
		if m.actions[i].ID == id {
			return m.actions[i].Help
		}
	}
	return ""
}
