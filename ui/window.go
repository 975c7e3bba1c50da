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

// line adds a line, cut and padded.
func (f *window) line(s theme.Style, t string) {
	f.body = append(f.body, s.Render(text.Pad(t, f.w-4)))
}

// foot sets the last line.
func (f *window) foot(s theme.Style, t string) { f.low = s.Render(text.Pad(t, f.w-4)) }

// lines are exactly h lines of w columns.
func (f *window) lines(h int) []string {
	edge := f.st.BorderFocus
	side := edge.Render("│")
	rule := func(l, word, r string) string {
		return edge.Render(l + word + strings.Repeat("─", max(0, f.w-2-text.Width(word))) + r)
	}
	out := make([]string, 0, h)
	out = append(out, rule("┌", " "+text.Truncate(f.title, f.w-6)+" ", "┐"))
	for i := range max(0, h-4) {
		l := text.Pad("", f.w-4)
		if i < len(f.body) {
			l = f.body[i]
		}
		out = append(out, side+" "+l+" "+side)
	}
	out = append(out, rule("├", "", "┤"), side+" "+f.low+" "+side, rule("└", "", "┘"))
	return out[:min(len(out), h)]
}
