package ui

import (
	tea "github.com/charmbracelet/bubbletea"

	"gantry/remote"
	"gantry/ui/dialog"
	"gantry/ui/servers"
)

// newManager is the server manager without any row; the empty lists say which
// keys help.
func (m *Model) newManager() *servers.View {
	v := servers.New(m.st, m.d.Now)
	add := m.keyOf("server-add")
	buckets := "\n\nBuckets of your AWS settings need no server: " + m.keyOf("go-buckets") + " in the panes lists them."
	v.Empty[servers.Servers] = "There are no servers yet. " + add + " adds one: a name for a bucket, where it is, and the credential to use.\n\n" +
		m.keyOf("server-import") + " looks for what other programs on this machine know (AWS profiles, rclone, s3cmd, MinIO client)." + buckets
	v.Empty[servers.Credentials] = "There are no credentials yet. " + add + " adds one: an access key, a role, an AWS profile. Any number of servers may use it."
	v.Empty[servers.Mounts] = "There are no mounts yet. " + add + " makes a folder a window onto a server."
	if m.d.Admin == nil {
		v.Empty[servers.Servers] = "There are no servers." + buckets
	}
	return v
}

// loadServers takes the lists anew; the cursors stay.
func (m *Model) loadServers() {
	var cs []remote.CredentialInfo
	if m.d.Admin != nil {
		cs = m.d.Admin.Credentials()
	}
	m.servers.Load(m.d.Servers(), cs, m.d.Mounts())
}

// openServers shows the servers, with the cursor on one if it is named.
func (m *Model) openServers(name string) tea.Cmd {
	m.loadServers()
	m.servers.Show(servers.Servers)
	m.servers.Select(servers.Servers, name)
	m.turn(onServers)
	return nil
}

// browse opens the server or the mount under the cursor in the active pane; of a
// credential it opens the form.
func (m *Model) browse() tea.Cmd {
	location := ""
	if s, ok := m.servers.Server(); ok {
		location = s.Server.Name + ":"
	}
	if mount, ok := m.servers.Mount(); ok {
		location = mount.Folder
	}
	if location == "" {
		return m.do("server-edit")
	}
	m.turn(onPanes)
	return m.openLocation(m.here(), location, asked)
}

// drawServers is the manager in w columns and h lines.
func (m *Model) drawServers(w, h int) []string {
	f := newWindow(m.st, "Servers and credentials", w, h)
	f.body = m.servers.View(w-2*frameX, windowRoom(h))
	f.foot(m.serversHint())
	return f.lines(h)
}

// serversHint is the keys of the list in front.
func (m *Model) serversHint() string {
	switch m.servers.Tab() {
	case servers.Credentials:
		return "Enter edit · " + m.keyOf("server-rotate") + " rotate · " + m.keyOf("server-policy") + " trust policy · " + m.keyOf("server-reveal") + " secret · Tab · Esc back"
	case servers.Mounts:
		return "Enter goes there · " + m.keyOf("server-add") + " add · " + m.keyOf("server-remove") + " remove · Tab · Esc back"
	}
	return "Enter browses · " + m.keyOf("server-policy") + " policy · " + m.keyOf("server-lifecycle") + " lifecycle · " + m.keyOf("server-mount") + " mount · " + m.keyOf("server-import") + " import · Tab · Esc back"
}

// pressServers is a click in the manager.
func (m *Model) pressServers(x, y int, msg tea.MouseMsg) tea.Cmd {
	if !m.servers.Click(x-frameX, y-frameY) {
		return nil
	}
	switch {
	case msg.Button == tea.MouseButtonRight:
		return m.openMenu(&dialog.Point{X: msg.X, Y: msg.Y})
	case m.double(msg, m.servers.Name()):
		return m.browse()
	}
	return nil
}
