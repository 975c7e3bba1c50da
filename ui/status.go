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
	text  string // clean
	tone  tone
	stays bool   // until there is something new; others go with the next action
	clock string // "acme: 41 min", "" when no session ends
}

// say shows a message until the next one or the next action. It stays in the
// log.
func (m *Model) say(t tone, message string) {
	m.status.text, m.status.tone, m.status.stays = text.Clean(message), t, false
	if t == bad {
		m.d.Log.Warn("message", "text", message)
		return
	}
	m.d.Log.Info("message", "text", message)
}

// tell shows a message about something that happened by itself: it stays until
// the next one.
func (m *Model) tell(t tone, message string) {
	m.say(t, message)
	m.status.stays = true
}

// hush takes a message away that has been read.
func (m *Model) hush() { m.status.text, m.status.tone, m.status.stays = "", plain, false }

// fail tells about an error: the sentence with the remedy in the status line,
// and the whole in a window. What was only called off is no failure.
func (m *Model) fail(what string, err error) {
	if err == nil || remote.Cancelled(err) {
		return
	}
	hint := remote.HintOf(err)
	m.d.Log.Error("failed", "what", what, "kind", remote.KindOf(err).String(), "err", err)
	m.status.text, m.status.tone, m.status.stays = text.Clean(what+": "+hint), bad, false
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
func (m *Model) readClock() tea.Cmd {
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
	return nil
}

// credential is the name of a server's credential, else the server's.
func (m *Model) credential(server string) string {
	for _, s := range m.d.Servers() {
		if s.Name == server && s.Credential != "" {
			return s.Credential
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
