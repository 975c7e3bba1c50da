package ui

import (
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"gantry/ui/dialog"
	"gantry/ui/panel"
)

// doubleClick is the longest time between the two clicks.
const doubleClick = 400 * time.Millisecond

// wheelRows is how far one step of the wheel scrolls.
const wheelRows = 3

// gesture is what the button that is down is doing.
type gesture uint8

const (
	idle    gesture = iota
	pressed         // on a row; moving away makes it a drag
	ranging         // marking rows from the margin
	sizing          // moving the divider
	carry           // dragging rows
)

// mouse is where the pointer is and what it does.
type mouse struct {
	doing gesture
	x, y  int
	pane  int // where the gesture began
	downX int
	downY int

	clickX, clickY int
	clickOn        string    // what was there
	clicked        time.Time // of the last single click; zero when no second one can follow

	cargo cargo // what is dragged, or would be if the pointer moved

	gesture   int  // its number, for what comes late
	scrolling bool // a step at an edge is on its way
	steps     int  // so many of them have been done
}

func (p *mouse) dragging() bool { return p.doing == carry }

// forget makes the next click a first one.
func (p *mouse) forget() { p.clicked = time.Time{} }

// mouseMsg takes everything that the mouse does while no dialog is open.
func (m *Model) mouseMsg(msg tea.MouseMsg) tea.Cmd {
	m.mouse.x, m.mouse.y = msg.X, msg.Y
	switch {
	case tea.MouseEvent(msg).IsWheel():
		return m.wheel(msg)
	case msg.Action == tea.MouseActionPress:
		m.endGesture() // its release was never seen
		return m.press(msg)
	case msg.Action == tea.MouseActionMotion:
		return m.motion(msg)
	case msg.Action == tea.MouseActionRelease:
		return m.release(msg)
	}
	return nil
}

// endGesture forgets what the mouse was doing. Nothing has changed by it.
func (m *Model) endGesture() {
	m.mouse.doing, m.mouse.cargo = idle, cargo{}
	m.mouse.gesture++
	m.mouse.scrolling, m.mouse.steps = false, 0
	for _, p := range m.panes {
		p.SetDrop(panel.NoDrop)
	}
}

// paneAt is the pane under a cell; false when there is none.
func (m *Model) paneAt(x, y int) (int, panel.Hit, bool) {
	if m.view != onPanes {
		return 0, panel.Hit{}, false
	}
	for i, r := range m.lay.Panes {
		if r.Contains(x, y) {
			return i, m.panes[i].Hit(x-r.X, y-r.Y), true
		}
	}
	return 0, panel.Hit{}, false
}

// wheel scrolls what is under the pointer.
func (m *Model) wheel(msg tea.MouseMsg) tea.Cmd {
	n := wheelRows
	switch msg.Button {
	case tea.MouseButtonWheelUp:
		n = -n
	case tea.MouseButtonWheelDown:
	default:
		return nil
	}
	if i, _, ok := m.paneAt(msg.X, msg.Y); ok {
		p := m.panes[i]
		from := p.Cursor()
		p.Scroll(n)
		if m.mouse.doing == ranging && i == m.mouse.pane {
			p.MarkRows(from, p.Cursor(), true)
		}
		return nil
	}
	if m.lay.Whole.Contains(msg.X, msg.Y) {
		m.moveCursor(n)
	}
	return nil
}

// press begins a gesture, or does at once what a click does.
func (m *Model) press(msg tea.MouseMsg) tea.Cmd {
	for i := len(m.zones) - 1; i >= 0; i-- {
		if z := m.zones[i]; z.area.Contains(msg.X, msg.Y) && msg.Button == tea.MouseButtonLeft {
			return m.do(z.action)
		}
	}
	if m.lay.Whole.Contains(msg.X, msg.Y) {
		return m.pressWhole(msg)
	}
	if d := m.lay.Divider; d > 0 && (msg.X == d || msg.X == d-1) && msg.Button == tea.MouseButtonLeft {
		m.mouse.doing = sizing
		m.mouse.forget()
		return nil
	}
	i, hit, ok := m.paneAt(msg.X, msg.Y)
	if !ok {
		return nil
	}
	m.focus(i)
	switch msg.Button {
	case tea.MouseButtonLeft:
		return m.pressPane(i, hit, msg)
	case tea.MouseButtonRight:
		if hit.Kind == panel.Row || hit.Kind == panel.Margin || hit.Kind == panel.Parent {
			m.panes[i].SetCursor(hit.Row)
		}
		return m.openMenu(&dialog.Point{X: msg.X, Y: msg.Y})
	}
	return nil
}

// pressPane is the left button going down in a pane.
func (m *Model) pressPane(i int, hit panel.Hit, msg tea.MouseMsg) tea.Cmd {
	p := m.panes[i]
	switch hit.Kind {
	case panel.Crumb:
		place := p.Place()
		place.Path = hit.Path
		return m.goTo(p, place, "")
	case panel.Tab:
		return m.stepTab(i, 1)
	case panel.Header:
		by, reverse := p.Sort()
		return p.SetSort(hit.Col, by == hit.Col && !reverse)
	case panel.Row, panel.Margin, panel.Parent:
	default:
		return nil
	}
	p.SetCursor(hit.Row)
	if msg.Ctrl {
		p.MarkRow(hit.Row)
		return nil
	}
	if hit.Kind != panel.Margin && m.double(msg, p.rowID(hit.Row)) {
		return m.openCurrent()
	}
	m.mouse.pane, m.mouse.downX, m.mouse.downY = i, msg.X, msg.Y
	switch hit.Kind {
	case panel.Row:
		if c, ok := load(p, hit.Row); ok {
			m.mouse.doing, m.mouse.cargo = pressed, c
		}
	case panel.Margin:
		m.mouse.doing = ranging
		m.mouse.forget()
		p.MarkRow(hit.Row)
	}
	return nil
}

// near tells whether two columns are as good as one: a hand is not still.
func near(a, b int) bool { return a-b <= 1 && b-a <= 1 }

// double tells whether this press is the second of a double click: at the same
// place, on the same thing, with nothing done in between.
func (m *Model) double(msg tea.MouseMsg, on string) bool {
	p := &m.mouse
	now := m.now()
	if near(p.clickX, msg.X) && p.clickY == msg.Y && p.clickOn == on && !p.clicked.IsZero() && now.Sub(p.clicked) < doubleClick {
		p.forget()
		return true
	}
	p.clickX, p.clickY, p.clickOn, p.clicked = msg.X, msg.Y, on, now
	return false
}

// pressWhole is a click in the queue or the servers.
func (m *Model) pressWhole(msg tea.MouseMsg) tea.Cmd {
	y := msg.Y - m.lay.Whole.Y
	if m.view == onServers {
		return m.pressServers(msg.X-m.lay.Whole.X, y, msg)
	}
	return m.pressQueue(msg.X-m.lay.Whole.X, y, msg)
}

// motion is the pointer moving with a button down.
func (m *Model) motion(msg tea.MouseMsg) tea.Cmd {
	switch m.mouse.doing {
	case sizing:
		m.split = max(1, min(99, msg.X*100/max(1, m.w)))
		m.resize()
	case ranging:
		p := m.panes[m.mouse.pane]
		// The cursor is on the entry that the range has reached, wherever pages
		// that came meanwhile have moved it.
		from := p.Cursor()
		if i, hit, ok := m.paneAt(msg.X, msg.Y); ok && i == m.mouse.pane && hit.Row != from && isRow(hit) {
			p.MarkRows(from, hit.Row, true)
			p.SetCursor(hit.Row)
		}
		return m.atEdge()
	case pressed:
		if near(m.mouse.downX, msg.X) && m.mouse.downY == msg.Y {
			return nil
		}
		m.lift()
		m.light(msg.X, msg.Y)
		return m.atEdge()
	case carry:
		m.light(msg.X, msg.Y)
		return m.atEdge()
	}
	return nil
}

func isRow(h panel.Hit) bool { return h.Kind == panel.Row || h.Kind == panel.Margin }

// release ends a gesture.
func (m *Model) release(msg tea.MouseMsg) tea.Cmd {
	if m.mouse.doing != carry {
		m.endGesture()
		return nil
	}
	c := m.mouse.cargo
	to, _, ok := m.dropAt(msg.X, msg.Y)
	m.endGesture()
	if ok {
		m.askDrop(c, to, dialog.Point{X: msg.X, Y: msg.Y})
	}
	return nil
}
