package servers

import (
	"time"

	"gantry/remote"
	"gantry/ui/theme"
)

// Tab is one of the lists.
type Tab int

// The lists, in the order of their tabs.
const (
	Servers Tab = iota
	Credentials
	Mounts
	tabs
)

// tabNames are the words on the tabs.
func tabNames() [tabs]string { return [...]string{"Servers", "Credentials", "Mounts"} }

// View is the three lists with a cursor each.
type View struct {
	// Empty says how a list that is empty gets its first row.
	Empty [tabs]string

	st  *theme.Styles
	now func() time.Time

	servers     []remote.ServerInfo
	credentials []remote.CredentialInfo
	mounts      []remote.Mount

	tab   Tab
	lists [tabs]list
	hits  []tabHit // of the last View
}

// list is where one list is scrolled to.
type list struct {
	cur, off int
	rows     int // on screen in the last View
}

// tabHit is where a tab was drawn.
type tabHit struct{ x, w int }

// New makes a manager without any row. now tells the time for "2 h ago".
func New(st *theme.Styles, now func() time.Time) *View { return &View{st: st, now: now} }

// SetStyles changes how it looks.
func (v *View) SetStyles(st *theme.Styles) { v.st = st }

// Load takes all lists anew; each cursor stays on its row, or near it when that
// is gone.
func (v *View) Load(s []remote.ServerInfo, c []remote.CredentialInfo, m []remote.Mount) {
	var names [tabs]string
	for t := range tabs {
		names[t] = v.name(t)
	}
	v.servers, v.credentials, v.mounts = s, c, m
	for t := range tabs {
		v.lists[t].cur = max(0, min(v.lists[t].cur, v.len(t)-1))
		v.selectIn(t, names[t])
	}
}

// Tab is the list in front.
func (v *View) Tab() Tab { return v.tab }

// Show brings a list to the front.
func (v *View) Show(t Tab) { v.tab = (t%tabs + tabs) % tabs }

// Select moves the cursor of a list to the row of that name: of a server or a
// credential, or the folder of a mount.
func (v *View) Select(t Tab, name string) { v.selectIn(t, name) }

func (v *View) selectIn(t Tab, name string) {
	for i := range v.len(t) {
		if name != "" && v.nameAt(t, i) == name {
			v.lists[t].cur = i
		}
	}
}

// len is the number of rows of a list.
func (v *View) len(t Tab) int {
	switch t {
	case Servers:
		return len(v.servers)
	case Credentials:
		return len(v.credentials)
	default:
		return len(v.mounts)
	}
}

// Len is the number of rows of the list in front.
func (v *View) Len() int { return v.len(v.tab) }

func (v *View) nameAt(t Tab, i int) string {
	switch t {
	case Servers:
		return v.servers[i].Server.Name
	case Credentials:
		return v.credentials[i].Credential.Name
	default:
		return v.mounts[i].Folder
	}
}

// name is what is under the cursor of a list, "" when that is empty.
func (v *View) name(t Tab) string {
	if i := v.lists[t].cur; i < v.len(t) {
		return v.nameAt(t, i)
	}
	return ""
}

// Name is what is under the cursor: the name of a server or a credential, the
// folder of a mount; "" when the list is empty.
func (v *View) Name() string { return v.name(v.tab) }

// Server is the server under the cursor; false unless the servers are in front
// and there is one.
func (v *View) Server() (remote.ServerInfo, bool) {
	if i := v.lists[Servers].cur; v.tab == Servers && i < len(v.servers) {
		return v.servers[i], true
	}
	return remote.ServerInfo{}, false
}

// Credential is the credential under the cursor; false unless they are in front
// and there is one.
func (v *View) Credential() (remote.CredentialInfo, bool) {
	if i := v.lists[Credentials].cur; v.tab == Credentials && i < len(v.credentials) {
		return v.credentials[i], true
	}
	return remote.CredentialInfo{}, false
}

// Mount is the mount under the cursor; false unless they are in front and there
// is one.
func (v *View) Mount() (remote.Mount, bool) {
	if i := v.lists[Mounts].cur; v.tab == Mounts && i < len(v.mounts) {
		return v.mounts[i], true
	}
	return remote.Mount{}, false
}

// Find is a server by its name.
func (v *View) Find(name string) (remote.ServerInfo, bool) {
	for _, s := range v.servers {
		if s.Server.Name == name {
			return s, true
		}
	}
	return remote.ServerInfo{}, false
}

// Move moves the cursor by n rows.
func (v *View) Move(n int) {
	l := &v.lists[v.tab]
	l.cur = max(0, min(l.cur+n, v.Len()-1))
}

// Half moves the cursor by n half screens.
func (v *View) Half(n int) { v.Move(n * max(1, v.lists[v.tab].rows/2)) }

// Click moves the cursor to the row at column x, line y of the last View, or
// brings a tab to the front; row tells that it was a row.
func (v *View) Click(x, y int) (row bool) {
	if y == 0 {
		for t, h := range v.hits {
			if x >= h.x && x < h.x+h.w {
				v.Show(Tab(t))
			}
		}
		return false
	}
	l := &v.lists[v.tab]
	i := l.off + y - headLines
	if y < headLines || y >= headLines+l.rows || i >= v.Len() {
		return false
	}
	l.cur = i
	return true
}
