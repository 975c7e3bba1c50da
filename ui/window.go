package ui

import (
	"strings"

	"gantry/ui/text"
	"gantry/ui/theme"
)

// window draws a framed list that has the place of both panes.
type window struct {
	st    *theme.Styles
	title string
	w, h  int
	body  []string
	low   string
}

func newWindow(st *theme.Styles, title string, w, h int) *window {
	return &window{st: st, title: title, w: w, h: h}
}

// foot sets the last line.
func (f *window) foot(t string) { f.low = t }

// lowWindow is the height below which the last line stands in the border, so
// that the list has its place.
const lowWindow = 12

// windowRoom is how many lines of a window of h lines are for its list.
func windowRoom(h int) int {
	if h < lowWindow {
		return max(0, h-2)
	}
	return h - 4
}

// lines are exactly h lines of w columns.
func (f *window) lines(h int) []string {
	edge := f.st.BorderFocus
	side := edge.Render("│")
	rule := func(l, word, r string) string {
		return edge.Render(l + word + strings.Repeat("─", max(0, f.w-2-text.Width(word))) + r)
	}
	out := make([]string, 0, h)
	out = append(out, rule("┌", " "+text.Truncate(f.title, f.w-6)+" ", "┐"))
	for i := range windowRoom(h) {
		l := text.Pad("", f.w-4)
		if i < len(f.body) {
			l = f.body[i]
		}
		out = append(out, side+" "+l+" "+side)
	}
	if h < lowWindow {
		word := ""
		if f.low != "" {
			word = " " + text.Truncate(f.low, f.w-6) + " "
		}
		return append(out, rule("└", word, "┘"))[:h]
	}
	low := f.st.Foot.Render(text.Pad(f.low, f.w-4))
	return append(out, rule("├", "", "┤"), side+" "+low+" "+side, rule("└", "", "┘"))
}
