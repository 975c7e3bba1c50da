package panel

import (
	"encoding/binary"
	"encoding/hex"
	"strconv"
	"strings"
)

// Versions are most of a row: an ETag is 34 characters, what identifies a local
// file as long. Most are digits of base 16 or decimal numbers with separators,
// which take half a byte a character.

// The packed forms of a version; the first byte also says if it was quoted.
const (
	verNone    = iota
	verRaw     // length and bytes
	verHex     // length in bytes and bytes of lower-case hex digits
	verHexDash // the same, then a decimal number behind a dash: the ETag of a multipart upload
	verDecimal // length in characters, two characters a byte
	verQuoted  = 0x80
)

// decimals are the characters that verDecimal can hold.
const decimals = "0123456789-.:/, "

// appendVersion packs v behind b.
func appendVersion(b []byte, v string) []byte {
	if v == "" {
		return append(b, verNone)
	}
	form := byte(0)
	if len(v) > 2 && v[0] == '"' && v[len(v)-1] == '"' {
		form, v = verQuoted, v[1:len(v)-1]
	}
	digits, tail, dash := strings.Cut(v, "-")
	switch {
	case isHex(v):
		b = append(b, form|verHex)
		return appendHex(b, v)
	case dash && isHex(digits) && len(digits) == 32 && isNumber(tail):
		n, _ := strconv.ParseUint(tail, 10, 32)
		b = append(b, form|verHexDash)
		return binary.AppendUvarint(appendHex(b, digits), n)
	case isDecimal(v):
		b = append(b, form|verDecimal)
		return appendDecimal(b, v)
	}
	return appendString(append(b, form|verRaw), v)
}

// version unpacks what appendVersion packed.
func (r *reader) version() string {
	form := r.byte()
	var v string
	switch form &^ verQuoted {
	case verNone:
		return ""
	case verRaw:
		v = string(r.bytes())
	case verHex:
		v = hex.EncodeToString(r.bytes())
	case verHexDash:
		v = hex.EncodeToString(r.bytes())
		v += "-" + strconv.FormatUint(r.uvarint(), 10)
	case verDecimal:
		v = r.decimal()
	}
	if form&verQuoted != 0 {
		return `"` + v + `"`
	}
	return v
}

func isHex(s string) bool {
	if s == "" || len(s)%2 != 0 {
		return false
	}
	for i := range len(s) {
		if c := s[i]; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

// isNumber tells whether s is a decimal number below 10^9 as strconv writes it.
func isNumber(s string) bool {
	if s == "" || len(s) > 9 || s[0] == '0' && s != "0" {
		return false
	}
	return onlyOf(s, "0123456789")
}

func isDecimal(s string) bool { return onlyOf(s, decimals) }

func onlyOf(s, set string) bool {
	for i := range len(s) {
		if strings.IndexByte(set, s[i]) < 0 {
			return false
		}
	}
	return true
}

func appendHex(b []byte, s string) []byte {
	b = binary.AppendUvarint(b, uint64(len(s)/2))
	for i := 0; i < len(s); i += 2 {
		b = append(b, nibble(s[i])<<4|nibble(s[i+1]))
	}
	return b
}

func nibble(c byte) byte {
	if c <= '9' {
		return c - '0'
	}
	return c - 'a' + 10
}

func appendDecimal(b []byte, s string) []byte {
	b = binary.AppendUvarint(b, uint64(len(s)))
	for i := 0; i < len(s); i += 2 {
		c := byte(strings.IndexByte(decimals, s[i])) << 4
		if i+1 < len(s) {
			c |= byte(strings.IndexByte(decimals, s[i+1]))
		}
		b = append(b, c)
	}
	return b
}

func (r *reader) decimal() string {
	n := int(r.uvarint())
	b := make([]byte, 0, n+1)
	for len(b) < n {
		c := r.byte()
		b = append(b, decimals[c>>4], decimals[c&15])
	}
	return string(b[:n])
}
