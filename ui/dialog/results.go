package dialog

import (
	tea "github.com/charmbracelet/bubbletea"

	"gantry/ui/text"
	"gantry/ui/theme"
)

// ResultsOptions is a question whose answers come one by one.
type ResultsOptions struct {
	Title string
	Text  string // above the field; may be ""

	OnSearch func(query string) tea.Cmd // Enter on a new query
	OnPick   func(i int) tea.Cmd        // Enter on a result; the window closes
	OnClose  func()                     // the window closes, in whatever way
}

// Result is a row: a name, which is cut in its middle, and a note at the end.
type Result struct{ Name, Note string }

// Results asks for a query and shows what is found while it is being found.
type Results struct {
	st       *theme.Styles
	o        ResultsOptions
	query    *field
	searched string
	rows     []Result
	note     string
	cur      int
	list     scroll
	hits     zones
}

// NewResults makes the window, with nothing in it.
func NewResults(st *theme.Styles, o ResultsOptions) *Results {
	return &Results{st: st, o: o, query: newField("", false)}
}

// Clear takes all results away.
func (r *Results) Clear() { r.rows, r.cur, r.list, r.note = nil, 0, scroll{}, "" }

// Add puts results behind the others; note says how far the search is. The
// cursor stays where it is.
func (r *Results) Add(more []Result, note string) {
	r.rows = append(r.rows, more...)
	r.note = note
}

// fresh tells whether the query has not been searched for.
func (r *Results) fresh() bool { return r.query.value() != r.searched }

// Update edits the query, searches, moves and picks.
func (r *Results) Update(msg tea.Msg) (done bool, cmd tea.Cmd) {
	if leaves(msg) {
		return r.close(nil)
	}
	k, ok := msg.(tea.KeyMsg)
	if !ok {
		return false, nil
	}
	switch n := len(r.rows); k.String() {
	case "enter":
		if !r.fresh() {
			return r.pick(r.cur)
		}
		if r.searched = r.query.value(); r.searched == "" || r.o.OnSearch == nil {
			return false, nil
		}
		r.Clear()
		return false, r.o.OnSearch(r.searched)
	case "up", "ctrl+p":
		r.cur = within(r.cur-1, n)
	case "down", "ctrl+n":
		r.cur = within(r.cur+1, n)
	case "pgup":
		r.cur = within(r.cur-r.list.page, n)
	case "pgdown":
		r.cur = within(r.cur+r.list.page, n)
	default:
		r.query.update(k)
	}
	return false, nil
}

func (r *Results) pick(i int) (done bool, cmd tea.Cmd) {
	if i < 0 || i >= len(r.rows) {
		return false, nil
	}
	r.cur = i
	if r.o.OnPick != nil {
		cmd = r.o.OnPick(i)
	}
	return r.close(cmd)
}

func (r *Results) close(cmd tea.Cmd) (bool, tea.Cmd) {
	if r.o.OnClose != nil {
		r.o.OnClose()
	}
	return true, cmd
}

// Mouse picks a result and scrolls.
func (r *Results) Mouse(x, y int, msg tea.MouseMsg) (done bool, cmd tea.Cmd) {
	if clicked(msg) {
		return r.pick(r.hits.at(x, y))
	}
	r.cur = within(r.cur+3*wheel(msg), len(r.rows))
	return false, nil
}

// View is the query and the results around the cursor.
func (r *Results) View(w, h int) []string {
	b := newBox(r.st, r.o.Title, 90, w)
	if h > 12 {
		b.styled(r.st.Dim, text.Wrap(r.o.Text, b.inner)...)
	}
	b.add(r.query.view(r.st, b.inner, true))
	room := max(1, min(h-borders-len(b.lines)-1, 18))
	r.list.page = room
	r.list.show(r.cur)
	from, to := r.list.window(len(r.rows), room)
	r.hits = r.hits[:0]
	for i := from; i < to; i++ {
		r.hits = append(r.hits, zone{1, len(b.lines) + 1, b.inner + 2, i})
		b.add(r.line(i, b.inner))
	}
	for i := to - from; i < room; i++ {
		b.add("") // the window keeps its size while results come
	}
	b.styled(r.st.Dim, text.Truncate(text.Clean(r.note), b.inner))
	b.foot = r.list.position()
	return b.render(h)
}

func (r *Results) line(i, inner int) string {
	mark, style := "  ", r.st.Dialog
	if i == r.cur && !r.fresh() {
		mark, style = "▸ ", r.st.ButtonFocus
	}
	note := text.Clean(r.rows[i].Note)
	room := max(1, inner-3-text.Width(note))
	name := text.Middle(text.Clean(r.rows[i].Name), room)
	return style.Render(mark + text.Pad(name, room) + " " + note)
}

// Help are the keys.
func (r *Results) Help() []Hint {
	if r.fresh() || len(r.rows) == 0 {
		return []Hint{{"Enter", "search"}, {"Esc", "close"}}
	}
	return []Hint{{"Enter", "go there"}, {"↑↓", "choose"}, {"Esc", "close"}, {"letters", "another search"}}
}
