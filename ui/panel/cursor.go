package panel

import (
	"slices"

	"gantry/remote"
)

// Move moves the cursor by n rows, up if n is negative, and stops at the ends.
func (p *Panel) Move(n int) { p.SetCursor(p.cursor + n) }

// PageMove moves cursor and window by n half pages: 2 is a page down.
func (p *Panel) PageMove(n int) {
	if p.stale {
		return
	}
	step := n * max(1, p.visible()/2)
	if n%2 == 0 {
		step = n / 2 * max(1, p.visible()-1)
	}
	p.top += step
	p.SetCursor(p.cursor + step)
}

// Scroll moves the window by n rows, as a wheel does; the cursor goes with it
// only as far as it must to stay inside.
func (p *Panel) Scroll(n int) {
	if p.stale {
		return
	}
	p.top = clamp(p.top+n, 0, max(0, p.Len()-p.visible()))
	p.SetCursor(clamp(p.cursor, p.top, p.top+p.visible()-1))
}

// Top goes to the first row.
func (p *Panel) Top() { p.SetCursor(0) }

// Bottom goes to the last row.
func (p *Panel) Bottom() { p.SetCursor(p.Len() - 1) }

// SetCursor goes to row i, where ".." is row 0 if there is one; i is clamped.
func (p *Panel) SetCursor(i int) {
	if p.stale {
		return
	}
	from := p.cursor
	p.cursor, p.touched, p.want = i, true, ""
	p.settle()
	p.extend(from)
}

// Cursor is the row under the cursor, 0 to Len()-1.
func (p *Panel) Cursor() int { return p.cursor }

// CursorAt goes to the entry with that name. If there is none yet but the
// listing goes on (call it after Reload for an entry just made), the cursor goes
// there when it comes, unless the user moves first.
func (p *Panel) CursorAt(name string) bool {
	p.want, p.wanted = name, -1
	if p.stale {
		return false
	}
	p.seek(0)
	found := p.reach()
	if !found && !p.Loading() {
		p.want = ""
	}
	return found
}

// seek looks for the wanted entry among the rows of the store from first on.
func (p *Panel) seek(first int) {
	if p.want == "" || p.wanted >= 0 {
		return
	}
	p.wanted = p.rows.named(p.want, int32(first))
}

// reach goes to the wanted entry if it shows.
func (p *Panel) reach() bool {
	if p.want == "" || p.wanted < 0 {
		return false
	}
	i := slices.Index(p.shown.view, p.wanted)
	if i < 0 {
		return false
	}
	p.SetCursor(i + p.offset())
	p.top = p.cursor - p.visible()/2
	p.settle()
	return true
}

// show puts a new arrangement on the screen. The cursor stays on its entry, and
// that entry on its line; a cursor that the user has not moved stays on the
// first entry, so that Enter goes on into the folder and not back out of it.
func (p *Panel) show(a arranged) {
	row, depth := p.rowAt(p.cursor), p.cursor-p.top
	anchor := p.rowAt(p.anchor)
	refiltered := a.spec.filter != p.shown.spec.filter
	p.shown = a
	switch i := slices.Index(a.view, row); {
	case refiltered && i < 0, !refiltered && !p.touched:
		p.cursor, p.top = p.offset(), 0 // settle takes it back to ".." where there is no entry
	case i >= 0:
		p.cursor = i + p.offset()
		p.top = p.cursor - depth
		p.touched = p.touched || a.spec.filter == "" // the filter was the user's way to that entry
	}
	if anchor >= 0 {
		if p.anchor = slices.Index(a.view, anchor); p.anchor >= 0 {
			p.anchor += p.offset()
		}
	}
	if !p.reach() {
		p.settle()
	}
}

// settle brings the cursor into the rows and the window around the cursor.
func (p *Panel) settle() {
	n, visible := p.Len(), max(1, p.visible())
	p.cursor = clamp(p.cursor, 0, n-1)
	p.top = clamp(p.top, p.cursor-visible+1, p.cursor)
	p.top = clamp(p.top, 0, n-visible)
	p.version++
}

// clamp is i between lo and hi; lo wins.
func clamp(i, lo, hi int) int { return max(min(i, hi), lo) }

// Current is the entry under the cursor; false on ".." and where there is none.
func (p *Panel) Current() (remote.Entry, bool) { return p.At(p.cursor) }

// OnParent tells whether the cursor is on "..".
func (p *Panel) OnParent() bool { return !p.stale && p.cursor == 0 && p.offset() == 1 }
