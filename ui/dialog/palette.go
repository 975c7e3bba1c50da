package dialog

import (
	"slices"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"gantry/ui/text"
	"gantry/ui/theme"
)

// PaletteOptions is a long list of which one item is wanted.
type PaletteOptions struct {
	Title string // "Actions" when empty
	Items []Item
	Free  bool   // what is typed can be had as it is, as the last item
	At    string // the item to begin with; the first when empty
	OnRun func(id string) tea.Cmd
}

// Palette finds an item as the user types.
type Palette struct {
	st    *theme.Styles
	o     PaletteOptions
	texts []string // what is searched
	query *field
	found []found
	cur   int
	list  scroll
	hits  zones
}

// NewPalette makes the window with everything in it.
func NewPalette(st *theme.Styles, o PaletteOptions) *Palette {
	if o.Title == "" {
		o.Title = "Actions"
	}
	p := &Palette{st: st, o: o, query: newField("", false)}
	for _, it := range o.Items {
		p.texts = append(p.texts, text.Clean(it.Help)+"  "+text.Clean(it.ID))
	}
	p.found = fuzzy("", p.texts)
	p.cur = max(0, slices.IndexFunc(o.Items, func(it Item) bool { return o.At != "" && it.ID == o.At }))
	return p
}

// typed is the index of what is typed itself among the found items.
const typed = -1

// search finds what matches the query.
func (p *Palette) search() {
	q := p.query.value()
	p.found, p.cur = fuzzy(q, p.texts), 0
	if p.o.Free && q != "" && !slices.ContainsFunc(p.o.Items, func(it Item) bool { return it.ID == q }) {
		p.found = append(p.found, found{index: typed})
	}
}

// item is found item i.
func (p *Palette) item(i int) Item {
	if n := p.found[i].index; n != typed {
		return p.o.Items[n]
	}
	q := p.query.value()
	return Item{ID: q, Help: "Take “" + q + "” as it is"}
}

// Update searches, moves and picks.
func (p *Palette) Update(msg tea.Msg) (done bool, cmd tea.Cmd) {
	if leaves(msg) {
		return true, nil
	}
	k, ok := msg.(tea.KeyMsg)
	if !ok {
		return false, nil
	}
	switch n := len(p.found); k.String() {
	case "enter":
		return p.pick(p.cur)
	case "up", "ctrl+p", "shift+tab":
		p.cur = (p.cur + n - 1) % max(1, n)
	case "down", "ctrl+n", "tab":
		p.cur = (p.cur + 1) % max(1, n)
	case "pgup":
		p.cur = within(p.cur-p.list.page, n)
	case "pgdown":
		p.cur = within(p.cur+p.list.page, n)
	default:
		if p.query.update(k) {
			p.search()
		}
	}
	return false, nil
}

func (p *Palette) pick(i int) (done bool, cmd tea.Cmd) {
	if i < 0 || i >= len(p.found) {
		return false, nil
	}
	p.cur = i
	it := p.item(i)
	if it.Blocked != "" {
		return false, nil
	}
	if p.o.OnRun == nil {
		return true, nil
	}
	return true, p.o.OnRun(it.ID)
}

// Mouse picks an item and scrolls.
func (p *Palette) Mouse(x, y int, msg tea.MouseMsg) (done bool, cmd tea.Cmd) {
	if clicked(msg) {
		return p.pick(p.hits.at(x, y))
	}
	p.cur = within(p.cur+wheel(msg), len(p.found))
	return false, nil
}

// View is the query and the best items.
func (p *Palette) View(w, h int) []string {
	b := newBox(p.st, p.o.Title, 66, w)
	b.add(p.query.view(p.st, b.inner, true))
	room := min(h-borders-1, max(3, min(16, len(p.o.Items))))
	p.list.page = max(1, room)
	p.list.show(p.cur)
	from, to := p.list.window(len(p.found), room)
	p.hits = p.hits[:0]
	for i := from; i < to; i++ {
		p.hits = append(p.hits, zone{1, len(b.lines) + 1, b.inner + 2, i})
		b.add(p.line(i, b.inner))
	}
	if len(p.found) == 0 {
		b.styled(p.st.Dim, "nothing matches")
	}
	for len(b.lines) < room+1 {
		b.add("") // the window keeps its size while the user types
	}
	b.foot = p.list.position()
	return b.render(h)
}

// line is found item i with its matched letters and its keys.
func (p *Palette) line(i, inner int) string {
	f := p.found[i]
	it := p.item(i)
	mark, style := "  ", p.st.Dialog
	switch {
	case i == p.cur:
		mark, style = "▸ ", p.st.ButtonFocus
	case it.Blocked != "":
		style = p.st.Disabled
	}
	right := text.Clean(it.Keys)
	if it.Blocked != "" {
		right = text.Clean(it.Blocked)
	}
	right = text.Truncate(right, inner/2)
	room := inner - 2 - text.Width(right) - 1
	help := text.Truncate(text.Clean(it.Help), room)
	return style.Render(mark) + p.lit(help, f.at, style) +
		style.Render(text.Pad("", room-text.Width(help)+1)+right)
}

// lit is s in a style with its matched runes in another.
func (p *Palette) lit(s string, at []int, style theme.Style) string {
	if len(at) == 0 || p.st.Match.Open() == "" {
		return style.Render(s)
	}
	var b strings.Builder
	b.WriteString(style.Open())
	for i, r := range []rune(s) {
		if slices.Contains(at, i) {
			b.WriteString(p.st.Match.Open() + string(r) + p.st.Match.Close() + style.Open())
		} else {
			b.WriteRune(r)
		}
	}
	b.WriteString(style.Close())
	return b.String()
}

// Help are the keys.
func (p *Palette) Help() []Hint {
	return []Hint{{"↑↓", "choose"}, {"Enter", "do it"}, {"Esc", "change nothing"}}
}
