package ui

import (
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

// openServers shows the list.
func (m *Model) openServers() tea.Cmd {
	m.servers.load(m.d.Servers())
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
	return m.openLocation(m.active, r.Name+":", asked)
}

// drawServers is the list in w columns and h lines.
func (m *Model) drawServers(w, h int) []string {
	s := &m.servers
	inner := w - 4
	f := newWindow(m.st, "Servers", w, h)
	name, state, region := inner*22/100, inner*22/100, inner*16/100
	bucket := inner * 22 / 100
	row := func(r ServerRow) string {
		st := text.Clean(r.State)
		if r.ReadOnly {
			st = "RO " + st
		}
		cells := []struct {
			t string
			w int
		}{{r.Name, name}, {r.Region, region}, {r.Bucket, bucket}, {r.Credential, inner - name - region - bucket - state}}
		line := ""
		for _, c := range cells {
			line += text.Pad(text.Middle(text.Clean(c.t), c.w-1), c.w)
		}
		return text.Pad(line+st, inner)
	}
	f.line(m.st.Header, row(ServerRow{Name: "Name", Region: "Region", Bucket: "Bucket", Credential: "Credential", State: "State"}))
	s.h = max(1, h-serversHead-3)
	s.top = max(0, min(s.top, len(s.rows)-s.h))
	s.top = min(max(s.top, s.cursor-s.h+1), max(0, s.cursor))
	for i := s.top; i < min(len(s.rows), s.top+s.h); i++ {
		style := m.st.Text
		if i == s.cursor {
			style = m.st.Cursor
		}
		f.line(style, row(s.rows[i]))
	}
	if len(s.rows) == 0 {
		for _, l := range text.Wrap(noServers, inner) {
			f.line(m.st.Dim, l)
		}
	}
	f.foot(m.st.Foot, "Enter browses in the active pane. Servers are added in config.toml: [[server]] name, region, bucket, credential.")
	return f.lines(h)
}

// noServers is what an empty list says.
const noServers = "There are no servers yet. Add one to the store (gantry config path tells where it is):\n\n" +
	"[[credential]]\nname = \"me\"\ntype = \"access_key\"\naccess_key_id = \"AKIA…\"\nsecret_access_key_env = \"MY_SECRET\"\n\n" +
	"[[server]]\nname = \"acme\"\ntype = \"s3\"\nregion = \"eu-central-1\"\nbucket = \"acme-exchange\"\ncredential = \"me\"\n\n" +
	"Buckets of your AWS profile need no server: press : and type s3://bucket/"
