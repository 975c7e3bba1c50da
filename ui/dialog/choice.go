package dialog

import (
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"gantry/ui/text"
	"gantry/ui/theme"
)

// ChoiceOptions is a question with several answers: what a drop does, how to
// quit, what becomes of the jobs of yesterday.
type ChoiceOptions struct {
	Title   string
	Text    string // above the options; may be ""
	Options []Option
	Cursor  int    // the option to begin with
	At      *Point // hang there, and close on a click elsewhere; nil for the middle
}

// Choice lets the user pick one of several options by letter, arrows or mouse.
type Choice struct {
	st   *theme.Styles
	o    ChoiceOptions
	cur  int
	list scroll
	hits zones
}

// NewChoice makes the question.
func NewChoice(st *theme.Styles, o ChoiceOptions) *Choice {
	return &Choice{st: st, o: o, cur: within(o.Cursor, len(o.Options))}
}

// Update takes a letter of an option, arrows and Enter.
func (c *Choice) Update(msg tea.Msg) (done bool, cmd tea.Cmd) {
	if leaves(msg) {
		return true, nil
	}
	k, ok := msg.(tea.KeyMsg)
	if !ok || k.Paste {
		return false, nil
	}
	for i, o := range c.o.Options {
		if o.Key != "" && strings.EqualFold(o.Key, k.String()) {
			return c.pick(i)
		}
	}
	switch n := len(c.o.Options); k.String() {
	case "up", "k", "shift+tab":
		c.cur = (c.cur + n - 1) % max(1, n)
	case "down", "j", "tab":
		c.cur = (c.cur + 1) % max(1, n)
	case "home":
		c.cur = 0
	case "end":
		c.cur = max(0, n-1)
	case "enter":
		return c.pick(c.cur)
	}
	return false, nil
}

// pick runs option i if it is possible.
func (c *Choice) pick(i int) (done bool, cmd tea.Cmd) {
	if i < 0 || i >= len(c.o.Options) {
		return false, nil
	}
	c.cur = i
	if c.o.Options[i].Blocked != "" {
		return false, nil
	}
	return true, c.o.Options[i].run()
}

// Mouse picks an option; elsewhere a click closes a window that hangs somewhere.
func (c *Choice) Mouse(x, y int, msg tea.MouseMsg) (done bool, cmd tea.Cmd) {
	i := c.hits.at(x, y)
	switch {
	case msg.Action == tea.MouseActionMotion && i >= 0:
		c.cur = i
	case clicked(msg) && i >= 0:
		return c.pick(i)
	case pressed(msg) && c.o.At != nil && c.hits.outside(x, y):
		return true, nil
	}
	return false, nil
}

// Place hangs the window at its point.
func (c *Choice) Place(w, h, boxW, boxH int) (x, y int) {
	if c.o.At != nil {
		return place(*c.o.At, w, h, boxW, boxH)
	}
	return (w - boxW) / 2, (h - boxH) / 2
}

// View is the text and the options, one a line.
func (c *Choice) View(w, h int) []string {
	inner, label := 0, 0
	for _, o := range c.o.Options {
		label = max(label, min(labelMost, text.Width(labelOf(o))))
	}
	for _, o := range c.o.Options {
		inner = max(inner, 1+text.Width(optionLine(o, label)))
	}
	if c.o.Text != "" {
		inner = max(inner, min(60, text.Width(text.Clean(c.o.Text))))
	}
	b := newBox(c.st, c.o.Title, inner, w)
	if len(c.o.Options) > 0 {
		b.danger = c.o.Options[c.cur].Danger
	}
	if lines := text.Wrap(c.o.Text, b.inner); len(lines) > 0 {
		b.add(lines[:max(0, min(len(lines), h-borders-min(len(c.o.Options), 3)))]...)
	}
	room := h - borders - len(b.lines)
	c.list.page = room
	c.list.show(c.cur)
	from, to := c.list.window(len(c.o.Options), room)
	c.hits = c.hits[:0]
	for i := from; i < to; i++ {
		c.hits = append(c.hits, zone{1, len(b.lines) + 1, b.inner + 2, i})
		mark := " "
		if i == c.cur {
			mark = "▸"
		}
		b.styled(c.look(i), mark+optionLine(c.o.Options[i], label))
	}
	b.foot = c.list.position()
	return b.render(h)
}

// look is the style of option i.
func (c *Choice) look(i int) theme.Style {
	o := c.o.Options[i]
	switch {
	case i == c.cur && o.Danger && o.Blocked == "":
		return c.st.ButtonDanger
	case i == c.cur:
		return c.st.ButtonFocus
	case o.Blocked != "":
		return c.st.Disabled
	}
	return c.st.Dialog
}

// labelMost is how wide labels are made for what stands beside them.
const labelMost = 30

func labelOf(o Option) string {
	if o.Key == "" {
		return text.Clean(o.Label)
	}
	return "[" + text.Clean(o.Key) + "] " + text.Clean(o.Label)
}

// optionLine is an option with its help, or why it is not possible, behind label
// columns.
func optionLine(o Option, label int) string {
	line, more := labelOf(o), o.Help
	if o.Blocked != "" {
		more = o.Blocked
	}
	if more == "" {
		return line
	}
	return line + text.Pad("", label-text.Width(line)) + "  " + text.Clean(more)
}

// outside tells whether a cell lies beyond the rows of all zones and their
// frame, which is true for every cell off the window.
func (z zones) outside(x, y int) bool {
	for _, a := range z {
		if x >= a.x-1 && x <= a.x+a.w && y >= a.y-1 && y <= a.y+1 {
			return false
		}
	}
	return true
}

// Help are the keys.
func (c *Choice) Help() []Hint {
	return []Hint{{"↑↓", "choose"}, {"Enter", "take it"}, {"Esc", "change nothing"}}
}
