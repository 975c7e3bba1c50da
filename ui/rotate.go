package ui

import (
	"context"
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"gantry/remote"
	"gantry/ui/dialog"
	"gantry/ui/servers"
)

// rotate asks for the new key of the credential under the cursor, tests it with
// everything that uses the credential, and puts it in place of the old one.
func (m *Model) rotate() tea.Cmd {
	c, ok := m.servers.Credential()
	if !ok {
		return nil
	}
	name := c.Credential.Name
	f := &credentialForm{m: m, old: name, place: c.Place}
	fields := []dialog.Field{
		{Key: "access_key_id", Label: "New access key ID", Hint: "AKIA…", Help: "The public half of the new key."},
	}
	first := "" // what has to be done before
	switch c.Place {
	case remote.InEnv:
		first = "Its secret is read from the variable " + c.Credential.SecretAccessKeyEnv + ", which a program that runs cannot be given anew: set it to the new key's secret, start gantry again, and come back here. "
	case remote.InCommand:
		first = "Its secret is printed by the command " + servers.CommandLine(c.Credential.SecretAccessKeyCommand) + ": put the new key's secret there first. "
	default:
		fields = append(fields, dialog.Field{Key: "secret_access_key", Label: "New secret key", Kind: dialog.SecretField, Help: "The secret half. Ctrl-R shows what you type."})
	}
	whole := func(v dialog.Values) remote.Credential {
		next := c.Credential
		next.AccessKeyID = strings.TrimSpace(v["access_key_id"])
		next.SecretAccessKey = remote.NewSecret(strings.TrimSpace(v["secret_access_key"]))
		next.SessionToken = remote.Secret{}
		return next
	}
	users := "Nothing uses it at the moment."
	if len(c.Users) > 0 {
		users = "It is tested first with " + joinWords(c.Users) + "."
	}
	m.dialogs.Push(dialog.NewForm(m.st, dialog.FormOptions{
		Title: "Rotate " + name, Text: first + "The new key takes the place of the old one everywhere at once. " + users + " Jobs that run go on with it.",
		Fields: fields, OK: "Test and swap",
		Problems: func(v dialog.Values) map[string]string {
			out := map[string]string{}
			for _, p := range m.d.Admin.CheckCredential(f.old, whole(v), c.Place) {
				key := p.Key
				if _, shown := v[key]; !shown {
					key = "access_key_id"
				}
				out[key] = p.Message
			}
			return out
		},
		OnOK: func(v dialog.Values) tea.Cmd { return m.swap(name, whole(v)) },
	}))
	return nil
}

// swap runs the rotation and shows its steps.
func (m *Model) swap(name string, c remote.Credential) tea.Cmd {
	admin := m.d.Admin
	return m.runProbe("Rotation of "+name, "Until every step is done the old key stays.", &probe{write: true, lines: 5}, func(ctx context.Context, step func(remote.Step)) (remote.Report, error) {
		var r remote.Report
		err := admin.RotateCredential(ctx, name, c, func(s remote.Step) {
			r.Steps = append(r.Steps, s)
			step(s)
		})
		return r, err
	})
}

// revealMsg is a secret that the user has asked for.
type revealMsg struct {
	name   string
	secret remote.Secret
	err    error
}

// askReveal asks before a secret is on the screen.
func (m *Model) askReveal() tea.Cmd {
	c, ok := m.servers.Credential()
	if !ok {
		return nil
	}
	name, ctx, admin := c.Credential.Name, m.ctx, m.d.Admin
	m.dialogs.Push(dialog.NewConfirm(m.st, dialog.ConfirmOptions{
		Title: "Show the secret of " + name, Danger: true, Yes: "Show it", No: "No",
		Text: "The secret will stand on this screen, for everybody who can see it, until the window is closed or 30 seconds have gone.",
		OnYes: func() tea.Cmd {
			return func() tea.Msg {
				s, err := admin.Reveal(ctx, name)
				return revealMsg{name, s, err}
			}
		},
	}))
	return nil
}

// secretShows is how long a secret stays on the screen when nobody closes it.
const secretShows = 30 * time.Second

// hideMsg is the end of a window that hides itself.
type hideMsg struct{ window dialog.Dialog }

// revealed shows a secret, for a while. It is neither logged nor said in a
// message.
func (m *Model) revealed(msg revealMsg) tea.Cmd {
	if msg.err != nil {
		m.fail("show the secret of "+msg.name, msg.err)
		return nil
	}
	window := dialog.NewInfo(m.st, dialog.InfoOptions{
		Title: "The secret of " + msg.name, Text: msg.secret.Reveal(), Width: 60,
		OnCopy: func() tea.Cmd { return m.copied("the secret of "+msg.name, msg.secret.Reveal()) },
	})
	m.dialogs.Push(window)
	ctx := m.ctx
	return func() tea.Msg {
		t := time.NewTimer(secretShows)
		defer t.Stop()
		select {
		case <-t.C:
			return hideMsg{window}
		case <-ctx.Done():
			return nil
		}
	}
}

// joinWords is a list as people write it.
func joinWords(words []string) string {
	switch n := len(words); n {
	case 0:
		return ""
	case 1:
		return words[0]
	default:
		return strings.Join(words[:n-1], ", ") + " and " + words[n-1]
	}
}
