package ui

// The smallest terminal that is drawn; anything below says so in one line.
const (
	MinWidth  = 40
	MinHeight = 10
)

// singleBelow is the width under which two panes side by side are of no use:
// the active one then has the screen to itself, as with single-pane.
const singleBelow = 60

// Rect is an area of the screen in cells; X and Y count from 0 at the top left.
type Rect struct{ X, Y, W, H int }

// Contains tells whether the cell is inside.
func (r Rect) Contains(x, y int) bool {
	return x >= r.X && y >= r.Y && x < r.X+r.W && y < r.Y+r.H
}

// Empty tells whether there is no cell inside.
func (r Rect) Empty() bool { return r.W <= 0 || r.H <= 0 }

// Prefs are the choices of the user that bear on the layout.
type Prefs struct {
	Single bool // only the active pane
	Active int  // 0 or 1
	Split  int  // width of the left pane in percent; 0 means 50
	Whole  bool // a view (queue, servers, log) has the place of both panes
}

// Layout says where each part of the screen goes. An empty Rect is not drawn.
type Layout struct {
	TooSmall bool
	Panes    [2]Rect
	Whole    Rect // the queue, the servers or the log; else empty
	Message  Rect // the last message; empty on a low screen, where Status holds it
	Status   Rect // transfers, what needs the user, the credential clock
	Keys     Rect // the key bar
	Divider  int  // column of the right pane's left border; -1 when there is none
}

// Arrange lays out a screen of w by h cells. It is a pure function.
func Arrange(w, h int, p Prefs) Layout {
	l := Layout{Divider: -1}
	if w < MinWidth || h < MinHeight {
		l.TooSmall = true
		return l
	}
	y := h - 1
	l.Keys = Rect{0, y, w, 1}
	y--
	l.Status = Rect{0, y, w, 1}
	if h >= 16 {
		y--
		l.Message = Rect{0, y, w, 1}
	}
	body := Rect{0, 0, w, y}
	switch {
	case p.Whole:
		l.Whole = body
	case p.Single || w < singleBelow:
		l.Panes[p.Active&1] = body
	default:
		left := splitAt(w, p.Split)
		l.Panes[0] = Rect{0, 0, left, y}
		l.Panes[1] = Rect{left, 0, w - left, y}
		l.Divider = left
	}
	return l
}

// splitAt is the width of the left pane: pct of w, and neither pane under 20
// cells.
func splitAt(w, pct int) int {
	if pct == 0 {
		pct = 50
	}
	return min(max(w*pct/100, 20), w-20)
}
