package text_test

import (
	"strings"
	"testing"

	"gantry/ui/text"
)

func TestMiddleKeepsTheBeginningAndTheExtension(t *testing.T) {
	for _, c := range []struct {
		in   string
		w    int
		want string
	}{
		{"short.txt", 9, "short.txt"},
		{"quarterly-report.parquet", 18, "quarterl…t.parquet"},
		{"a-very-long-name-of-an-archive.tar.gz", 16, "a-very-…e.tar.gz"},
		{"a-very-long-folder-name/", 12, "a-very-…ame/"},
		{"reading-00001.json", 14, "readin…01.json"},
		{"no extension at all here", 12, "no exten…ere"},
		{"世界世界世界世界.txt", 10, "世界….txt"},
		{"abcdef", 3, "ab…"},
		{"abcdef", 1, "…"},
		{"abcdef", 0, ""},
	} {
		if got := text.Middle(c.in, c.w); got != c.want {
			t.Errorf("Middle(%q, %d) = %q, want %q", c.in, c.w, got, c.want)
		}
	}
}

func TestPadFillsOrCutsToTheColumn(t *testing.T) {
	for _, c := range []struct {
		in   string
		w    int
		want string
	}{
		{"ab", 4, "ab  "},
		{"世界", 3, "世…"},
		{"世界", 4, "世界"},
		{"abcdef", 4, "abc…"},
		{"x", 0, ""},
		{"x", -3, ""},
	} {
		if got := text.Pad(c.in, c.w); got != c.want {
			t.Errorf("Pad(%q, %d) = %q, want %q", c.in, c.w, got, c.want)
		}
	}
	if got := text.PadLeft("12", 5); got != "   12" {
		t.Errorf("PadLeft gave %q", got)
	}
	if got := text.Pad("", 1000); len(got) != 1000 {
		t.Errorf("a long pad has %d columns", len(got))
	}
	if got := text.Width(text.Pad("\x1b[1mstyled text\x1b[m", 6)); got != 6 {
		t.Errorf("a styled text was cut to %d columns", got)
	}
}

func TestWrapBreaksAtSpacesAndElsewhereIfItMust(t *testing.T) {
	got := text.Wrap("The bucket acme-exchange-with-a-long-name does\nnot exist.", 16)
	want := "The bucket acme-|exchange-with-a-|long-name does|not exist."
	if strings.Join(got, "|") != want {
		t.Errorf("got  %q\nwant %q", strings.Join(got, "|"), want)
	}
	if got := text.Wrap("世", 1); len(got) != 1 || text.Width(got[0]) > 1 {
		t.Errorf("a wide rune in one column: %q", got)
	}
	if text.Wrap("x", 0) != nil {
		t.Error("no column holds a line")
	}
}
