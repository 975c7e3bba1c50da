package panel_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gantry/remote"
	"gantry/ui/panel"
)

func TestHits(t *testing.T) {
	b := acme()
	b.folders["in/2026/"] = many(30)
	p := panel.New(panel.Options{ID: 1})
	p.SetSize(60, 12)
	run(p, p.Open(t.Context(), place(b, "in/2026/"), ""))
	p.View(true)
	for _, c := range []struct {
		x, y int
		want panel.Hit
	}{
		{2, 0, panel.Hit{Kind: panel.Crumb, Path: ""}},
		{7, 0, panel.Hit{Kind: panel.Crumb, Path: "in/"}},
		{12, 0, panel.Hit{Kind: panel.Crumb, Path: "in/2026/"}},
		{40, 0, panel.Hit{}},
		{5, 1, panel.Hit{Kind: panel.Header, Col: panel.ByName}},
		{42, 1, panel.Hit{Kind: panel.Header, Col: panel.BySize}},
		{55, 1, panel.Hit{Kind: panel.Header, Col: panel.ByTime}},
		{5, 2, panel.Hit{Kind: panel.Parent}},
		{5, 3, panel.Hit{Kind: panel.Row, Row: 1}},
		{2, 4, panel.Hit{Kind: panel.Margin, Row: 2}},
		{5, 9, panel.Hit{}},
		{5, 10, panel.Hit{Kind: panel.Foot}},
		{5, 11, panel.Hit{}},
		{0, 4, panel.Hit{}},
		{59, 4, panel.Hit{}},
		{5, 99, panel.Hit{}},
		{-1, -1, panel.Hit{}},
	} {
		if diff := cmp.Diff(c.want, p.Hit(c.x, c.y)); diff != "" {
			t.Errorf("at %d,%d (-want +got):\n%s", c.x, c.y, diff)
		}
	}
	p.Bottom()
	if h := p.Hit(5, 8); h.Row != 30 || h.Kind != panel.Row {
		t.Errorf("scrolled: %+v", h)
	}
	p.SetSize(12, 4)
	if p.View(true); p.Hit(4, 0).Kind != panel.Crumb {
		t.Error("a cut title has no step to click")
	}
}

func TestHitFindsWhatViewDrew(t *testing.T) {
	p := opened(t, acme(many(50)...))
	for _, n := range []int{0, 3, 20, 7, 49} {
		p.SetCursor(n)
		for y, l := range p.View(true) {
			if h := p.Hit(10, y); h.Kind == panel.Row {
				if e, _ := p.At(h.Row); !strings.Contains(l, e.Name) {
					t.Errorf("line %d is row %d, %s, but shows %q", y, h.Row, e.Name, l)
				}
			}
		}
	}
}

func TestPagesAndTheWheel(t *testing.T) {
	p := opened(t, acme(many(100)...)) // seven lines for rows
	p.Top()
	for _, c := range []struct {
		do     func()
		cursor int
		top    string
	}{
		{func() { p.PageMove(2) }, 6, "k000005"},
		{func() { p.PageMove(1) }, 9, "k000008"},
		{func() { p.PageMove(-1) }, 6, "k000005"},
		{func() { p.Scroll(3) }, 9, "k000008"},
		{func() { p.Scroll(-1) }, 9, "k000007"},
		{func() { p.Bottom() }, 100, "k000093"},
		{func() { p.Scroll(9) }, 100, "k000093"},
		{func() { p.Top() }, 0, ".."},
		{func() { p.PageMove(-2) }, 0, ".."},
	} {
		c.do()
		if got := p.View(true)[2]; p.Cursor() != c.cursor || !strings.Contains(got, c.top) {
			t.Errorf("cursor %d, first line %q; want %d and %s", p.Cursor(), got, c.cursor, c.top)
		}
	}
}

func TestTheCursorKeepsInsideWhenThePaneShrinks(t *testing.T) {
	p := opened(t, acme(many(100)...))
	p.SetSize(60, 40)
	p.SetCursor(30)
	p.SetSize(60, 9)
	if e, _ := p.Current(); !strings.Contains(screen(p), e.Name) || e.Path != remote.Path("in/"+e.Name) {
		t.Errorf("%s does not show:\n%s", e.Name, screen(p))
	}
}
