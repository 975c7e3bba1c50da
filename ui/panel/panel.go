package panel

import (
	"context"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"gantry/remote"
	"gantry/ui/theme"
)

// Options make a panel.
type Options struct {
	ID      int // goes into every message of this panel
	Styles  *theme.Styles
	Sort    SortBy
	Reverse bool
	Hidden  bool             // show names that start with a dot
	Now     func() time.Time // nil for time.Now
	Home    string           // the user's folder on the disk, shown as ~; "" for none
}

// Panel is one pane. It is not for use by several goroutines.
type Panel struct {
	o     Options
	place remote.Place

	// The listing.
	ctx     context.Context // of this listing; ends with the next Open or Close
	cancel  context.CancelFunc
	parent  context.Context // what Open got, for Reload
	gen     uint64
	loading bool
	stale   bool // rows are still those of the place before
	partial bool
	quiet   bool          // it is listed again without anybody having asked
	began   time.Time     // when the listing did
	listed  time.Time     // when one was last complete, and in order
	took    time.Duration // how long that was under way
	err     error
	rows    rows
	next    *successor // what Reload has listed so far; nil when it does not run
	scratch []byte

	// What shows.
	spec    spec
	shown   arranged
	seq     uint64 // of the last job
	stopJob context.CancelFunc
	up      bool // there is a row ".."

	// The cursor, in rows as the user counts them: ".." is row 0 if it is there.
	cursor  int
	top     int
	touched bool   // the user has moved it in this listing
	want    string // the name of the entry that the cursor goes to when it comes
	wanted  int32  // that entry's row in the store, -1 before it comes
	anchor  int    // the row where a range began, -1 for none

	marks    marks
	before   marks    // the marks when the range began
	pattern  *pattern // that is looked for; nil for none
	patterns uint64   // how many there have been
	set      []uint64 // scratch: a bit for each row of the store

	// Drawing.
	w, h    int
	x       int  // the column of the screen where the pane begins
	pinned  bool // x is known
	drop    int
	words   []string // see SetBadges
	tab     int      // which of tabs this is, from 1
	tabs    int      // 0 or 1: it is alone
	tabX    int      // where the title says which, as last drawn
	tabW    int
	version uint64 // grows with every change that can be seen
	drawn   frame
	crumbs  []crumb
}

// New makes an empty panel that is nowhere.
func New(o Options) *Panel {
	if o.Styles == nil {
		o.Styles = theme.Plain()
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Panel{
		o: o, wanted: -1, anchor: -1, drop: NoDrop,
		spec: spec{order: order{o.Sort, o.Reverse}, hidden: o.Hidden},
	}
}

// Update takes the panel's own messages; handled is false for every other one
// and for those of other panels.
func (p *Panel) Update(msg tea.Msg) (handled bool, cmd tea.Cmd) {
	switch m := msg.(type) {
	case PageMsg:
		if m.Panel == p.o.ID {
			return true, p.Apply(m)
		}
	case arrangedMsg:
		if m.panel == p.o.ID {
			return true, p.take(m)
		}
	case matchedMsg:
		if m.panel == p.o.ID {
			return true, p.matched(m)
		}
	}
	return false, nil
}

// ID is the panel's number.
func (p *Panel) ID() int { return p.o.ID }

// Place is where the panel is, or is going to.
func (p *Panel) Place() remote.Place { return p.place }

// Loading tells whether entries are still to come: pages to be listed, or rows to
// be put in their order.
func (p *Panel) Loading() bool {
	return p.loading || p.next != nil || !p.stale && p.shown.n < p.rows.n()
}

// Partial tells whether the listing broke off: there may be more entries than
// the panel knows.
func (p *Panel) Partial() bool { return p.partial }

// Err is why the listing, or listing it again, failed; nil if it did not. The
// panel shows its sentence by itself.
func (p *Panel) Err() error { return p.err }

// Gone tells whether the listing failed because the folder does not exist.
func (p *Panel) Gone() bool { return p.err != nil && remote.KindOf(p.err) == remote.NotExist }

// Len is the number of rows that the cursor can be on, ".." included. It is 0
// while the rows that show are still those of the place before.
func (p *Panel) Len() int {
	if p.stale {
		return 0
	}
	return p.offset() + len(p.shown.view)
}

// Count is the number of entries that show, without "..".
func (p *Panel) Count() int {
	if p.stale {
		return 0
	}
	return len(p.shown.view)
}

// Total is the number of entries listed so far, hidden and filtered ones
// included.
func (p *Panel) Total() int {
	if p.stale {
		return 0
	}
	return p.rows.n()
}

// At is the entry of row i, counted as SetCursor does; false for ".." and
// outside.
func (p *Panel) At(i int) (remote.Entry, bool) {
	if r := p.rowAt(i); r >= 0 {
		return p.rows.entry(r), true
	}
	return remote.Entry{}, false
}

// offset is 1 when row 0 is "..", which a filter hides.
func (p *Panel) offset() int {
	if p.up && p.shown.spec.filter == "" {
		return 1
	}
	return 0
}

// rowAt is the row of the store that shows as row i, -1 for "..", outside, and
// while the rows are stale.
func (p *Panel) rowAt(i int) int32 {
	i -= p.offset()
	if p.stale || i < 0 || i >= len(p.shown.view) {
		return -1
	}
	return p.shown.view[i]
}

// SetFilter shows only entries whose names contain text, whatever the case of
// letters; with * or ? in it the whole name must match. "" shows all.
func (p *Panel) SetFilter(text string) tea.Cmd {
	if text == p.spec.filter {
		return nil
	}
	p.spec.filter = text
	return p.respec()
}

// Filter is the text of the filter.
func (p *Panel) Filter() string { return p.spec.filter }

// SetSort orders the rows by a column.
func (p *Panel) SetSort(by SortBy, reverse bool) tea.Cmd {
	o := order{by, reverse}
	if o == p.spec.order {
		return nil
	}
	p.spec.order = o
	return p.respec()
}

// Sort is the order that was last asked for.
func (p *Panel) Sort() (by SortBy, reverse bool) { return p.spec.by, p.spec.reverse }

// SetHidden shows or hides names that start with a dot.
func (p *Panel) SetHidden(show bool) tea.Cmd {
	if show == p.spec.hidden {
		return nil
	}
	p.spec.hidden = show
	return p.respec()
}

// Hidden tells whether names that start with a dot show.
func (p *Panel) Hidden() bool { return p.spec.hidden }

// respec arranges the rows after spec has changed.
func (p *Panel) respec() tea.Cmd {
	p.version++
	if p.stale {
		return nil // the first page comes with the new spec
	}
	return p.arrange()
}
