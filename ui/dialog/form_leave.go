package dialog

import (
	"strconv"
	"strings"

	tea "github.com/charmbracelet/bubbletea"
)

// Esc in a form that was changed would throw away what was typed, so it asks.
// The question stands in the form itself, in place of its buttons; it starts on
// going on, as Esc does there: Esc never loses anything.

const leavingText = "! What you have changed is not saved. Leave it all the same?"

// begin notes what the fields hold before the user does anything.
func (f *Form) begin() {
	if f.first == "" {
		f.first = f.all()
	}
}

// all is the values of all fields, hidden ones as well, told apart.
func (f *Form) all() string {
	var b strings.Builder
	for _, r := range f.rows {
		b.WriteString(strconv.Quote(r.value()))
	}
	return b.String()
}

// leaveForm closes the form if nothing was changed, else it asks.
func (f *Form) leaveForm() (done bool) {
	if f.all() == f.first {
		return true
	}
	f.leave(f.shown())
	f.leaving, f.back = true, f.cur
	f.cur = len(f.shown())
	return false
}

// answer is a key while the form asks.
func (f *Form) answer(k tea.KeyMsg) (done bool) {
	n := len(f.shown())
	switch k.String() {
	case "left", "right", "tab", "shift+tab", "h", "l":
		f.cur = 2*n + 1 - f.cur
	case "ctrl+c", "d":
		return true
	case "enter":
		return f.settle(f.cur - n)
	case "esc", "g":
		f.settle(0)
	}
	return false
}

// settle is a button of the question: going on, or discarding.
func (f *Form) settle(button int) (done bool) {
	f.leaving, f.cur = false, f.back
	return button == 1
}
