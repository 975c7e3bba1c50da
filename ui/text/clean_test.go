package text_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"

	"gantry/ui/text"
)

func TestSEC13CleanNamesWhatCannotBeShown(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"", ""},
		{"plain name.txt", "plain name.txt"},
		{"grün 世界.txt", "grün 世界.txt"},
		{"a\nb\tc\x00", "a␊b␉c␀"},
		{"\x1b[31mred", "␛[31mred"},
		{"\x1b]52;c;ZXZpbA==\x07", "␛]52;c;ZXZpbA==␇"},
		{"del\x7f", "del␡"},
		{"c1\u009b31m", "c1<009B>31m"},
		{"raw c1 \x9b31m", `raw c1 \x9B31m`},
		{"bad \xff\xc3", `bad \xFF\xC3`},
		{"exe\u202Efdp.scr", "exe<202E>fdp.scr"},
		{"zero\u200bwidth", "zero<200B>width"},
		{"nbsp\u00a0here", "nbsp<00A0>here"},
		{"tag\U000E0041", "tag<E0041>"},
		{"private\ue000", "private<E000>"},
		{"line\u2028sep", "line<2028>sep"},
		{"blank\u3164letter", "blank<3164>letter"},
		{"real \ufffd", "real <FFFD>"},
		{"family 👨\u200d👩", "family 👨👩"},
		{"heart ❤\ufe0f", "heart ❤"},
		{"thumb 👍🏽", "thumb 👍"},
		{"e\u0301", "é"},
		{"z" + strings.Repeat("\u0323", 50), "ẓ\u0323\u0323"},
		{"\u0301alone", "◌\u0301alone"},
		{"after space \u0301", "after space ◌\u0301"},
	} {
		if got := text.Clean(c.in); got != c.want {
			t.Errorf("Clean(%q) = %q, want %q", c.in, got, c.want)
		}
	}
}

func TestNameKnowsWhichWidthsTerminalsAgreeOn(t *testing.T) {
	for _, c := range []struct {
		in    string
		width int
		exact bool
	}{
		{"report.txt", 10, true},
		{"世界", 4, true},
		{"café", 4, true},
		{"emoji 🎉", 8, true},
		{"\u0e01\u0e33", 1, false}, // Thai with SARA AM, which combines but also stands alone
	} {
		got, width, exact := text.Name(c.in)
		if width != c.width && c.exact || exact != c.exact {
			t.Errorf("Name(%q) = %q, %d, %v; want %d, %v", c.in, got, width, exact, c.width, c.exact)
		}
	}
}

func TestLinesExpandTabsAndKeepNewlines(t *testing.T) {
	got := text.Lines("a\tb\r\n世\tc\n\x1b[2J")
	want := []string{"a       b", "世      c", "␛[2J"}
	if strings.Join(got, "|") != strings.Join(want, "|") {
		t.Errorf("got %q, want %q", got, want)
	}
	if text.Lines("") != nil {
		t.Error("an empty text has a line")
	}
	if got := text.Line("x\n\ty"); got != "x\n        y" {
		t.Errorf("Line gave %q", got)
	}
}

// safe fails t when s holds anything that a terminal acts on or that shows
// something else than it is.
func safe(t *testing.T, s string) {
	t.Helper()
	if !utf8.ValidString(s) {
		t.Fatalf("not UTF-8: %q", s)
	}
	for _, r := range s {
		if unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Co, unicode.Cs, unicode.Zl, unicode.Zp, unicode.Bidi_Control) {
			t.Fatalf("%U is in %q", r, s)
		}
		if unicode.Is(unicode.Z, r) && r != ' ' {
			t.Fatalf("%U looks like a space in %q", r, s)
		}
	}
}

func seeds(f *testing.F) {
	for _, s := range []string{
		"", "a", "naïve.txt", "e\u0301\u0301\u0301\u0301", "\x1b]0;x\x07", "\u202eabc", "\xff\xfe", "👨\u200d👩\u200d👧", "🇩🇪🇫",
		"क्षि", "ก\u0e33", "ﾊﾞ", "\u1100\u1161\u11a8", "\u0d4e a", "a\u0d4e", "\u202e", "a\tb", "\U000E0001", "\u0301", "\u00a0", "x\u20e3",
	} {
		f.Add(s)
	}
}

// FuzzSEC13NothingShownActsOnTheTerminal: whatever a server, a file name or an
// error holds.
func FuzzSEC13NothingShownActsOnTheTerminal(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, s string) {
		c := text.Clean(s)
		safe(t, c)
		shown, width, exact := text.Name(s)
		if shown != c {
			t.Fatalf("Name shows %q, Clean %q", shown, c)
		}
		if width != ansi.StringWidth(shown) {
			t.Fatalf("width %d of %q is %d", width, shown, ansi.StringWidth(shown))
		}
		if exact && width != ansi.StringWidthWc(shown) {
			t.Fatalf("%q is not exact", shown)
		}
		if again := text.Clean(c); again != c {
			t.Fatalf("cleaning %q again gives %q", c, again)
		}
		for _, l := range text.Lines(s) {
			safe(t, l)
		}
	})
}

func FuzzFit(f *testing.F) {
	f.Add("quarterly report.parquet", 12)
	f.Add("世界世界世界", 5)
	f.Add("a\u0d4e", 3)
	f.Fuzz(func(t *testing.T, s string, w int) {
		if w < 0 || w > 300 {
			t.Skip()
		}
		c := text.Clean(s)
		for name, got := range map[string]string{"Middle": text.Middle(c, w), "Truncate": text.Truncate(c, w)} {
			if text.Width(got) > w {
				t.Fatalf("%s(%q, %d) = %q has %d columns", name, c, w, got, text.Width(got))
			}
		}
		for name, got := range map[string]string{"Pad": text.Pad(c, w), "PadLeft": text.PadLeft(c, w), "Pad of Middle": text.Pad(text.Middle(c, w), w)} {
			if text.Width(got) != w {
				t.Fatalf("%s(%q, %d) = %q has %d columns", name, c, w, got, text.Width(got))
			}
		}
		if w > 0 {
			for _, l := range text.Wrap(s, w) {
				safe(t, l)
				if text.Width(l) > w {
					t.Fatalf("Wrap(%q, %d) has %q", s, w, l)
				}
			}
		}
	})
}

func BenchmarkNameASCII(b *testing.B) {
	for b.Loop() {
		text.Name("quarterly-report-2024.parquet")
	}
}

func BenchmarkNameMixed(b *testing.B) {
	for b.Loop() {
		text.Name("Übersicht 世界 e\u0301té.parquet")
	}
}

func TestEveryLetterKeepsItsColumnAmongOthers(t *testing.T) {
	for r := rune(0x80); r <= unicode.MaxRune; r++ {
		if !unicode.IsGraphic(r) {
			continue
		}
		c := text.Clean("a" + string(r) + "b")
		safe(t, c)
		if got := text.Width(text.Pad(c, 12) + "│"); got != 13 {
			t.Fatalf("%U: %q and a border have %d columns", r, text.Pad(c, 12), got)
		}
		if got := text.Width(text.Pad(text.Clean("a"+string(r)), 12) + "│"); got != 13 {
			t.Fatalf("%U at the end: a border behind it is at column %d", r, got-1)
		}
	}
}
