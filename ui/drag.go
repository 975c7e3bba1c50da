package ui

import (
	tea "github.com/charmbracelet/bubbletea"

	"gantry/remote"
	"gantry/transfer"
	"gantry/ui/dialog"
	"gantry/ui/panel"
	"gantry/ui/text"
)

// load is what a drag that begins at row i of p would carry: all that is marked
// if the row is marked, else the row alone; false if there is no entry. It is
// taken when the button goes down: a page that comes before the pointer moves may
// put another entry in the row.
func load(p *pane, i int) (cargo, bool) {
	e, ok := p.At(i)
	if !ok || !p.IsMarked(i) {
		return single(p.Place(), e), ok
	}
	c, ok := selected(p.Selection())
	c.marks = true
	return c, ok
}

// lift begins the drag of what was pressed.
func (m *Model) lift() {
	m.mouse.forget() // a drag is not half of a double click
	m.mouse.doing = carry
}

// dropAt is the place where a drop at a cell would go, and the row that is lit:
// a folder under the pointer, else the pane's own folder. Only the other pane
// takes drops.
func (m *Model) dropAt(x, y int) (remote.Place, int, bool) {
	i, hit, ok := m.paneAt(x, y)
	if !ok || i == m.mouse.pane {
		return remote.Place{}, panel.NoDrop, false
	}
	p := m.panes[i]
	place := p.Place()
	if place.Tree == nil {
		return place, panel.NoDrop, false
	}
	if isRow(hit) {
		if e, ok := p.At(hit.Row); ok && e.Dir {
			place.Path = e.Path
			return place, hit.Row, true
		}
	}
	return place, panel.DropPane, true
}

// light shows where a drop at the pointer would go.
func (m *Model) light(x, y int) {
	_, row, _ := m.dropAt(x, y)
	for i, p := range m.panes {
		if i == m.mouse.pane {
			p.SetDrop(panel.NoDrop)
			continue
		}
		p.SetDrop(row)
	}
}

// drawGhost draws what is dragged beside the pointer.
func (m *Model) drawGhost(frame []string) {
	if !m.mouse.dragging() {
		return
	}
	label := " " + text.Truncate(m.mouse.cargo.String(), min(40, m.w-4)) + " "
	w := text.Width(label)
	x := max(0, min(m.mouse.x+1, m.w-w))
	y := m.mouse.y + 1
	if y >= len(frame) {
		y = m.mouse.y - 1
	}
	text.Put(frame, []string{m.st.Ghost.Render(label)}, x, y)
}

// askDrop is the small menu under the pointer after a drop.
func (m *Model) askDrop(c cargo, to remote.Place, at dialog.Point) {
	if same(to, c.place) {
		m.say(plain, "That is where it is now.")
		return
	}
	from := m.mouse.pane
	run := func(op transfer.Op) func() tea.Cmd {
		return func() tea.Cmd {
			m.uncheck(from, c)
			m.submit(op, c, to.Tree, to.Path, "")
			return nil
		}
	}
	move := unwritable(to)
	if move == "" {
		move = unwritable(c.place)
	}
	m.dialogs.Push(dialog.NewChoice(m.st, dialog.ChoiceOptions{
		Title: "Drop", Text: c.String() + " to " + text.Clean(to.Location()), At: &at,
		Options: []dialog.Option{
			{Key: "c", Label: "Copy", Blocked: unwritable(to), Run: run(transfer.Copy)},
			{Key: "m", Label: "Move", Blocked: move, Run: run(transfer.Move)},
			{Key: "x", Label: "Cancel"},
		},
	}))
}
