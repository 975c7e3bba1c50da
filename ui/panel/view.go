package panel

import (
	"strings"
	"time"

	"gantry/remote"
	"gantry/ui/text"
	"gantry/ui/theme"
)

// frame is what View drew last and what for.
type frame struct {
	version  uint64
	w, h     int
	focus    bool
	day      int
	lines    []string
	anything bool
}

// SetSize sets the cells of the pane, its border included.
func (p *Panel) SetSize(w, h int) {
	if w == p.w && h == p.h {
		return
	}
	p.w, p.h = w, h
	p.settle()
}

// SetPos tells in which column of the screen the pane begins. Names whose width
// terminals do not agree on are then held in their column; without it they may
// push what follows them.
func (p *Panel) SetPos(x int) {
	if p.pinned && x == p.x {
		return
	}
	p.x, p.pinned = x, true
	p.version++
}

// SetStyles changes the look.
func (p *Panel) SetStyles(s *theme.Styles) {
	p.o.Styles = s
	p.version++
}

// Targets for SetDrop besides a row.
const (
	NoDrop   = -1
	DropPane = -2 // the pane's own folder
)

// SetDrop lights where a drag would drop: a row, counted as SetCursor does,
// DropPane or NoDrop.
func (p *Panel) SetDrop(row int) {
	if row != p.drop {
		p.drop = row
		p.version++
	}
}

// View draws the pane: exactly h lines of w cells. It costs nothing while
// nothing changes. The slice belongs to the panel until the next call.
func (p *Panel) View(focus bool) []string {
	now := p.o.Now()
	day := now.Year()*1000 + now.YearDay()
	f := &p.drawn
	if f.anything && f.version == p.version && f.w == p.w && f.h == p.h && f.focus == focus && f.day == day {
		return f.lines
	}
	*f = frame{p.version, p.w, p.h, focus, day, f.lines[:0], true}
	if p.w < 8 || p.h < 2 {
		for range p.h {
			f.lines = append(f.lines, strings.Repeat(" ", max(0, p.w)))
		}
		return f.lines
	}
	d := drawing{Panel: p, s: p.o.Styles, c: columnsFor(p.w), a: areasFor(p.h), focus: focus, now: now}
	f.lines = d.draw(f.lines)
	return f.lines
}

// drawing is one frame in the making.
type drawing struct {
	*Panel
	s     *theme.Styles
	c     columns
	a     areas
	focus bool
	now   time.Time
	b     strings.Builder
	side  string      // "│" in the border's style
	edge  theme.Style // the border's
	find  *matcher    // what to underline in names; nil for nothing
}

func (d *drawing) draw(lines []string) []string {
	d.edge = d.s.Border
	if d.focus {
		d.edge = d.s.BorderFocus
	}
	if d.drop == DropPane {
		d.edge = d.s.DropTarget
	}
	d.side = d.edge.Render("│")
	if m := newMatcher(d.shown.spec.filter); len(m.text) > 0 && m.ascii && !m.glob {
		d.find = m
	}
	rule := strings.Repeat("─", d.w-2)
	notes, bad := d.notes(d.w - 4)
	for y := range d.h {
		switch {
		case y == 0:
			d.title(&d.b, d.focus)
		case y == d.a.bottom && y == d.a.foot:
			line := d.foot(d.w - 6)
			d.b.WriteString(d.edge.Render("└") + " " + line + " " + d.edge.Render(strings.Repeat("─", d.w-4-text.Width(line))+"┘"))
		case y == d.a.bottom:
			d.b.WriteString(d.edge.Render("└" + rule + "┘"))
		case y == d.a.header:
			d.header()
		case y == d.a.rule:
			d.b.WriteString(d.edge.Render("├" + rule + "┤"))
		case y == d.a.foot:
			d.b.WriteString(d.side + " " + text.Pad(d.foot(d.w-4), d.w-4) + " " + d.side)
		default:
			d.line(y-d.a.rows, notes, bad)
		}
		lines = append(lines, d.b.String())
		d.b.Reset()
	}
	return lines
}

// header names the columns; the one that orders the rows has an arrow.
func (d *drawing) header() {
	arrow := " ↑"
	if d.spec.reverse {
		arrow = " ↓"
	}
	cell := func(by SortBy, name string, w int, left bool) {
		style := d.s.Header
		if d.spec.by == by || by == ByName && d.spec.by == ByType {
			if d.focus {
				style = d.s.HeaderSort
			}
			if d.spec.by == ByType {
				name += ", type"
			}
			name += arrow
		}
		if left {
			d.b.WriteString(style.Render(text.PadLeft(name, w)))
		} else {
			d.b.WriteString(style.Render(text.Pad(name, w)))
		}
	}
	d.b.WriteString(d.side + " ")
	cell(ByName, "Name", d.c.name+nameAt-signAt, false)
	if d.c.size > 0 {
		d.b.WriteString(" ")
		cell(BySize, "Size", d.c.size, true)
	}
	if d.c.when > 0 {
		d.b.WriteString("  ")
		cell(ByTime, d.c.head(), d.c.when, false)
	}
	d.b.WriteString(" " + d.side)
}

// line draws line i of the rows.
func (d *drawing) line(i int, notes []string, bad bool) {
	row := d.top + i
	up := d.up && d.shown.spec.filter == ""
	at := row
	if up {
		at--
	}
	switch {
	case up && row == 0:
		d.row(row, remote.Entry{Name: "..", Dir: true}, -1)
	case at >= 0 && at < len(d.shown.view):
		r := d.shown.view[at]
		d.row(row, d.rows.entry(r), r)
	case at >= 0 && at < len(notes):
		style := d.s.Dim
		if bad {
			style = d.s.Bad
		}
		d.b.WriteString(d.side + " " + style.Render(text.Pad(notes[at], d.w-4)) + " " + d.side)
	default:
		d.b.WriteString(d.side + text.Pad("", d.w-2) + d.side)
	}
}
