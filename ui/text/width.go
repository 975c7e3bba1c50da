package text

import (
	"strings"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// Ellipsis stands for what was cut off; it is one column wide.
const Ellipsis = "…"

// Width is the number of columns of s; escape sequences count nothing.
func Width(s string) int {
	if printableASCII(s) {
		return len(s)
	}
	return ansi.StringWidth(s)
}

// perRune is the width of s as terminals without grapheme clusters count it.
func perRune(s string) int { return ansi.StringWidthWc(s) }

// Truncate is s, which may hold styles, cut to at most w columns with an
// ellipsis at the end when something is missing.
func Truncate(s string, w int) string {
	if w <= 0 {
		return ""
	}
	if printableASCII(s) {
		if len(s) <= w {
			return s
		}
		return s[:w-1] + Ellipsis
	}
	return ansi.Truncate(s, w, Ellipsis)
}

// Middle is s, clean and without styles, cut to at most w columns in the middle,
// so that its beginning, its extension and a little before that stay: numbered
// files differ there. "quarterly-…t-07.parquet".
func Middle(s string, w int) string {
	if Width(s) <= w {
		return s
	}
	if w < 5 {
		return Truncate(s, w)
	}
	ext := Width(extension(s))
	tail := max((w-1)/3, min(w/2, ext+max(0, w-1-ext)/3))
	end := last(s, tail)
	return first(s, w-1-Width(end)) + Ellipsis + end
}

// extension is the end of s that says what it is: ".parquet", ".tar.gz", "/".
func extension(s string) string {
	const longest = 10
	dir := ""
	if strings.HasSuffix(s, "/") {
		s, dir = s[:len(s)-1], "/"
	}
	i := strings.LastIndexByte(s, '.')
	if i <= 0 || len(s)-i > longest || strings.ContainsAny(s[i:], " /") {
		return dir
	}
	if j := strings.LastIndexByte(s[:i], '.'); j > 0 && s[j:i] == ".tar" {
		i = j
	}
	return s[i:] + dir
}

// first is the beginning of s that fits w columns.
func first(s string, w int) string {
	n := 0
	for rest := s; rest != ""; {
		g, gw := Cluster(rest)
		if gw > w {
			break
		}
		w -= gw
		n += len(g)
		rest = rest[len(g):]
	}
	return s[:n]
}

// last is the end of s that fits w columns.
func last(s string, w int) string {
	have := Width(s)
	for have > w && s != "" {
		g, gw := Cluster(s)
		have -= gw
		s = s[len(g):]
	}
	return s
}

// Cluster is the first grapheme of s, which must not be empty, and its width.
func Cluster(s string) (string, int) {
	if s[0] < utf8.RuneSelf && (len(s) == 1 || s[1] < utf8.RuneSelf) {
		return s[:1], 1
	}
	return ansi.FirstGraphemeCluster(s, ansi.GraphemeWidth)
}

// Pad is s cut and filled on the right to exactly w columns.
func Pad(s string, w int) string {
	n := Width(s)
	if n > w {
		s = Truncate(s, w)
		n = Width(s)
	}
	return s + spaces(w-n)
}

// PadLeft is s cut and filled on the left to exactly w columns.
func PadLeft(s string, w int) string {
	n := Width(s)
	if n > w {
		s = Truncate(s, w)
		n = Width(s)
	}
	return spaces(w-n) + s
}

const blank = "                                                                                                                                "

// spaces is n spaces, none for a negative n, without allocating for a line's worth.
func spaces(n int) string {
	switch {
	case n <= 0:
		return ""
	case n <= len(blank):
		return blank[:n]
	}
	return strings.Repeat(" ", n)
}
