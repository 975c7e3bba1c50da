package dialog_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/muesli/termenv"

	"gantry/ui/dialog"
	"gantry/ui/text"
	"gantry/ui/theme"
)

// shown is the text of a prompt's field as drawn, with its cursor in brackets.
func shown(t *testing.T, value string, keys ...string) string {
	t.Helper()
	st := theme.New("dark", termenv.Ascii, true)
	p := dialog.NewPrompt(st, dialog.PromptOptions{Value: value})
	play(t, p, keys...)
	lines := p.View(30, 10)
	for i, l := range lines {
		if text.Width(l) != 30 {
			t.Errorf("line %d has %d columns", i, text.Width(l))
		}
	}
	l := strings.ReplaceAll(lines[1], st.InputCursor.Open(), "[")
	l = l[strings.Index(l, st.Input.Open())+len(st.Input.Open()):]
	l = strings.Replace(l, "\x1b[m", "]", 1)
	l = strings.ReplaceAll(l, st.Input.Open(), "")
	l, _, _ = strings.Cut(l, "\x1b[m")
	return strings.TrimRight(l, " ")
}

func TestTheFieldScrollsWithItsCursor(t *testing.T) {
	long := "abcdefghijklmnopqrstuvwxyz0123456789"
	for _, c := range []struct {
		keys []string
		want string
	}{
		{nil, "bcdefghijklmnopqrstuvwxyz0123456789[ ]"[10:]},
		{[]string{"home"}, "[a]bcdefghijklmnopqrstuvwxyz"},
		{[]string{"home", "right"}, "a[b]cdefghijklmnopqrstuvwxyz"},
		{[]string{"left", "left"}, "lmnopqrstuvwxyz01234567[8]9 "},
	} {
		got := shown(t, long, c.keys...)
		if strings.TrimRight(c.want, " ") != got {
			t.Errorf("%q: got %q, want %q", c.keys, got, c.want)
		}
	}
}

func TestTheFieldShowsWideAndHostileLetters(t *testing.T) {
	for value, want := range map[string]string{
		"世界":       "世界[ ]",
		"e\u0301":  "é[ ]",
		"\u202ex":  "<202E>x[ ]",
		"a\u200db": "ab[ ]",
	} {
		if got := shown(t, value); got != want {
			t.Errorf("%q is shown as %q, want %q", value, got, want)
		}
	}
}

func TestALongFormScrollsToItsFocus(t *testing.T) {
	o := dialog.FormOptions{Title: "Many"}
	for i := range 20 {
		o.Fields = append(o.Fields, dialog.Field{Key: fmt.Sprint(i), Label: fmt.Sprintf("Field %d", i)})
	}
	f := dialog.NewForm(theme.Plain(), o)
	for i := range 20 {
		if got := look(t, f, 40, 10); !strings.Contains(got, fmt.Sprintf("▸ Field %d ", i)) {
			t.Errorf("field %d has the focus and is not shown:\n%s", i, got)
		}
		play(t, f, "tab")
	}
	if got := look(t, f, 40, 10); !strings.Contains(got, "[▸OK ]") {
		t.Errorf("OK has no focus:\n%s", got)
	}
	play(t, f, "right", "shift+tab", "shift+tab")
	lines := strings.Split(look(t, f, 40, 10), "\n")
	if done, _ := clickOn(f, lines, "Field 18"); done {
		t.Error("a click on a field closed the form")
	}
	if got := look(t, f, 40, 10); !strings.Contains(got, "▸ Field 18 ") {
		t.Errorf("the clicked field has no focus:\n%s", got)
	}
	if done, _ := clickOn(f, lines, "Cancel"); !done {
		t.Error("a click on Cancel does not close the form")
	}
}

func TestFormsTurnChoicesAndSwitchesByMouseAndLetter(t *testing.T) {
	f := dialog.NewForm(theme.Plain(), form())
	lines := strings.Split(look(t, f, 80, 24), "\n")
	clickOn(f, lines, "Credential")
	clickOn(f, lines, "Credential")
	clickOn(f, lines, "Read-only")
	if got := fmt.Sprint(map[string]string(f.Values())); got != "map[name:acme ro:false role: type:assume_role]" {
		t.Errorf("clicks left %s", got)
	}
	f = dialog.NewForm(theme.Plain(), form())
	play(t, f, "tab", "a", "a") // assume_role, then anonymous
	if got := f.Values()["type"]; got != "anonymous" {
		t.Errorf("two letters chose %q", got)
	}
	play(t, f, "left", "left", "tab", "tab", "n")
	if got := f.Values()["ro"]; got != "false" {
		t.Errorf("n left the switch on %q", got)
	}
}
