package panel_test

import (
	"strings"
	"testing"

	"gantry/ui/panel"
)

func TestOrders(t *testing.T) {
	p := opened(t, acme(object("in/", "a10.TXT", 3), object("in/", "a9.csv", 2), object("in/", "B.txt", 900),
		folder("in/", "z"), folder("in/", "y"), object("in/", "none", 3)))
	for _, c := range []struct {
		by      panel.SortBy
		reverse bool
		want    string
	}{
		{panel.ByName, true, "z y none B.txt a10.TXT a9.csv"},
		{panel.ByName, false, "y z a9.csv a10.TXT B.txt none"},
		{panel.BySize, false, "y z a9.csv a10.TXT none B.txt"},
		{panel.BySize, true, "y z B.txt a10.TXT none a9.csv"},
		{panel.ByTime, false, "y z B.txt a10.TXT none a9.csv"},
		{panel.ByType, false, "y z none a9.csv a10.TXT B.txt"},
	} {
		run(p, p.SetSort(c.by, c.reverse))
		if got := names(p); got != c.want {
			t.Errorf("by %v, reverse %v: %s, want %s", c.by, c.reverse, got, c.want)
		}
		if by, reverse := p.Sort(); by != c.by || reverse != c.reverse {
			t.Errorf("Sort says %v %v", by, reverse)
		}
	}
}

func TestTheFilterNarrowsAndWidens(t *testing.T) {
	b := acme(object("in/", "Alpha.TXT", 1), object("in/", "beta.txt", 1), object("in/", "gamma.csv", 1), object("in/", "A\u0308RGER", 1), object("in/", ".alpha", 1))
	p := opened(t, b)
	p.CursorAt("gamma.csv")
	for _, c := range []struct{ text, want, current string }{
		{"a", "Alpha.TXT A\u0308RGER beta.txt gamma.csv", "gamma.csv"},
		{"al", "Alpha.TXT", "Alpha.TXT"},
		{"a", "Alpha.TXT A\u0308RGER beta.txt gamma.csv", "Alpha.TXT"},
		{"*.t?t", "Alpha.TXT beta.txt", "Alpha.TXT"},
		{"b*", "beta.txt", "beta.txt"},
		{"ärg", "A\u0308RGER", "A\u0308RGER"},
		{"zz", "", ""},
		{"", "Alpha.TXT A\u0308RGER beta.txt gamma.csv", ""},
	} {
		run(p, p.SetFilter(c.text))
		e, _ := p.Current()
		if names(p) != c.want || e.Name != c.current && c.current != "" {
			t.Errorf("%q: %s, cursor on %s", c.text, names(p), e.Name)
		}
	}
}

func TestAManyRowedFilterRunsInTheBackgroundAndTheLastOneWins(t *testing.T) {
	p := opened(t, acme(many(40_000)...))
	first, second := p.SetFilter("9"), p.SetFilter("99")
	if first == nil || second == nil {
		t.Fatal("it was done in the event loop")
	}
	run(p, second)
	n := p.Count()
	run(p, first)
	if p.Count() != n || n == 0 || p.Filter() != "99" {
		t.Errorf("%d rows after the late result, %d before", p.Count(), n)
	}
	for i := range p.Len() {
		if e, _ := p.At(i); !strings.Contains(e.Name, "99") {
			t.Fatalf("%s shows", e.Name)
		}
	}
}

func TestOpeningAnotherFolderEndsTheFilterAndTheMarks(t *testing.T) {
	p := five(t)
	run(p, p.SetFilter("txt"))
	p.MarkAll()
	run(p, p.Open(t.Context(), p.Place(), ""))
	if n, _ := p.Marked(); n != 0 || p.Filter() != "" || p.Count() != 4 {
		t.Errorf("%d marked, filter %q, %d rows", n, p.Filter(), p.Count())
	}
}
