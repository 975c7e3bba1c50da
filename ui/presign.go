package ui

import (
	"strconv"
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"gantry/remote"
	"gantry/ui/dialog"
	"gantry/ui/text"
)

func s3Actions() []Action {
	const group = "S3"
	return []Action{
		{
			ID: "presign", Help: "make links to read it or what is marked", Group: group, Scope: onPanes, Keys: []string{"s p"},
			Here:    []string{getObject},
			Blocked: needLink, Run: (*Model).presign,
		},
	}
}

// needLink is the Blocked of actions that make links.
func needLink(m *Model) string {
	n, _ := m.here().Marked()
	why := first(needPlace(m), nothing(n > maxLinks, "links are made to at most "+strconv.Itoa(maxLinks)+" objects at a time"))
	if n == 0 {
		why = first(why, needFile(m))
	}
	if why != "" {
		return why
	}
	_, ok := remote.As[remote.Presigner](m.here().Place().Tree)
	return nothing(!ok, "links are made to objects on a server")
}

// maxLinks is how many links are made at once: each takes a request, and somebody
// has to do something with them.
const maxLinks = 100

// linksMsg are links that were made. They are kept nowhere but in their window.
type linksMsg struct {
	links   []madeLink
	folders int // that were marked as well
}

// madeLink is one of them, or why there is none.
type madeLink struct {
	name string
	link remote.Presigned
	err  error
}

// presign asks how long links to what is marked, or under the cursor, shall live.
func (m *Model) presign() tea.Cmd {
	c, ok := m.cargo()
	if !ok {
		return nil
	}
	maker, ok := remote.As[remote.Presigner](c.place.Tree)
	if !ok {
		return nil
	}
	links := func(life time.Duration) tea.Cmd { return m.makeLinks(maker, c, life) }
	said := "Anyone with the link can read it until it ends; nothing takes it back before."
	if c.count > 1 {
		said = "Anyone with the links can read the objects until they end; nothing takes them back before."
	}
	end, bounded := m.sessionEnd(c.place.Server)
	if bounded {
		said += " No link outlives the session of " + text.Clean(m.credential(c.place.Server)) + ", which ends in " + text.Age(end, m.now()) + "."
	}
	o := dialog.ChoiceOptions{Title: "Link to " + linked(c), Text: said, Cursor: 1}
	for _, t := range []struct {
		key, label string
		life       time.Duration
	}{{"m", "15 minutes", 15 * time.Minute}, {"h", "an hour", remote.LinkLife}, {"d", "a day", 24 * time.Hour}, {"w", "7 days", remote.MaxLinkLife}} {
		help := ""
		if bounded && m.now().Add(t.life).After(end) {
			help = "cut: the session ends before"
		}
		o.Options = append(o.Options, dialog.Option{Key: t.key, Label: t.label, Help: help, Run: func() tea.Cmd { return links(t.life) }})
	}
	o.Options = append(o.Options, dialog.Option{Key: "o", Label: "another time…", Run: func() tea.Cmd { return m.askLife(linked(c), links) }})
	m.dialogs.Push(dialog.NewChoice(m.st, o))
	return nil
}

// linked is what links are made to, in words.
func linked(c cargo) string {
	if c.count == 1 {
		return c.first.Name
	}
	return text.Plural(int64(c.count), "entry")
}

// sessionEnd is when the session of a server's credential ends; false when it does
// not, when nobody knows, and when it is over: the next one is made with the link.
func (m *Model) sessionEnd(server string) (time.Time, bool) {
	if server == "" {
		return time.Time{}, false
	}
	end, ok := m.d.Clock(server)
	return end, ok && end.After(m.now())
}

// askLife asks for a time that is none of the usual ones.
func (m *Model) askLife(to string, links func(time.Duration) tea.Cmd) tea.Cmd {
	m.dialogs.Push(dialog.NewPrompt(m.st, dialog.PromptOptions{
		Title: "Link to " + to, Text: "It lives for so long, 7 days at the most, as in 90m, 12h or 3d:", Value: remote.FormatDuration(remote.LinkLife), SelectBase: true, OK: "Make it",
		Check: func(v string) error { _, err := remote.ParseLinkLife(v); return err },
		OnOK: func(v string) tea.Cmd {
			life, err := remote.ParseLinkLife(v)
			if err != nil {
				return nil
			}
			return links(life)
		},
	}))
	return nil
}

// makeLinks makes a link to every object of c.
func (m *Model) makeLinks(maker remote.Presigner, c cargo, life time.Duration) tea.Cmd {
	ctx := m.ctx
	if c.count > 1 {
		m.say(plain, "Making "+text.Plural(int64(c.count), "link")+"…")
	}
	return func() tea.Msg {
		var msg linksMsg
		for e := range c.all {
			if e.Dir {
				msg.folders++
				continue
			}
			link, err := maker.Presign(ctx, e.Path, life)
			msg.links = append(msg.links, madeLink{e.Name, link, err})
			if ctx.Err() != nil {
				break
			}
		}
		return msg
	}
}

// showLinks shows links, once, with what it means to give them away.
func (m *Model) showLinks(msg linksMsg) {
	m.hush()
	var made []madeLink
	var failed []string
	for _, l := range msg.links {
		switch {
		case l.err == nil:
			made = append(made, l)
		case len(msg.links) == 1:
			m.fail("make a link to "+l.name, l.err)
			return
		default:
			failed = append(failed, "✗ "+text.Clean(l.name)+": "+text.Clean(remote.HintOf(l.err)))
		}
	}
	if msg.folders > 0 {
		failed = append(failed, "! "+text.Plural(int64(msg.folders), "folder")+" left out: a link is to one object.")
	}
	m.dialogs.Push(dialog.NewInfo(m.st, m.linksText(made, failed)))
}

// linksText is the window of links: what went wrong first, since many links
// would push it out of sight.
func (m *Model) linksText(made []madeLink, failed []string) dialog.InfoOptions {
	var urls []string
	said := failed
	for _, l := range made {
		url := l.link.URL.Reveal()
		urls = append(urls, url)
		about := "Anyone with this link can read it until " + l.link.Ends.In(m.now().Location()).Format("2006-01-02 15:04:05 MST") + "."
		if len(made) > 1 {
			about = text.Clean(l.name) + ": a" + about[1:]
		}
		for _, note := range l.link.Notes {
			about += "\n" + text.Clean(note)
		}
		said = append(said, about+"\n\n"+url)
	}
	o := dialog.InfoOptions{Title: "Links", Text: strings.Join(said, "\n\n"), Width: 84}
	what := text.Plural(int64(len(made)), "link")
	if len(made) == 1 {
		o.Title, what = "Link to "+made[0].name, "the link"
	}
	if len(urls) > 0 {
		o.OnCopy = func() tea.Cmd { return m.copied(what, strings.Join(urls, "\n")) }
	}
	return o
}
