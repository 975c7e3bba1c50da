package panel

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// matcher tells which names a filter lets through. It is not for use by
// several goroutines at once.
type matcher struct {
	text  []byte // lower case
	glob  bool   // text has * or ?
	ascii bool
	fold  []byte // scratch
}

func newMatcher(text string) *matcher {
	m := &matcher{text: norm.NFC.Bytes([]byte(strings.ToLower(text))), glob: strings.ContainsAny(text, "*?"), ascii: true}
	for _, c := range m.text {
		m.ascii = m.ascii && c < utf8.RuneSelf
	}
	return m
}

// match tells whether name has the text in it, whatever the case of letters, or
// as a whole looks like the glob.
func (m *matcher) match(name []byte) bool {
	switch {
	case m.glob:
		return wild(m.text, m.lower(name))
	case m.ascii:
		return containsFold(name, m.text)
	default:
		return bytes.Contains(m.lower(name), m.text)
	}
}

func (m *matcher) lower(name []byte) []byte {
	m.fold = append(m.fold[:0], name...)
	for i, c := range m.fold {
		if c >= utf8.RuneSelf {
			return norm.NFC.Bytes(bytes.ToLower(name)) // the disks of macOS take letters and accents apart
		}
		if c >= 'A' && c <= 'Z' {
			m.fold[i] = c + 'a' - 'A'
		}
	}
	return m.fold
}

// containsFold tells whether name contains text, which is ASCII in lower case.
func containsFold(name, text []byte) bool {
	if len(text) == 0 {
		return true
	}
	for i := 0; i+len(text) <= len(name); i++ {
		if lowerASCII(name[i]) == text[0] && hasPrefixFold(name[i+1:], text[1:]) {
			return true
		}
	}
	return false
}

func hasPrefixFold(name, text []byte) bool {
	for i, c := range text {
		if lowerASCII(name[i]) != c {
			return false
		}
	}
	return true
}

func lowerASCII(c byte) byte {
	if c-'A' < 26 {
		return c + 'a' - 'A'
	}
	return c
}

// wild tells whether name as a whole matches pattern, in which * stands for
// anything and ? for one character. It takes time len(pattern)*len(name) at
// worst, never more.
func wild(pattern, name []byte) bool {
	star, back := -1, 0 // where the last * stood and where it ended in name
	p, n := 0, 0
	for n < len(name) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, back = p, n
			p++
		case p < len(pattern) && pattern[p] == '?':
			_, size := utf8.DecodeRune(name[n:])
			n += size
			p++
		case p < len(pattern) && pattern[p] == name[n]:
			p++
			n++
		case star >= 0:
			_, size := utf8.DecodeRune(name[back:])
			back += size
			p, n = star+1, back
		default:
			return false
		}
	}
	for p < len(pattern) && pattern[p] == '*' {
		p++
	}
	return p == len(pattern)
}

// narrows tells whether everything that filter next lets through was let
// through by prev as well, so that looking at prev's rows is enough.
func narrows(prev, next string) bool {
	if prev == "" {
		return true
	}
	return !strings.ContainsAny(prev+next, "*?") &&
		strings.Contains(strings.ToLower(next), strings.ToLower(prev))
}
