package ui_test

import (
	"strings"
	"testing"

	"gantry/ui"
)

// drawLayout paints every rectangle of a layout with its letter.
func drawLayout(w, h int, l ui.Layout) string {
	if l.TooSmall {
		return "too small"
	}
	cells := make([][]byte, h)
	for y := range cells {
		cells[y] = []byte(strings.Repeat("?", w))
	}
	paint := func(r ui.Rect, c byte) {
		for y := r.Y; y < r.Y+r.H; y++ {
			for x := r.X; x < r.X+r.W; x++ {
				if cells[y][x] != '?' {
					c = '#' // two parts on one cell
				}
				cells[y][x] = c
			}
		}
	}
	paint(l.Panes[0], 'L')
	paint(l.Panes[1], 'R')
	paint(l.Whole, 'W')
	paint(l.Message, 'm')
	paint(l.Status, 's')
	paint(l.Keys, 'k')
	var b strings.Builder
	for _, row := range cells {
		b.WriteString(runs(row) + "\n")
	}
	return b.String()
}

// runs shortens "LLLRR" to "L3 R2".
func runs(row []byte) string {
	var out []string
	for i := 0; i < len(row); {
		j := i
		for j < len(row) && row[j] == row[i] {
			j++
		}
		out = append(out, string(row[i])+itoa(j-i))
		i = j
	}
	return strings.Join(out, " ")
}

func itoa(n int) string {
	if n < 10 {
		return string(rune('0' + n))
	}
	return itoa(n/10) + string(rune('0'+n%10))
}

func TestArrangeAsDrawings(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name string
		w, h int
		p    ui.Prefs
		want string
	}{
		{"two panes", 100, 17, ui.Prefs{}, strings.Repeat("L50 R50\n", 14) + "m100\ns100\nk100\n"},
		{"a low screen has no message line", 80, 12, ui.Prefs{}, strings.Repeat("L40 R40\n", 10) + "s80\nk80\n"},
		{"the divider moves", 100, 10, ui.Prefs{Split: 30}, strings.Repeat("L30 R70\n", 8) + "s100\nk100\n"},
		{"no pane gets under 20 cells", 100, 10, ui.Prefs{Split: 99}, strings.Repeat("L80 R20\n", 8) + "s100\nk100\n"},
		{"a narrow screen has one pane", 40, 10, ui.Prefs{Active: 1}, strings.Repeat("R40\n", 8) + "s40\nk40\n"},
		{"single pane by choice", 100, 10, ui.Prefs{Single: true}, strings.Repeat("L100\n", 8) + "s100\nk100\n"},
		{"a view has the whole place", 100, 10, ui.Prefs{Whole: true}, strings.Repeat("W100\n", 8) + "s100\nk100\n"},
		{"too narrow", 39, 30, ui.Prefs{}, "too small"},
		{"too low", 100, 9, ui.Prefs{}, "too small"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := drawLayout(c.w, c.h, ui.Arrange(c.w, c.h, c.p)); got != c.want {
				t.Errorf("got\n%swant\n%s", got, c.want)
			}
		})
	}
}

func TestArrangeCoversEveryCellOnceAtAnySize(t *testing.T) {
	t.Parallel()
	for w := ui.MinWidth; w <= 300; w += 13 {
		for h := ui.MinHeight; h <= 100; h += 7 {
			for _, p := range []ui.Prefs{{}, {Single: true}, {Whole: true}, {Split: 1}, {Split: 77, Active: 1}} {
				if d := drawLayout(w, h, ui.Arrange(w, h, p)); strings.ContainsAny(d, "?#") {
					t.Fatalf("%dx%d %+v leaves or doubles cells:\n%s", w, h, p, d)
				}
			}
		}
	}
}
