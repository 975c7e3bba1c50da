package dialog

import (
	"errors"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"gantry/ui/text"
	"gantry/ui/theme"
)

// FailureOptions tell about something that went wrong.
type FailureOptions struct {
	Title string
	Hint  string   // what is wrong and what to do about it, in a sentence; shown first
	Err   error    // shown below, cause by cause; may be nil
	More  []string // further lines, such as a request id
	Retry func() tea.Cmd
}

// Failure tells about something that went wrong: the remedy first, the causes
// below.
type Failure struct {
	st   *theme.Styles
	o    FailureOptions
	body scroll
	bs   []button
	cur  int
	hits zones
}

// NewFailure makes the window. It starts on Close.
func NewFailure(st *theme.Styles, o FailureOptions) *Failure {
	f := &Failure{st: st, o: o, bs: []button{{label: "Close"}}}
	if o.Retry != nil {
		f.bs = append(f.bs, button{label: "Retry"})
	}
	return f
}

// Update scrolls and takes the buttons.
func (f *Failure) Update(msg tea.Msg) (done bool, cmd tea.Cmd) {
	if leaves(msg) {
		return true, nil
	}
	k, ok := msg.(tea.KeyMsg)
	if !ok || f.body.key(k) {
		return false, nil
	}
	switch k.String() {
	case "left", "right", "tab", "shift+tab":
		f.cur = (f.cur + 1) % len(f.bs)
	case "enter":
		return f.press(f.cur)
	case "q":
		return true, nil
	case "r":
		if f.o.Retry != nil {
			return f.press(1)
		}
	}
	return false, nil
}

func (f *Failure) press(i int) (done bool, cmd tea.Cmd) {
	switch i {
	case 0:
		return true, nil
	case 1:
		return true, f.o.Retry()
	}
	return false, nil
}

// Mouse scrolls and presses the buttons.
func (f *Failure) Mouse(x, y int, msg tea.MouseMsg) (done bool, cmd tea.Cmd) {
	f.body.wheel(msg)
	if clicked(msg) {
		return f.press(f.hits.at(x, y))
	}
	return false, nil
}

// View is the hint, the causes and the buttons.
func (f *Failure) View(w, h int) []string {
	b := newBox(f.st, f.o.Title, 70, w)
	b.danger = true
	type line struct {
		s theme.Style
		t string
	}
	var all []line
	for _, l := range text.Wrap(f.o.Hint, b.inner) {
		all = append(all, line{f.st.Dialog, l})
	}
	for i, c := range append(Chain(f.o.Err), f.o.More...) {
		if i == 0 && len(all) > 0 {
			all = append(all, line{})
		}
		for _, l := range text.Wrap(c, b.inner) {
			all = append(all, line{f.st.Dim, l})
		}
	}
	from, to := f.body.window(len(all), h-borders-1)
	for _, l := range all[from:to] {
		b.styled(l.s, l.t)
	}
	b.foot = f.body.position()
	if h-borders-len(b.lines) > 1 {
		b.add("")
	}
	bs, hits := buttons(f.st, f.bs, f.cur, b.inner, len(b.lines)+1)
	f.hits = hits
	b.add(bs...)
	return b.render(h)
}

// Help are the keys.
func (f *Failure) Help() []Hint {
	if f.o.Retry != nil {
		return []Hint{{"Esc", "close"}, {"r", "retry"}, {"↑↓", "scroll"}}
	}
	return []Hint{{"Esc", "close"}, {"↑↓", "scroll"}}
}

// Chain are the causes in err's tree, the outermost first, each without what
// the causes below it say again. The texts are as untrusted as err is.
func Chain(err error) []string {
	var out []string
	var walk func(error)
	walk = func(e error) {
		if e == nil {
			return
		}
		var below []error
		switch u := e.(type) {
		case interface{ Unwrap() error }:
			if b := u.Unwrap(); b != nil {
				below = []error{b}
			}
		case interface{ Unwrap() []error }:
			below = u.Unwrap()
		}
		if t := own(e, below); t != "" {
			out = append(out, t)
		}
		for _, b := range below {
			walk(b)
		}
	}
	walk(err)
	return out
}

// own is what e says itself.
func own(e error, below []error) string {
	t := e.Error()
	if len(below) > 1 || len(below) == 1 && t == errors.Join(below...).Error() {
		return "" // a mere list
	}
	if len(below) == 1 && below[0] != nil {
		t = strings.TrimSuffix(t, below[0].Error())
		t = strings.TrimRight(t, ": ")
	}
	return t
}
