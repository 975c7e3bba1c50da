package ui

import (
	tea "github.com/charmbracelet/bubbletea"

	"gantry/remote"
	"gantry/transfer"
	"gantry/ui/text"
)

// IAM actions that work on entries needs.
const (
	getObject    = "s3:GetObject"
	putObject    = "s3:PutObject"
	deleteObject = "s3:DeleteObject"
)

func workActions() []Action {
	const group = "work"
	return []Action{
		{
			ID: "view", Help: "view", Bar: "View", Group: group, Scope: onPanes, Keys: []string{"f3", "i"},
			Here:    []string{getObject},
			Blocked: needFile, Run: (*Model).viewCurrent,
		},
		{
			ID: "details", Help: "all about the entry, its name in full", Group: group, Scope: onPanes, Keys: []string{"I"},
			Blocked: needCurrent, Run: (*Model).showDetails,
		},
		{
			ID: "edit", Help: "edit with $VISUAL or $EDITOR", Bar: "Edit", Group: group, Scope: onPanes, Keys: []string{"f4", "e"},
			Here:  []string{getObject, putObject},
			Write: writesHere, Blocked: needEditable, Run: (*Model).edit,
		},
		{
			ID: "copy", Help: "copy to the other pane", Bar: "Copy", Group: group, Scope: onPanes, Keys: []string{"f5", "c"},
			Here: []string{getObject}, There: []string{putObject},
			Write: writesThere, Blocked: needCargo, Run: func(m *Model) tea.Cmd { return m.carry(transfer.Copy) },
		},
		{
			ID: "move", Help: "move to the other pane", Bar: "Move", Group: group, Scope: onPanes, Keys: []string{"f6", "M"},
			Here: []string{getObject, deleteObject}, There: []string{putObject},
			Write: writesHere | writesThere, Blocked: needCargo, Run: func(m *Model) tea.Cmd { return m.carry(transfer.Move) },
		},
		{
			ID: "rename", Help: "rename", Group: group, Scope: onPanes, Keys: []string{"r", "shift+f6"},
			Here:  []string{getObject, putObject, deleteObject},
			Write: writesHere, Blocked: needCurrent, Run: (*Model).askRename,
		},
		{
			ID: "new-folder", Help: "make a folder", Bar: "Folder", Group: group, Scope: onPanes, Keys: []string{"f7", "n"},
			Here:  []string{putObject},
			Write: writesHere, Run: (*Model).askFolder,
		},
		{
			ID: "delete", Help: "delete", Bar: "Delete", Group: group, Scope: onPanes, Keys: []string{"f8", "d", "delete"},
			Here:  []string{deleteObject},
			Write: writesHere, Blocked: needCargo, Run: (*Model).askDelete,
		},
		{
			ID: "yank", Help: "take for a paste that copies", Group: group, Scope: onPanes, Keys: []string{"y"},
			Here:    []string{getObject},
			Blocked: needCargo, Run: func(m *Model) tea.Cmd { return m.take(transfer.Copy) },
		},
		{
			ID: "cut", Help: "take for a paste that moves", Group: group, Scope: onPanes, Keys: []string{"x"},
			Here:  []string{getObject, deleteObject},
			Write: writesHere, Blocked: needCargo, Run: func(m *Model) tea.Cmd { return m.take(transfer.Move) },
		},
		{
			ID: "paste", Help: "copy or move here what was taken", Group: group, Scope: onPanes, Keys: []string{"p"},
			Here:    []string{putObject},
			Write:   writesHere,
			Blocked: func(m *Model) string { return nothing(m.clip.cargo.count == 0, "nothing was taken with y or x") },
			Run:     (*Model).paste,
		},
	}
}

// needCurrent is the Blocked of actions on the entry under the cursor.
func needCurrent(m *Model) string {
	_, ok := m.here().Current()
	return nothing(!ok, "nothing is under the cursor")
}

// needFile is the Blocked of actions on a file under the cursor.
func needFile(m *Model) string {
	e, ok := m.here().Current()
	switch {
	case !ok:
		return "nothing is under the cursor"
	case e.Dir:
		return "a folder is under the cursor"
	case e.Type == remote.Special:
		return "a pipe, a socket or a device is under the cursor"
	}
	return ""
}

func (m *Model) viewCurrent() tea.Cmd {
	p := m.here()
	e, ok := p.Current()
	if !ok {
		return nil
	}
	return m.viewEntry(p.Place(), e)
}

// clipboard is what was taken to be pasted.
type clipboard struct {
	op    transfer.Op
	cargo cargo
}

// take captures the selection for paste.
func (m *Model) take(op transfer.Op) tea.Cmd {
	c, ok := m.cargo()
	if !ok {
		return nil
	}
	m.uncheck(m.active, c)
	c.marks, c.cut = false, op == transfer.Move
	m.clip = clipboard{op: op, cargo: c}
	m.sayOf(plain, "Taken: "+c.String()+" from "+c.place.Location(), "; p pastes")
	return nil
}

// paste asks where, beginning with here, and queues what was taken. What was
// cut can be pasted once.
func (m *Model) paste() tea.Cmd {
	c := m.clip
	to := m.here().Place()
	if !m.d.UI.Confirm && !same(to, c.cargo.place) {
		m.submit(c.op, c.cargo, to.Tree, to.Path, "")
		return nil
	}
	return m.askWhere(c.op, c.cargo, to)
}

// uncheck takes the marks of a pane away once they were used.
func (m *Model) uncheck(i int, c cargo) {
	if c.marks {
		m.panes[i].ClearMarks()
	}
}

// pluralMarks says how many marks were set or taken away.
func pluralMarks(n int, on bool) string {
	if on {
		return text.Plural(int64(n), "entry") + " more marked"
	}
	return text.Plural(int64(n), "mark") + " taken away"
}
