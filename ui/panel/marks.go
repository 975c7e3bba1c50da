package panel

import (
	"iter"
	mathbits "math/bits"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
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
	if s.isDir(i) {
		m.dirs += sign
	}
	m.bytes += int64(sign) * max(0, s.size(i))
	return true
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
	if r := p.rowAt(i); r >= 0 {
		p.marks.set(&p.rows, r, !p.marks.has(r))
		p.version++
	}
}

// IsMarked tells whether row i has a mark; ".." never has.
func (p *Panel) IsMarked(i int) bool {
	r := p.rowAt(i)
	return r >= 0 && p.marks.has(r)
}

// MarkRows sets the marks of rows a to b, both included, in either order.
func (p *Panel) MarkRows(a, b int, on bool) {
	for i := max(0, min(a, b)); i <= min(max(a, b), p.Len()-1); i++ {
		if r := p.rowAt(i); r >= 0 {
			p.marks.set(&p.rows, r, on)
		}
	}
	p.version++
}

// MarkRange begins a range at the cursor, or ends the one that is open. While it
// is open, all rows from its beginning to the cursor are marked, and moving the
// cursor back gives rows the marks that they had before.
func (p *Panel) MarkRange() {
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
	lo, hi := min(p.anchor, p.cursor), max(p.anchor, p.cursor)
	for i := min(from, p.cursor); i <= max(from, p.cursor); i++ {
		if r := p.rowAt(i); r >= 0 {
			p.marks.set(&p.rows, r, i >= lo && i <= hi || p.before.has(r))
		}
	}
	p.version++
}

// MarkAll marks every row that shows.
func (p *Panel) MarkAll() { p.mark(func([]byte, bool) (bool, bool) { return true, true }) }

// Invert toggles the mark of every row that shows.
func (p *Panel) Invert() { p.mark(func(_ []byte, on bool) (bool, bool) { return !on, true }) }

// ClearMarks takes all marks away, also those of rows that do not show, and ends
// a range.
func (p *Panel) ClearMarks() {
	p.marks = marks{edits: p.marks.edits + 1}
	p.anchor, p.before = -1, marks{}
	p.version++
}

// MarkPattern marks the rows that show and whose names match glob, or takes
// their marks away, and tells how many changed. The error is
// doublestar.ErrBadPattern.
func (p *Panel) MarkPattern(glob string, on bool) (int, error) {
	if !doublestar.ValidatePattern(glob) {
		return 0, doublestar.ErrBadPattern
	}
	match := func(name []byte) bool { return doublestar.MatchUnvalidated(glob, string(name)) }
	if !strings.ContainsAny(glob, `[{\`) && !strings.Contains(glob, "**") {
		pattern := []byte(glob)
		match = func(name []byte) bool { return wild(pattern, name) } // the same, ten times as fast
	}
	return p.mark(func(name []byte, _ bool) (bool, bool) { return on, match(name) }), nil
}

// mark asks for every row that shows whether it is to be marked and whether it
// is meant at all; it tells how many marks changed.
func (p *Panel) mark(ask func(name []byte, on bool) (want, meant bool)) int {
	if p.stale {
		return 0
	}
	changed := 0
	for _, r := range p.shown.view {
		if want, meant := ask(p.rows.name(r), p.marks.has(r)); meant && p.marks.set(&p.rows, r, want) {
			changed++
		}
	}
	p.version++
	return changed
}

// Marked tells how many entries are marked, and the bytes of those whose size is
// known. Rows that do not show count.
func (p *Panel) Marked() (count int, bytes int64) { return p.marks.count, p.marks.bytes }
