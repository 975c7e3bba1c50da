package dialog

import (
	"strconv"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"gantry/ui/text"
	"gantry/ui/theme"
)

// typeAbove is the number of objects above which a dangerous question wants the
// number typed.
const typeAbove = 1000

// ConfirmOptions is a question of yes or no.
type ConfirmOptions struct {
	Title   string
	Text    string // what will happen; for a dangerous one objects, bytes, versions, the exact prefix
	Danger  bool   // starts on No
	Wait    bool   // Yes is not possible yet: what will happen is still being found out
	Objects int64  // how many are struck; above 1,000 a dangerous question wants the number typed
	Yes, No string // the buttons; "Yes" and "No" when empty
	OnYes   func() tea.Cmd
	OnNo    func() tea.Cmd // the No button; Esc does not call it; may be nil
}

// Confirm asks a question of yes or no.
type Confirm struct {
	st    *theme.Styles
	o     ConfirmOptions
	yes   bool // the focused button
	typed *field
	hits  zones
	text  scroll
	wrong bool // the number did not match
}

// NewConfirm makes the question.
func NewConfirm(st *theme.Styles, o ConfirmOptions) *Confirm {
	if o.Yes == "" {
		o.Yes = "Yes"
	}
	if o.No == "" {
		o.No = "No"
	}
	c := &Confirm{st: st, o: o, yes: !o.Danger}
	if o.Danger && o.Objects > typeAbove {
		c.typed = newField("", false)
	}
	return c
}

// Change shows o instead; what the user has typed and where the focus is stays.
func (c *Confirm) Change(o ConfirmOptions) {
	fresh := NewConfirm(c.st, o)
	fresh.yes, fresh.text = c.yes, c.text
	if fresh.typed != nil && c.typed != nil {
		fresh.typed = c.typed
	}
	*c = *fresh
}

// Update takes y, n, arrows and Enter, or the number.
func (c *Confirm) Update(msg tea.Msg) (done bool, cmd tea.Cmd) {
	if leaves(msg) {
		return true, nil
	}
	k, ok := msg.(tea.KeyMsg)
	if !ok {
		return false, nil
	}
	if k.Paste && c.typed == nil {
		return false, nil
	}
	switch k.String() {
	case "enter":
		return c.answer(c.yes || c.typed != nil && c.typed.value() != "") // a wrong number is told
	case "left", "right", "tab", "shift+tab":
		c.yes = !c.yes
		return false, nil
	case "up", "down", "pgup", "pgdown":
		c.text.key(k)
		return false, nil
	}
	if c.typed != nil {
		c.typed.update(k)
		c.wrong, c.yes = false, c.matches() // Enter does what the mark says
		return false, nil
	}
	switch k.String() {
	case "y", "Y":
		return c.answer(true)
	case "n", "N":
		return c.answer(false)
	case "h", "l":
		c.yes = !c.yes
	}
	return false, nil
}

// answer runs the closure of a button, unless the number is missing.
func (c *Confirm) answer(yes bool) (done bool, cmd tea.Cmd) {
	run := c.o.OnNo
	if yes && c.o.Wait {
		return false, nil
	}
	if yes {
		if c.typed != nil && !c.matches() {
			c.wrong = true
			return false, nil
		}
		run = c.o.OnYes
	}
	if run == nil {
		return true, nil
	}
	return true, run()
}

func (c *Confirm) matches() bool {
	clean := strings.NewReplacer(",", "", ".", "", " ", "", "'", "").Replace(c.typed.value())
	return clean == strconv.FormatInt(c.o.Objects, 10)
}

// Mouse presses the buttons and scrolls the text.
func (c *Confirm) Mouse(x, y int, msg tea.MouseMsg) (done bool, cmd tea.Cmd) {
	c.text.wheel(msg)
	if !clicked(msg) {
		return false, nil
	}
	switch c.hits.at(x, y) {
	case 0:
		return c.answer(true)
	case 1:
		return c.answer(false)
	}
	return false, nil
}

// View is the text, the field for the number if there is one, and the buttons.
func (c *Confirm) View(w, h int) []string {
	b := newBox(c.st, c.o.Title, 60, w)
	b.danger = c.o.Danger
	lines := text.Wrap(c.o.Text, b.inner)
	fixed := 2
	if c.typed != nil {
		fixed += 2
	}
	from, to := c.text.window(len(lines), h-borders-fixed)
	b.add(lines[from:to]...)
	b.foot = c.text.position()
	if c.typed != nil {
		ask := "Type " + text.Count(c.o.Objects) + " to go on:"
		style := c.st.Dim
		if c.wrong {
			ask, style = "That is not it. "+ask, c.st.Bad
		}
		b.styled(style, ask)
		b.add(c.typed.view(c.st, min(b.inner, 20), true))
	}
	if h > 8 {
		b.add("")
	}
	focus := 1
	if c.yes {
		focus = 0
	}
	bs, hits := buttons(c.st, []button{{text.Clean(c.o.Yes), c.o.Danger}, {text.Clean(c.o.No), false}}, focus, b.inner, len(b.lines)+1)
	c.hits = hits
	b.add(bs...)
	return b.render(h)
}

// Help are the keys.
func (c *Confirm) Help() []Hint {
	if c.typed != nil {
		return []Hint{{"Enter", "confirm"}, {"Esc", "change nothing"}}
	}
	return []Hint{{"y", text.Clean(c.o.Yes)}, {"n", text.Clean(c.o.No)}, {"Esc", "change nothing"}}
}
