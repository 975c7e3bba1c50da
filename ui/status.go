package ui

import (
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"gantry/remote"
	"gantry/ui/dialog"
	"gantry/ui/text"
)

// tone is how a message is meant.
type tone uint8

const (
	plain tone = iota
	good
	bad
)

// clockEvery is how often the credential clock is read: it shows minutes.
const clockEvery = 20 * time.Second

// status is what the lines below the panes say besides the transfers.
type status struct {
	about string // clean; what the text is about, which is cut where room is short
	text  string // clean
	tone  tone
	stays bool   // until there is something new; others go with the next action
	clock string // "acme: 41 min", "" when no session ends
}

// say shows a message until the next one or the next action. It stays in the
// log.
func (m *Model) say(t tone, message string) { m.sayOf(t, "", message) }

// sayOf is say for a message that begins with a name or a location of any
// length: about is cut in its middle, so that what happened to it can be read.
func (m *Model) sayOf(t tone, about, message string) {
	m.status.about, m.status.text = text.Clean(about), text.Clean(message)
	m.status.tone, m.status.stays = t, false
	if t == bad {
		m.d.Log.Warn("message", "text", about+message)
		return
	}
	m.d.Log.Info("message", "text", about+message)
}

// tell shows a message about something that happened by itself: it stays until
// the next one.
func (m *Model) tell(t tone, message string) { m.tellOf(t, "", message) }

// tellOf is tell as sayOf is say.
func (m *Model) tellOf(t tone, about, message string) {
	m.sayOf(t, about, message)
	m.status.stays = true
}

// hush takes a message away that has been read.
func (m *Model) hush() { m.status = status{clock: m.status.clock} }

// aboutLeast is what remains of a long name at the head of a message.
const aboutLeast = 16

// line is the message in w columns.
func (s *status) line(w int) string {
	if s.about == "" {
		return text.Pad(s.text, w)
	}
	return text.Pad(text.Middle(s.about, max(aboutLeast, w-text.Width(s.text)))+s.text, w)
}

// fail tells about an error: the sentence with the remedy in the status line,
// and the whole in a window. What was only called off is no failure.
func (m *Model) fail(what string, err error) {
	if err == nil || remote.Cancelled(err) {
		return
	}
	hint := remote.HintOf(err)
	m.d.Log.Error("failed", "what", what, "kind", remote.KindOf(err).String(), "err", err)
	m.status = status{about: text.Clean(what), text: text.Clean(" – " + hint), tone: bad, clock: m.status.clock}
	m.dialogs.Push(dialog.NewFailure(m.st, dialog.FailureOptions{
		Title: "Could not " + what, Hint: hint, Err: err,
	}))
}

// tickMsg comes now and then, for what changes by itself.
type tickMsg struct{}

// tick waits for the next look at the clock.
func (m *Model) tick() tea.Cmd {
	ctx := m.ctx
	return func() tea.Msg {
		t := time.NewTimer(clockEvery)
		defer t.Stop()
		select {
		case <-t.C:
			return tickMsg{}
		case <-ctx.Done():
			return nil
		}
	}
}

// readClock looks how long the sessions of the servers on screen last.
func (m *Model) readClock() {
	var parts []string
	seen := map[string]bool{}
	for _, p := range m.panes {
		name := p.Place().Server
		if name == "" || seen[name] {
			continue
		}
		seen[name] = true
		if end, ok := m.d.Clock(name); ok {
			parts = append(parts, text.Clean(m.credential(name))+": "+remaining(end, m.now()))
		}
	}
	m.status.clock = strings.Join(parts, " · ")
}

// credential is the name of a server's credential, else the server's.
func (m *Model) credential(server string) string {
	for _, s := range m.d.Servers() {
		if s.Server.Name == server && s.Server.Credential != "" {
			return s.Server.Credential
		}
	}
	return server
}

// remaining is how long a session lasts.
func remaining(end, now time.Time) string {
	if !end.After(now) {
		return "session over"
	}
	return text.Age(end, now)
}
