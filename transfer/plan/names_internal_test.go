package plan

import (
	"strings"
	"testing"
)

func TestEscapedSegmentsAreThoseThatADiskCanHold(t *testing.T) {
	for _, c := range []struct {
		in     string
		cannot bool
		want   string
	}{
		{"plain.txt", false, "plain.txt"},
		{"100%", false, "100%"},
		{"100%25", false, "100%2525"},
		{"%_", false, "%25_"},
		{"%2f", false, "%2f"},
		{"", true, "%_"},
		{".", true, "%2E"},
		{"..", true, "%2E%2E"},
		{"a\x00b", true, "a%00b"},
		{"a:b.", true, "a%3Ab%2E"},
		{"nul.txt", true, "%6Eul.txt"},
	} {
		if got := escape(c.in, c.cannot); got != c.want {
			t.Errorf("%q is escaped as %q, want %q", c.in, got, c.want)
		}
	}
}

func FuzzEscape(f *testing.F) {
	for _, s := range []string{"a", "", ".", "..", "%_", "%41", "%%41", "a\x00", "CON.x", "a.", "%25_", "%2"} {
		f.Add(s, true)
		f.Add(s, false)
	}
	f.Fuzz(func(t *testing.T, s string, cannot bool) {
		if strings.Contains(s, "/") {
			return
		}
		e := escape(s, cannot)
		if got := unescape(e); got != s {
			t.Errorf("%q is escaped as %q and read back as %q", s, e, got)
		}
		if got := unescape(e + "%2F"); got != s+"/" {
			t.Errorf("%q with a slash and content is escaped as %q and read back as %q", s, e+"%2F", got)
		}
		if e == "" || e == "." && cannot || e == ".." && cannot || strings.Contains(e, "/") || cannot && strings.Contains(e, "\x00") {
			t.Errorf("%q is escaped as %q", s, e)
		}
	})
}
