package ui

import (
	"encoding/base64"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"gantry/remote"
	"gantry/ui/dialog"
	"gantry/ui/servers"
	"gantry/ui/text"
)

// manage routes the messages of the server manager; handled tells that msg was
// one.
func (m *Model) manage(msg tea.Msg) (handled bool, cmd tea.Cmd) {
	switch msg := msg.(type) {
	case savedMsg:
		return true, m.saved(msg)
	case triedMsg:
		return true, m.tried(msg)
	case stepMsg:
		return true, m.stepped(msg)
	case questionMsg:
		return true, m.raiseQuestion(msg)
	case storeMsg:
		return true, m.storeChanged()
	case pollMsg:
		return true, m.polled()
	case overMsg:
		m.questionOver(msg)
	case regionMsg:
		m.regionFound(msg)
	case linksMsg:
		m.showLinks(msg)
	case textMsg:
		m.showText(msg)
	case lifecycleMsg:
		m.lifecycleFound(msg)
	case revealMsg:
		return true, m.revealed(msg)
	case hideMsg:
		m.dialogs.Drop(msg.window)
	case importsMsg:
		m.chooseImport(msg)
	default:
		return false, nil
	}
	return true, nil
}

// savedMsg says that something of the store was saved or removed, or was not.
type savedMsg struct {
	what    string // "server acme"
	tab     servers.Tab
	name    string       // the row for the cursor, "" when it is gone
	form    *dialog.Form // that waits for it; nil when none does
	then    func(name string)
	try     bool // see whether the server works
	removed bool
	err     error
}

// saved shows what became of a change of the store: a form closes, or says why it
// could not be saved.
func (m *Model) saved(msg savedMsg) tea.Cmd {
	switch {
	case msg.err != nil && msg.form != nil:
		msg.form.SetNote("✗ " + remote.HintOf(msg.err))
		return nil
	case msg.err != nil:
		m.fail("change the "+msg.what, msg.err)
		return nil
	}
	if msg.form != nil {
		m.dialogs.Drop(msg.form)
	}
	m.loadServers()
	if msg.then != nil {
		msg.then(msg.name)
	} else if msg.name != "" {
		m.servers.Show(msg.tab)
		m.servers.Select(msg.tab, msg.name)
	}
	word := "Saved: "
	if msg.removed {
		word = "Removed: "
	}
	m.say(good, word+msg.what)
	if msg.try {
		return m.try(msg.name)
	}
	return nil
}

// triedMsg is how a quiet test of a server went.
type triedMsg struct {
	name   string
	report remote.Report
	err    error
}

// try tests a server that was just saved, without writing, and without a window:
// the list then shows how it is.
func (m *Model) try(name string) tea.Cmd {
	s, ok := m.servers.Find(name)
	if !ok {
		return nil
	}
	m.say(good, "Saved: server "+name+"; trying it…")
	ctx, admin := m.ctx, m.d.Admin
	return func() tea.Msg {
		r, err := admin.TestServer(ctx, s.Server, nil, remote.TestOptions{}, func(remote.Step) {})
		return triedMsg{name, r, err}
	}
}

func (m *Model) tried(msg triedMsg) tea.Cmd {
	m.loadServers()
	if remote.Cancelled(msg.err) {
		return nil
	}
	_, ok := m.servers.Find(msg.name)
	why := whyNot(msg.report)
	if msg.err != nil {
		why = remote.HintOf(msg.err)
	}
	list, asked := msg.report.Step("list")
	switch {
	case !ok: // it is gone again
	case msg.err == nil && (why == "" || asked && list.State == remote.StepOK):
		m.say(good, "✓ "+msg.name+" is connected; Enter browses it.")
	case why != "":
		m.sayOf(bad, "✗ "+msg.name, ": "+why+" "+m.keyOf("server-test")+" tests step by step.")
	}
	return nil
}

// whyNot is the first thing in a report that keeps a server from working, "" if
// nothing does.
func whyNot(r remote.Report) string {
	for _, s := range r.Steps {
		if s.State != remote.StepFailed && s.State != remote.StepDenied {
			continue
		}
		if s.Hint != "" {
			return s.Hint
		}
		return s.Title + ": " + string(s.State) + "."
	}
	return ""
}

// removeRow asks before what is under the cursor leaves the store.
func (m *Model) removeRow() tea.Cmd {
	admin, ctx := m.d.Admin, m.ctx
	msg := savedMsg{tab: m.servers.Tab(), removed: true}
	name := m.servers.Name()
	var say string
	var remove func() error
	switch m.servers.Tab() {
	case servers.Servers:
		msg.what = "server " + name
		say = "The server " + name + " leaves the store. Its bucket and everything in it stay as they are."
		remove = func() error { return admin.RemoveServer(ctx, name) }
	case servers.Credentials:
		msg.what = "credential " + name
		say = "The credential " + name + " leaves the store, with its secret if that is kept by gantry. The key itself stays valid at AWS until it is deleted there."
		remove = func() error { return admin.RemoveCredential(ctx, name) }
	default:
		msg.what = "mount " + name
		say = "The folder " + name + " is an ordinary folder again. What is in the bucket stays there."
		remove = func() error { return admin.RemoveMount(ctx, name) }
	}
	m.dialogs.Push(dialog.NewConfirm(m.st, dialog.ConfirmOptions{
		Title: "Remove " + msg.what, Text: say, Danger: true, Yes: "Remove", No: "Keep",
		OnYes: func() tea.Cmd {
			return func() tea.Msg {
				msg.err = remove()
				return msg
			}
		},
	}))
	return nil
}

// toClipboard puts text into the terminal's clipboard. What is pasted elsewhere must
// not hold control characters, so it is the clean form, line by line.
func (m *Model) toClipboard(s string) tea.Cmd {
	if m.raw == nil {
		return nil
	}
	clean := strings.Join(text.Lines(s), "\n")
	// The sequence ends at BEL, which base64 does not hold.
	seq := "\x1b]52;c;" + base64.StdEncoding.EncodeToString([]byte(clean)) + "\x07"
	raw := m.raw
	return func() tea.Msg {
		raw(seq)
		return nil
	}
}

// copied is toClipboard with a message.
func (m *Model) copied(what, s string) tea.Cmd {
	m.say(good, "Copied: "+what)
	return m.toClipboard(s)
}
