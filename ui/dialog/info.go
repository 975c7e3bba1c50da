package dialog

import (
	tea "github.com/charmbracelet/bubbletea"

	"gantry/ui/text"
	"gantry/ui/theme"
)

// InfoOptions is a text to read.
type InfoOptions struct {
	Title string
	Text  string // any number of lines; long ones are wrapped
	Width int    // columns of text that it would like; 70 when 0

	// OnCopy puts the text into the clipboard: Y, or a button. nil offers none.
	OnCopy func() tea.Cmd
}

// Info shows a text and scrolls.
type Info struct {
	st     *theme.Styles
	o      InfoOptions
	body   scroll
	lines  []string // wrapped for width
	width  int
	button zones
}

// NewInfo makes the window.
func NewInfo(st *theme.Styles, o InfoOptions) *Info {
	if o.Width <= 0 {
		o.Width = 70
	}
	return &Info{st: st, o: o}
}

// Update scrolls; Enter and q close.
func (i *Info) Update(msg tea.Msg) (done bool, cmd tea.Cmd) {
	if leaves(msg) {
		return true, nil
	}
	k, ok := msg.(tea.KeyMsg)
	if !ok {
		return false, nil
	}
	s := k.String()
	switch {
	case i.o.OnCopy != nil && (s == "Y" || s == "y"):
		return false, i.o.OnCopy()
	case i.body.key(k):
		return false, nil
	}
	return s == "enter" || s == "q", nil
}

// Mouse scrolls and presses the button.
func (i *Info) Mouse(x, y int, msg tea.MouseMsg) (done bool, cmd tea.Cmd) {
	i.body.wheel(msg)
	if !clicked(msg) {
		return false, nil
	}
	hit := i.button.at(x, y)
	if hit == 1 {
		return false, i.o.OnCopy()
	}
	return hit == 0, nil
}

// View is the part of the text that is scrolled to.
func (i *Info) View(w, h int) []string {
	b := newBox(i.st, i.o.Title, i.o.Width, w)
	if i.width != b.inner {
		i.lines, i.width = text.Wrap(i.o.Text, b.inner), b.inner
	}
	from, to := i.body.window(len(i.lines), h-borders-1)
	b.add(i.lines[from:to]...)
	b.foot = i.body.position()
	faces := []button{{label: "Close"}}
	if i.o.OnCopy != nil {
		faces = append(faces, button{label: "Copy"})
	}
	bs, hits := buttons(i.st, faces, 0, b.inner, len(b.lines)+1)
	i.button = hits
	b.add(bs...)
	return b.render(h)
}

// Help are the keys.
func (i *Info) Help() []Hint {
	if i.o.OnCopy != nil {
		return []Hint{{"Y", "copy"}, {"↑↓", "scroll"}, {"Esc", "close"}}
	}
	return []Hint{{"Esc", "close"}, {"↑↓", "scroll"}}
}
