package panel

import (
	"context"
	"errors"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"gantry/remote"
)

// PageMsg is one page of the listing of a panel. Gen says of which listing:
// one that is not the last is dropped.
type PageMsg struct {
	Panel int
	Gen   uint64
	Page  remote.Page
	Err   error
}

var errFull = errors.New("the folder has more entries than a pane can hold")

// Open goes to place and lists it. The listing before is called off; its rows
// stay on the screen, dimmed and out of reach, until the first page comes. Marks
// and filter end. The cursor goes to the entry named at as soon as it is listed,
// to the first one if at is "". ctx ends the listing and everything else that
// the panel does in the background.
func (p *Panel) Open(ctx context.Context, place remote.Place, at string) tea.Cmd {
	p.Close()
	p.parent, p.place = ctx, place
	p.crumbs = makeCrumbs(place, p.o.Home)
	p.err, p.partial = nil, false
	p.stale, p.want, p.wanted, p.touched = true, at, -1, false
	p.dropPattern()
	p.marks, p.anchor, p.drop = marks{}, -1, NoDrop
	p.spec.filter = ""
	p.version++
	return p.begin()
}

// Reload lists the same place again. What shows stays, with cursor, scroll and
// marks, and is replaced as a whole when the new listing is complete.
func (p *Panel) Reload() tea.Cmd {
	if p.place.Tree == nil {
		return nil
	}
	if p.stale || p.rows.n() == 0 && p.err != nil {
		return p.Open(p.parent, p.place, p.want)
	}
	p.Close()
	p.next = newSuccessor(&p.rows)
	p.version++
	return p.begin()
}

// Refresh is Reload that nobody asked for: nothing on the screen tells that it is
// under way, and it does nothing unless the panel is at rest.
func (p *Panel) Refresh() tea.Cmd {
	if !p.AtRest() {
		return nil
	}
	cmd := p.Reload()
	p.quiet = true
	return cmd
}

// AtRest tells whether a listing shows as it was taken, and nothing is under way that
// another one would disturb: no listing, and no range that is being marked.
func (p *Panel) AtRest() bool {
	return p.place.Tree != nil && !p.Loading() && !p.stale && p.err == nil && p.anchor < 0
}

// Listed tells when a listing was last complete, and how long it was under way.
func (p *Panel) Listed() (at time.Time, took time.Duration) { return p.listed, p.took }

// clock notes that the listing is complete.
func (p *Panel) clock() {
	p.listed = p.o.Now()
	p.took = p.listed.Sub(p.began)
}

// Close calls off whatever the panel does in the background. A listing that was
// under way stays partial.
func (p *Panel) Close() {
	if p.loading && p.next == nil && !p.stale {
		p.partial = true
	}
	p.next = nil
	p.gen++
	p.seq++
	p.callOff()
	if p.cancel != nil {
		p.cancel()
	}
	p.loading = false
}

func (p *Panel) begin() tea.Cmd {
	p.quiet = false
	p.ctx, p.cancel = context.WithCancel(p.parent)
	p.loading, p.began = true, p.o.Now()
	return p.fetch("")
}

// fetch lists one page.
func (p *Panel) fetch(token string) tea.Cmd {
	ctx, tree, dir := p.ctx, p.place.Tree, p.place.Path
	m := PageMsg{Panel: p.o.ID, Gen: p.gen}
	return func() tea.Msg {
		m.Page, m.Err = tree.List(ctx, dir, token)
		return m
	}
}

// Apply takes a page of the listing and returns the Cmd that gets the next one.
func (p *Panel) Apply(m PageMsg) tea.Cmd {
	if m.Panel != p.o.ID || m.Gen != p.gen || !p.loading {
		return nil
	}
	p.version++
	if p.stale {
		p.arrive()
	}
	add, first := p.rows.add, p.rows.n()
	if p.next != nil {
		add = p.next.add
	}
	for i := range m.Page.Entries {
		ok := true
		if p.scratch, ok = add(&m.Page.Entries[i], p.scratch); !ok {
			m.Err = errors.Join(m.Err, errFull)
			break
		}
	}
	var cmd tea.Cmd
	switch {
	case m.Err != nil:
		p.fail(m.Err)
	case m.Page.Next != "":
		cmd = p.fetch(m.Page.Next)
	default:
		p.loading, p.err, p.partial = false, nil, false
		p.clock()
		if p.next != nil {
			p.next.whole = true
		}
		if p.next != nil && p.next.same() && p.shown.n == p.rows.n() {
			p.next = nil // nothing has changed
		}
	}
	if p.next == nil {
		p.seek(first)
	}
	return join(cmd, p.catchUp())
}

// arrive leaves the place before: its rows go, those of the new one come.
func (p *Panel) arrive() {
	p.stale = false
	p.rows = rows{dir: p.place.Path}
	p.shown = arranged{spec: p.spec}
	p.up = p.place.Server != "" || p.place.Mount != "" || p.place.Tree.Dir(p.place.Path) != p.place.Path
	p.cursor, p.top = 0, 0
}

// fail ends a listing. What Reload had listed is thrown away: the rows that
// show are older but whole.
func (p *Panel) fail(err error) {
	p.loading = false
	if p.next == nil {
		p.partial = true
	}
	p.next = nil
	if !remote.Cancelled(err) {
		p.err = err
	}
}

// join is two Cmds as one.
func join(a, b tea.Cmd) tea.Cmd {
	switch {
	case a == nil:
		return b
	case b == nil:
		return a
	}
	return tea.Batch(a, b)
}
