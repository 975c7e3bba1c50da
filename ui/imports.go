package ui

import (
	"strings"

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
		m.say(plain, "Nothing was found of the AWS tools, rclone, s3cmd or the MinIO client.")
		return
	}
	var o dialog.ChoiceOptions
	o.Title, o.Text = "Found on this machine", "What is chosen is added to the store. Nothing else is read or changed."
	for _, f := range msg.found {
		help := f.Source
		if f.Secret {
			help += ", with its secret,"
		}
		help += " in " + f.File
		o.Options = append(o.Options, dialog.Option{Label: f.Name, Help: help, Run: func() tea.Cmd { return m.nameImport(f) }})
	}
	m.dialogs.Push(dialog.NewChoice(m.st, o))
}

// nameImport asks how an import is called here, and for the bucket that other
// programs name only when they are used: without one it is a credential.
func (m *Model) nameImport(f remote.Found) tea.Cmd {
	ctx, admin := m.ctx, m.d.Admin
	fields := []dialog.Field{{Key: "name", Label: "Name", Value: f.Name, Help: "How you call it here."}}
	if f.Server != nil {
		fields = append(fields, dialog.Field{
			Key: "bucket", Label: "Bucket", Value: f.Server.Bucket, Hint: "none: adds the credential only",
			Help: "With a bucket the server is added too, with its address" + addressWord(f.Server.Endpoint) + ".",
		})
	}
	var form *dialog.Form
	form = dialog.NewForm(m.st, dialog.FormOptions{
		Title: "Add " + f.Name, Text: f.Source + " in " + f.File, Fields: fields, OK: "Add", Stays: true,
		Problems: func(v dialog.Values) map[string]string { return m.checkImport(named(f, v), v) },
		OnOK: func(v dialog.Values) tea.Cmd {
			taken := named(f, v)
			msg := savedMsg{what: "credential ", tab: servers.Credentials, name: strings.TrimSpace(v["name"]), form: form}
			if taken.Server != nil && taken.Server.Bucket != "" {
				msg.what, msg.tab, msg.try = "server ", servers.Servers, true
			}
			msg.what += msg.name
			form.SetNote("adding…")
			return func() tea.Msg {
				msg.err = admin.Import(ctx, taken, msg.name)
				return msg
			}
		},
	})
	m.dialogs.Push(form)
	return nil
}

func addressWord(endpoint string) string {
	if endpoint == "" {
		return ""
	}
	return " " + endpoint
}

// named is what was found with the bucket of the form.
func named(f remote.Found, v dialog.Values) remote.Found {
	if f.Server != nil {
		s := *f.Server
		s.Bucket = strings.TrimSpace(v["bucket"])
		f.Server = &s
	}
	return f
}

// checkImport tells what is wrong with the name and the bucket, at their fields.
func (m *Model) checkImport(f remote.Found, v dialog.Values) map[string]string {
	name := strings.TrimSpace(v["name"])
	var problems []remote.Problem
	if f.Server != nil && f.Server.Bucket != "" {
		s := *f.Server
		s.Name = name
		problems = m.d.Admin.CheckServer("", s)
	}
	if f.Credential != nil {
		c := *f.Credential
		c.Name = name
		problems = append(problems, m.d.Admin.CheckCredential("", c, remote.PlaceOf(c))...)
	}
	out := map[string]string{}
	for _, p := range problems {
		if _, asked := v[p.Key]; asked && out[p.Key] == "" {
			out[p.Key] = p.Message
		}
	}
	return out
}
