package theme_test

import (
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/muesli/termenv"

	"gantry/ui/theme"
)

// styles are the fields of a Styles by name.
func styles(s *theme.Styles) map[string]theme.Style {
	out := map[string]theme.Style{}
	v := reflect.ValueOf(*s)
	for i := range v.NumField() {
		if st, ok := v.Field(i).Interface().(theme.Style); ok {
			out[v.Type().Field(i).Name] = st
		}
	}
	return out
}

// codes are the numbers of a style's sequence.
func codes(t *testing.T, s theme.Style) []int {
	t.Helper()
	var out []int
	for _, m := range regexp.MustCompile(`\x1b\[([0-9;]*)m`).FindAllStringSubmatch(s.Open(), -1) {
		for _, n := range strings.Split(m[1], ";") {
			v, err := strconv.Atoi(n)
			if err != nil {
				t.Fatalf("%q is no sequence of a style", s.Open())
			}
			out = append(out, v)
		}
	}
	return out
}

func TestAutoTakesTheTerminalsBackground(t *testing.T) {
	for _, c := range []struct {
		name string
		dark bool
		want string
	}{
		{"auto", true, "dark"},
		{"auto", false, "light"},
		{"", true, "dark"},
		{"no such theme", false, "light"},
		{"light", true, "light"},
		{"dark", false, "dark"},
		{"high-contrast", true, "high-contrast"},
		{"plain", true, "plain"},
	} {
		if got := theme.New(c.name, termenv.TrueColor, c.dark).Name; got != c.want {
			t.Errorf("New(%q, dark %v) is %q, want %q", c.name, c.dark, got, c.want)
		}
	}
}

func TestNoColorUsesAttributesOnly(t *testing.T) {
	for _, name := range theme.Names() {
		for field, s := range styles(theme.New(name, termenv.Ascii, true)) {
			for _, n := range codes(t, s) {
				if n > 9 {
					t.Errorf("%s.%s sets the colour %d", name, field, n)
				}
			}
		}
	}
}

func TestSixteenColoursAreTheUsersOwn(t *testing.T) {
	for _, name := range theme.Names() {
		for field, s := range styles(theme.New(name, termenv.ANSI, false)) {
			for _, n := range codes(t, s) {
				if n == 38 || n == 48 {
					t.Errorf("%s.%s asks for more than sixteen colours: %q", name, field, s.Open())
				}
			}
		}
	}
}

func TestPlainHasNoSequenceAtAll(t *testing.T) {
	for field, s := range styles(theme.Plain()) {
		if got := s.Open() + s.Render("x") + s.Close(); got != "x" {
			t.Errorf("%s writes %q", field, got)
		}
	}
}

// What has the focus must differ from what has not on every terminal, and so
// must the cursor's row.
func TestFocusShowsOnEveryTerminal(t *testing.T) {
	for _, name := range []string{"dark", "light", "high-contrast"} {
		for _, p := range []termenv.Profile{termenv.TrueColor, termenv.ANSI256, termenv.ANSI, termenv.Ascii} {
			for _, dark := range []bool{true, false} {
				s := theme.New(name, p, dark)
				for what, pair := range map[string][2]theme.Style{
					"cursor":        {s.Cursor, s.File},
					"blurred":       {s.CursorBlur, s.File},
					"cursors":       {s.Cursor, s.CursorBlur},
					"title":         {s.TitleFocus, s.Title},
					"button":        {s.ButtonFocus, s.Button},
					"danger button": {s.ButtonDanger, s.Button},
					"input cursor":  {s.InputCursor, s.Input},
					"drop target":   {s.DropTarget, s.File},
					"mark":          {s.Marked, s.File},
				} {
					if pair[0].Open() == pair[1].Open() {
						t.Errorf("%s in profile %v (dark %v): %s does not show", name, p, dark, what)
					}
				}
			}
		}
	}
}

func TestStylesRenderAndStack(t *testing.T) {
	s := theme.New("dark", termenv.TrueColor, true)
	if got := s.Dir.Render("x"); got != s.Dir.Open()+"x\x1b[m" || s.Dir.Close() != "\x1b[m" {
		t.Errorf("rendered %q", got)
	}
	if got := s.Dir.Render(""); got != "" {
		t.Errorf("nothing is rendered as %q", got)
	}
	if got := s.Match.On(s.Cursor).Open(); got != s.Cursor.Open()+s.Match.Open() {
		t.Errorf("stacked: %q", got)
	}
}

// Terminals show bold black as grey, which cannot be read on a strong colour.
func TestSixteenColoursNeverPutBoldBlackOnAColour(t *testing.T) {
	for _, name := range theme.Names() {
		for _, dark := range []bool{true, false} {
			for field, s := range styles(theme.New(name, termenv.ANSI, dark)) {
				c := codes(t, s)
				if slices.Contains(c, 1) && slices.Contains(c, 30) && slices.ContainsFunc(c, func(n int) bool { return n >= 40 }) {
					t.Errorf("%s.%s is bold black: %q", name, field, s.Open())
				}
			}
		}
	}
}
