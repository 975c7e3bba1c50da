package ui

import (
	"errors"

	tea "github.com/charmbracelet/bubbletea"

	"gantry/remote"
	"gantry/ui/dialog"
	"gantry/ui/servers"
)

// importsMsg are the remotes that other programs know.
type importsMsg struct {
	found []remote.Found
	err   error
}

// findImports looks for them.
func (m *Model) findImports() tea.Cmd {
	ctx, admin := m.ctx, m.d.Admin
	m.say(plain, "Looking for AWS profiles and the remotes of rclone, s3cmd and the MinIO client…")
	return func() tea.Msg {
		found, err := admin.Imports(ctx)
		return importsMsg{found, err}
	}
}

// chooseImport lists what was found; nothing is added before it is chosen and
// named.
func (m *Model) chooseImport(msg importsMsg) {
	if msg.err != nil {
		m.fail("look for what other programs know", msg.err)
		return
	}
	m.hush()
	if len(msg.found) == 0 {
		m.say(plain, "Nothing was found: no AWS profiles, no remotes of rclone, s3cmd or the MinIO client.")
		return
	}
	var o dialog.ChoiceOptions
	o.Title, o.Text = "Found on this machine", "What is chosen is added to the store. Nothing else is read or changed."
	for _, f := range msg.found {
		help := f.Source + " in " + f.File
		if f.Secret {
			help += ", with its secret"
		}
		o.Options = append(o.Options, dialog.Option{Label: f.Name, Help: help, Run: func() tea.Cmd { return m.nameImport(f) }})
	}
	m.dialogs.Push(dialog.NewChoice(m.st, o))
}

// nameImport asks how an import is called here.
func (m *Model) nameImport(f remote.Found) tea.Cmd {
	ctx, admin := m.ctx, m.d.Admin
	tab := servers.Servers
	if f.Server == nil {
		tab = servers.Credentials
	}
	m.dialogs.Push(dialog.NewPrompt(m.st, dialog.PromptOptions{
		Title: "Add " + f.Name, Text: "How you call it here:", Value: f.Name, SelectBase: true, OK: "Add",
		Check: func(v string) error { return m.checkImport(f, v) },
		OnOK: func(v string) tea.Cmd {
			return func() tea.Msg {
				return savedMsg{what: v, tab: tab, name: v, err: admin.Import(ctx, f, v)}
			}
		},
	}))
	return nil
}

// checkImport tells what is wrong with the name for what is imported.
func (m *Model) checkImport(f remote.Found, name string) error {
	var problems []remote.Problem
	if f.Server != nil {
		s := *f.Server
		s.Name = name
		problems = m.d.Admin.CheckServer("", s)
	} else {
		c := *f.Credential
		c.Name = name
		problems = m.d.Admin.CheckCredential("", c, remote.PlaceOf(c))
	}
	for _, p := range problems {
		if p.Key == "name" {
			return errors.New(p.Message)
		}
	}
	return nil
}
