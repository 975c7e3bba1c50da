package text

import (
	"strconv"
	"strings"

	"github.com/charmbracelet/x/ansi"
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
			b = scan(b, lo, hi).in(lo, hi)
			bx, bw = bx+lo, hi-lo
		}
		frame[y+i] = lay(line, b, bx, bw, w)
	}
}

// lay is line with box of bw columns at x. After a pin the terminal and we may
// disagree on the column, so then the box and what follows it are placed by
// their column and not by what came before.
func lay(line, box string, x, bw, w int) string {
	c := scan(line, x, x+bw)
	var b strings.Builder
	b.Grow(len(line) + len(box) + 32)
	b.WriteString(c.left.String())
	b.WriteString("\x1b[m" + spaces(x-c.leftWidth))
	if c.pinned {
		b.WriteString("\x1b[" + strconv.Itoa(x+1) + "G")
	}
	b.WriteString(box)
	b.WriteString("\x1b[m")
	if x+bw < w {
		if c.pinned {
			b.WriteString("\x1b[" + strconv.Itoa(x+bw+1) + "G")
		}
		b.WriteString(c.style)
		b.WriteString(spaces(w - x - bw - c.rightWidth))
		b.WriteString(c.right.String())
	}
	return b.String()
}

// cuts is a line taken apart at two columns.
type cuts struct {
	left, middle, right   strings.Builder
	leftWidth, rightWidth int
	midWidth              int
	midStyle, style       string // what is switched on where middle and right begin
	pinned                bool
}

// in is the middle alone, with its style and exact width.
func (c *cuts) in(lo, hi int) string {
	return c.midStyle + spaces(c.midLead(lo, hi)) + c.middle.String() + "\x1b[m"
}

func (c *cuts) midLead(lo, hi int) int { return hi - lo - c.midWidth }

// scan takes line apart at the columns a <= b. A wide character across a cut
// belongs to no side.
func scan(line string, a, b int) *cuts {
	c := &cuts{}
	var state byte
	style := ""
	col := 0
	for line != "" {
		seq, w, n, next := ansi.DecodeSequence(line, state, nil)
		line, state = line[n:], next
		if w == 0 {
			style = c.control(seq, style, col, a, b)
			continue
		}
		switch {
		case col+w <= a:
			c.left.WriteString(seq)
			c.leftWidth += w
		case col >= a && col+w <= b:
			if c.midWidth == 0 {
				c.midStyle = style
			}
			c.midWidth += w
			c.middle.WriteString(seq)
		case col >= b:
			if c.rightWidth == 0 {
				c.style = style
			}
			c.rightWidth += w
			c.right.WriteString(seq)
		}
		col += w
	}
	return c
}

// control sorts an escape sequence at column col to the side where it belongs
// and gives the style that holds after it.
func (c *cuts) control(seq, style string, col, a, b int) string {
	switch n, final := param(seq); final {
	case 'm':
		if n == 0 {
			style = ""
		} else {
			style += seq
		}
	case 'G':
		c.pinned = true
		if col < a && n-1 > a { // it would jump over the box
			return style
		}
	case 'X':
		c.pinned = true
		if col < a && col+n > a { // it would wipe out what is beside
			return style
		}
	default:
		if !strings.HasPrefix(seq, "\x1b") { // a lone control character moves the cursor
			return style
		}
	}
	switch {
	case col <= a && c.midWidth == 0 && col < b && c.leftWidth == col && col < a:
		c.left.WriteString(seq)
	case col >= b && c.rightWidth > 0:
		c.right.WriteString(seq)
	case col < b && c.midWidth > 0:
		c.middle.WriteString(seq)
	}
	return style
}

// param is the first number and the final byte of a CSI sequence, 0 and 0 when
// seq is none.
func param(seq string) (n int, final byte) {
	if !strings.HasPrefix(seq, "\x1b[") || len(seq) < 3 {
		return 0, 0
	}
	body := seq[2 : len(seq)-1]
	if i := strings.IndexAny(body, ";:"); i >= 0 {
		body = body[:i]
	}
	n, err := strconv.Atoi(body)
	if err != nil && body != "" {
		return 0, 0
	}
	return n, seq[len(seq)-1]
}
