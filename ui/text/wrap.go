package text

import (
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// Wrap cleans s and breaks it into lines of at most w columns, at spaces where
// there are any; newlines stay. Paths and keys without spaces break anywhere.
func Wrap(s string, w int) []string {
	if w < 1 {
		return nil
	}
	var out []string
	for _, l := range Lines(s) {
		if Width(l) <= w {
			out = append(out, l)
			continue
		}
		for part := range strings.SplitSeq(ansi.Wrap(l, w, ""), "\n") {
			if part != "" {
				out = append(out, hard(part, w)...)
			}
		}
	}
	return out
}

// hard cuts what is still too long, such as a wide rune in a column too few.
func hard(s string, w int) []string {
	if Width(s) <= w {
		return []string{s}
	}
	var out []string
	for s != "" {
		head := first(s, w)
		if head == "" { // not even one fits
			return append(out, Ellipsis)
		}
		out = append(out, head)
		s = s[len(head):]
	}
	return out
}
