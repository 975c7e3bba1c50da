package ui

import (
	"context"
	"strings"

	"gantry/remote"
	"gantry/ui/panel"
	"gantry/ui/text"
)

// pane is a panel with the way it came.
type pane struct {
	*panel.Panel

	past    history
	opening int // number of the opening under way, 0 when there is none; older answers are dropped
	stop    context.CancelFunc
	gone    remote.Place // a vanished folder that is being left
	rest    int          // polls that it is left alone, see poll
	late    bool         // it has to be listed again when it is shown
}

func newPane(id int, d Deps) *pane {
	return &pane{Panel: panel.New(panel.Options{
		ID: id, Styles: d.Styles, Sort: sortOf(d.UI.Sort), Reverse: d.UI.Reverse,
		Hidden: d.UI.Hidden, Now: d.Now, Home: d.Home,
	})}
}

// spot is where the pane is, with its cursor.
func (p *pane) spot() spot {
	s := spot{Place: p.Place()}
	if e, ok := p.Current(); ok {
		s.Cursor = e.Name
	}
	return s
}

// rowID names row i as long as the pane stays where it is: the entry's path, or
// the folder's for "..".
func (p *pane) rowID(i int) string {
	if e, ok := p.At(i); ok {
		return p.Place().Tree.Label() + string(e.Path)
	}
	return ".. of " + p.Place().Location()
}

// follow begins an opening numbered id and calls off the one before.
func (p *pane) follow(ctx context.Context, id int) context.Context {
	p.calm()
	p.opening = id
	ctx, p.stop = context.WithCancel(ctx)
	return ctx
}

// calm calls off the opening under way.
func (p *pane) calm() {
	if p.stop != nil {
		p.stop()
	}
	p.stop, p.opening = nil, 0
}

// placeName is what a message calls a place: the server's name, or the
// location.
func placeName(p remote.Place) string {
	switch {
	case p.Tree == nil:
		return "nowhere"
	case p.Server != "":
		return text.Clean(p.Server)
	}
	return text.Middle(text.Clean(p.Location()), 40)
}

// same tells whether two places are one.
func same(a, b remote.Place) bool {
	return a.Tree != nil && b.Tree != nil && a.Location() == b.Location()
}

// isDisk tells whether a place is on the local disk.
func isDisk(p remote.Place) bool { return p.Tree != nil && p.Tree.Label() == "" }

// base is the name of p inside dir, the folder that holds it.
func base(dir, p remote.Path) string {
	rel := strings.TrimPrefix(string(p), string(dir))
	if len(rel) > 1 {
		rel = strings.TrimSuffix(rel, "/")
	}
	if dir != "" && len(rel) > 1 && (rel[0] == '/' || rel[0] == '\\') {
		rel = rel[1:]
	}
	return rel
}
