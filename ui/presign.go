package ui

import (
	tea "github.com/charmbracelet/bubbletea"

	"gantry/remote"
	"gantry/ui/dialog"
	"gantry/ui/text"
)

func s3Actions() []Action {
	const group = "S3"
	return []Action{
		{
			ID: "presign", Help: "make a link to read it, for an hour", Group: group, Scope: onPanes, Keys: []string{"s p"},
			Here:    []string{getObject},
			Blocked: needLink, Run: (*Model).presign,
		},
	}
}

// needLink is the Blocked of actions that make links.
func needLink(m *Model) string {
	if why := first(needPlace(m), needFile(m)); why != "" {
		return why
	}
	_, ok := remote.As[remote.Presigner](m.here().Place().Tree)
	return nothing(!ok, "links are made to objects on a server")
}

// linkMsg is a link that was made. It is kept nowhere but in its window.
type linkMsg struct {
	name string
	link remote.Presigned
	err  error
}

// presign makes a link to the object under the cursor.
func (m *Model) presign() tea.Cmd {
	p := m.here()
	e, ok := p.Current()
	if !ok {
		return nil
	}
	maker, ok := remote.As[remote.Presigner](p.Place().Tree)
	if !ok {
		return nil
	}
	ctx := m.ctx
	return func() tea.Msg {
		link, err := maker.Presign(ctx, e.Path, remote.LinkLife)
		return linkMsg{name: e.Name, link: link, err: err}
	}
}

// showLink shows a link, once, with what it means to give it away.
func (m *Model) showLink(msg linkMsg) {
	if msg.err != nil {
		m.fail("make a link to "+msg.name, msg.err)
		return
	}
	said := "Anyone with this link can read it until " + msg.link.Ends.In(m.now().Location()).Format("2006-01-02 15:04:05 MST") + "."
	for _, note := range msg.link.Notes {
		said += "\n" + text.Clean(note)
	}
	m.dialogs.Push(dialog.NewInfo(m.st, dialog.InfoOptions{
		Title: "Link to " + msg.name, Width: 84,
		Text:   said + "\n\n" + msg.link.URL.Reveal(),
		OnCopy: func() tea.Cmd { return m.copied("the link", msg.link.URL.Reveal()) },
	}))
}
