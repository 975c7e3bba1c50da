package panel

import (
	"context"
	"iter"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"gantry/remote"
	"gantry/ui/theme"
)

// SortBy is the column that orders the rows. Folders always come first.
type SortBy uint8

// The orders of a listing.
const (
	ByName SortBy = iota // natural order: a2 before a10
	BySize
	ByTime
	ByType // by what follows the last dot
)

// String is the order's word: "name", "size", "time", "type".
func (s SortBy) String() string { return "" }

// Options make a panel.
type Options struct {
	ID      int // goes into every message of this panel
	Styles  *theme.Styles
	Sort    SortBy
	Reverse bool
	Hidden  bool             // show names that start with a dot
	Now     func() time.Time // nil for time.Now
	Home    string           // the user's folder, shown as ~; "" for none
}

// Panel is one pane.
type Panel struct{}

// New makes an empty panel.
func New(o Options) *Panel { return &Panel{} }

// PageMsg is one page of a listing.
type PageMsg struct {
	Panel int
	Gen   uint64
	Token string
	Page  remote.Page
	Err   error
}

// Open goes to place; the cursor goes to the entry named at, "" for the first row.
func (p *Panel) Open(ctx context.Context, place remote.Place, at string) tea.Cmd { return nil }

// Reload lists again, keeping cursor, scroll and marks by name.
func (p *Panel) Reload() tea.Cmd { return nil }

// Apply takes a page of the listing.
func (p *Panel) Apply(m PageMsg) tea.Cmd { return nil }

// Update routes all of the panel's own messages; handled is false for every other.
func (p *Panel) Update(msg tea.Msg) (handled bool, cmd tea.Cmd) { return false, nil }

// Close stops the listing that runs.
func (p *Panel) Close() {}

// Place is where the panel is, or goes to.
func (p *Panel) Place() remote.Place { return remote.Place{} }

// ID is the panel's number.
func (p *Panel) ID() int { return 0 }

// Loading tells whether pages are still to come.
func (p *Panel) Loading() bool { return false }

// Partial tells whether the listing ended before its end.
func (p *Panel) Partial() bool { return false }

// Err is why the listing failed, nil if it did not.
func (p *Panel) Err() error { return nil }

// Gone tells whether the folder does not exist (any more).
func (p *Panel) Gone() bool { return false }

// Move moves the cursor by n rows.
func (p *Panel) Move(n int) {}

// PageMove moves by n half pages: 2 is a whole page down.
func (p *Panel) PageMove(n int) {}

// Scroll moves the window by n rows (wheel); the cursor stays inside it.
func (p *Panel) Scroll(n int) {}

// Top goes to the first row.
func (p *Panel) Top() {}

// Bottom goes to the last row.
func (p *Panel) Bottom() {}

// SetCursor goes to row i of Len, clamped.
func (p *Panel) SetCursor(i int) {}

// Cursor is the row of the cursor, 0 to Len()-1.
func (p *Panel) Cursor() int { return 0 }

// CursorAt goes to the entry with that name, also if it is listed only later.
func (p *Panel) CursorAt(name string) bool { return false }

// Current is the entry under the cursor; false on ".." and in an empty panel.
func (p *Panel) Current() (remote.Entry, bool) { return remote.Entry{}, false }

// At is the entry of row i of Len; false for "..".
func (p *Panel) At(i int) (remote.Entry, bool) { return remote.Entry{}, false }

// OnParent tells whether the cursor is on "..".
func (p *Panel) OnParent() bool { return false }

// Len is the number of rows the cursor can be on, ".." included.
func (p *Panel) Len() int { return 0 }

// Count is the number of entries that show, without "..".
func (p *Panel) Count() int { return 0 }

// Total is the number of entries listed so far, hidden and filtered ones included.
func (p *Panel) Total() int { return 0 }

// Mark toggles the mark of the row under the cursor and steps down.
func (p *Panel) Mark() {}

// MarkRow toggles the mark of row i.
func (p *Panel) MarkRow(i int) {}

// MarkRange starts a range at the cursor, or if one is open marks from its anchor to the cursor.
func (p *Panel) MarkRange() {}

// MarkRows sets the mark of rows a to b, both included.
func (p *Panel) MarkRows(a, b int, on bool) {}

// Ranging tells whether a range is open.
func (p *Panel) Ranging() bool { return false }

// MarkAll marks every row that shows.
func (p *Panel) MarkAll() {}

// Invert toggles the mark of every row that shows.
func (p *Panel) Invert() {}

// ClearMarks removes all marks and ends a range.
func (p *Panel) ClearMarks() {}

// MarkPattern sets the marks of the rows that show and match glob; it returns how many changed.
func (p *Panel) MarkPattern(glob string, on bool) (int, error) { return 0, nil }

// Marked tells how many entries are marked and their bytes.
func (p *Panel) Marked() (count int, bytes int64) { return 0, 0 }

// Selection is what an action works on: the marked entries, else the one under the cursor.
func (p *Panel) Selection() Selection { return Selection{} }

// Selection is an immutable snapshot of selected entries.
type Selection struct {
	Place remote.Place // where the entries are
	Count int
	Dirs  int   // how many of Count are folders
	Bytes int64 // of those whose size is known
}

// All yields the entries in the order of the screen.
func (s Selection) All() iter.Seq[remote.Entry] { return func(func(remote.Entry) bool) {} }

// First is the first entry; false if there is none.
func (s Selection) First() (remote.Entry, bool) { return remote.Entry{}, false }

// SetFilter shows only matching rows; "" shows all.
func (p *Panel) SetFilter(text string) tea.Cmd { return nil }

// Filter is the text of the filter.
func (p *Panel) Filter() string { return "" }

// SetSort orders the rows.
func (p *Panel) SetSort(by SortBy, reverse bool) tea.Cmd { return nil }

// Sort is the order.
func (p *Panel) Sort() (by SortBy, reverse bool) { return 0, false }

// SetHidden shows or hides names that start with a dot.
func (p *Panel) SetHidden(show bool) tea.Cmd { return nil }

// Hidden tells whether names that start with a dot show.
func (p *Panel) Hidden() bool { return false }

// SetStyles changes the look.
func (p *Panel) SetStyles(s *theme.Styles) {}

// SetSize sets the cells of the pane, border included.
func (p *Panel) SetSize(w, h int) {}

// View draws the pane: exactly h lines of w cells. The slice is the panel's: read only.
func (p *Panel) View(focus bool) []string { return nil }

// HitKind is what lies at a cell of the pane.
type HitKind uint8

// The parts of a pane.
const (
	None   HitKind = iota
	Row            // Row is set
	Margin         // the cells before the name of Row
	Parent         // the row ".."
	Header         // Col is set
	Crumb          // Path is set
	Foot
)

// Hit is what lies at a cell.
type Hit struct {
	Kind HitKind
	Row  int // as in SetCursor
	Col  SortBy
	Path remote.Path
}

// Hit tells what is at cell x, y of the pane, counted from its upper left corner.
func (p *Panel) Hit(x, y int) Hit { return Hit{} }

// Targets of SetDrop besides a row.
const (
	NoDrop   = -1
	DropPane = -2 // the pane's own folder
)

// SetDrop lights the target of a drag: a row, DropPane or NoDrop.
func (p *Panel) SetDrop(row int) {}
