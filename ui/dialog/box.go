package dialog

import (
	"strings"

	"gantry/ui/text"
	"gantry/ui/theme"
)

// margin is what a window's frame takes from its width: a border and a space
// on each side; borders is what it takes from its height.
const (
	margin  = 4
	borders = 2
)

// box draws the frame around the lines of a window.
type box struct {
	st     *theme.Styles
	title  string
	foot   string // in the lower border
	danger bool
	inner  int // columns between the margins
	lines  []string
}

// newBox is a box that would like inner columns and has w in all.
func newBox(st *theme.Styles, title string, inner, w int) *box {
	title = text.Clean(title)
	inner = max(inner, text.Width(title)+2)
	return &box{st: st, title: title, inner: max(1, min(inner, w-margin))}
}

// add appends lines, plain or styled, cut and padded to the box.
func (b *box) add(lines ...string) {
	for _, l := range lines {
		b.lines = append(b.lines, text.Pad(l, b.inner))
	}
}

// styled appends lines in one style.
func (b *box) styled(s theme.Style, lines ...string) {
	for _, l := range lines {
		b.lines = append(b.lines, s.Render(text.Pad(l, b.inner)))
	}
}

// render is the box with its frame, cut to h lines.
func (b *box) render(h int) []string {
	edge := b.st.DialogBorder
	if b.danger {
		edge = b.st.DialogDanger
	}
	side := edge.Render("│")
	ground := b.st.Dialog.Open()
	on := func(line string) string { // what ends its style falls back to the window's
		if ground == "" {
			return line
		}
		return ground + strings.ReplaceAll(line, theme.Reset, theme.Reset+ground) + theme.Reset
	}
	out := make([]string, 0, len(b.lines)+borders)
	out = append(out, on(edge.Render(rule("┌", b.title, "┐", b.inner+margin))))
	room := max(0, h-borders)
	for _, l := range b.lines[:min(len(b.lines), room)] {
		out = append(out, on(side+" "+l+" "+side))
	}
	out = append(out, on(edge.Render(rule("└", b.foot, "┘", b.inner+margin))))
	return out[:min(len(out), h)]
}

// rule is a horizontal border of w columns with a word in it.
func rule(left, word, right string, w int) string {
	if word != "" {
		word = " " + text.Truncate(word, w-5) + " "
	}
	return left + word + strings.Repeat("─", max(0, w-2-text.Width(word))) + right
}

// zone is a place in a window that can be clicked.
type zone struct{ x, y, w, id int }

// zones are what can be clicked in the last view of a window.
type zones []zone

// at is the id of the zone at a cell, -1 when there is none.
func (z zones) at(x, y int) int {
	for i := len(z) - 1; i >= 0; i-- {
		if z[i].y == y && x >= z[i].x && x < z[i].x+z[i].w {
			return z[i].id
		}
	}
	return -1
}

// button is a word that can be pressed.
type button struct {
	label  string
	danger bool
}

// buttons lays out bs in lines of inner columns, beginning at line y of the
// window, and says where they are.
func buttons(st *theme.Styles, bs []button, focus, inner, y int) ([]string, zones) {
	var lines []string
	var zs zones
	line, col := "", 0
	for i, b := range bs {
		label := text.Truncate(b.label, inner-4)
		w := text.Width(label) + 4
		if col > 0 && col+2+w > inner {
			lines, line, col = append(lines, line), "", 0
		}
		if col > 0 {
			line, col = line+"  ", col+2
		}
		zs = append(zs, zone{margin/2 + col, y + len(lines), w, i})
		style, face := st.Button, "[ "+label+" ]"
		if i == focus {
			style, face = st.ButtonFocus, "[▸"+label+" ]"
			if b.danger {
				style = st.ButtonDanger
			}
		}
		line, col = line+style.Render(face), col+w
	}
	return append(lines, line), zs
}
