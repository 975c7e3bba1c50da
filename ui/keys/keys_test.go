package keys_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gantry/ui/keys"
)

func TestUsersSpellingsBecomeBubbleTeasNames(t *testing.T) {
	for in, want := range map[string]string{
		"f5": "f5", "F5": "f5", "Ctrl-U": "ctrl+u", "ctrl+U": "ctrl+u", "Control+y": "ctrl+y",
		"PgUp": "pgup", "PageDown": "pgdown", "Esc": "esc", "Escape": "esc", "Del": "delete", "Ins": "insert",
		"Return": "enter", "space": "space", " ": "space", "Spc": "space",
		"gg": "g g", "g g": "g g", "sv": "s v", "s v": "s v", ",n": ", n", "'a": "' a", "G": "G", "g": "g",
		"shift+g": "G", "Shift-F6": "shift+f6", "f18": "shift+f6", "alt+x": "alt+x", "Alt-X": "alt+X", "meta+enter": "alt+enter",
		"ctrl+i": "tab", "ctrl+m": "enter", "ctrl+[": "esc", "ctrl+space": "ctrl+@", "ctrl+@": "ctrl+@", "ctrl+\\": "ctrl+\\",
		"+": "+", "-": "-", "alt++": "alt++", "Alt--": "alt+-", "++": "+ +", "up": "up", "Shift+Tab": "shift+tab",
		"shift+ctrl+left": "ctrl+shift+left", "m <letter>": "m <letter>", "é": "é", "世": "世", "ctrl+x ctrl+s": "ctrl+x ctrl+s",
	} {
		q, err := keys.Parse(in)
		if err != nil {
			t.Errorf("Parse(%q): %v", in, err)
			continue
		}
		if q.String() != want {
			t.Errorf("Parse(%q) = %q, want %q", in, q, want)
		}
	}
}

func TestWhatNoTerminalSendsIsRefusedWithoutRepeatingIt(t *testing.T) {
	for in, want := range map[string]error{
		"": keys.ErrEmpty, "  ": keys.ErrEmpty, "spce": keys.ErrUnknown, "f21": keys.ErrUnknown, "hello": keys.ErrUnknown,
		"ctrl+shift+a": keys.ErrUnsent, "ctrl+1": keys.ErrUnsent, "ctrl+enter": keys.ErrUnsent, "shift+esc": keys.ErrUnsent, "shift+f9": keys.ErrUnsent,
		"ctrl+tab": keys.ErrUnsent, "shift+1": keys.ErrShift, "a b c d e": keys.ErrLong, "<letter>": keys.ErrLetter, "m <letter> x": keys.ErrLetter,
		"a\x1b": keys.ErrUnknown, "\xff": keys.ErrUnknown, "SECRETCANARY": keys.ErrUnknown,
	} {
		_, err := keys.Parse(in)
		if !errors.Is(err, want) {
			t.Errorf("Parse(%q) fails with %v, want %v", in, err, want)
		}
		if err != nil && strings.Contains(err.Error(), "CANARY") {
			t.Errorf("the error repeats what was written: %v", err)
		}
	}
}

func TestLabelsAreForPeopleAndReadBack(t *testing.T) {
	for in, want := range map[string]string{
		"f5": "F5", "ctrl+y": "Ctrl-Y", "pgdown": "PgDn", "g g": "gg", "s v": "sv", "u p": "u p", "delete": "Del",
		"shift+f6": "Shift-F6", "alt+x": "Alt-x", "space": "Space", "m <letter>": "m <letter>", "G": "G",
	} {
		q, err := keys.Parse(in)
		if err != nil {
			t.Fatal(err)
		}
		if q.Label() != want {
			t.Errorf("label of %q is %q, want %q", in, q.Label(), want)
		}
	}
}

func TestBubbleTeasOwnNamesAreNormalised(t *testing.T) {
	for in, want := range map[string]string{" ": "space", "alt+ ": "alt+space", "f18": "shift+f6", "alt+f13": "alt+shift+f1", "jjj": "jjj", "ctrl+h": "ctrl+h", "[paste]": "[paste]"} {
		if got := keys.Normalise(in); got != want {
			t.Errorf("Normalise(%q) = %q, want %q", in, got, want)
		}
	}
}

func FuzzParseAndFormatAreInverse(f *testing.F) {
	for _, s := range []string{"f5", "Ctrl-U", "gg", "s v", "m <letter>", "alt++", "u p", "Alt--", "ctrl+\\", "İ", "shift+ß"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		q, err := keys.Parse(s)
		if err != nil {
			return
		}
		for _, written := range []string{q.String(), q.Label()} {
			again, err := keys.Parse(written)
			if err != nil || !cmp.Equal(q, again) {
				t.Fatalf("%q is %q, written %q, which is %q (%v)", s, q, written, again, err)
			}
		}
		for _, key := range q {
			if got := keys.Normalise(key); got != key {
				t.Fatalf("Normalise(%q) = %q", key, got)
			}
		}
	})
}

func bind(t *testing.T, rows ...string) []keys.Binding {
	t.Helper()
	var bs []keys.Binding
	for _, row := range rows {
		scope, rest, _ := strings.Cut(row, ":")
		action, written, _ := strings.Cut(rest, "=")
		q, err := keys.Parse(written)
		if err != nil {
			t.Fatal(err)
		}
		bs = append(bs, keys.Binding{Action: action, Scope: scope, Keys: q})
	}
	return bs
}

func TestConflictsAreEqualKeysAndPrefixesInOverlappingScopes(t *testing.T) {
	found := keys.Conflicts(bind(t,
		"pane:copy=c", "pane:clear=c", "queue:cancel=c", ":help=?", "queue:what=?",
		"pane:top=gg", "pane:go=g", "pane:bookmark=m <letter>", "pane:mx=m x", "pane:m1=m 1", "pane:copy=c"))
	var got []string
	for _, c := range found {
		got = append(got, c.A.Action+"/"+c.B.Action)
	}
	want := []string{"copy/clear", "clear/copy", "help/what", "top/go", "bookmark/mx"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestMatcherFollowsSequences(t *testing.T) {
	m := keys.NewMatcher(bind(t, "pane:top=gg", "pane:home=g h", "pane:versions=s v", "pane:bookmark=m <letter>",
		":quit=q", "queue:pause=p", "pane:paste=p", ":rename=shift+f6", "pane:mark=space"))
	press := func(want string, scopes []string, typed ...string) {
		t.Helper()
		var got keys.Result
		for i, key := range typed {
			got = m.Press(key, scopes...)
			if i < len(typed)-1 && got.State != keys.Pending {
				t.Fatalf("%q after %d keys is not pending", typed, i+1)
			}
		}
		if got.Action != want {
			t.Errorf("%q in %q is %q, want %q", typed, scopes, got.Action, want)
		}
	}
	pane, queue := []string{"pane"}, []string{"queue"}
	press("top", pane, "g", "g")
	press("home", pane, "g", "h")
	press("versions", pane, "s", "v")
	press("paste", pane, "p")
	press("pause", queue, "p")
	press("pause", []string{"queue", "pane"}, "p")
	press("quit", queue, "q")
	press("rename", pane, "f18")
	press("mark", pane, " ")
	press("", queue, "s")
	press("", pane, "g", "x")
	press("top", pane, "g", "g")
	press("", pane, "m", "1")
	press("", pane, "m", "esc")
	press("", pane, keys.Letter)

	m.Press("m", "pane")
	if r := m.Press("z", "pane"); r.Action != "bookmark" || r.Letter != "z" || r.Keys.String() != "m z" {
		t.Errorf("m z is %+v", r)
	}
	m.Press("g", "pane")
	if got := m.Next("pane"); len(got) != 2 || got[0].Action != "top" || got[1].Action != "home" {
		t.Errorf("after g may come %v", got)
	}
	if m.Pending().String() != "g" {
		t.Errorf("pending is %q", m.Pending())
	}
	m.Reset()
	if m.Pending() != nil || m.Next("pane") != nil {
		t.Error("Reset forgets nothing")
	}
}
