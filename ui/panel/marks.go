package panel

import (
	"iter"
	mathbits "math/bits"
	"slices"
)

// marks is a set of rows of one store with running totals.
type marks struct {
	bits  []uint64 // one bit for each row
	count int
	dirs  int
	bytes int64  // of the rows whose size is known
	edits uint64 // grows with every change
}

func (m *marks) has(i int32) bool {
	w := int(i >> 6)
	return w < len(m.bits) && m.bits[w]&(1<<(i&63)) != 0
}

// set marks row i of s, or takes its mark away; it tells whether that changed anything.
func (m *marks) set(s *rows, i int32, on bool) bool {
	if m.has(i) == on {
		return false
	}
	w := int(i >> 6)
	if w >= len(m.bits) {
		m.bits = append(m.bits, make([]uint64, w+1-len(m.bits))...)
	}
	m.bits[w] ^= 1 << (i & 63)
	m.edits++
	sign := 1
	if !on {
		sign = -1
	}
	m.count += sign
	v := s.sized(i)
	if v.dir() {
		m.dirs += sign
	}
	m.bytes += int64(sign) * max(0, v.bytes())
	return true
}

// word is the marks of the 64 rows from 64*w on.
func (m *marks) word(w int) uint64 {
	if w < len(m.bits) {
		return m.bits[w]
	}
	return 0
}

// flip toggles the marks of the rows of s whose bits are set, in one sweep over
// the store; it tells how many that were.
func (m *marks) flip(s *rows, changed []uint64) (n int) {
	if len(m.bits) < len(changed) {
		m.bits = append(m.bits, make([]uint64, len(changed)-len(m.bits))...)
	}
	for w, c := range changed {
		if c == 0 {
			continue
		}
		n += mathbits.OnesCount64(c)
		on, off := c&^m.bits[w], c&m.bits[w]
		m.bits[w] ^= c
		m.count += mathbits.OnesCount64(on) - mathbits.OnesCount64(off)
		dirs, bytes := s.sum(w, on)
		m.dirs, m.bytes = m.dirs+dirs, m.bytes+bytes
		dirs, bytes = s.sum(w, off)
		m.dirs, m.bytes = m.dirs-dirs, m.bytes-bytes
	}
	if n > 0 {
		m.edits++
	}
	return n
}

// sum adds up those of the 64 rows from 64*w on whose bits are set.
func (s *rows) sum(w int, set uint64) (dirs int, bytes int64) {
	if set == 0 {
		return 0, 0
	}
	sizes := s.blocks[w>>(blockBits-6)].sizes[w<<6&(blockSize-1):][:64]
	for ; set != 0; set &= set - 1 {
		v := sizes[mathbits.TrailingZeros64(set)]
		dirs += int(v & 1)
		bytes += max(0, v.bytes())
	}
	return dirs, bytes
}

func (m *marks) clone() marks {
	c := *m
	c.bits = slices.Clone(m.bits)
	return c
}

// rows yields the marked rows in the order of the store.
func (m *marks) rows() iter.Seq[int32] {
	return func(yield func(int32) bool) {
		for w, word := range m.bits {
			for ; word != 0; word &= word - 1 {
				if !yield(int32(w<<6 + mathbits.TrailingZeros64(word))) {
					return
				}
			}
		}
	}
}

// Mark toggles the mark of the row under the cursor and steps down. On ".." it
// only steps.
func (p *Panel) Mark() {
	p.MarkRow(p.cursor)
	p.Move(1)
}

// MarkRow toggles the mark of row i, counted as SetCursor does.
func (p *Panel) MarkRow(i int) {
	p.settlePattern()
	if r := p.rowAt(i); r >= 0 {
		p.marks.set(&p.rows, r, !p.marks.has(r))
		p.version++
	}
}

// IsMarked tells whether row i has a mark; ".." never has.
func (p *Panel) IsMarked(i int) bool {
	p.settlePattern()
	r := p.rowAt(i)
	return r >= 0 && p.marks.has(r)
}

// MarkRows sets the marks of rows a to b, both included, in either order.
func (p *Panel) MarkRows(a, b int, on bool) {
	p.settlePattern()
	want := uint64(0)
	if on {
		want = ^want
	}
	p.mark(a, b, func(int) uint64 { return want })
}

// MarkRange begins a range at the cursor, or ends the one that is open. While it
// is open, all rows from its beginning to the cursor are marked, and moving the
// cursor back gives rows the marks that they had before.
func (p *Panel) MarkRange() {
	p.settlePattern()
	if p.anchor >= 0 || p.Len() == 0 {
		p.anchor, p.before = -1, marks{}
		p.version++
		return
	}
	p.anchor, p.before = p.cursor, p.marks.clone()
	p.extend(p.cursor)
}

// Ranging tells whether a range is open.
func (p *Panel) Ranging() bool { return p.anchor >= 0 }

// extend brings the marks of an open range up to date after the cursor has
// moved from a row.
func (p *Panel) extend(from int) {
	if p.anchor < 0 {
		return
	}
	p.mark(from, p.cursor, p.before.word)
	lo, hi := min(p.anchor, p.cursor), max(p.anchor, p.cursor)
	lo, hi = max(lo, min(from, p.cursor)), min(hi, max(from, p.cursor))
	if lo <= hi {
		p.mark(lo, hi, func(int) uint64 { return ^uint64(0) })
	}
}

// MarkAll marks every row that shows.
func (p *Panel) MarkAll() { p.MarkRows(0, p.Len()-1, true) }

// Invert toggles the mark of every row that shows.
func (p *Panel) Invert() {
	p.settlePattern()
	p.mark(0, p.Len()-1, func(w int) uint64 { return ^p.marks.word(w) })
}

// ClearMarks takes all marks away, also those of rows that do not show, and ends
// a range.
func (p *Panel) ClearMarks() {
	p.dropPattern()
	p.marks = marks{edits: p.marks.edits + 1}
	p.anchor, p.before = -1, marks{}
	p.version++
}

// mark gives rows a to b, as SetCursor counts them and in either order, the
// marks that want has for the 64 rows of the store from 64*w on.
func (p *Panel) mark(a, b int, want func(w int) uint64) (changed int) {
	p.version++
	if p.stale {
		return 0
	}
	first := max(0, min(a, b)-p.offset())
	last := min(max(a, b)-p.offset(), len(p.shown.view)-1)
	if first > last {
		return 0
	}
	set := p.bits(p.shown.view[first : last+1])
	for w := range set {
		set[w] &= want(w) ^ p.marks.word(w)
	}
	return p.marks.flip(&p.rows, set)
}

// bits has a bit for each row of the store that is in list. It is overwritten by
// the next call.
func (p *Panel) bits(list []int32) []uint64 {
	n := (p.rows.n() + 63) / 64
	p.set = slices.Grow(p.set[:0], n)[:n]
	clear(p.set)
	for _, i := range list {
		p.set[i>>6] |= 1 << (i & 63)
	}
	return p.set
}

// Marked tells how many entries are marked, and the bytes of those whose size is
// known. Rows that do not show count. What a pattern finds that is still being
// looked for is not in it.
func (p *Panel) Marked() (count int, bytes int64) { return p.marks.count, p.marks.bytes }
