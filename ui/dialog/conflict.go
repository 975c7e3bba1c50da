package dialog

import (
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"gantry/ui/text"
	"gantry/ui/theme"
)

// Resolution is what becomes of an item whose target exists.
type Resolution string

// The resolutions. Rename gives the new one a free name, KeepBoth the old one.
const (
	Overwrite  Resolution = "overwrite"
	IfNewer    Resolution = "newer"
	IfSize     Resolution = "size"
	IfChecksum Resolution = "checksum"
	Rename     Resolution = "rename"
	KeepBoth   Resolution = "keep-both"
	Skip       Resolution = "skip"
)

// Side is the source or the target of a conflict.
type Side struct {
	Size     int64 // bytes; -1 when unknown
	Modified time.Time
	Location string
}

// ConflictOptions describe an item whose target exists.
type ConflictOptions struct {
	Name           string
	Source, Target Side
	Versioned      bool      // overwriting keeps the old content
	More           int       // further open conflicts of the job
	Now            time.Time // for "today"

	// OnAnswer gets the decision; all means every conflict of the job from now on.
	OnAnswer  func(r Resolution, all bool) tea.Cmd
	OnDetails func() tea.Cmd // shows both in full; the window stays open; may be nil
}

// Conflict asks what becomes of an item whose target exists. Esc decides later.
type Conflict struct {
	st   *theme.Styles
	o    ConflictOptions
	cur  int // into the answers
	all  bool
	hits zones
}

// An answer is a button of the window.
type answer struct {
	key, label string
	is         Resolution // "" for details and later
}

func answers() []answer {
	return []answer{
		{"o", "Overwrite", Overwrite},
		{"n", "If newer", IfNewer},
		{"z", "If size differs", IfSize},
		{"c", "If checksum differs", IfChecksum},
		{"r", "Rename new", Rename},
		{"k", "Keep both", KeepBoth},
		{"s", "Skip", Skip},
		{"d", "Details", ""},
		{"esc", "Decide later", ""},
	}
}

// ids of what can be clicked beside the answers.
const (
	zoneThis = 100 + iota
	zoneAll
)

// NewConflict makes the question. It starts on Skip, which changes nothing.
func NewConflict(st *theme.Styles, o ConflictOptions) *Conflict {
	return &Conflict{st: st, o: o, cur: 6}
}

// Update takes the letters of the answers, a or Tab for "all", arrows and Enter.
func (c *Conflict) Update(msg tea.Msg) (done bool, cmd tea.Cmd) {
	if leaves(msg) {
		return true, nil
	}
	k, ok := msg.(tea.KeyMsg)
	if !ok || k.Paste {
		return false, nil
	}
	all := answers()
	for i, a := range all {
		if k.String() == a.key {
			return c.pick(i)
		}
	}
	switch n := len(all); k.String() {
	case "a", "tab", " ":
		c.all = !c.all
	case "left", "up", "h":
		c.cur = (c.cur + n - 1) % n
	case "right", "down", "l", "j":
		c.cur = (c.cur + 1) % n
	case "enter":
		return c.pick(c.cur)
	}
	return false, nil
}

func (c *Conflict) pick(i int) (done bool, cmd tea.Cmd) {
	a := answers()[i]
	switch {
	case a.key == "esc":
		return true, nil
	case a.is == "":
		if c.o.OnDetails == nil {
			return false, nil
		}
		return false, c.o.OnDetails()
	case c.o.OnAnswer == nil:
		return true, nil
	}
	return true, c.o.OnAnswer(a.is, c.all)
}

// Mouse presses an answer or chooses what it applies to.
func (c *Conflict) Mouse(x, y int, msg tea.MouseMsg) (done bool, cmd tea.Cmd) {
	if !clicked(msg) {
		return false, nil
	}
	switch i := c.hits.at(x, y); i {
	case -1:
	case zoneThis, zoneAll:
		c.all = i == zoneAll
	default:
		return c.pick(i)
	}
	return false, nil
}

// Help are the keys.
func (c *Conflict) Help() []Hint {
	return []Hint{{"a", "this or all"}, {"Enter", answers()[c.cur].label}, {"Esc", "decide later"}}
}

// View is both sides, the answers in a grid, and what they apply to.
func (c *Conflict) View(w, h int) []string {
	b := newBox(c.st, "Target exists", 72, w)
	grid, hits := c.grid(b.inner)
	sides := c.sides(b.inner)
	if room := h - borders - len(grid) - 1; room < len(sides) {
		sides = c.short(b.inner)
		sides = sides[:max(0, min(len(sides), room))]
	}
	b.add(sides...)
	if len(b.lines)+len(grid)+1+borders < h {
		b.add("")
	}
	top := len(b.lines) + 1
	b.add(grid...)
	c.hits = c.hits[:0]
	for _, z := range hits {
		z.y += top
		c.hits = append(c.hits, z)
	}
	c.apply(b)
	return b.render(h)
}

// sides are the source and the target in two columns under their heads.
func (c *Conflict) sides(inner int) []string {
	lead := min(24, inner/3)
	col := (inner - lead) / 2
	head := text.Pad("", lead) + c.st.Header.Render(text.Pad("source", col)) + c.st.Header.Render(text.Pad("target", inner-lead-col))
	name := text.Pad(text.Middle(text.Clean(c.o.Name), lead-2), lead)
	out := []string{
		head,
		name + text.Pad(c.facts(c.o.Source), col) + text.Pad(c.facts(c.o.Target), inner-lead-col),
	}
	if inner < 60 { // too narrow for the columns
		out = c.short(inner)
	}
	if c.o.Versioned {
		out = append(out, c.st.Dim.Render(text.Truncate("(versioned: the old one is kept)", inner)))
	}
	return out
}

// short are the sides below each other, for narrow or low screens.
func (c *Conflict) short(inner int) []string {
	return []string{
		text.Middle(text.Clean(c.o.Name), inner),
		text.Truncate("source  "+c.facts(c.o.Source), inner),
		text.Truncate("target  "+c.facts(c.o.Target), inner),
	}
}

func (c *Conflict) facts(s Side) string {
	return text.PadLeft(text.Size(s.Size), 8) + "  " + text.WhenLong(s.Modified, c.o.Now)
}

// grid are the answers in as many columns as fit, and where they are.
func (c *Conflict) grid(inner int) ([]string, zones) {
	all := answers()
	cols, gap := 4, 2
	widths := c.columns(all, cols)
	for cols > 1 && sum(widths)+gap*(cols-1) > inner {
		cols--
		widths = c.columns(all, cols)
	}
	var lines []string
	var zs zones
	line, x := "", 0
	for i, a := range all {
		wd := min(widths[i%cols], inner)
		label := text.Pad(face(a), wd)
		style := c.st.Dialog
		if i == c.cur {
			style = c.st.ButtonFocus
			label = text.Pad("▸"+face(a)[1:], wd)
		}
		zs = append(zs, zone{margin/2 + x, len(lines), wd, i})
		line += style.Render(label)
		x += wd
		if i%cols == cols-1 || i == len(all)-1 {
			lines, line, x = append(lines, line), "", 0
		} else {
			line += text.Pad("", gap)
			x += gap
		}
	}
	return lines, zs
}

// columns are the widths of a grid of the answers.
func (c *Conflict) columns(all []answer, cols int) []int {
	widths := make([]int, cols)
	for i, a := range all {
		widths[i%cols] = max(widths[i%cols], text.Width(face(a)))
	}
	return widths
}

func face(a answer) string {
	key := a.key
	if key == "esc" {
		key = "Esc"
	}
	return "[" + key + "] " + a.label
}

func sum(ns []int) int {
	total := 0
	for _, n := range ns {
		total += n
	}
	return total
}

// apply adds the line that says what the answer applies to.
func (c *Conflict) apply(b *box) {
	this, all := "( ) this file", "( ) all in this job"
	if c.all {
		all = "(•)" + all[3:]
	} else {
		this = "(•)" + this[3:]
	}
	if c.o.More > 0 {
		all += " (" + text.Count(int64(c.o.More)) + " more)"
	}
	lead := "[a] Apply to: "
	if b.inner < 52 {
		lead = "[a] "
	}
	y := len(b.lines) + 1
	c.hits = append(c.hits,
		zone{margin/2 + len(lead), y, text.Width(this), zoneThis},
		zone{margin/2 + len(lead) + text.Width(this) + 2, y, text.Width(all), zoneAll})
	b.add(lead + this + "  " + all)
}
