package panel

import (
	"strings"
	"time"

	"gantry/ui/text"
)

// A row from the left border: a cell for the cursor where there are no colours,
// the sign of the row, a space, the name; then the columns that fit.
const (
	cursorAt = 1
	signAt   = 2
	nameAt   = 4
	sizeW    = 8  // "1023 KiB"
	tightS   = 5  // "1023K"
	tightW   = 6  // "Mar 03"
	shortW   = 10 // "2024-03-03"
	longW    = 16 // "2024-03-03 09:10"
)

// columns is how the width of a pane is divided. A column of width 0 is not
// there.
type columns struct {
	name, size, when int // widths
	sizeX, whenX     int // where they begin
}

// columnsFor gives the name what it needs first: the time gets shorter and goes
// in narrow panes, then the size goes.
func columnsFor(w int) columns {
	var c columns
	switch {
	case w >= 68:
		c.size, c.when = sizeW, longW
	case w >= 46:
		c.size, c.when = sizeW, shortW
	case w >= 36:
		c.size, c.when = tightS, tightW
	case w >= 26:
		c.size = sizeW
	}
	end := w - 2 // a space before the right border
	if c.when > 0 {
		c.whenX = end - c.when
		end = c.whenX - 2
	}
	if c.size > 0 {
		c.sizeX = end - c.size
		end = c.sizeX - 1
	}
	c.name = max(1, end-nameAt)
	return c
}

// bytes is n in the width of its column.
func (c columns) bytes(n int64) string {
	s := text.Size(n)
	if c.size == tightS {
		s = strings.TrimSuffix(strings.Replace(s, " ", "", 1), "iB")
	}
	return s
}

// time is t in the width of its column.
func (c columns) time(t, now time.Time) string {
	switch c.when {
	case longW:
		return text.WhenLong(t, now)
	case tightW:
		if s := text.When(t, now); text.Width(s) <= tightW {
			return s
		}
		return t.In(now.Location()).Format("2006")
	}
	return text.When(t, now)
}

// head is the word above the times.
func (c columns) head() string {
	if c.when == tightW {
		return "Time"
	}
	return "Modified"
}

// at is the column of the header at x.
func (c columns) at(x int) SortBy {
	switch {
	case c.when > 0 && x >= c.whenX-1:
		return ByTime
	case c.size > 0 && x >= c.sizeX:
		return BySize
	}
	return ByName
}

// areas says which lines of a pane are what; -1 for a line that is not there.
type areas struct {
	header, rows, count, rule, foot, bottom int
}

// withRule is the least height of a pane with a line of its own for the foot; in
// a lower one it is in the border.
const withRule = 12

// areasFor gives the rows what is left; low panes have the foot in the border,
// then lose it, then the header.
func areasFor(h int) areas {
	switch {
	case h >= withRule:
		return areas{header: 1, rows: 2, count: h - 5, rule: h - 3, foot: h - 2, bottom: h - 1}
	case h >= 5:
		return areas{header: 1, rows: 2, count: h - 3, rule: -1, foot: h - 1, bottom: h - 1}
	case h >= 4:
		return areas{header: 1, rows: 2, count: h - 3, rule: -1, foot: -1, bottom: h - 1}
	}
	return areas{header: -1, rows: 1, count: max(0, h-2), rule: -1, foot: -1, bottom: h - 1}
}

// visible is the number of lines for rows.
func (p *Panel) visible() int { return areasFor(p.h).count }
