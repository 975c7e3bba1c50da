package panel

import (
	"bytes"
	"unicode"
	"unicode/utf8"
)

// appendKey appends the sort key of a name: comparing keys byte by byte puts
// names in natural order, "a2" before "a10" and "B" between "a" and "c".
//
// Letters are lower case. A run of digits becomes '0', the number of its digits
// without leading zeros, and those digits; nothing else becomes '0', so runs
// compare as numbers with runs and as digits with everything else.
func appendKey(b, name []byte) []byte {
	for i := 0; i < len(name); {
		c := name[i]
		switch {
		case c >= '0' && c <= '9':
			end := i
			for end < len(name) && name[end] >= '0' && name[end] <= '9' {
				end++
			}
			b = appendNumber(b, name[i:end])
			i = end
		case c >= 'A' && c <= 'Z':
			b = append(b, c+'a'-'A')
			i++
		case c < utf8.RuneSelf:
			b = append(b, c)
			i++
		default:
			r, n := utf8.DecodeRune(name[i:])
			if r == utf8.RuneError && n == 1 {
				b = append(b, c)
			} else {
				b = utf8.AppendRune(b, unicode.ToLower(r))
			}
			i += n
		}
	}
	return b
}

func appendNumber(b, digits []byte) []byte {
	digits = bytes.TrimLeft(digits, "0")
	b = append(b, '0')
	n := len(digits)
	for ; n >= 0xff; n -= 0xff {
		b = append(b, 0xff)
	}
	return append(append(b, byte(n)), digits...)
}

// extension is what follows the last dot of a name, nothing if the name begins
// with its only dot.
func extension(name []byte) []byte {
	if i := bytes.LastIndexByte(name, '.'); i > 0 {
		return name[i+1:]
	}
	return nil
}
