package ui

import (
	"time"

	tea "github.com/charmbracelet/bubbletea"
)

// edgeEvery is how often a pane scrolls while something is held at its edge.
// Terminals report motion only, so that a timer has to do it. It goes by a row
// at first and faster after so many steps.
const (
	edgeEvery  = 50 * time.Millisecond
	edgeFaster = 12
)

// edgeMsg is the next step of the scrolling at an edge.
type edgeMsg struct{ gesture int }

// edge is which pane scrolls, and where to: the pointer is on or beyond its
// first or last row while rows are dragged or marked.
func (m *Model) edge() (p *pane, by int) {
	switch m.mouse.doing {
	case carry, ranging:
	default:
		return nil, 0
	}
	for i, r := range m.lay.Panes {
		// A range stays in its pane, a drag goes to the other.
		if m.mouse.x < r.X || m.mouse.x >= r.X+r.W || (m.mouse.doing == ranging) != (i == m.mouse.pane) {
			continue
		}
		p := m.panes[i]
		first, last := p.Lines()
		switch y := m.mouse.y - r.Y; {
		case y <= first:
			return p, -1
		case y >= last:
			return p, 1
		}
	}
	return nil, 0
}

// atEdge begins to scroll if the pointer has come to an edge.
func (m *Model) atEdge() tea.Cmd {
	if p, _ := m.edge(); p == nil || m.mouse.scrolling {
		return nil
	}
	m.mouse.scrolling = true
	m.mouse.steps++
	return m.nextEdge()
}

func (m *Model) nextEdge() tea.Cmd {
	ctx, gesture := m.ctx, m.mouse.gesture
	return func() tea.Msg {
		t := time.NewTimer(edgeEvery)
		defer t.Stop()
		select {
		case <-t.C:
			return edgeMsg{gesture}
		case <-ctx.Done():
			return nil
		}
	}
}

// scrollEdge scrolls by a row and goes on while the pointer stays there.
func (m *Model) scrollEdge(msg edgeMsg) tea.Cmd {
	if msg.gesture != m.mouse.gesture {
		return nil
	}
	m.mouse.scrolling = false
	p, by := m.edge()
	if p == nil {
		m.mouse.steps = 0
		return nil
	}
	by *= 1 + m.mouse.steps/edgeFaster
	if m.mouse.doing == ranging {
		from := p.Cursor() // where the range has reached
		p.Move(by)
		p.MarkRows(from, p.Cursor(), true)
		return m.atEdge()
	}
	p.Scroll(by)
	m.light(m.mouse.x, m.mouse.y)
	return m.atEdge()
}
