package ui

import (
	"context"
	"path/filepath"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"gantry/remote"
	"gantry/ui/panel"
)

// openMode says what an opening that fails does.
type openMode uint8

const (
	atStart openMode = iota // the pane itself shows why; nothing else is in it
	asked                   // the pane stays where it is and a message says why
)

// openedMsg is the place that a location turned out to be.
type openedMsg struct {
	Pane, ID int // of the pane and of the opening
	Location string
	Place    remote.Place
	At       string // the entry for the cursor
	Mode     openMode
	Err      error
}

// goneMsg is the nearest folder that exists above one that vanished.
type goneMsg struct {
	Pane int
	From remote.Place
	To   remote.Place
}

// openLocation resolves what a user typed and goes there; "" is the current
// folder. A later opening of the same pane calls it off.
func (m *Model) openLocation(p *pane, location string, mode openMode) tea.Cmd {
	if location == "" {
		location = "."
	}
	id, pane := m.nextID(), p.ID()
	ctx := p.follow(m.ctx, id)
	open := m.d.Open
	return func() tea.Msg {
		place, at, err := resolve(ctx, open, location, mode)
		return openedMsg{Pane: pane, ID: id, Location: location, Place: place, At: at, Mode: mode, Err: err}
	}
}

// opener is Deps.Open.
type opener func(ctx context.Context, location string) (remote.Place, error)

// resolve opens a location as a folder. One that is a file or an object is
// shown in its folder, with the cursor on it. What is not there at the start
// counts as vanished, so that the pane gets its nearest parent.
func resolve(ctx context.Context, open opener, location string, mode openMode) (remote.Place, string, error) {
	place, err := open(ctx, location)
	if err != nil {
		return place, "", err
	}
	p := string(place.Path)
	if p == "" || !isDisk(place) && strings.HasSuffix(p, "/") {
		return place, "", nil
	}
	e, err := place.Tree.Stat(ctx, place.Path)
	if err == nil && !e.Dir {
		dir := place.Tree.Dir(place.Path)
		at := base(dir, place.Path)
		place.Path = dir
		return place, at, nil
	}
	if isDisk(place) && mode == asked && remote.KindOf(err) == remote.NotExist {
		return place, "", err
	}
	if !isDisk(place) {
		place.Path = remote.Path(p + "/") // listing it tells soon enough whether it is there
	}
	return place, "", nil
}

// opened takes the answer of openLocation or enter.
func (m *Model) opened(msg openedMsg) tea.Cmd {
	p := m.paneByID(msg.Pane)
	if p == nil || p.opening != msg.ID {
		return nil // the user went elsewhere meanwhile
	}
	p.calm()
	switch {
	case msg.Err == nil:
		return m.goTo(p, msg.Place, msg.At)
	case remote.Cancelled(msg.Err):
		return nil
	case msg.Mode == atStart:
		return m.show(p, remote.Place{Tree: &broken{msg.Location, msg.Err}}, "")
	}
	m.fail("open "+msg.Location, msg.Err)
	return nil
}

// goTo shows a place and remembers the one before.
func (m *Model) goTo(p *pane, place remote.Place, at string) tea.Cmd {
	if old := p.Place(); old.Tree != nil && !same(old, place) {
		p.past.leave(p.spot())
	}
	return m.show(p, place, at)
}

// show opens a place in a pane, which calls off its listing.
func (m *Model) show(p *pane, place remote.Place, at string) tea.Cmd {
	p.calm()
	p.gone, p.late = remote.Place{}, false
	p.SetBadges(m.badges(place.Server))
	if p == m.here() {
		m.filter.end()
	}
	m.prints.look(p.ID(), place)
	cmd := p.Open(m.ctx, place, at)
	m.readClock()
	return cmd
}

// enter opens a folder of the place that a pane shows. On the disk it may be
// the window of a mount, which is asked in a Cmd.
func (m *Model) enter(p *pane, folder remote.Path) tea.Cmd {
	place := p.Place()
	place.Path = folder
	if !isDisk(place) || m.d.Enter == nil || len(m.d.Mounts()) == 0 {
		return m.goTo(p, place, "")
	}
	id, pane := m.nextID(), p.ID()
	ctx := p.follow(m.ctx, id)
	behind := m.d.Enter
	return func() tea.Msg {
		mounted, ok, err := behind(ctx, place.Tree, place.Path)
		if ok {
			place = mounted
		}
		return openedMsg{Pane: pane, ID: id, Location: place.Location(), Place: place, Mode: asked, Err: err}
	}
}

// parent goes one folder up; from the root of a mount back to the disk, from that
// of a server to the list of servers.
func (m *Model) parent(p *pane) tea.Cmd {
	place := p.Place()
	if place.Tree == nil {
		return nil
	}
	if place.Mount != "" && place.Path == place.Root {
		id, pane := m.nextID(), p.ID()
		ctx := p.follow(m.ctx, id)
		open, folder := m.d.Open, place.Mount
		return func() tea.Msg {
			up, err := open(ctx, filepath.Dir(folder))
			return openedMsg{Pane: pane, ID: id, Location: filepath.Dir(folder), Place: up, At: filepath.Base(folder), Mode: asked, Err: err}
		}
	}
	up := place.Tree.Dir(place.Path)
	if place.Path == "" && place.Server != "" && p == m.here() {
		m.say(plain, "This is the top of "+placeName(place)+"; Enter opens a server, Esc goes back, : goes anywhere.")
		return m.openServers(place.Server)
	}
	if up == place.Path || place.Path == "" {
		m.say(plain, "This is the top of "+placeName(place)+".")
		return nil
	}
	at := base(up, place.Path)
	place.Path = up
	return m.goTo(p, place, at)
}

// openCurrent enters the folder under the cursor, or views the file.
func (m *Model) openCurrent() tea.Cmd {
	p := m.here()
	if p.OnParent() {
		return m.goParent()
	}
	e, ok := p.Current()
	switch {
	case !ok:
		return nil
	case !e.Dir:
		return m.viewEntry(p.Place(), e)
	}
	cmd := m.enter(p, e.Path)
	if !m.syncd {
		return cmd
	}
	if o := m.there(); o.CursorAt(e.Name) {
		if twin, ok := o.Current(); ok && twin.Dir && twin.Name == e.Name {
			return tea.Batch(cmd, m.enter(o, twin.Path))
		}
	}
	m.say(plain, "The other pane has no folder of that name and stays.")
	return cmd
}

// goParent goes up in the active pane, and in the other if it follows.
func (m *Model) goParent() tea.Cmd {
	cmd := m.parent(m.here())
	if m.syncd {
		return tea.Batch(cmd, m.parent(m.there()))
	}
	return cmd
}

// travel goes back or forward where the pane has been.
func (m *Model) travel(step func(*history, spot) (spot, bool)) tea.Cmd {
	p := m.here()
	s, ok := step(&p.past, p.spot())
	if !ok {
		return nil
	}
	return m.show(p, s.Place, s.Cursor)
}

// reload lists a pane again, a hidden one when it is shown; one that could not
// be opened is tried again.
func (m *Model) reload(p *pane) tea.Cmd {
	if p != m.panes[0] && p != m.panes[1] {
		p.late = true
		return nil
	}
	p.late = false
	if b, ok := p.Place().Tree.(*broken); ok {
		return m.openLocation(p, b.location, atStart)
	}
	if p.Place().Tree == nil {
		return nil
	}
	p.gone = remote.Place{}
	m.prints.look(p.ID(), p.Place())
	return p.Reload()
}

// afterPanel looks at a pane that has taken a message: the listing may have told
// the region of its bucket, and a folder that vanished is left for its nearest
// parent.
func (m *Model) afterPanel(p *pane, msg tea.Msg) tea.Cmd {
	place := p.Place()
	if _, page := msg.(panel.PageMsg); page && place.Server != "" {
		m.readClock() // the session began with it at the latest
		p.SetBadges(m.badges(place.Server))
	}
	if place.Server != "" {
		if region := m.d.Region(place.Server); region != "" {
			p.SetRegion(region)
		}
	}
	if !p.Gone() || same(p.gone, place) {
		return tea.Batch(m.poll(), m.freshen())
	}
	p.gone = place
	ctx, id := m.ctx, p.ID()
	return func() tea.Msg { return goneMsg{Pane: id, From: place, To: nearest(ctx, place)} }
}

// badges are what is known about the bucket of a server, from a test or from its
// answers, in words for the title.
func (m *Model) badges(server string) (words []string) {
	if server == "" || m.d.Admin == nil {
		return nil
	}
	for _, s := range m.d.Servers() {
		if s.Server.Name != server {
			continue
		}
		if remote.InTheClear(s.Server.Endpoint) {
			words = append(words, "plain http") // SEC-20: as long as it shows
		}
		if s.Versioned {
			words = append(words, "versioned")
		}
		if s.Locked {
			words = append(words, "locked")
		}
	}
	return words
}

// nearest is the closest folder above place that exists.
func nearest(ctx context.Context, place remote.Place) remote.Place {
	t := place.Tree
	for {
		up := t.Dir(place.Path)
		if up == place.Path {
			return place
		}
		place.Path = up
		if _, err := t.Stat(ctx, up); err == nil || remote.KindOf(err) != remote.NotExist {
			return place
		}
	}
}

// left takes a pane from a vanished folder to its nearest parent.
func (m *Model) left(msg goneMsg) tea.Cmd {
	p := m.paneByID(msg.Pane)
	if p == nil || !same(p.Place(), msg.From) || !p.Gone() {
		return nil
	}
	if same(msg.From, msg.To) {
		return nil // even the root is gone; the pane says why
	}
	m.tellOf(bad, msg.From.Location(), " does not exist any more.")
	return m.show(p, msg.To, "")
}
