package ui

import (
	"fmt"
	"slices"
	"strings"

	"gantry/ui/text"
)

// drawKeys is the bar of the actions that have a word for it. Each is a button;
// one that is not possible now is dimmed.
func (m *Model) drawKeys(r Rect) string {
	if m.dialogs.Len() > 0 {
		return m.drawHints(r.W)
	}
	var b strings.Builder
	x := 0
	for _, i := range m.fitting(r.W) {
		a := &m.actions[i]
		key := keyLabel(a.Keys[0])
		w := text.Width(key) + text.Width(a.Bar)
		style := m.st.KeyName
		if m.blocked(a) != "" {
			style = m.st.KeyOff
		}
		if x > 0 {
			b.WriteString(" ")
			x++
		}
		b.WriteString(m.st.KeyNum.Render(key) + style.Render(a.Bar))
		m.zones = append(m.zones, zone{Rect{x, r.Y, w, 1}, a.ID})
		x += w
	}
	return b.String() + text.Pad("", r.W-x)
}

// fitting are the actions of the key bar that are for the view in front and fit
// w columns, as indexes.
func (m *Model) fitting(w int) []int {
	var bar []int
	used := -1
	width := func(i int) int { return text.Width(keyLabel(m.actions[i].Keys[0])) + text.Width(m.actions[i].Bar) + 1 }
	for _, i := range m.bar {
		if s := m.actions[i].Scope; s == anywhere || s == m.view {
			bar = append(bar, i)
			used += width(i)
		}
	}
	for _, id := range dispensable() {
		at := slices.IndexFunc(bar, func(i int) bool { return m.actions[i].ID == id })
		if used > w && at >= 0 {
			used -= width(bar[at])
			bar = slices.Delete(bar, at, at+1)
		}
	}
	for used > w && len(bar) > 0 {
		used -= width(bar[len(bar)-1])
		bar = bar[:len(bar)-1]
	}
	return bar
}

// dispensable are the actions that leave a key bar which is too narrow, in this
// order: what has other ways first, what a newcomer looks for last.
func dispensable() []string {
	return []string{"servers", "palette", "edit", "menu", "new-folder", "view", "move", "queue"}
}

// keyBar is which actions the key bar may show, by index: those with a function
// key in the order of the keyboard, then the letters.
func keyBar(actions []Action) []int {
	var bar []int
	for i := range actions {
		if a := &actions[i]; a.Bar != "" && len(a.Keys) > 0 {
			bar = append(bar, i)
		}
	}
	rank := func(i int) int {
		var n int
		if _, err := fmt.Sscanf(actions[i].Keys[0], "f%d", &n); err != nil {
			return 100
		}
		return n
	}
	slices.SortStableFunc(bar, func(i, j int) int { return rank(i) - rank(j) })
	return bar
}
