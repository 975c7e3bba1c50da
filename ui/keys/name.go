package keys

import (
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Letter stands in a Sequence for any one letter.
const Letter = "<letter>"

// The faults of written keys. They never hold what was written.
var (
	ErrEmpty   = errors.New("no key is named")
	ErrUnknown = errors.New(`not the name of a key; names look like "f5", "ctrl+y", "pgup", "space", "G" or "g g"`)
	ErrShift   = errors.New(`shift with a character is that other character; write "G", not "shift+g"`)
	ErrUnsent  = errors.New("terminals do not send this combination")
	ErrLong    = errors.New("more than four keys in a row")
	ErrLetter  = errors.New(`"<letter>" can only be the last key, after another one`)
)

// modifiers is what may be held with a key.
type modifiers struct{ alt, ctrl, shift bool }

func (m modifiers) prefix() string {
	s := ""
	if m.alt {
		s += "alt+"
	}
	if m.ctrl {
		s += "ctrl+"
	}
	if m.shift {
		s += "shift+"
	}
	return s
}

// parseKey reads one key and gives its one name.
func parseKey(s string) (string, error) {
	if s == Letter {
		return Letter, nil
	}
	if single(s) {
		return s, nil
	}
	mod, base := cutModifiers(s)
	if base == "" {
		return "", ErrUnknown
	}
	if single(base) {
		return characterKey(mod, base)
	}
	return namedKey(mod, strings.ToLower(base))
}

// single tells whether s is one character that can be typed and seen.
func single(s string) bool {
	r, n := utf8.DecodeRuneInString(s)
	return n == len(s) && n > 0 && r != utf8.RuneError && unicode.IsGraphic(r) && !unicode.IsSpace(r)
}

func cutModifiers(s string) (modifiers, string) {
	var mod modifiers
	for {
		low := strings.ToLower(s)
		n := 0
		for _, m := range [...]struct {
			name string
			set  *bool
		}{
			{"ctrl", &mod.ctrl},
			{"control", &mod.ctrl},
			{"alt", &mod.alt},
			{"option", &mod.alt},
			{"opt", &mod.alt},
			{"meta", &mod.alt},
			{"shift", &mod.shift},
		} {
			rest, found := strings.CutPrefix(low, m.name)
			// What follows the modifier must be "+" or "-" and then a key.
			if found && len(rest) > 1 && (rest[0] == '+' || rest[0] == '-') {
				*m.set, n = true, len(m.name)+1
				break
			}
		}
		// ToLower may change the length of other scripts; such a key has no modifier.
		if n == 0 || len(low) != len(s) {
			return mod, s
		}
		s = s[n:]
	}
}

func characterKey(mod modifiers, c string) (string, error) {
	r, _ := utf8.DecodeRuneInString(c)
	if mod.ctrl {
		if mod.shift {
			return "", ErrUnsent
		}
		low := unicode.ToLower(r)
		switch {
		case low == 'i': // the same byte
			return modifiers{alt: mod.alt}.prefix() + "tab", nil
		case low == 'm':
			return modifiers{alt: mod.alt}.prefix() + "enter", nil
		case low == '[':
			return modifiers{alt: mod.alt}.prefix() + "esc", nil
		case low >= 'a' && low <= 'z', strings.ContainsRune(`@\]^_`, low):
			return mod.prefix() + string(low), nil
		}
		return "", ErrUnsent
	}
	if mod.shift {
		up := unicode.ToUpper(r)
		if !unicode.IsLetter(r) || up == unicode.ToLower(r) {
			return "", ErrShift
		}
		mod.shift, c = false, string(up)
	}
	return mod.prefix() + c, nil
}

func namedKey(mod modifiers, name string) (string, error) {
	name = canonical(name)
	if n, ok := functionKey(name); ok {
		if n > 12 { // this is how terminals send the shifted ones
			mod.shift, name = true, functionName(n-12)
			n -= 12
		}
		if mod.ctrl || mod.shift && n > 8 {
			return "", ErrUnsent
		}
		return mod.prefix() + name, nil
	}
	both := mod.ctrl && mod.shift
	switch name {
	case "up", "down", "left", "right", "home", "end":
	case "pgup", "pgdown":
		if mod.shift {
			return "", ErrUnsent
		}
	case "tab":
		if mod.ctrl {
			return "", ErrUnsent
		}
	case "space":
		if mod.ctrl && !both {
			return mod.prefix() + "@", nil
		}
		if mod.shift {
			return "", ErrUnsent
		}
	case "enter", "esc", "backspace", "delete", "insert":
		if mod.ctrl || mod.shift {
			return "", ErrUnsent
		}
	default:
		return "", ErrUnknown
	}
	return mod.prefix() + name, nil
}

// canonical turns what keys are called elsewhere into Bubble Tea's names.
func canonical(name string) string {
	switch name {
	case "escape":
		return "esc"
	case "return", "cr", "ret":
		return "enter"
	case "spc", "spacebar":
		return "space"
	case "bs", "bksp":
		return "backspace"
	case "del":
		return "delete"
	case "ins":
		return "insert"
	case "pageup", "page_up", "page-up", "prior":
		return "pgup"
	case "pagedown", "page_down", "page-down", "pgdn", "pgdwn", "next":
		return "pgdown"
	}
	return name
}

func functionKey(name string) (int, bool) {
	digits, found := strings.CutPrefix(name, "f")
	if !found || len(digits) == 0 || len(digits) > 2 || digits[0] == '0' {
		return 0, false
	}
	n := 0
	for _, c := range []byte(digits) {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	return n, n <= 20
}

func functionName(n int) string {
	if n < 10 {
		return "f" + string(rune('0'+n))
	}
	return "f1" + string(rune('0'+n-10))
}

// Normalise gives the name that this package uses for a key as Bubble Tea
// prints it: " " is "space", "f18" is "shift+f6". A key that it does not know
// stays as it is.
func Normalise(key string) string {
	if key == " " {
		return "space"
	}
	if held, found := strings.CutSuffix(key, "+ "); found {
		key = held + "+space"
	}
	name, err := parseKey(key)
	if err != nil || name == Letter {
		return key
	}
	return name
}
