package uitest

import (
	"strings"
	"testing"
	"unicode/utf8"

	tea "github.com/charmbracelet/bubbletea"
)

// keyNames maps the names that Bubble Tea prints to key types. Names that it
// has twice ("ctrl+i" is tab) mean the same bytes.
func keyNames() map[string]tea.KeyType {
	names := map[string]tea.KeyType{}
	for k := tea.KeyType(-128); k < 128; k++ {
		if k == tea.KeyRunes || k == tea.KeySpace {
			continue
		}
		if s := (tea.Key{Type: k}).String(); s != "" {
			names[s] = k
		}
	}
	for i := range 8 { // as terminals send them
		names["shift+f"+string(rune('1'+i))] = tea.KeyF13 - tea.KeyType(i)
	}
	return names
}

// key is the message of a key by its name.
func key(t testing.TB, name string) tea.KeyMsg {
	t.Helper()
	rest, alt := strings.CutPrefix(name, "alt+")
	if alt && rest == "" {
		rest = "+"
	}
	if rest == "space" || rest == " " {
		return tea.KeyMsg{Type: tea.KeySpace, Runes: []rune{' '}, Alt: alt}
	}
	if utf8.RuneCountInString(rest) == 1 {
		return tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(rest), Alt: alt}
	}
	k, ok := keyNames()[rest]
	if !ok {
		t.Fatalf("uitest: no key is named %q", name)
	}
	return tea.KeyMsg{Type: k, Alt: alt}
}

// sequences are what xterm sends for the keys that are not characters.
var sequences = map[string]string{
	"enter": "\r", "tab": "\t", "esc": "\x1b", "backspace": "\x7f", "space": " ", "shift+tab": "\x1b[Z",
	"up": "\x1b[A", "down": "\x1b[B", "right": "\x1b[C", "left": "\x1b[D",
	"home": "\x1b[H", "end": "\x1b[F", "pgup": "\x1b[5~", "pgdown": "\x1b[6~",
	"insert": "\x1b[2~", "delete": "\x1b[3~",
	"f1": "\x1bOP", "f2": "\x1bOQ", "f3": "\x1bOR", "f4": "\x1bOS", "f5": "\x1b[15~", "f6": "\x1b[17~",
	"f7": "\x1b[18~", "f8": "\x1b[19~", "f9": "\x1b[20~", "f10": "\x1b[21~", "f11": "\x1b[23~", "f12": "\x1b[24~",
	"shift+f6": "\x1b[17;2~",
}

// bytesOf is what a terminal sends for a key.
func bytesOf(t testing.TB, name string) string {
	t.Helper()
	if s, ok := sequences[name]; ok {
		return s
	}
	if rest, ok := strings.CutPrefix(name, "alt+"); ok && rest != "" {
		return "\x1b" + bytesOf(t, rest)
	}
	if rest, ok := strings.CutPrefix(name, "ctrl+"); ok && len(rest) == 1 {
		return string(rest[0] & 0x1f)
	}
	if utf8.RuneCountInString(name) != 1 {
		t.Fatalf("uitest: no key is named %q", name)
	}
	return name
}
