package panel_test

import (
	"strings"
	"sync"
	"testing"

	"gantry/remote"
	"gantry/ui/panel"
)

func selected(s panel.Selection) string {
	var out []string
	for e := range s.All() {
		out = append(out, e.Name)
	}
	return strings.Join(out, " ")
}

// markPattern is MarkPattern up to its MarkedMsg.
func markPattern(p *panel.Panel, glob string, on bool) (int, error) {
	cmd, err := p.MarkPattern(glob, on)
	if err != nil {
		return 0, err
	}
	_, told := p.Update(cmd())
	return told().(panel.MarkedMsg).Changed, nil
}

func five(t *testing.T) *panel.Panel {
	t.Helper()
	return opened(t, acme(folder("in/", "dir"), object("in/", "a.txt", 10), object("in/", "b.csv", 20), object("in/", "c.txt", 40), object("in/", ".h", 80)))
}

func TestMarkTogglesAndStepsAndNeverTakesTheParent(t *testing.T) {
	p := five(t)
	p.Top()
	for range 4 {
		p.Mark()
	}
	if got := selected(p.Selection()); got != "dir a.txt b.csv" {
		t.Errorf("selected: %s", got)
	}
	if p.IsMarked(0) || !p.IsMarked(1) || p.IsMarked(4) || p.IsMarked(99) {
		t.Error("IsMarked says otherwise")
	}
	p.SetCursor(2)
	p.Mark()
	s := p.Selection()
	if s.Count != 2 || s.Dirs != 1 || s.Bytes != 20 || s.Place.Path != "in/" {
		t.Errorf("%+v", s)
	}
}

func TestWithoutMarksTheSelectionIsTheRowUnderTheCursor(t *testing.T) {
	p := five(t)
	p.Top()
	if s := p.Selection(); s.Count != 0 {
		t.Errorf("on ..: %d selected", s.Count)
	}
	p.Bottom()
	if s := p.Selection(); s.Count != 1 || s.Bytes != 40 || selected(s) != "c.txt" {
		t.Errorf("%d selected, %d bytes: %s", s.Count, s.Bytes, selected(s))
	}
}

func TestARangeFollowsTheCursorBothWays(t *testing.T) {
	p := five(t)
	p.MarkRow(4) // c.txt, marked before
	p.SetCursor(2)
	p.MarkRange()
	p.Move(2)
	if got := selected(p.Selection()); got != "a.txt b.csv c.txt" || !p.Ranging() {
		t.Errorf("down: %s", got)
	}
	p.Move(-3)
	if got := selected(p.Selection()); got != "dir a.txt c.txt" {
		t.Errorf("up: %s", got)
	}
	p.MarkRange()
	p.Bottom()
	if got := selected(p.Selection()); got != "dir a.txt c.txt" || p.Ranging() {
		t.Errorf("after its end: %s", got)
	}
}

func TestMarkAllInvertAndPatternsMeanWhatShows(t *testing.T) {
	p := five(t)
	p.MarkAll()
	if n, bytes := p.Marked(); n != 4 || bytes != 70 {
		t.Errorf("all: %d, %d bytes", n, bytes)
	}
	p.Invert()
	if n, bytes := p.Marked(); n != 0 || bytes != 0 {
		t.Errorf("inverted: %d, %d bytes", n, bytes)
	}
	for _, c := range []struct {
		glob string
		n    int
		want string
	}{{"*.txt", 2, "a.txt c.txt"}, {"{b,c}.*", 1, "a.txt b.csv c.txt"}, {"[d]??", 1, "dir a.txt b.csv c.txt"}} {
		n, err := markPattern(p, c.glob, true)
		if got := selected(p.Selection()); err != nil || n != c.n || got != c.want {
			t.Errorf("%s: %d %v: %s", c.glob, n, err, got)
		}
	}
	if n, err := markPattern(p, "*", false); n != 4 || err != nil {
		t.Errorf("unmark: %d %v", n, err)
	}
	if _, err := p.MarkPattern("[", true); err == nil {
		t.Error("a broken pattern is taken")
	}
}

func TestMarksSurviveFilterSortAndHidden(t *testing.T) {
	p := five(t)
	run(p, p.SetHidden(true))
	if _, err := p.MarkPattern(".h", true); err != nil {
		t.Fatal(err)
	}
	p.CursorAt("c.txt")
	p.Mark()
	run(p, p.SetHidden(false))
	run(p, p.SetSort(panel.BySize, true))
	run(p, p.SetFilter("csv"))
	if names(p) != "b.csv" {
		t.Errorf("filtered: %s", names(p))
	}
	if got := selected(p.Selection()); got != ".h c.txt" {
		t.Errorf("selected: %s", got)
	}
	p.ClearMarks()
	if got := selected(p.Selection()); got != "b.csv" {
		t.Errorf("cleared: %s", got)
	}
}

func TestASelectionIsASnapshotForAnyGoroutine(t *testing.T) {
	b := acme(many(6000)...)
	b.pageSize = 500
	p := panel.New(panel.Options{ID: 1})
	p.SetSize(60, 12)
	next := p.Apply(p.Open(t.Context(), place(b, "in/"), "")().(panel.PageMsg))
	p.MarkAll()
	s := p.Selection()
	var readers sync.WaitGroup
	for range 2 {
		readers.Go(func() {
			n := 0
			for e := range s.All() {
				if e.Path != remote.Path("in/"+e.Name) {
					t.Errorf("path %q of %q", e.Path, e.Name)
				}
				n++
			}
			if n != 500 {
				t.Errorf("%d entries", n)
			}
		})
	}
	run(p, next) // the panel lists, marks and sorts on meanwhile
	p.Invert()
	run(p, p.SetSort(panel.BySize, true))
	readers.Wait()
	if s.Count != 500 || p.Count() != 6000 {
		t.Errorf("%d selected, %d rows", s.Count, p.Count())
	}
}
