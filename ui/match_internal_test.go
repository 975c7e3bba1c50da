package ui

import (
	"strings"
	"testing"
)

func TestPatternsAreAboutTheNameOrTheWholeWay(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		query, rel string
		want       bool
	}{
		{"port", "a/Report.pdf", true},
		{"port", "port/x", false},
		{"ort/x", "port/x", true},
		{"*.PDF", "a/b/report.pdf", true},
		{"*.pdf", "a.pdf/x", false},
		{"a/*.pdf", "a/b/x.pdf", false},
		{"a/**/*.pdf", "a/b/x.pdf", true},
		{"{q1,q2}?", "q2x", true},
	} {
		match, err := newMatcher(c.query)
		if err != nil || match(c.rel) != c.want {
			t.Errorf("%q on %q: not %v, %v", c.query, c.rel, c.want, err)
		}
	}
	if _, err := newMatcher("[a"); err == nil {
		t.Error("a broken pattern is taken")
	}
}

func TestWaysAreTheFoldersThatAWalkDoesNotName(t *testing.T) {
	t.Parallel()
	var w ways
	for _, c := range []struct {
		rel  string
		dir  bool
		want string
	}{
		{"a/b/c", false, "a/ a/b/"},
		{"a/b/d", false, ""},
		{"a/e", false, ""},
		{"f", true, ""},
		{"f/g", false, ""},
		{"h/", true, ""},
		{"h/i/j", false, "h/i/"},
		{"k//l", false, "k/ k//"},
	} {
		if got := strings.Join(w.to(c.rel, c.dir), " "); got != c.want {
			t.Errorf("to %q: %q, want %q", c.rel, got, c.want)
		}
	}
}
