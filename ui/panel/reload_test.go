package panel_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gantry/remote"
	"gantry/ui/panel"
)

func TestReloadKeepsCursorScrollAndMarksByName(t *testing.T) {
	b := acme(many(100)...)
	b.pageSize = 30
	p := opened(t, b)
	p.SetCursor(41)
	p.MarkRow(5)
	p.MarkRow(41)
	p.MarkRow(51)
	depth := strings.Index(screen(p), "k000040")
	kept := append([]remote.Entry{object("in/", "a-new", 7), object("in/", "k0000001", 7)}, b.folders["in/"]...)
	b.folders["in/"] = append(kept[:6:6], kept[7:]...) // k000004 is gone
	cmd := p.Reload()
	if got := p.Count(); got != 100 {
		t.Errorf("%d rows while it reloads", got)
	}
	run(p, cmd)
	if e, _ := p.Current(); e.Name != "k000040" {
		t.Errorf("the cursor is on %s", e.Name)
	}
	if got := strings.Index(screen(p), "k000040"); got != depth {
		t.Errorf("its line moved:\n%s", screen(p))
	}
	n, bytes := p.Marked()
	if n != 2 || bytes != 40+50 {
		t.Errorf("%d marked, %d bytes", n, bytes)
	}
}

func TestMarksMadeWhileItReloadsAreKept(t *testing.T) {
	b := acme(many(9000)...)
	p := opened(t, b)
	b.folders["in/"] = append(b.folders["in/"], object("in/", "z", 1))
	m := p.Reload()().(panel.PageMsg)
	arrange := p.Apply(m) // 9000 rows are too many to be arranged at once
	p.MarkRow(7)
	run(p, arrange)
	s := p.Selection()
	if e, _ := s.First(); s.Count != 1 || e.Name != "k000006" {
		t.Errorf("%d selected, first %q", s.Count, e.Name)
	}
}

func TestCursorAtAfterReloadFindsWhatWasMade(t *testing.T) {
	b := acme(many(3)...)
	p := opened(t, b)
	b.folders["in/"] = append(b.folders["in/"], folder("in/", "made"))
	cmd := p.Reload()
	if p.CursorAt("made") {
		t.Error("it is there too early")
	}
	run(p, cmd)
	if e, _ := p.Current(); e.Name != "made" {
		t.Errorf("the cursor is on %q", e.Name)
	}
}

func TestAReloadThatFailsInTheMiddleOfALoadLeavesAPartialListing(t *testing.T) {
	b := acme(many(4)...)
	b.pageSize = 2
	p := panel.New(panel.Options{ID: 1})
	p.SetSize(60, 12)
	p.Apply(p.Open(t.Context(), place(b, "in/"), "")().(panel.PageMsg))
	b.fail = map[string]error{"in/@": &remote.Error{Kind: remote.Throttled, Hint: "slow down"}}
	run(p, p.Reload())
	if !p.Partial() || p.Count() != 2 || p.Loading() {
		t.Errorf("partial %v, %d rows, loading %v", p.Partial(), p.Count(), p.Loading())
	}
}

func TestAPanelIsLoadingUntilWhatWasReloadedShows(t *testing.T) {
	b := acme(many(9000)...)
	p := opened(t, b)
	b.folders["in/"] = append(b.folders["in/"], object("in/", "z", 1))
	arrange := p.Apply(p.Reload()().(panel.PageMsg))
	if !p.Loading() {
		t.Error("it says that it is done before the rows are in order")
	}
	run(p, arrange)
	if p.Loading() {
		t.Error("it never ends")
	}
}

func TestReloadingWhatHasNotChangedIsNoWork(t *testing.T) {
	b := acme(many(9000)...)
	p := opened(t, b)
	p.MarkAll()
	if cmd := p.Apply(p.Reload()().(panel.PageMsg)); cmd != nil || p.Loading() {
		t.Error("something is left to do")
	}
	if n, _ := p.Marked(); n != 9000 || p.Count() != 9000 {
		t.Errorf("%d of %d are marked", n, p.Count())
	}
	b.folders["in/"] = nil
	run(p, p.Reload())
	if n, _ := p.Marked(); n != 0 || p.Count() != 0 {
		t.Errorf("emptied: %d of %d are marked", n, p.Count())
	}
}

// TestReloadsAgreeWithAFreshListing edits a folder at random, again and again:
// a pane that reloads must show what a pane that opens does, with its marks.
func TestReloadsAgreeWithAFreshListing(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	b := acme(many(300)...)
	b.pageSize = 70
	p := opened(t, b)
	marked := map[string]bool{}
	for round := range 60 {
		if e, ok := p.At(1 + r.IntN(max(1, p.Count()))); ok && !marked[e.Name] {
			p.CursorAt(e.Name)
			p.Mark()
			marked[e.Name] = true
		}
		list := b.folders["in/"]
		for range r.IntN(4) {
			at := r.IntN(len(list))
			switch name := fmt.Sprintf("n%d", r.IntN(1000)); r.IntN(3) {
			case 0:
				delete(marked, list[at].Name)
				list = slices.Delete(slices.Clone(list), at, at+1)
			case 1:
				if !slices.ContainsFunc(list, func(e remote.Entry) bool { return e.Name == name }) {
					list = slices.Insert(slices.Clone(list), at, object("in/", name, int64(r.IntN(9))))
				}
			default:
				list = slices.Clone(list)
				list[at].Size++
			}
		}
		b.folders["in/"] = list
		run(p, p.Reload())
		fresh := opened(t, b)
		var bytes int64
		for i := range fresh.Len() {
			want, _ := fresh.At(i)
			got, _ := p.At(i)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatalf("round %d, row %d (-fresh +reloaded):\n%s", round, i, diff)
			}
			if p.IsMarked(i) != marked[got.Name] {
				t.Fatalf("round %d: the mark of %s is %v", round, got.Name, p.IsMarked(i))
			}
			if marked[got.Name] {
				bytes += got.Size
			}
		}
		if n, sum := p.Marked(); n != len(marked) || sum != bytes {
			t.Fatalf("round %d: %d marked with %d bytes, want %d with %d", round, n, sum, len(marked), bytes)
		}
	}
}

func TestTheCursorMovesOnWhileAReloadIsPutInOrder(t *testing.T) {
	for name, c := range map[string]struct {
		before, meanwhile func(p *panel.Panel)
		want              string
	}{
		"to another row":      {nil, func(p *panel.Panel) { p.SetCursor(5001) }, "k005000"},
		"to an entry to come": {nil, func(p *panel.Panel) { p.CursorAt("made") }, "made"},
		"told before":         {func(p *panel.Panel) { p.CursorAt("made") }, nil, "made"},
	} {
		t.Run(name, func(t *testing.T) {
			b := acme(many(9000)...)
			p := opened(t, b)
			b.folders["in/"] = append([]remote.Entry{object("in/", "made", 1)}, b.folders["in/"][100:]...)
			page := p.Reload()
			if c.before != nil {
				c.before(p)
			}
			arrange := p.Apply(page().(panel.PageMsg))
			if c.meanwhile != nil {
				c.meanwhile(p)
			}
			run(p, arrange)
			if e, _ := p.Current(); e.Name != c.want || p.Total() != 8901 {
				t.Errorf("the cursor is on %q of %d entries", e.Name, p.Total())
			}
		})
	}
}
