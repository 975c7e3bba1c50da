package panel

import "gantry/remote"

// HitKind says what lies at a cell of the pane.
type HitKind uint8

// What a cell can hold.
const (
	None   HitKind = iota // border, empty lines
	Row                   // an entry; Hit.Row is set
	Margin                // what stands before the name of an entry; Hit.Row is set
	Parent                // ".."; Hit.Row is 0
	Header                // Hit.Col is set
	Crumb                 // a step of the location in the title; Hit.Path is set
	Foot
	Tab // the word in the title that says which tab this is
)

// Hit is what lies at a cell.
type Hit struct {
	Kind HitKind
	Row  int // counted as SetCursor does
	Col  SortBy
	Path remote.Path
}

// Hit tells what lies at a cell of the pane, whose upper left corner is 0, 0.
func (p *Panel) Hit(x, y int) Hit {
	if x < 1 || y < 0 || x >= p.w-1 || y >= p.h {
		return Hit{}
	}
	a := areasFor(p.h)
	switch {
	case y == 0:
		return p.hitTitle(x)
	case y == a.header:
		return Hit{Kind: Header, Col: columnsFor(p.w).at(x)}
	case y == a.foot:
		return Hit{Kind: Foot}
	case y < a.rows || y >= a.rows+a.count:
		return Hit{}
	}
	i := p.top + y - a.rows
	switch {
	case p.stale || i >= p.Len():
		return Hit{}
	case i < p.offset():
		return Hit{Kind: Parent, Row: i}
	case x < nameAt:
		return Hit{Kind: Margin, Row: i}
	}
	return Hit{Kind: Row, Row: i}
}

// Lines are the first and the last line of the pane that hold rows.
func (p *Panel) Lines() (first, last int) {
	a := areasFor(p.h)
	return a.rows, a.rows + a.count - 1
}

func (p *Panel) hitTitle(x int) Hit {
	if x >= p.tabX && x < p.tabX+p.tabW {
		return Hit{Kind: Tab}
	}
	for i := range p.crumbs {
		if c := &p.crumbs[i]; c.x >= 0 && x >= c.x && x < c.x+c.width {
			return Hit{Kind: Crumb, Path: c.path}
		}
	}
	return Hit{}
}
