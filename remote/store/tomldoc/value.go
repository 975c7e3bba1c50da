package tomldoc

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Value is a value to be written. It may hold a secret; it prints as nothing.
type Value struct {
	source string // TOML
	bad    bool   // cannot be written
}

// String hides the value.
func (v Value) String() string { return "tomldoc.Value" }

// Format hides the value from every verb.
func (v Value) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(v.String())) }

// Pair is a key and its value.
type Pair struct {
	Key   string
	Value Value
}

// TextValue is a string. Bytes that are not UTF-8 cannot be written.
func TextValue(s string) Value {
	return Value{source: quote(s), bad: !utf8.ValidString(s)}
}

// WholeValue is a whole number.
func WholeValue(n int64) Value { return Value{source: strconv.FormatInt(n, 10)} }

// FlagValue is true or false.
func FlagValue(b bool) Value { return Value{source: strconv.FormatBool(b)} }

// ListValue is a list of texts.
func ListValue(words []string) Value {
	v := Value{}
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = quote(w)
		v.bad = v.bad || !utf8.ValidString(w)
	}
	v.source = "[" + strings.Join(quoted, ", ") + "]"
	return v
}

// TableValue is a table in braces, on one line.
func TableValue(pairs []Pair) Value {
	v := Value{}
	written := make([]string, len(pairs))
	for i, p := range pairs {
		written[i] = writeKey(p.Key) + " = " + p.Value.source
		v.bad = v.bad || p.Value.bad || !utf8.ValidString(p.Key)
	}
	v.source = "{ " + strings.Join(written, ", ") + " }"
	if len(pairs) == 0 {
		v.source = "{}"
	}
	return v
}

// quote writes a TOML basic string.
func quote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case r < ' ' || r >= 0x7f && r < 0xa0 || hidden(r):
			fmt.Fprintf(&b, `\u%04X`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// hidden tells of characters that reorder or break the text of an editor.
func hidden(r rune) bool {
	return r >= 0x200b && r <= 0x200f || r >= 0x2028 && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || r == 0xfeff
}

func writeKey(key string) string {
	for _, c := range []byte(key) {
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '_' && c != '-' {
			return quote(key)
		}
	}
	if key == "" {
		return `""`
	}
	return key
}

// Equal tells whether two values are written alike.
func (v Value) Equal(o Value) bool { return v.source == o.source }
