package panel

import (
	"iter"

	"gantry/remote"
)

// Selection is what an action works on: a snapshot of the selected entries that
// shares nothing with the panel that changes, so any goroutine may keep and read
// it while the panel goes on.
type Selection struct {
	Place remote.Place // where the entries are
	Count int
	Dirs  int   // how many of Count are folders
	Bytes int64 // of the entries whose size is known, without what is in folders

	rows   rows
	sorted []int32
	marks  marks
}

// Selection is the marked entries or, if none is marked, the one under the
// cursor; never "..".
func (p *Panel) Selection() Selection {
	p.settlePattern()
	s := Selection{Place: p.place}
	if p.stale {
		return s
	}
	s.rows = p.rows
	if p.marks.count > 0 {
		s.sorted, s.marks = p.shown.sorted, p.marks.clone()
	} else if r := p.rowAt(p.cursor); r >= 0 {
		s.sorted = []int32{r}
		s.marks.set(&s.rows, r, true)
	}
	s.Count, s.Dirs, s.Bytes = s.marks.count, s.marks.dirs, s.marks.bytes
	return s
}

// All yields the entries in the order of the screen. It may be ranged over more
// than once.
func (s Selection) All() iter.Seq[remote.Entry] {
	return func(yield func(remote.Entry) bool) {
		for _, r := range s.sorted {
			if s.marks.has(r) && !yield(s.rows.entry(r)) {
				return
			}
		}
	}
}

// First is the first entry; false if nothing is selected.
func (s Selection) First() (remote.Entry, bool) {
	for e := range s.All() {
		return e, true
	}
	return remote.Entry{}, false
}
