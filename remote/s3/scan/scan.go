// Package scan reads the answers of S3, which are XML, without reflection and
// without copying: a Scanner walks over the tags of a document in memory, and what
// it gives are slices of that. It reads what the service sends and refuses what is
// cut short; it is no validating parser.
package scan

import (
	"bytes"
	"errors"
	"strconv"
	"time"
	"unicode/utf8"
)

// ErrIncomplete is the error of a document that is cut short, or is none.
var ErrIncomplete = errors.New("the answer is no complete XML document")

// Scanner walks over the elements of an answer without reflection and without
// copying: names and texts are slices of the document. It knows what S3 sends:
// elements, attributes, comments, text with entities. Prefixes of namespaces
// are dropped.
type Scanner struct {
	doc   []byte
	pos   int
	empty bool // the last element opened was <like/>
}

// New begins at the start of doc.
func New(doc []byte) *Scanner { return &Scanner{doc: doc} }

// Empty tells whether the element opened last is one <like/>, without an end tag.
func (s *Scanner) Empty() bool { return s.empty }

// Next moves to the next tag. name is nil at the end of the document; text is
// what stood before the tag, still with its entities.
func (s *Scanner) Next() (name []byte, opens bool, text []byte, err error) {
	from := s.pos
	for {
		i := bytes.IndexByte(s.doc[s.pos:], '<')
		if i < 0 {
			s.pos = len(s.doc)
			return nil, false, nil, nil
		}
		text = s.doc[from : s.pos+i]
		s.pos += i + 1
		if s.pos < len(s.doc) && (s.doc[s.pos] == '?' || s.doc[s.pos] == '!') {
			end := bytes.Index(s.doc[s.pos:], s.closer())
			if end < 0 {
				return nil, false, nil, ErrIncomplete
			}
			s.pos += end + len(s.closer())
			from = s.pos
			continue
		}
		break
	}
	end := bytes.IndexByte(s.doc[s.pos:], '>')
	if end < 1 {
		return nil, false, nil, ErrIncomplete
	}
	tag := s.doc[s.pos : s.pos+end]
	s.pos += end + 1
	opens = tag[0] != '/'
	if !opens {
		tag = tag[1:]
	}
	if s.empty = opens && tag[len(tag)-1] == '/'; s.empty {
		tag = tag[:len(tag)-1]
	}
	return local(tag), opens, text, nil
}

// local is the name in a tag, without its namespace and attributes.
func local(tag []byte) []byte {
	from := 0
	for i, b := range tag {
		switch b {
		case ':':
			from = i + 1
		case ' ', '\t', '\r', '\n':
			return tag[from:i]
		}
	}
	return tag[from:]
}

func (s *Scanner) closer() []byte {
	if bytes.HasPrefix(s.doc[s.pos:], []byte("!--")) {
		return []byte("-->")
	}
	return []byte(">")
}

// Leaf is the text of the element that was just opened, up to its end.
func (s *Scanner) Leaf() ([]byte, error) {
	if s.empty {
		return nil, nil
	}
	_, opens, text, err := s.Next()
	if err != nil || opens {
		return nil, ErrIncomplete
	}
	return text, nil
}

// Skip leaves the element that was just opened, with everything in it.
func (s *Scanner) Skip() error {
	for depth := 1; !s.empty && depth > 0; {
		name, opens, _, err := s.Next()
		switch {
		case err != nil || name == nil:
			return ErrIncomplete
		case !opens:
			depth--
		case s.empty:
			s.empty = false
		default:
			depth++
		}
	}
	s.empty = false
	return nil
}

// AppendText appends text with its entities resolved.
func AppendText(dst, text []byte) []byte {
	for {
		i := bytes.IndexByte(text, '&')
		if i < 0 {
			return append(dst, text...)
		}
		dst = append(dst, text[:i]...)
		text = text[i:]
		end := bytes.IndexByte(text, ';')
		r, ok := entity(text, end)
		if !ok {
			dst, text = append(dst, '&'), text[1:]
			continue
		}
		dst, text = utf8.AppendRune(dst, r), text[end+1:]
	}
}

func entity(text []byte, end int) (rune, bool) {
	if end < 2 || end > 12 {
		return 0, false
	}
	switch name := string(text[1:end]); {
	case name == "amp":
		return '&', true
	case name == "lt":
		return '<', true
	case name == "gt":
		return '>', true
	case name == "quot":
		return '"', true
	case name == "apos":
		return '\'', true
	case name[0] == '#' && len(name) > 1:
		base, digits := 10, name[1:]
		if digits[0] == 'x' || digits[0] == 'X' {
			base, digits = 16, digits[1:]
		}
		n, err := strconv.ParseUint(digits, base, 32)
		if err != nil || n > utf8.MaxRune {
			return 0, false
		}
		return rune(n), true
	}
	return 0, false
}

// Unescape resolves what encoding-type=url does to a name, in place.
func Unescape(b []byte) []byte {
	out := b[:0]
	for i := 0; i < len(b); i++ {
		switch {
		case b[i] == '+':
			out = append(out, ' ')
		case b[i] == '%' && i+2 < len(b) && isHex(b[i+1]) && isHex(b[i+2]):
			out = append(out, fromHex(b[i+1])<<4|fromHex(b[i+2]))
			i += 2
		default:
			out = append(out, b[i])
		}
	}
	return out
}

func isHex(b byte) bool {
	return b >= '0' && b <= '9' || b >= 'a' && b <= 'f' || b >= 'A' && b <= 'F'
}

func fromHex(b byte) byte {
	switch {
	case b >= 'a':
		return b - 'a' + 10
	case b >= 'A':
		return b - 'A' + 10
	default:
		return b - '0'
	}
}

// Time reads 2026-11-23T18:04:05.000Z without allocating; other forms of RFC
// 3339 go the long way. The zero time stands for what cannot be read.
func Time(b []byte) time.Time {
	if len(b) >= 20 && b[4] == '-' && b[7] == '-' && b[10] == 'T' && b[13] == ':' && b[16] == ':' && b[len(b)-1] == 'Z' {
		y, mo, d := Number(b[:4]), Number(b[5:7]), Number(b[8:10])
		h, mi, s := Number(b[11:13]), Number(b[14:16]), Number(b[17:19])
		ns, ok := nanos(b[19 : len(b)-1])
		if ok && y >= 0 && mo >= 1 && mo <= 12 && d >= 1 && h >= 0 && mi >= 0 && s >= 0 {
			return time.Date(y, time.Month(mo), d, h, mi, s, ns, time.UTC)
		}
	}
	t, err := time.Parse(time.RFC3339, string(b))
	if err != nil {
		return time.Time{}
	}
	return t.UTC()
}

func nanos(b []byte) (int, bool) {
	if len(b) == 0 {
		return 0, true
	}
	n := Number(b[1:])
	if b[0] != '.' || len(b) < 2 || len(b) > 10 || n < 0 {
		return 0, false
	}
	for i := len(b); i < 10; i++ {
		n *= 10
	}
	return n, true
}

// Number is a decimal without sign, -1 if b is none.
func Number(b []byte) int {
	n := 0
	for _, c := range b {
		if c < '0' || c > '9' || n > 1<<40 {
			return -1
		}
		n = n*10 + int(c-'0')
	}
	if len(b) == 0 {
		return -1
	}
	return n
}
