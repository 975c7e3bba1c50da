package ui

import (
	tea "github.com/charmbracelet/bubbletea"

	"gantry/remote"
	"gantry/ui/servers"
)

func serverActions() []Action {
	const group = "servers"
	row := func(id, bar, help string, blocked func(*Model) string, run func(*Model) tea.Cmd, ks ...string) Action {
		return Action{ID: id, Help: help, Bar: bar, Group: group, Scope: onServers, Keys: ks, Blocked: blocked, Run: run}
	}
	return []Action{
		row("server-browse", "", "browse the server, go to the mount, edit the credential", needRow, (*Model).browse, "enter", "l", "right"),
		row("server-add", "Add", "add a server, credential or mount", needAdmin, (*Model).addRow, "f7", "n", "insert"),
		row("server-edit", "Edit", "edit", needForm, (*Model).editRow, "f4", "e"),
		row("server-copy", "Copy", "add one like this", needForm, (*Model).copyRow, "f5", "c"),
		row("server-remove", "Remove", "remove from the store", needAdminRow, (*Model).removeRow, "f8", "x", "d", "delete"),
		row("server-test", "Test", "test, step by step", needForm, (*Model).testRow, "f3", "t"),
		row("server-policy", "", "policies to paste", needPolicy, (*Model).showPolicy, "p"),
		row("server-lifecycle", "", "what becomes of unfinished uploads", needServer, (*Model).showLifecycle, "y"),
		row("server-mount", "", "mount the server on a folder", needServer, (*Model).addMount, "m"),
		row("server-rotate", "", "put a new key in place of the old", needKey, (*Model).rotate, "R"),
		row("server-reveal", "", "show the secret", needKey, (*Model).askReveal, "v"),
		row("server-import", "", "add what other programs know", needAdmin, (*Model).findImports, "i"),
		row("servers-tab", "", "the next list", nil, func(m *Model) tea.Cmd { m.servers.Show(m.servers.Tab() + 1); return nil }, "tab"),
		row("servers-tab-back", "", "the list before", nil, func(m *Model) tea.Cmd { m.servers.Show(m.servers.Tab() - 1); return nil }, "shift+tab"),
		row("servers-leave", "", "back", nil, func(m *Model) tea.Cmd { m.turn(onPanes); return nil }, "esc", "h", "left", "backspace"),
	}
}

// needAdmin is the Blocked of actions that change the store.
func needAdmin(m *Model) string { return nothing(m.d.Admin == nil, "the store cannot be changed here") }

// needRow is the Blocked of actions on the row under the cursor.
func needRow(m *Model) string { return nothing(m.servers.Len() == 0, "the list is empty") }

func needAdminRow(m *Model) string { return first(needAdmin(m), needRow(m)) }

// needForm is the Blocked of actions on what has a form: all but mounts.
func needForm(m *Model) string {
	return first(needAdminRow(m), nothing(m.servers.Tab() == servers.Mounts, "a mount is removed and added anew"))
}

func needServer(m *Model) string {
	_, ok := m.servers.Server()
	return first(needAdmin(m), nothing(!ok, "needs a server under the cursor"))
}

// needKey is the Blocked of actions on the secret of an access key.
func needKey(m *Model) string {
	c, ok := m.servers.Credential()
	return first(needAdmin(m), nothing(!ok || c.Credential.Type != remote.AccessKey, "needs an access key under the cursor"))
}

// needPolicy: a server has a policy, a role a trust policy.
func needPolicy(m *Model) string {
	c, isCredential := m.servers.Credential()
	_, isServer := m.servers.Server()
	return first(needAdmin(m), nothing(!isServer && (!isCredential || c.Credential.Type != remote.AssumeRole), "needs a server or a role under the cursor"))
}

// first is the first reason there is.
func first(reasons ...string) string {
	for _, r := range reasons {
		if r != "" {
			return r
		}
	}
	return ""
}

// addRow adds to the list in front.
func (m *Model) addRow() tea.Cmd {
	switch m.servers.Tab() {
	case servers.Credentials:
		return m.credentialForm("", remote.CredentialInfo{}, nil)
	case servers.Mounts:
		return m.mountForm("")
	default:
		return m.serverForm("", m.blankServer())
	}
}

func (m *Model) editRow() tea.Cmd {
	if c, ok := m.servers.Credential(); ok {
		return m.credentialForm(c.Credential.Name, c, nil)
	}
	s, _ := m.servers.Server()
	return m.serverForm(s.Server.Name, s.Server)
}

// copyRow begins a new one like that under the cursor. Of a credential the
// secrets come along without being shown.
func (m *Model) copyRow() tea.Cmd {
	if c, ok := m.servers.Credential(); ok {
		return m.credentialForm("", c, nil)
	}
	s, _ := m.servers.Server()
	like := s.Server
	like.Name, like.Description = "", ""
	return m.serverForm("", like)
}

// blankServer is what a new server begins with: the service and the credential of
// the one under the cursor, if it is of a service of its own.
func (m *Model) blankServer() remote.Server {
	var s remote.Server
	if like, ok := m.servers.Server(); ok {
		s.Credential = like.Server.Credential
		if like.Server.Endpoint != "" {
			s.Endpoint, s.Region = like.Server.Endpoint, like.Server.Region
			s.PathStyle, s.AllowHTTP, s.CABundle = like.Server.PathStyle, like.Server.AllowHTTP, like.Server.CABundle
			s.Integrity = like.Server.Integrity
		}
	}
	return s
}
