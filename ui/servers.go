package ui

import (
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"gantry/ui/text"
)

// servers is the list of the store's servers, as a view in place of the panes.
type servers struct {
	rows   []ServerRow
	cursor int
	top    int
	h      int // rows that fit, as last drawn
}

// load takes the list anew; the cursor stays on its server.
func (s *servers) load(rows []ServerRow) {
	name := ""
	if r, ok := s.current(); ok {
		name = r.Name
	}
	s.rows, s.cursor = rows, 0
	for i, r := range rows {
		if r.Name == name {
			s.cursor = i
		}
	}
}

// current is the server under the cursor.
func (s *servers) current() (ServerRow, bool) {
	if s.cursor < 0 || s.cursor >= len(s.rows) {
		return ServerRow{}, false
	}
	return s.rows[s.cursor], true
}

func (s *servers) move(n int) { s.cursor = max(0, min(s.cursor+n, len(s.rows)-1)) }

// rowAt is the server at line y of the view, counted from its top.
func (s *servers) rowAt(y int) (int, bool) {
	i := s.top + y - serversHead
	return i, y >= serversHead && y < serversHead+s.h && i < len(s.rows)
}

// serversHead is the lines above the first server.
const serversHead = 2

// openServers shows the list, with the cursor on a server if it is named.
func (m *Model) openServers(name string) tea.Cmd {
	m.servers.load(m.d.Servers())
	for i, r := range m.servers.rows {
		if r.Name == name {
			m.servers.cursor = i
		}
	}
	m.turn(onServers)
	return nil
}

// browse opens the server under the cursor in the active pane.
func (m *Model) browse() tea.Cmd {
	r, ok := m.servers.current()
	if !ok {
		return nil
	}
	m.turn(onPanes)
	return m.openLocation(m.here(), r.Name+":", asked)
}

// drawServers is the list in w columns and h lines.
func (m *Model) drawServers(w, h int) []string {
	s := &m.servers
	inner := w - 4
	f := newWindow(m.st, "Servers", w, h)
	cols := serverColumns(inner)
	f.line(m.st.Header, cols.row(ServerRow{Name: "Name", Region: "Region", Bucket: "Bucket", Credential: "Credential", State: "State"}))
	s.h = max(1, windowRoom(h)-1)
	s.top = max(0, min(s.top, len(s.rows)-s.h))
	s.top = min(max(s.top, s.cursor-s.h+1), max(0, s.cursor))
	for i := s.top; i < min(len(s.rows), s.top+s.h); i++ {
		style := m.st.Text
		if i == s.cursor {
			style = m.st.Cursor
		}
		f.line(style, cols.row(s.rows[i]))
	}
	if len(s.rows) == 0 {
		for _, l := range text.Wrap(noServers, inner) {
			f.line(m.st.Dim, l)
		}
	}
	f.foot("Enter browses · Esc back · servers are added in config.toml: [[server]]")
	return f.lines(h)
}

// serverWidths are the widths of the columns; 0 leaves one out.
type serverWidths struct{ name, region, bucket, credential, state int }

// serverColumns divides w columns: what a server is called and how it is come
// first.
func serverColumns(w int) serverWidths {
	switch {
	case w >= 90:
		c := serverWidths{name: w * 22 / 100, region: 16, bucket: w * 26 / 100, credential: w * 18 / 100}
		c.state = w - c.name - c.region - c.bucket - c.credential
		return c
	case w >= 60:
		c := serverWidths{name: w * 28 / 100, region: 16, bucket: w * 30 / 100}
		c.state = w - c.name - c.region - c.bucket
		return c
	}
	c := serverWidths{name: w * 40 / 100, bucket: w * 36 / 100}
	c.state = w - c.name - c.bucket
	return c
}

// row is a server in the columns.
func (c serverWidths) row(r ServerRow) string {
	state := r.State
	if r.ReadOnly {
		state = strings.TrimSpace("RO " + state)
	}
	line := ""
	for _, cell := range []struct {
		t string
		w int
	}{{r.Name, c.name}, {r.Region, c.region}, {r.Bucket, c.bucket}, {r.Credential, c.credential}, {state, c.state}} {
		if cell.w > 0 {
			line += text.Pad(text.Middle(text.Clean(cell.t), cell.w-1), cell.w)
		}
	}
	return line
}

// noServers is what an empty list says.
const noServers = "There are no servers yet. Add one to the store (gantry config path tells where it is):\n\n" +
	"[[credential]]\nname = \"me\"\ntype = \"access_key\"\naccess_key_id = \"AKIA…\"\nsecret_access_key_env = \"MY_SECRET\"\n\n" +
	"[[server]]\nname = \"acme\"\ntype = \"s3\"\nregion = \"eu-central-1\"\nbucket = \"acme-exchange\"\ncredential = \"me\"\n\n" +
	"Buckets of your AWS profile need no server: press : and type s3://bucket/"
