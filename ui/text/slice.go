package text

import (
	"strconv"
	"strings"

	"github.com/charmbracelet/x/ansi"
)

const reset = "\x1b[m"

// slice is a range of columns of a styled line.
type slice struct {
	style  string // what is switched on where it begins
	body   strings.Builder
	before int  // columns at its start that a cut character left blank
	after  int  // the same at its end
	pinned bool // the line holds pins somewhere
}

// whole is the slice by itself: its style, its text in exactly its columns, and
// everything switched off again.
func (s *slice) whole() string {
	if s.before == 0 && s.after == 0 && s.body.Len() == 0 {
		return ""
	}
	return s.style + spaces(s.before) + s.body.String() + spaces(s.after) + reset
}

// take is the columns from lo up to hi of line. A wide character across either
// end belongs to neither side. Pins whose cell is not wholly inside are left
// out: they would move the cursor to, or wipe out, what lies beside.
func take(line string, lo, hi int) *slice {
	s := &slice{}
	var state byte
	style, col, have := "", 0, 0
	for line != "" {
		seq, w, n, next := ansi.DecodeSequence(line, state, nil)
		line, state = line[n:], next
		inside := col >= lo && col < hi || col == hi && have > 0
		if w > 0 {
			if col >= lo && col+w <= hi {
				if have == 0 {
					s.style, s.before = style, col-lo
				}
				have += w
				s.body.WriteString(seq)
			}
			col += w
			continue
		}
		switch p, final := param(seq); final {
		case 'm':
			style = restyle(style, seq, p)
			if inside && have > 0 {
				s.body.WriteString(seq)
			}
		case 'G':
			s.pinned = true
			if inside && p-1 >= lo && p-1 <= hi {
				s.keep(seq, style, have, col-lo)
			}
		case 'X':
			s.pinned = true
			if inside && col+p <= hi {
				s.keep(seq, style, have, col-lo)
			}
		}
	}
	if have == 0 && s.body.Len() == 0 {
		s.before = hi - lo
		return s
	}
	s.after = hi - lo - s.before - have
	return s
}

// keep adds a pin; one before the first character belongs to it.
func (s *slice) keep(seq, style string, have, before int) {
	if have == 0 && s.body.Len() == 0 {
		s.style, s.before = style, before
	}
	s.body.WriteString(seq)
}

// restyle is what is switched on after an SGR sequence whose first number is p.
func restyle(style, seq string, p int) string {
	if p == 0 && (seq == reset || seq == "\x1b[0m") {
		return ""
	}
	return style + seq
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
