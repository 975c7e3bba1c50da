package panel_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"gantry/remote"
	"gantry/ui/panel"
)

// big is a panel of 40,000 rows, more than a pattern looks at in the loop.
func big(t *testing.T) (*panel.Panel, *bucket) {
	t.Helper()
	b := acme(many(40_000)...)
	return opened(t, b), b
}

func TestAPatternInABigFolderIsLookedForInTheBackground(t *testing.T) {
	p, _ := big(t)
	cmd, err := p.MarkPattern("*9", true)
	if err != nil {
		t.Fatal(err)
	}
	if n, _ := p.Marked(); n != 0 {
		t.Errorf("%d rows are marked in the loop", n)
	}
	_, told := p.Update(cmd())
	if m := told().(panel.MarkedMsg); m.Changed != 4000 || !m.On {
		t.Errorf("told %+v", m)
	}
	if n, bytes := p.Marked(); n != 4000 || bytes != 4000*(9+39_999)/2 {
		t.Errorf("%d marked, %d bytes", n, bytes)
	}
}

func TestNobodySeesThatAPatternTakesAWhile(t *testing.T) {
	for name, use := range map[string]func(p *panel.Panel) int{
		"selection": func(p *panel.Panel) int { return p.Selection().Count },
		"invert":    func(p *panel.Panel) int { p.Invert(); n, _ := p.Marked(); return 40_000 - n },
		"mark":      func(p *panel.Panel) int { p.MarkRow(1); n, _ := p.Marked(); return n - 1 },
		"is marked": func(p *panel.Panel) int { p.IsMarked(1); n, _ := p.Marked(); return n },
		"pattern": func(p *panel.Panel) int {
			if _, err := p.MarkPattern("nothing", true); err != nil {
				return -1
			}
			return p.Selection().Count
		},
	} {
		t.Run(name, func(t *testing.T) {
			p, _ := big(t)
			cmd, err := p.MarkPattern("*9", true)
			if err != nil {
				t.Fatal(err)
			}
			if n := use(p); n != 4000 {
				t.Errorf("%d are marked", n)
			}
			before, _ := p.Marked()
			_, told := p.Update(cmd())
			if after, _ := p.Marked(); after != before {
				t.Errorf("the result came twice: %d marks became %d", before, after)
			}
			if name != "pattern" && told().(panel.MarkedMsg).Changed != 4000 {
				t.Error("nobody was told how many there are")
			}
		})
	}
}

func TestAPatternEndsWithItsMarks(t *testing.T) {
	p, _ := big(t)
	cmd, err := p.MarkPattern("*9", true)
	if err != nil {
		t.Fatal(err)
	}
	p.ClearMarks()
	if _, told := p.Update(cmd()); told != nil {
		t.Error("a pattern was told of that is gone")
	}
	if n, _ := p.Marked(); n != 0 {
		t.Errorf("%d are marked", n)
	}
}

func TestAPatternOutlivesAReload(t *testing.T) {
	p, b := big(t)
	cmd, err := p.MarkPattern("*9", true)
	if err != nil {
		t.Fatal(err)
	}
	b.folders["in/"] = append([]remote.Entry{object("in/", "a9", 1)}, b.folders["in/"][10:]...)
	run(p, p.Reload())
	run(p, cmd)
	if n := p.Selection().Count; n != 4000 {
		t.Errorf("%d are marked", n)
	}
}

// TestMarksAgreeWithASet does everything that changes marks at random and counts
// along with a map.
func TestMarksAgreeWithASet(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	var es []remote.Entry
	for i := range 3000 {
		if r.IntN(9) == 0 {
			es = append(es, folder("in/", fmt.Sprintf("d%d", i)))
			continue
		}
		es = append(es, object("in/", fmt.Sprintf("%x", r.Uint32()), int64(r.IntN(1000))-1))
	}
	p := opened(t, acme(es...))
	marked := map[string]bool{}
	name := func(i int) string { e, _ := p.At(i); return e.Name }
	set := func(a, b int, want func(name string) bool) {
		for i := max(0, min(a, b)); i <= min(max(a, b), p.Len()-1); i++ {
			if n := name(i); n != "" {
				marked[n] = want(n)
			}
		}
	}
	for step := range 400 {
		a, b, on := r.IntN(p.Len()), r.IntN(p.Len()), r.IntN(2) == 0
		switch r.IntN(9) {
		case 0:
			p.MarkAll()
			set(0, p.Len(), func(string) bool { return true })
		case 1:
			p.Invert()
			set(0, p.Len(), func(n string) bool { return !marked[n] })
		case 2:
			if _, err := markPattern(p, "*7*", on); err != nil {
				t.Fatal(err)
			}
			set(0, p.Len(), func(n string) bool { return strings.Contains(n, "7") && on || marked[n] && !strings.Contains(n, "7") })
		case 3:
			p.MarkRows(a, b, on)
			set(a, b, func(string) bool { return on })
		case 4:
			p.SetCursor(a)
			p.MarkRange()
			p.SetCursor(r.IntN(p.Len()))
			p.SetCursor(b)
			p.MarkRange()
			set(a, b, func(string) bool { return true })
		case 5:
			p.MarkRow(a)
			set(a, a, func(n string) bool { return !marked[n] })
		case 6:
			run(p, p.SetFilter([]string{"", "3", "f"}[r.IntN(3)]))
		case 7:
			run(p, p.SetSort([]panel.SortBy{panel.ByName, panel.BySize}[r.IntN(2)], on))
		case 8:
			if r.IntN(9) == 0 {
				p.ClearMarks()
				clear(marked)
			}
		}
		checkMarks(t, step, p, es, marked)
	}
}

func checkMarks(t *testing.T, step int, p *panel.Panel, es []remote.Entry, marked map[string]bool) {
	t.Helper()
	count, dirs, bytes := 0, 0, int64(0)
	for _, e := range es {
		if !marked[e.Name] {
			continue
		}
		count++
		bytes += max(0, e.Size)
		if e.Dir {
			dirs++
		}
	}
	n, sum := p.Marked()
	if n != count || sum != bytes {
		t.Fatalf("step %d: %d marked with %d bytes, should be %d with %d", step, n, sum, count, bytes)
	}
	if s := p.Selection(); count > 0 && (s.Count != count || s.Dirs != dirs) {
		t.Fatalf("step %d: %d selected, %d folders; should be %d and %d", step, s.Count, s.Dirs, count, dirs)
	}
}
