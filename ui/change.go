package ui

import (
	"errors"

	tea "github.com/charmbracelet/bubbletea"

	"gantry/remote"
	"gantry/transfer"
	"gantry/ui/dialog"
)

// changedMsg says that something small was done in a place, without the queue.
type changedMsg struct {
	what  string // "rename a to b"
	place remote.Place
	at    string // the entry for the cursor
	err   error
}

// askRename asks for the new name of the entry under the cursor.
func (m *Model) askRename() tea.Cmd {
	p := m.here()
	e, ok := p.Current()
	if !ok {
		return nil
	}
	place := p.Place()
	m.dialogs.Push(dialog.NewPrompt(m.st, dialog.PromptOptions{
		Title: "Rename", Text: "New name:", Value: e.Name, SelectBase: true, OK: "Rename",
		Check: func(v string) error { return checkName(place, v) },
		OnOK: func(v string) tea.Cmd {
			if v == e.Name {
				return nil
			}
			return m.rename(place, e, v)
		},
	}))
	return nil
}

// rename gives e a new name: in one step where the tree can, else as a move
// through the queue, which a bucket needs.
func (m *Model) rename(place remote.Place, e remote.Entry, name string) tea.Cmd {
	r, ok := remote.As[remote.Renamer](place.Tree)
	if !ok {
		m.submit(transfer.Move, single(place, e), place.Tree, place.Path, name)
		return nil
	}
	ctx := m.ctx
	return func() tea.Msg {
		msg := changedMsg{what: "rename " + e.Name + " to " + name, place: place, at: name}
		to, err := place.Tree.Join(place.Path, name)
		if err == nil {
			err = r.Rename(ctx, e.Path, to)
		}
		msg.err = err
		return msg
	}
}

// askFolder asks for the name of a new folder.
func (m *Model) askFolder() tea.Cmd {
	place := m.here().Place()
	m.dialogs.Push(dialog.NewPrompt(m.st, dialog.PromptOptions{
		Title: "New folder", Text: "In " + place.Location(), OK: "Make",
		Check: func(v string) error { return checkName(place, v) },
		OnOK:  func(v string) tea.Cmd { return m.mkdir(place, v) },
	}))
	return nil
}

func (m *Model) mkdir(place remote.Place, name string) tea.Cmd {
	ctx := m.ctx
	return func() tea.Msg {
		msg := changedMsg{what: "make the folder " + name, place: place, at: name}
		p, err := place.Tree.Join(place.Path, name+"/")
		if err == nil {
			err = place.Tree.Mkdir(ctx, p)
		}
		msg.err = err
		return msg
	}
}

// checkName tells what is wrong with a name in a place.
func checkName(place remote.Place, name string) error {
	if name == "" {
		return errors.New("a name is needed")
	}
	if _, err := place.Tree.Join(place.Path, name); err != nil {
		return errors.New(remote.HintOf(err))
	}
	return nil
}

// changed shows what has been done: panes with that place list again, and the
// active one goes to the entry.
func (m *Model) changed(msg changedMsg) tea.Cmd {
	if msg.err != nil {
		m.fail(msg.what, msg.err)
		return nil
	}
	m.say(good, "Done: "+msg.what)
	var cmds []tea.Cmd
	for p := range m.everyPane {
		if !same(p.Place(), msg.place) {
			continue
		}
		cmds = append(cmds, m.reload(p))
		if p == m.here() {
			p.CursorAt(msg.at)
		}
	}
	return tea.Batch(cmds...)
}
