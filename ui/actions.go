package ui

import (
	"slices"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"gantry/ui/keys"
)

// Action is one thing that the user can do: a row of the table that feeds the
// keys, the key bar, the help, the palette, the menu, README's key table and
// the check of [keys].
type Action struct {
	ID    string
	Help  string   // what it does, in a few words
	Group string   // under which heading the help shows it
	Keys  []string // as ui/keys reads them, the best first
	Scope scope    // where it is possible
	Bar   string   // its word in the key bar; "" if it is not there
	Write writes   // what it changes; a read-only place blocks it
	Here  []string // IAM actions that the active pane's server must allow
	There []string // the same of the other pane's

	// Blocked says why it is not possible now, or "". May be nil.
	Blocked func(*Model) string

	// Run does it. Nothing in it may block.
	Run func(*Model) tea.Cmd
}

// scope is where an action is possible; the empty one is everywhere.
type scope string

// The scopes are the views that can have the body of the screen.
const (
	anywhere  scope = ""
	onPanes   scope = "panes"
	onQueue   scope = "queue"
	onServers scope = "servers"
)

// writes says into which place an action writes.
type writes uint8

const (
	reads       writes = 0
	writesHere  writes = 1 << iota // the active pane's place
	writesThere                    // the other pane's place
)

// ActionInfo is an action as data, for those who cannot run it.
type ActionInfo struct {
	ID     string
	Help   string
	Group  string
	Keys   []string // the default ones
	Scope  string   // see keys.Overlaps
	Danger bool     // it can change or delete what is stored
}

// Actions is the action table as data, in the order of the help.
func Actions() []ActionInfo {
	var infos []ActionInfo
	for _, a := range table() {
		infos = append(infos, ActionInfo{
			ID: a.ID, Help: a.Help, Group: a.Group, Keys: slices.Clone(a.Keys),
			Scope: string(a.Scope), Danger: a.Write != reads,
		})
	}
	return infos
}

// KeyTable is the table of keys as Markdown, for the README.
func KeyTable() string {
	var b strings.Builder
	b.WriteString("| group | keys | action | what it does |\n| --- | --- | --- | --- |\n")
	for _, a := range table() {
		var ks []string
		for _, k := range a.Keys {
			ks = append(ks, "`"+strings.ReplaceAll(keyLabel(k), "|", `\|`)+"`")
		}
		b.WriteString("| " + a.Group + " | " + strings.Join(ks, " ") + " | `" + a.ID + "` | " + a.Help + " |\n")
	}
	return b.String()
}

// table is every action. A feature adds rows here and nothing to Update.
func table() []Action {
	return slices.Concat(moveActions(), paneActions(), tabActions(), markActions(), workActions(), findActions(), s3Actions(),
		goActions(), viewActions(), queueActions(), serverActions(), otherActions())
}

// bind gives every action its keys: the user's where there are some.
func bind(actions []Action, user map[string][]string) []keys.Binding {
	var bs []keys.Binding
	for i := range actions {
		a := &actions[i]
		if ks, ok := user[a.ID]; ok {
			a.Keys = ks
		}
		for _, k := range a.Keys {
			seq, err := keys.Parse(k)
			if err != nil {
				continue // the configuration was checked; one bad key must not take the others
			}
			bs = append(bs, keys.Binding{Action: a.ID, Scope: string(a.Scope), Keys: seq})
		}
	}
	return bs
}

// keyLabel is a key as people read it.
func keyLabel(k string) string {
	seq, err := keys.Parse(k)
	if err != nil {
		return k
	}
	return seq.Label()
}

// keyLabels are all keys of an action in one string.
func keyLabels(a *Action) string {
	var ls []string
	for _, k := range a.Keys {
		ls = append(ls, keyLabel(k))
	}
	return strings.Join(ls, " ")
}

// blocked says why a is not possible now, or "". A read-only place blocks
// whatever writes into it, here and nowhere else.
func (m *Model) blocked(a *Action) string {
	if a.Scope != anywhere && a.Scope != m.view {
		return "in the " + string(a.Scope) + " only"
	}
	for _, w := range []struct {
		bit writes
		p   *pane
	}{{writesHere, m.here()}, {writesThere, m.there()}} {
		if a.Write&w.bit == 0 {
			continue
		}
		place := w.p.Place()
		if place.Tree == nil {
			return "the pane shows no place"
		}
		if why := unwritable(place); why != "" {
			return why
		}
	}
	if a.Blocked != nil {
		if why := a.Blocked(m); why != "" {
			return why
		}
	}
	return first(m.denied(m.here(), a.Here), m.denied(m.there(), a.There))
}

// denied says which of the IAM actions the server of a pane is known to refuse,
// or "": in few words, because it stands beside the action in menus too.
func (m *Model) denied(p *pane, actions []string) string {
	server := p.Place().Server
	if server == "" || m.d.Admin == nil {
		return ""
	}
	for _, a := range actions {
		if m.d.Admin.Denied(server, a) != "" {
			return "needs " + a + " on " + server + "; " + m.keyOf("servers") + " " + m.keyOf("server-test") + " tests it again"
		}
	}
	return ""
}

// do runs the action of that id, or says why it is not possible.
func (m *Model) do(id string) tea.Cmd {
	i := slices.IndexFunc(m.actions, func(a Action) bool { return a.ID == id })
	if i < 0 {
		return nil
	}
	a := &m.actions[i]
	if why := m.blocked(a); why != "" {
		name := a.Bar
		if name == "" {
			name = a.Help
		}
		m.sayOf(bad, name, ": "+why)
		return nil
	}
	if !m.status.stays {
		m.hush()
	}
	return a.Run(m)
}
