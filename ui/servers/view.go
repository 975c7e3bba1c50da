package servers

import (
	"strings"
	"time"

	"gantry/remote"
	"gantry/ui/text"
	"gantry/ui/theme"
)

// headLines are the lines above the rows: the tabs and the heads of the columns.
const headLines = 2

// detailFrom is the height from which what is known about the row under the
// cursor stands below the list.
const detailFrom = 9

// View is exactly h lines of w columns.
func (v *View) View(w, h int) []string {
	out := []string{v.tabLine(w)}
	cols := columnsOf(v.tab, w)
	out = append(out, v.st.Header.Render(text.Pad(cols.line(headsOf(v.tab)), w)))
	var low []string
	if h >= detailFrom {
		low = v.detail(w, min(8, (h-headLines)/2))
	}
	l := &v.lists[v.tab]
	l.rows = max(1, h-headLines-len(low))
	l.off = max(0, min(l.off, v.Len()-l.rows))
	l.off = min(max(l.off, l.cur-l.rows+1), max(0, l.cur))
	for i := l.off; i < min(v.Len(), l.off+l.rows); i++ {
		style := v.st.Text
		if i == l.cur {
			style = v.st.Cursor
		}
		out = append(out, style.Render(text.Pad(cols.line(v.cells(i)), w)))
	}
	if v.Len() == 0 {
		for _, s := range text.Wrap(v.Empty[v.tab], w) {
			out = append(out, v.st.Dim.Render(text.Pad(s, w)))
		}
	}
	out = out[:min(len(out), h-len(low))]
	for len(out) < h-len(low) {
		out = append(out, text.Pad("", w))
	}
	return append(out, low...)[:h]
}

// tabLine is the names of the lists with their numbers.
func (v *View) tabLine(w int) string {
	v.hits = v.hits[:0]
	line, x := "", 0
	for t, name := range tabNames() {
		face, st := " "+name+" "+text.Count(int64(v.len(Tab(t))))+" ", v.st.Header
		if Tab(t) == v.tab {
			face, st = "["+face[1:len(face)-1]+"]", v.st.HeaderSort
		}
		n := text.Width(face)
		v.hits = append(v.hits, tabHit{x, n})
		line += st.Render(face) + " "
		x += n + 1
	}
	return text.Pad(line, w)
}

// columns are the widths of the cells of a row; 0 leaves one out.
type columns []int

// headsOf are the heads of a list.
func headsOf(t Tab) []string {
	switch t {
	case Servers:
		return []string{"Name", "State", "Region", "Bucket", "Credential", "Used"}
	case Credentials:
		return []string{"Name", "Type", "Secret", "Session", "Used by"}
	default:
		return []string{"Folder", "Window onto"}
	}
}

// columnsOf divides w columns: what a thing is called and how it is come first.
func columnsOf(t Tab, w int) columns {
	share := func(rest int, parts ...int) columns {
		sum := 0
		for _, p := range parts {
			sum += p
		}
		out := make(columns, len(parts))
		left := rest
		for i, p := range parts {
			out[i] = rest * p / sum
			left -= out[i]
		}
		out[0] += left
		return out
	}
	switch {
	case t == Servers && w >= 90:
		c := share(w-17-16-10, 26, 30, 20)
		return columns{c[0], 17, 16, c[1], c[2], 10}
	case t == Servers && w >= 60:
		c := share(w-17-16, 28, 30)
		return columns{c[0], 17, 16, c[1], 0, 0}
	case t == Servers:
		return columns{w - 17, 17, 0, 0, 0, 0}
	case t == Credentials && w >= 72:
		c := share(w-12-12-14, 40, 60)
		return columns{c[0], 14, 12, 12, c[1]}
	case t == Credentials:
		return columns{w - 13 - 10, 13, 10, 0, 0}
	}
	c := share(w, 55, 45)
	return c
}

// line is cells in their columns.
func (c columns) line(cells []string) string {
	var b strings.Builder
	for i, w := range c {
		if w > 0 {
			b.WriteString(text.Pad(text.Middle(text.Clean(cells[i]), w-1), w))
		}
	}
	return b.String()
}

// cells are row i of the list in front.
func (v *View) cells(i int) []string {
	switch v.tab {
	case Servers:
		s := v.servers[i]
		used := ""
		if !s.LastUsed.IsZero() {
			used = text.When(s.LastUsed, v.now())
		}
		region := s.Region
		if region == "" {
			region = s.Server.Region
		}
		return []string{s.Server.Name, state(s), region, s.Server.Bucket, s.Server.Credential, used}
	case Credentials:
		c := v.credentials[i]
		return []string{c.Credential.Name, typeWord(c.Credential.Type), placeWord(c), v.session(c.Ends), usersWord(c.Users)}
	default:
		m := v.mounts[i]
		return []string{m.Folder, m.Server + ":" + m.Path}
	}
}

// state is a sign and a word, and RO where nothing can be changed.
func state(s remote.ServerInfo) string {
	word := "○ untested"
	switch s.State {
	case remote.ServerConnected:
		word = "✓ connected"
	case remote.ServerInactive:
		word = "✗ inactive"
	}
	if s.ReadOnly {
		word += " RO"
	}
	return word
}

// typeWord is a type of credential in words.
func typeWord(t remote.CredentialType) string {
	for _, c := range Types() {
		if c.Value == string(t) {
			return c.Label
		}
	}
	return string(t)
}

// placeWord is where the secret of a credential is.
func placeWord(c remote.CredentialInfo) string {
	for _, p := range Places() {
		if p.Value == string(c.Place) {
			return p.Label
		}
	}
	return "–"
}

// session is how long a session lasts.
func (v *View) session(ends time.Time) string {
	switch {
	case ends.IsZero():
		return "–"
	case !ends.After(v.now()):
		return "over"
	}
	return text.Age(ends, v.now())
}

func usersWord(users []string) string {
	if len(users) == 0 {
		return "nothing"
	}
	return strings.Join(users, ", ")
}

// detail is what is known about the row under the cursor, n lines.
func (v *View) detail(w, n int) []string {
	rule := v.st.Border.Render(strings.Repeat("─", w))
	lines := []string{rule}
	add := func(st theme.Style, label, value string) {
		if value == "" {
			return
		}
		for i, l := range text.Wrap(text.Clean(value), max(1, w-labelWidth)) {
			if i > 0 {
				label = ""
			}
			lines = append(lines, v.st.Dim.Render(text.Pad(label, labelWidth))+st.Render(text.Pad(l, w-labelWidth)))
		}
	}
	switch v.tab {
	case Servers:
		if s, ok := v.Server(); ok {
			v.serverDetail(s, add)
		}
	case Credentials:
		if c, ok := v.Credential(); ok {
			v.credentialDetail(c, add)
		}
	case Mounts:
		if m, ok := v.Mount(); ok {
			add(v.st.Text, "folder", m.Folder)
			add(v.st.Text, "shows", m.Server+":"+m.Path+" — what is done inside is done on the bucket")
		}
	}
	for len(lines) < n {
		lines = append(lines, text.Pad("", w))
	}
	return lines[:n]
}

// labelWidth is how wide the words beside the facts are.
const labelWidth = 12

func (v *View) serverDetail(s remote.ServerInfo, add func(st theme.Style, label, value string)) {
	switch {
	case s.State == remote.ServerInactive:
		add(v.st.Bad, "why", "✗ "+s.Why)
	case s.Why != "":
		add(v.st.Warn, "note", "! "+s.Why)
	}
	add(v.st.Text, "about", s.Server.Description)
	where := "Amazon S3"
	if s.Server.Endpoint != "" {
		where = s.Server.Endpoint
	}
	add(v.st.Text, "at", where+"  "+s.Server.Bucket+"/"+s.Server.Prefix)
	add(v.st.Text, "credential", s.Server.Credential)
	if s.Probed != nil {
		add(v.st.Text, "signs as", s.Probed.Identity)
		add(v.st.Text, "may", may(s.Probed))
		add(v.st.Dim, "tested", text.WhenLong(s.Probed.Started, v.now()))
	}
}

// may is what a test found out that the credential may and may not.
func may(r *remote.Report) string {
	var yes, no []string
	for _, s := range r.Steps {
		if s.ID == "name" || s.ID == "tls" || s.ID == "clock" || s.ID == "identity" || s.ID == "region" {
			continue // these are no permissions
		}
		switch s.State {
		case remote.StepOK:
			yes = append(yes, s.ID)
		case remote.StepDenied:
			no = append(no, "not "+s.ID)
		}
	}
	return strings.Join(append(yes, no...), ", ")
}

func (v *View) credentialDetail(c remote.CredentialInfo, add func(st theme.Style, label, value string)) {
	add(v.st.Text, "about", c.Credential.Description)
	add(v.st.Text, "note", c.Note)
	add(v.st.Text, "key", c.Credential.AccessKeyID)
	switch c.Place {
	case remote.InEnv:
		add(v.st.Text, "secret in", "$"+c.Credential.SecretAccessKeyEnv)
	case remote.InCommand:
		add(v.st.Text, "secret from", strings.Join(c.Credential.SecretAccessKeyCommand, " "))
	}
	add(v.st.Text, "role", c.Credential.RoleARN)
	if c.Credential.Type == remote.AssumeRole {
		from := c.Credential.Source
		if from == "" {
			from = "the AWS settings around"
		}
		add(v.st.Text, "assumed by", from)
	}
	add(v.st.Text, "profile", c.Credential.Profile)
	add(v.st.Text, "account", c.Account)
	add(v.st.Text, "used by", usersWord(c.Users))
}
