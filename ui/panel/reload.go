package panel

import (
	"bytes"
	"slices"

	tea "github.com/charmbracelet/bubbletea"

	"gantry/remote"
)

// successor is a listing that is to replace the one that shows. Records that are
// in the old store already are shared with it, so that listing a big folder again
// takes little memory.
type successor struct {
	rows  rows
	whole bool
	shown arranged // its rows arranged, when only the marks have to be carried again

	old  rows
	at   int32 // the row of old that is expected next
	diff bool  // something is not as it was
}

// newSuccessor begins a listing in place of old, to which nothing is added any
// more. A store that is mostly records of the past is not shared.
func newSuccessor(old *rows) *successor {
	s := &successor{old: *old, rows: rows{dir: old.dir}}
	if old.stored > 2*old.n()+chunkSize/64 {
		s.old, s.diff = rows{}, true
		return s
	}
	s.rows.chunks = slices.Clip(old.chunks)
	s.rows.classes = slices.Clip(old.classes)
	s.rows.stored = old.stored
	if n := len(old.chunks); n > 0 {
		s.rows.used = len(old.chunks[n-1]) // never write where others may have written
	}
	return s
}

// ahead is how many rows may have vanished in a row before those after them are
// stored anew.
const ahead = 16

// add takes the next row; see rows.add.
func (s *successor) add(e *remote.Entry, scratch []byte) ([]byte, bool) {
	rec, v := s.rows.encode(scratch[:0], e), sizeOf(e)
	n := int32(s.old.n())
	for i := s.at; i < min(s.at+ahead, n); i++ {
		// A record says itself where it ends, so one that begins so is the same.
		if s.old.sized(i) == v && bytes.HasPrefix(s.old.record(i), rec) {
			s.diff = s.diff || i > s.at
			s.at = i + 1
			s.rows.refer(s.old.off(i), v)
			return rec, true
		}
	}
	s.diff = true
	if s.at < n && string(s.old.name(s.at)) == e.Name {
		s.at++
	}
	return rec, s.rows.put(rec, v)
}

// same tells whether the new rows are the old ones.
func (s *successor) same() bool { return !s.diff && s.rows.n() == s.old.n() }

// carry takes the marks and the cursor of one store of rows over to another, by
// name. A mark whose entry is gone ends.
type carry struct {
	from  rows
	marks marks  // a copy, for reading
	edits uint64 // of the marks when they were copied
	at    int32  // the row under the cursor, -1 for none
	want  string // the name that the cursor waits for, "" for none

	to     marks
	row    int32 // what at has become, -1 if it is gone
	wanted int32 // the row of want, -1 if it is not there
}

func (p *Panel) newCarry() *carry {
	return &carry{from: p.rows, marks: p.marks.clone(), edits: p.marks.edits, at: p.rowAt(p.cursor), want: p.want}
}

// run finds everything in next.
func (c *carry) run(next *rows) {
	c.carryMarks(next)
	c.row, c.wanted = c.find(next, c.at), -1
	if c.want != "" {
		c.wanted = next.named(c.want, 0)
	}
}

// find is the row of next with the entry of row i of the old store, -1 if there
// is none. One whose record is shared is found by where that is.
func (c *carry) find(next *rows, i int32) int32 {
	if i < 0 {
		return -1
	}
	if off := c.from.off(i); c.sharesChunk(next, off) {
		for k := range int32(next.n()) {
			if next.off(k) == off {
				return k
			}
		}
	}
	name, dir := string(c.from.name(i)), c.from.isDir(i)
	k := next.named(name, 0)
	for k >= 0 && next.isDir(k) != dir {
		k = next.named(name, k+1)
	}
	return k
}

// carryMarks fills c.to for the rows of next, which may share records with the
// old ones: those are found by where they are, only the others by name.
func (c *carry) carryMarks(next *rows) {
	if c.marks.count == 0 {
		return
	}
	shared := c.share(next)
	type entry struct {
		name string
		dir  bool
	}
	left := map[entry]struct{}{}
	for i := range c.marks.rows() {
		if _, ok := slices.BinarySearch(shared, c.from.off(i)); !ok {
			left[entry{string(c.from.name(i)), c.from.isDir(i)}] = struct{}{}
		}
	}
	if len(left) == 0 {
		return
	}
	for i := range int32(next.n()) {
		if _, ok := left[entry{string(next.name(i)), next.isDir(i)}]; ok {
			c.to.set(next, i, true)
		}
	}
}

// share marks the rows of next whose records are marked ones of the old store,
// and gives where those are, in order.
func (c *carry) share(next *rows) (found []uint32) {
	marked := make([]uint32, 0, c.marks.count)
	for i := range c.marks.rows() {
		marked = append(marked, c.from.off(i))
	}
	slices.Sort(marked)
	for i := range int32(next.n()) {
		if off := next.off(i); c.sharesChunk(next, off) {
			if _, ok := slices.BinarySearch(marked, off); ok {
				c.to.set(next, i, true)
				found = append(found, off)
			}
		}
	}
	slices.Sort(found)
	return found
}

// sharesChunk tells whether the chunk at off is one of the old store.
func (c *carry) sharesChunk(next *rows, off uint32) bool {
	n := int(off >> posBits)
	return n < len(c.from.chunks) && &next.chunks[n][0] == &c.from.chunks[n][0]
}

// swap puts the new listing in place of the old one.
func (p *Panel) swap(m arrangedMsg) tea.Cmd {
	if m.carry.edits != p.marks.edits { // the user was faster: carry once more
		p.next.shown = m.arranged
		return p.arrange()
	}
	at, row := p.rowAt(p.cursor), m.carry.row
	if at != m.carry.at { // the cursor has moved meanwhile
		row = m.carry.find(&p.next.rows, at)
	}
	depth := p.cursor - p.top
	edits := p.marks.edits + 1
	p.rows, p.next, p.marks = p.next.rows, nil, m.carry.to
	p.marks.edits = edits
	p.shown, p.anchor, p.drop = m.arranged, -1, NoDrop
	p.clock()
	p.version++
	switch i := slices.Index(p.shown.view, row); {
	case i >= 0:
		p.cursor = i + p.offset()
		p.top = p.cursor - depth
	case at < 0 && !p.touched:
		p.cursor, p.top = p.offset(), 0 // there was no entry before
	}
	if p.wanted = m.carry.wanted; p.want != m.carry.want {
		p.wanted = -1
		p.seek(0)
	}
	if !p.reach() {
		p.settle()
	}
	return join(p.renewPattern(), p.catchUp())
}
