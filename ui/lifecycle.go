package ui

import (
	"errors"
	"strconv"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"gantry/remote"
	"gantry/ui/dialog"
	"gantry/ui/servers"
	"gantry/ui/text"
)

// lifecycleMsg is what becomes of the uploads in a bucket that nobody finished.
type lifecycleMsg struct {
	server string
	found  remote.Uncompleted
	err    error
}

// showLifecycle asks the bucket of the server under the cursor.
func (m *Model) showLifecycle() tea.Cmd {
	s, ok := m.servers.Server()
	if !ok {
		return nil
	}
	name, ctx, admin := s.Server.Name, m.ctx, m.d.Admin
	m.say(plain, "Looking at the unfinished uploads of "+name+"…")
	return func() tea.Msg {
		u, err := admin.Uncompleted(ctx, name)
		return lifecycleMsg{name, u, err}
	}
}

// The most days that a rule may wait; Amazon's own limit is higher than any use.
const maxRuleDays = 3650

// lifecycleFound shows the answer and lets the rule be added or changed.
func (m *Model) lifecycleFound(msg lifecycleMsg) {
	if msg.err != nil {
		m.fail("look at the unfinished uploads of "+msg.server, msg.err)
		return
	}
	m.hush()
	u, server := msg.found, msg.server
	if u.Unknown != "" && u.Rule == "" {
		// What cannot be read cannot be added to without losing the rest.
		m.dialogs.Push(dialog.NewInfo(m.st, dialog.InfoOptions{Title: "Unfinished uploads of " + server, Text: uncompletedText(server, u)}))
		return
	}
	days := "7"
	if u.Days > 0 {
		days = strconv.Itoa(u.Days)
	}
	ctx, admin := m.ctx, m.d.Admin
	m.dialogs.Push(dialog.NewPrompt(m.st, dialog.PromptOptions{
		Title: "Unfinished uploads of " + server, Text: uncompletedText(server, u) + "\n\nAbort them after so many days:", Value: days, OK: "Set the rule",
		Check: func(v string) error {
			if n, err := strconv.Atoi(strings.TrimSpace(v)); err != nil || n < 1 || n > maxRuleDays {
				return errors.New("a number of days, 1 to " + strconv.Itoa(maxRuleDays))
			}
			return nil
		},
		OnOK: func(v string) tea.Cmd {
			n, err := strconv.Atoi(strings.TrimSpace(v))
			if err != nil {
				return nil
			}
			return func() tea.Msg {
				return savedMsg{what: "rule of " + server + ": unfinished uploads are aborted after " + text.Plural(int64(n), "day"), tab: servers.Servers, name: server, err: admin.SetUncompleted(ctx, server, n)}
			}
		},
	}))
}

// uncompletedText says what is there, and what the field is for.
func uncompletedText(server string, u remote.Uncompleted) string {
	var b strings.Builder
	if u.Unknown != "" {
		b.WriteString("! " + u.Unknown + "\n")
	}
	switch {
	case u.Leftovers == 0 && u.Unknown != "": // nobody knows
	case u.Leftovers == 0:
		b.WriteString("✓ No upload is unfinished.")
	default:
		b.WriteString("! " + text.Plural(int64(u.Leftovers), "upload") + " unfinished, " + text.Size(u.Bytes) + ", billed until completed or aborted. In a shell, gantry leftovers " + server + ": --abort removes them.")
	}
	b.WriteString("\n")
	switch {
	case u.Rule != "":
		b.WriteString("✓ The rule " + u.Rule + " aborts them after " + text.Plural(int64(u.Days), "day") + ".")
	case u.Unknown == "":
		b.WriteString("! No rule of the bucket aborts them.")
	}
	if u.Others > 0 {
		stays := " of the bucket stay as they are."
		if u.Others == 1 {
			stays = " of the bucket stays as it is."
		}
		b.WriteString("\n" + text.Plural(int64(u.Others), "other rule") + stays)
	}
	return b.String()
}
