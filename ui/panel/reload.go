package panel

import (
	"slices"

	tea "github.com/charmbracelet/bubbletea"
)

// successor is a listing that is to replace the one that shows.
type successor struct {
	rows  rows
	whole bool
	shown arranged // its rows arranged, when only the marks have to be carried again
}

// carry takes the marks of one store of rows over to another, by name. A mark
// whose entry is gone ends.
type carry struct {
	from  rows
	marks marks  // a copy, for reading
	edits uint64 // of the marks when they were copied
	to    marks
}

func (p *Panel) newCarry() *carry {
	return &carry{from: p.rows, marks: p.marks.clone(), edits: p.marks.edits}
}

// run fills c.to for the rows of next.
func (c *carry) run(next *rows) {
	if c.marks.count == 0 {
		return
	}
	type entry struct {
		name string
		dir  bool
	}
	marked := make(map[entry]struct{}, c.marks.count)
	for i := range c.marks.rows() {
		marked[entry{string(c.from.name(i)), c.from.isDir(i)}] = struct{}{}
	}
	for i := range int32(next.n()) {
		if _, ok := marked[entry{string(next.name(i)), next.isDir(i)}]; ok {
			c.to.set(next, i, true)
		}
	}
}

// swap puts the new listing in place of the old one.
func (p *Panel) swap(m arrangedMsg) tea.Cmd {
	if m.carry.edits != p.marks.edits { // the user was faster: carry once more
		p.next.shown = m.arranged
		return p.arrange()
	}
	row := p.rowAt(p.cursor)
	var name []byte
	var dir bool
	if row >= 0 {
		name, dir = slices.Clone(p.rows.name(row)), p.rows.isDir(row)
	}
	depth := p.cursor - p.top
	edits := p.marks.edits + 1
	p.rows, p.next, p.marks = p.next.rows, nil, m.carry.to
	p.marks.edits = edits
	p.shown, p.anchor, p.drop = m.arranged, -1, NoDrop
	p.wanted = -1
	p.version++
	if row >= 0 {
		if i := p.rows.locate(p.shown.view, name, dir); i >= 0 {
			p.cursor = i + p.offset()
			p.top = p.cursor - depth
		}
	}
	p.seek(0)
	if !p.reach() {
		p.settle()
	}
	return p.catchUp()
}

// locate is where the row with that name stands in view, -1 if it does not.
func (s *rows) locate(view []int32, name []byte, dir bool) int {
	for i, r := range view {
		if string(s.name(r)) == string(name) && s.isDir(r) == dir {
			return i
		}
	}
	return -1
}
