package ui

import (
	"slices"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"gantry/remote"
	"gantry/ui/dialog"
)

// textMsg is a text to read and to paste elsewhere.
type textMsg struct {
	title string
	body  string // all of it
	paste string // what is copied; body when empty
	what  string // what could not be made, for the message
	err   error
}

// showText shows a text that a Cmd has fetched.
func (m *Model) showText(msg textMsg) {
	if msg.err != nil {
		m.fail(msg.what, msg.err)
		return
	}
	paste := msg.paste
	if paste == "" {
		paste = msg.body
	}
	m.dialogs.Push(dialog.NewInfo(m.st, dialog.InfoOptions{
		Title: msg.title, Text: msg.body, Width: 84,
		OnCopy: func() tea.Cmd { return m.copied(msg.title, paste) },
	}))
}

// showPolicy offers the policies of the server under the cursor, or shows the
// trust policy of the role.
func (m *Model) showPolicy() tea.Cmd {
	if c, ok := m.servers.Credential(); ok {
		return m.trustPolicy(c.Credential.Name)
	}
	s, ok := m.servers.Server()
	if !ok {
		return nil
	}
	name := s.Server.Name
	kind := func(key, label, help string, o remote.PolicyOptions, take func(remote.PolicyText) string) dialog.Option {
		return dialog.Option{Key: key, Label: label, Help: help, Run: func() tea.Cmd { return m.policy(name, label, o, take) }}
	}
	identity := func(t remote.PolicyText) string { return t.Identity }
	bucket := func(t remote.PolicyText) string { return t.Bucket }
	all, less := remote.PolicyOptions{ReadOnly: s.ReadOnly}, remote.PolicyOptions{ReadOnly: true}
	options := []dialog.Option{
		kind("i", "Identity policy", "for the user or role that signs", all, identity),
		kind("r", "Identity policy, read-only", "the same, without anything that changes", less, identity),
		kind("b", "Bucket policy", "for the bucket's owner", all, bucket),
		kind("o", "Bucket policy, read-only", "the same, without anything that changes", less, bucket),
	}
	for i, c := range m.rolesOf(s.Server.Credential) {
		o := dialog.Option{Label: "Policy of " + sourceWord(c.Source), Help: "which assumes the role of " + c.Name, Run: func() tea.Cmd { return m.sourcePolicy(name, c, i) }}
		if i == 0 {
			o.Key = "s"
			options = append(options, dialog.Option{Key: "t", Label: "Trust policy", Help: "for the role that is assumed", Run: func() tea.Cmd { return m.trustPolicy(c.Name) }})
		}
		options = append(options, o)
	}
	m.dialogs.Push(dialog.NewChoice(m.st, dialog.ChoiceOptions{
		Title: "Policies for " + name, Text: "The least that gantry needs there, with its exact actions and resources.", Options: options,
	}))
	return nil
}

// longestChain is more roles on top of each other than anybody has.
const longestChain = 16

// rolesOf are a role and the roles that its keys come from.
func (m *Model) rolesOf(name string) (out []remote.Credential) {
	all := m.d.Admin.Credentials()
	for len(out) < longestChain {
		i := slices.IndexFunc(all, func(c remote.CredentialInfo) bool { return c.Credential.Name == name })
		if i < 0 || all[i].Credential.Type != remote.AssumeRole {
			break
		}
		out = append(out, all[i].Credential)
		name = all[i].Credential.Source
	}
	return out
}

// sourceWord is how the source of a role is called.
func sourceWord(name string) string {
	if name == "" {
		return "the AWS settings around"
	}
	return name
}

// policy fetches one policy and shows it with what needs which statement.
func (m *Model) policy(server, title string, o remote.PolicyOptions, take func(remote.PolicyText) string) tea.Cmd {
	ctx, admin := m.ctx, m.d.Admin
	return func() tea.Msg {
		t, err := admin.Policy(ctx, server, o)
		msg := textMsg{title: title + " for " + server, what: "make the policy of " + server, err: err}
		if err != nil {
			return msg
		}
		msg.paste = take(t)
		var b strings.Builder
		b.WriteString(msg.paste + "\n")
		for _, l := range t.Lines {
			b.WriteString("\n" + l.Sid + ": " + l.Feature)
		}
		msg.body = b.String()
		return msg
	}
}

// sourcePolicy shows what the source of a role needs: the i-th below a server.
func (m *Model) sourcePolicy(server string, role remote.Credential, i int) tea.Cmd {
	ctx, admin := m.ctx, m.d.Admin
	return func() tea.Msg {
		msg := textMsg{title: "Policy of " + sourceWord(role.Source) + " for " + role.Name, what: "make the policy of " + sourceWord(role.Source)}
		t, err := admin.Policy(ctx, server, remote.PolicyOptions{})
		if msg.err = err; err == nil && i < len(t.Sources) { // the store may have changed meanwhile
			msg.body = t.Sources[i].Policy
		}
		return msg
	}
}

func (m *Model) trustPolicy(credential string) tea.Cmd {
	ctx, admin := m.ctx, m.d.Admin
	return func() tea.Msg {
		t, err := admin.TrustPolicy(ctx, credential)
		return textMsg{title: "Trust policy for " + credential, body: t, what: "make the trust policy of " + credential, err: err}
	}
}
