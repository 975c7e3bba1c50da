package keys

import (
	"strings"
	"unicode/utf8"
)

const longest = 4

// Sequence is one key or several that are pressed one after the other, by
// their names.
type Sequence []string

// Parse reads a sequence as a user or the action table writes it. Errors are
// those of this package and never hold s.
func Parse(s string) (Sequence, error) {
	if s == " " {
		return Sequence{"space"}, nil
	}
	var q Sequence
	for word := range strings.FieldsSeq(s) {
		key, err := parseKey(word)
		if err != nil {
			first, n := utf8.DecodeRuneInString(word)
			if utf8.RuneCountInString(word) != 2 || !single(string(first)) || !single(word[n:]) {
				return nil, err
			}
			q = append(q, word[:n], word[n:])
			continue
		}
		q = append(q, key)
	}
	switch {
	case len(q) == 0:
		return nil, ErrEmpty
	case len(q) > longest:
		return nil, ErrLong
	}
	for i, key := range q {
		if key == Letter && (i == 0 || i < len(q)-1) {
			return nil, ErrLetter
		}
	}
	return q, nil
}

// String writes the sequence so that Parse reads the same one: "ctrl+y", "g g".
func (q Sequence) String() string { return strings.Join(q, " ") }

// Label writes the sequence for people, as the key bar and the help do:
// "Ctrl-Y", "F5", "PgUp", "gg". Parse reads it back too.
func (q Sequence) Label() string {
	words := make([]string, len(q))
	for i, key := range q {
		words[i] = label(key)
	}
	if len(q) == 2 && single(q[0]) && single(q[1]) {
		if together, err := Parse(q[0] + q[1]); err == nil && together.equal(q) {
			return q[0] + q[1]
		}
	}
	return strings.Join(words, " ")
}

func label(key string) string {
	if single(key) || key == Letter {
		return key
	}
	mod, base := cutModifiers(key)
	s := ""
	if mod.alt {
		s += "Alt-"
	}
	if mod.ctrl {
		s += "Ctrl-"
	}
	if mod.shift {
		s += "Shift-"
	}
	if single(base) {
		if mod.ctrl {
			base = strings.ToUpper(base)
		}
		return s + base
	}
	switch base {
	case "pgup":
		base = "PgUp"
	case "pgdown":
		base = "PgDn"
	case "delete":
		base = "Del"
	default:
		base = strings.ToUpper(base[:1]) + base[1:]
	}
	return s + base
}

func (q Sequence) equal(o Sequence) bool {
	return len(q) == len(o) && q.begins(o)
}

// begins tells whether q is o or the beginning of it, where Letter is any
// letter.
func (q Sequence) begins(o Sequence) bool {
	if len(q) > len(o) {
		return false
	}
	for i, key := range q {
		if !same(key, o[i]) {
			return false
		}
	}
	return true
}

func same(a, b string) bool {
	return a == b || a == Letter && letter(b) || b == Letter && letter(a)
}

func letter(key string) bool {
	return len(key) == 1 && (key[0] >= 'a' && key[0] <= 'z' || key[0] >= 'A' && key[0] <= 'Z')
}
