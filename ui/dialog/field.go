package dialog

import (
	"strings"

	"github.com/charmbracelet/bubbles/cursor"
	"github.com/charmbracelet/bubbles/textinput"
	tea "github.com/charmbracelet/bubbletea"

	"gantry/ui/text"
	"gantry/ui/theme"
)

// field is one line of text being edited. bubbles/textinput does the editing;
// the drawing is ours, because its view neither cleans nor counts as we do, and
// so is the selection that the first key replaces.
type field struct {
	in       textinput.Model
	exact    string // what it was given, byte for byte
	given    string // the same as textinput holds it
	selected int    // so many runes from the start are selected
	secret   bool
	from     int // the first cell that was last drawn
}

func newField(value string, secret bool) *field {
	f := &field{in: textinput.New(), exact: value, secret: secret}
	f.in.Cursor.SetMode(cursor.CursorStatic) // blinking would wake an idle program
	f.in.KeyMap.Paste.SetEnabled(false)      // it would ask other programs; the terminal pastes
	f.in.Focus()
	f.in.SetValue(value)
	f.in.CursorEnd()
	f.given = f.in.Value()
	return f
}

// selectBase selects the value without its extension, or all of it.
func (f *field) selectBase() {
	name := strings.TrimSuffix(f.given, "/")
	if i := strings.LastIndexByte(name, '.'); i > 0 {
		name = name[:i]
		if j := strings.LastIndexByte(name, '.'); j > 0 && name[j:] == ".tar" {
			name = name[:j]
		}
	}
	f.selected = len([]rune(name))
	f.in.SetCursor(f.selected)
}

// selectAll selects the value; the cursor is behind it, for who goes on from there.
func (f *field) selectAll() { f.selected = len([]rune(f.given)) }

// value is what stands in the field; unchanged it is exactly what was given,
// even if that cannot be typed.
func (f *field) value() string {
	if v := f.in.Value(); v != f.given {
		return v
	}
	return f.exact
}

// update edits; it tells whether the text has changed.
func (f *field) update(k tea.KeyMsg) bool {
	before := f.in.Value()
	if n := f.selected; n > 0 {
		f.selected = 0
		switch k.Type {
		case tea.KeyRunes, tea.KeySpace, tea.KeyBackspace, tea.KeyDelete:
			if k.Alt {
				break
			}
			pos := 0
			f.in.SetValue(string([]rune(before)[n:]))
			f.in.SetCursor(pos)
			if k.Type == tea.KeyBackspace || k.Type == tea.KeyDelete {
				return true
			}
		}
	}
	f.in, _ = f.in.Update(k)
	return f.in.Value() != before
}

// view is the field in w columns, scrolled so that the cursor can be seen.
func (f *field) view(st *theme.Styles, w int, focused bool) string {
	cells, at := f.cells()
	if !focused {
		at = -1
	}
	from, to := span(cells, max(0, at), w)
	f.from = from
	var b strings.Builder
	used := 0
	b.WriteString(st.Input.Open())
	for i := from; i < to; i++ {
		c := cells[i]
		switch {
		case i == at && c.end && st.InputCursor.Open() == "":
			c.text = "_" // a terminal without any attribute
			b.WriteString(c.text)
		case i == at:
			b.WriteString(st.InputCursor.Open() + c.text + st.InputCursor.Close() + st.Input.Open())
		case focused && c.rune < f.selected:
			b.WriteString(st.InputSelect.Open() + c.text + st.InputSelect.Close() + st.Input.Open())
		default:
			b.WriteString(c.text)
		}
		used += c.width
	}
	b.WriteString(text.Pad("", w-used))
	b.WriteString(st.Input.Close())
	return b.String()
}

// point puts the cursor on the letter that is drawn col columns from the left, or
// behind the last one.
func (f *field) point(col int) {
	cells, _ := f.cells()
	f.selected = 0
	for _, c := range cells[min(f.from, len(cells)-1):] {
		if col -= c.width; col < 0 || c.end {
			f.in.SetCursor(c.rune)
			return
		}
	}
}

// cell is one letter as it is shown.
type cell struct {
	text  string
	width int
	rune  int  // the index of its first rune
	end   bool // behind the last letter
}

// cells are the letters of the field and a blank one behind them; at is the one
// with the cursor.
func (f *field) cells() (cells []cell, at int) {
	rest, pos, n := f.in.Value(), f.in.Position(), 0
	for rest != "" {
		g, _ := text.Cluster(rest)
		rest = rest[len(g):]
		if n <= pos {
			at = len(cells)
		}
		shown, width, _ := text.Name(g)
		if f.secret {
			shown, width = "•", 1
		}
		if width == 0 { // it only changed how its neighbour looks
			shown, width = "◌", 1
		}
		cells = append(cells, cell{shown, width, n, false})
		n += len([]rune(g))
	}
	if pos >= n {
		at = len(cells)
	}
	return append(cells, cell{" ", 1, n, true}), at
}

// span is the part of cells around at that fits w columns: a quarter of them for
// what follows the cursor, the rest for what comes before it.
func span(cells []cell, at, w int) (from, to int) {
	used := cells[at].width
	if used > w {
		return at, at // not even the cursor's letter fits
	}
	from, to = at, at+1
	for room := used + w/4; to < len(cells) && used+cells[to].width <= min(room, w); to++ {
		used += cells[to].width
	}
	for ; from > 0 && used+cells[from-1].width <= w; from-- {
		used += cells[from-1].width
	}
	for ; to < len(cells) && used+cells[to].width <= w; to++ {
		used += cells[to].width
	}
	return from, to
}
