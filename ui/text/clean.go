package text

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// maxMarks is how many accents a letter may carry; more paint over other rows.
const maxMarks = 3

// Clean is s made safe to show on one line: valid UTF-8 without a control
// character, without anything that reorders, hides or imitates. What cannot be
// shown is named instead: invalid bytes as \xFF, control characters by their
// pictures (␛ ␊), the rest as <202E>. It is for the eye only and never a key:
// different strings may look alike.
func Clean(s string) string {
	if printableASCII(s) {
		return s
	}
	return clean(s, false)
}

// Line is Clean for text of several lines: newlines stay, "\r\n" counts as one,
// and tabs become spaces up to the next multiple of eight.
func Line(s string) string {
	return strings.Join(Lines(s), "\n")
}

// Lines are the lines of s, each clean, with tabs as spaces. The end of the
// last line may be missing; an empty s has no line.
func Lines(s string) []string {
	if s == "" {
		return nil
	}
	lines := strings.Split(strings.TrimSuffix(s, "\n"), "\n")
	for i, l := range lines {
		l = strings.TrimSuffix(l, "\r")
		if !printableASCII(l) {
			l = expand(clean(l, true))
		}
		lines[i] = l
	}
	return lines
}

// Name is s as Clean shows it, the columns that takes, and whether every
// terminal agrees on that number. A text that is not exact needs Pin, or what
// follows it may stand in another column. It costs little for ASCII; keep the
// result for anything that is drawn again and again.
func Name(s string) (text string, width int, exact bool) {
	if printableASCII(s) {
		return s, len(s), true
	}
	text = clean(s, false)
	width = Width(text)
	return text, width, width == perRune(text)
}

func printableASCII(s string) bool {
	for i := range len(s) {
		if s[i]-0x20 > 0x7e-0x20 {
			return false
		}
	}
	return true
}

// cleaner builds the clean form of one string.
type cleaner struct {
	b      strings.Builder
	marks  int  // on the current letter
	letter bool // the last rune can carry a mark
	tabs   bool // let tabs through, for expand
}

func clean(s string, tabs bool) string {
	c := cleaner{tabs: tabs}
	c.b.Grow(len(s) + 16)
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && n == 1 {
			c.named(fmt.Sprintf(`\x%02X`, s[i]))
		} else {
			c.add(r)
		}
		i += n
	}
	return norm.NFC.String(c.b.String())
}

func (c *cleaner) add(r rune) {
	switch {
	case r == '\t' && c.tabs:
		c.b.WriteByte('\t')
		c.letter = false
	case r < 0x20:
		c.named(string(r + 0x2400))
	case r == 0x7f:
		c.named("␡")
	case r < 0x7f:
		c.b.WriteByte(byte(r))
		c.letter, c.marks = r != ' ', 0
	case dropped(r):
	case hidden(r):
		c.named(fmt.Sprintf("<%04X>", r))
	default:
		c.visible(r)
	}
}

// visible adds a letter or a mark. It is taken apart, so that the marks inside
// of it count too; composing is left to the end.
func (c *cleaner) visible(r rune) {
	parts := string(r)
	if d := norm.NFC.PropertiesString(parts).Decomposition(); d != nil {
		parts = string(d)
	}
	for _, p := range parts {
		if unicode.Is(unicode.M, p) {
			c.mark(p)
			continue
		}
		c.b.WriteRune(p)
		c.letter, c.marks = true, 0
	}
}

// mark adds an accent: not too many, and never on nothing.
func (c *cleaner) mark(r rune) {
	if !c.letter {
		c.b.WriteRune('◌')
		c.letter, c.marks = true, 0
	}
	if c.marks < maxMarks {
		c.b.WriteRune(r)
		c.marks++
	}
}

func (c *cleaner) named(s string) {
	c.b.WriteString(s)
	c.letter = false
}

// dropped tells whether r only changes how a neighbour looks, in ways that
// terminals do not agree on: joiners, variation selectors, skin tones, keycaps.
func dropped(r rune) bool {
	switch {
	case r == 0x200d, r == 0x20e3:
		return true
	case r >= 0xfe00 && r <= 0xfe0f, r >= 0xe0100 && r <= 0xe01ef:
		return true
	case r >= 0x180b && r <= 0x180d, r == 0x180f:
		return true
	}
	return r >= 0x1f3fb && r <= 0x1f3ff
}

// hidden tells whether r cannot be seen for what it is: controls, format and
// private characters, separators, spaces that are not a space, blank letters,
// and code points that mean nothing (yet).
func hidden(r rune) bool {
	switch r {
	case 0x034f, 0x115f, 0x1160, 0x17b4, 0x17b5, 0x2800, 0x3164, 0xffa0:
		return true
	case utf8.RuneError: // the real U+FFFD imitates a fault of ours
		return true
	}
	return !unicode.IsGraphic(r) || unicode.Is(unicode.Z, r) || prepends(r)
}

// prepends tells whether r is one of the few letters that join with whatever
// comes next, even with the space of a column.
func prepends(r rune) bool {
	switch r {
	case 0x0d4e, 0x111c2, 0x111c3, 0x113d1, 0x1193f, 0x11941, 0x11a3a, 0x11d46, 0x11f02:
		return true
	}
	return r >= 0x11a84 && r <= 0x11a89
}

// expand turns the tabs of a clean line into spaces.
func expand(s string) string {
	if !strings.Contains(s, "\t") {
		return s
	}
	var b strings.Builder
	col := 0
	for i, part := range strings.Split(s, "\t") {
		if i > 0 {
			n := 8 - col%8
			b.WriteString(spaces(n))
			col += n
		}
		b.WriteString(part)
		col += Width(part)
	}
	return b.String()
}
