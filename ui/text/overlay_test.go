package text_test

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/vt"

	"gantry/ui/text"
)

func TestPutKeepsTheFrameAndCutsWideCharacters(t *testing.T) {
	for _, c := range []struct {
		name, line, box string
		x               int
		want            string
	}{
		{"in the middle", "abcdefgh", "XY", 3, "abcXYfgh"},
		{"at the start", "abcdefgh", "XY", 0, "XYcdefgh"},
		{"at the end", "abcdefgh", "XY", 6, "abcdefXY"},
		{"over the left edge", "abcdefgh", "WXY", -2, "Ybcdefgh"},
		{"over the right edge", "abcdefgh", "WXY", 7, "abcdefgW"},
		{"beyond it", "abcdefgh", "WXY", 8, "abcdefgh"},
		{"half of a wide one on the left", "ab世界ef", "XY", 3, "ab XY ef"},
		{"all of a wide one", "ab世界ef", "XY", 2, "abXY界ef"},
		{"wide in the box", "abcdefgh", "世", 2, "ab世efgh"},
		{"a wide one at the edge is cut", "abcdefgh", "a世", 6, "abcdefa "},
	} {
		frame := []string{c.line}
		text.Put(frame, []string{c.box}, c.x, 0)
		if got := ansi.Strip(frame[0]); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

func TestPutIgnoresLinesOutsideTheFrame(t *testing.T) {
	frame := []string{"aaaa", "bbbb"}
	text.Put(frame, []string{"1", "2", "3", "4"}, 0, -1)
	if got := ansi.Strip(strings.Join(frame, "|")); got != "2aaa|3bbb" {
		t.Errorf("got %q", got)
	}
}

func TestPutKeepsStylesOnTheirSide(t *testing.T) {
	frame := []string{"\x1b[31mred text here\x1b[m plain"}
	text.Put(frame, []string{"\x1b[1mBOX"}, 4, 0)
	want := "\x1b[31mred \x1b[m\x1b[1mBOX\x1b[m\x1b[31mt here\x1b[m plain\x1b[m"
	if frame[0] != want {
		t.Errorf("got  %q\nwant %q", frame[0], want)
	}
}

// screen is what an emulated terminal of w columns shows for lines.
func screen(t *testing.T, w int, lines []string) []string {
	t.Helper()
	emu := vt.NewEmulator(w, len(lines))
	if _, err := emu.WriteString(strings.Join(lines, "\r\n")); err != nil {
		t.Fatal(err)
	}
	out := make([]string, len(lines))
	for y := range lines {
		var b strings.Builder
		for x := 0; x < w; {
			cell := emu.CellAt(x, y)
			if cell == nil || cell.Width < 1 {
				x++
				continue
			}
			b.WriteString(cell.Content)
			x += cell.Width
		}
		out[y] = b.String()
	}
	return out
}

func TestPinnedNamesKeepTheColumnsBehindThem(t *testing.T) {
	const w = 20
	// The terminal is told a text that is wider than we believe it is: what
	// follows the pin stands right all the same.
	line := "│" + strings.Replace(text.Pin("ab", 6, 1), "ab    ", "abXX    ", 1) + "│ 1.2 GiB   │"
	got := screen(t, w, []string{line})
	if want := "│abXX  │ 1.2 GiB   │"; strings.TrimRight(got[0], " ") != want {
		t.Errorf("got %q, want %q", got[0], want)
	}
	if n := text.Width(text.Pin("ab", 6, 1)); n != 6 {
		t.Errorf("a pin of 6 columns has %d", n)
	}
}

func TestPutOverAPinLeavesTheBoxWhole(t *testing.T) {
	const w = 20
	for x := range w - 4 {
		line := "│" + text.Pin("ab", 6, 1) + "│" + text.Pin("cd", 6, 8) + "│end! "
		frame := []string{line}
		text.Put(frame, []string{"[BX]"}, x, 0)
		plain := []rune("│ab    │cd    │end! ")
		copy(plain[x:], []rune("[BX]"))
		if got := screen(t, w, frame)[0]; got != string(plain) {
			t.Errorf("at %d: got %q, want %q", x, got, string(plain))
		}
	}
}

func FuzzPut(f *testing.F) {
	f.Add("ab世界cdef", "XY", 3, true)
	f.Add("", "box", 0, false)
	f.Add("🇩🇪🇫🇷", "世", -1, true)
	f.Fuzz(func(t *testing.T, line, box string, x int, styled bool) {
		if x < -1000 || x > 1000 {
			t.Skip()
		}
		line, box = text.Clean(line), text.Clean(box)
		w := text.Width(line)
		if styled {
			line = "\x1b[1m" + line + "\x1b[m"
		}
		frame := []string{line}
		text.Put(frame, []string{box}, x, 0)
		if got := text.Width(frame[0]); got != w {
			t.Fatalf("the frame had %d columns and has %d: %q", w, got, frame[0])
		}
	})
}
