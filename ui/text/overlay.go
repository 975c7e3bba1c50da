package text

import (
	"strconv"
	"strings"
)

// Pin is a cell of w columns at column x (counted from 0) of the screen for a
// text that is not exact: wherever the terminal thinks the text ends, what
// follows stands right. s must be clean; it is cut and padded to w.
func Pin(s string, w, x int) string {
	return "\x1b[" + strconv.Itoa(x+1) + "G\x1b[" + strconv.Itoa(max(1, w)) + "X" +
		Pad(s, w) + "\x1b[" + strconv.Itoa(x+w+1) + "G"
}

// Put lays box over frame with its top left corner at column x, line y. The
// lines of frame have one width, and keep it: what sticks out of the frame is
// cut off, and a wide character that is half covered becomes a space. Lines may
// hold styles and pins; nothing of the frame's styles leaks into the box or
// back.
func Put(frame, box []string, x, y int) {
	for i, b := range box {
		if y+i < 0 || y+i >= len(frame) {
			continue
		}
		line := frame[y+i]
		w := Width(line)
		bx, bw := x, Width(b)
		if bx < 0 || bx+bw > w {
			lo, hi := max(0, -bx), min(bw, w-bx)
			if lo >= hi {
				continue
			}
			b = take(b, lo, hi).whole()
			bx, bw = bx+lo, hi-lo
		}
		frame[y+i] = lay(line, b, bx, bw, w)
	}
}

// lay is line, which has w columns, with box of bw columns at x. After a pin the
// terminal and we may disagree on the column, so then the box and what follows
// it are placed by their column and not by what came before.
func lay(line, box string, x, bw, w int) string {
	left, right := take(line, 0, x), take(line, x+bw, w)
	pinned := left.pinned || right.pinned
	var b strings.Builder
	b.Grow(len(line) + len(box) + 32)
	b.WriteString(left.whole())
	if pinned {
		b.WriteString("\x1b[" + strconv.Itoa(x+1) + "G")
	}
	b.WriteString(box)
	b.WriteString(reset)
	if x+bw < w {
		if pinned {
			b.WriteString("\x1b[" + strconv.Itoa(x+bw+1) + "G")
		}
		b.WriteString(right.whole())
	}
	return b.String()
}
