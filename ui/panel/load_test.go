package panel_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gantry/remote"
	"gantry/ui/panel"
)

// many are n objects in the byte order of their names, as a bucket lists them.
func many(n int) []remote.Entry {
	var out []remote.Entry
	for i := range n {
		out = append(out, object("in/", fmt.Sprintf("k%06d", i), int64(i)))
	}
	return out
}

// screen is what the pane shows, in focus and without colours.
func screen(p *panel.Panel) string { return strings.Join(p.View(true), "\n") }

func TestRowsAppearWithTheFirstPageAndTheCursorStaysOnItsEntry(t *testing.T) {
	b := acme(object("in/", "m", 1), object("in/", "n", 1), object("in/", "a", 1), object("in/", "b", 1))
	b.pageSize = 2
	p := panel.New(panel.Options{ID: 1})
	p.SetSize(60, 12)
	first := p.Open(t.Context(), place(b, "in/"), "")
	next := p.Apply(first().(panel.PageMsg))
	if got := names(p); got != "m n" || !p.Loading() {
		t.Fatalf("after the first page %q show, loading %v", got, p.Loading())
	}
	p.Bottom()
	run(p, next)
	if got := names(p); got != "a b m n" || p.Loading() {
		t.Errorf("at the end %q show, loading %v", got, p.Loading())
	}
	if e, _ := p.Current(); e.Name != "n" {
		t.Errorf("the cursor went from n to %s", e.Name)
	}
}

func TestACursorThatNobodyMovedIsOnTheFirstEntry(t *testing.T) {
	b := acme(object("in/", "m", 1), object("in/", "a", 1))
	b.pageSize = 1
	p := opened(t, b)
	under := func(want string) {
		t.Helper()
		if e, _ := p.Current(); e.Name != want || p.OnParent() != (want == "") {
			t.Errorf("the cursor is on %q in row %d, not on %q", e.Name, p.Cursor(), want)
		}
	}
	under("a")
	run(p, p.SetSort(panel.ByName, true))
	under("m")
	run(p, p.SetFilter("x"))
	if p.Len() != 0 || p.OnParent() {
		t.Errorf("%d rows match", p.Len())
	}
	run(p, p.SetFilter(""))
	under("m")
	run(p, p.SetFilter("a"))
	under("a")
	run(p, p.SetFilter(""))
	under("a")

	b.folders[""] = []remote.Entry{folder("", "in"), folder("", "a")}
	run(p, p.Open(t.Context(), place(b, ""), ""))
	under("in")

	b.folders["none/"] = nil
	run(p, p.Open(t.Context(), place(b, "none/"), ""))
	under("")
	b.folders["none/"] = []remote.Entry{object("none/", "new", 1)}
	run(p, p.Reload())
	under("new")
	p.Top()
	run(p, p.SetSort(panel.BySize, false))
	under("")
}

func TestAFilterThatIsTakenAwayLeavesTheCursorWhereItLed(t *testing.T) {
	b := acme(object("in/", "m", 1), object("in/", "n", 1), object("in/", "a", 1))
	b.pageSize = 2
	p := panel.New(panel.Options{ID: 1})
	p.SetSize(60, 12)
	next := p.Apply(p.Open(t.Context(), place(b, "in/"), "")().(panel.PageMsg))
	run(p, p.SetFilter("n"))
	run(p, p.SetFilter(""))
	run(p, next)
	if e, _ := p.Current(); e.Name != "n" {
		t.Errorf("the next page took the cursor from n to %s", e.Name)
	}
}

func TestTheCursorGoesToTheWantedEntryWhenItIsListed(t *testing.T) {
	b := acme(many(9000)...)
	b.pageSize = 1000
	p := panel.New(panel.Options{ID: 1})
	p.SetSize(60, 12)
	run(p, p.Open(t.Context(), place(b, "in/"), "k008500"))
	if e, ok := p.Current(); !ok || e.Name != "k008500" {
		t.Errorf("the cursor is on %q", e.Name)
	}
	if !strings.Contains(screen(p), "k008500") {
		t.Errorf("it does not show:\n%s", screen(p))
	}
}

func TestPagesBeyondTheFirstThousandsAreMergedInOrder(t *testing.T) {
	all := many(20_000)
	for i := range all { // natural order is not byte order here
		all[i] = object("in/", fmt.Sprintf("k%d", (i*7919)%20_000), int64(i))
	}
	b := acme(all...)
	b.pageSize = 1000
	p := opened(t, b)
	if p.Count() != 20_000 || p.Total() != 20_000 {
		t.Fatalf("%d of %d entries show", p.Count(), p.Total())
	}
	for _, i := range []int{0, 9, 10, 11_111, 19_999} {
		if e, _ := p.At(i + 1); e.Name != fmt.Sprintf("k%d", i) {
			t.Errorf("row %d is %s", i, e.Name)
		}
	}
}

func TestPagesOfAnEarlierListingAreDropped(t *testing.T) {
	b := acme(object("in/", "old", 1))
	b.folders["other/"] = []remote.Entry{object("other/", "new", 1)}
	p := panel.New(panel.Options{ID: 1})
	p.SetSize(60, 12)
	late := p.Open(t.Context(), place(b, "in/"), "")()
	run(p, p.Open(t.Context(), place(b, "other/"), ""))
	if handled, cmd := p.Update(late); !handled || cmd != nil {
		t.Errorf("the late page: handled %v, cmd %v", handled, cmd != nil)
	}
	if got := names(p); got != "new" {
		t.Errorf("%q show", got)
	}
	if handled, _ := p.Update(panel.PageMsg{Panel: 2}); handled {
		t.Error("it took a message of another panel")
	}
}

func TestOldRowsStayInSightButOutOfReachUntilTheFirstPage(t *testing.T) {
	b := acme(object("in/", "old", 1))
	b.folders["other/"] = []remote.Entry{object("other/", "new", 1)}
	p := opened(t, b)
	p.Bottom()
	cmd := p.Open(t.Context(), place(b, "other/"), "")
	if s := screen(p); !strings.Contains(s, "old") || !strings.Contains(s, "loading…") || !strings.Contains(s, "other/") {
		t.Errorf("while it opens:\n%s", s)
	}
	p.MarkAll()
	p.Move(1)
	if _, ok := p.Current(); ok || p.Len() != 0 || p.Selection().Count != 0 || p.Hit(10, 3).Kind != panel.None {
		t.Error("rows of the place before can be reached")
	}
	run(p, cmd)
	if s := screen(p); strings.Contains(s, "old") || !strings.Contains(s, "new") {
		t.Errorf("after it opened:\n%s", s)
	}
}

func TestOpenEndsTheContextOfTheListingBefore(t *testing.T) {
	b := acme(many(3)...)
	b.pageSize = 1
	p := panel.New(panel.Options{ID: 1})
	next := p.Apply(p.Open(t.Context(), place(b, "in/"), "")().(panel.PageMsg))
	p.Open(t.Context(), place(b, "in/"), "")
	if m := next().(panel.PageMsg); !remote.Cancelled(m.Err) {
		t.Errorf("the old listing goes on: %v", m.Err)
	}
}

func TestAnUnreachableServerShowsItsSentence(t *testing.T) {
	b := acme()
	b.fail = map[string]error{"in/@": &remote.Error{
		Op: "list", Kind: remote.Unreachable, Hint: "acme does not answer. Check the endpoint\x1b[31m of the server.", Err: errors.New("dial tcp"),
	}}
	p := opened(t, b)
	s := screen(p)
	if !strings.Contains(s, "✗ acme does not answer. Check the endpoint␛[31m of the") || strings.Contains(s, "dial") {
		t.Errorf("the pane shows\n%s", s)
	}
	if p.Err() == nil || p.Gone() || !p.Partial() || p.Loading() {
		t.Error("Err, Gone, Partial, Loading:", p.Err(), p.Gone(), p.Partial(), p.Loading())
	}
	b.fail = nil
	run(p, p.Reload())
	if p.Err() != nil || p.Partial() {
		t.Errorf("after Reload: %v, partial %v", p.Err(), p.Partial())
	}
}

func TestAListingThatBreaksOffIsMarkedAsPartial(t *testing.T) {
	b := acme(many(4)...)
	b.pageSize = 2
	b.fail = map[string]error{"in/@2": &remote.Error{Op: "list", Kind: remote.Throttled, Hint: "slow down"}}
	p := opened(t, b)
	if !p.Partial() || p.Count() != 2 {
		t.Errorf("partial %v with %d entries", p.Partial(), p.Count())
	}
	s := screen(p)
	if !strings.Contains(s, "─ ? ┐") || !strings.Contains(s, "! slow down") {
		t.Errorf("nothing says so:\n%s", s)
	}
}

func TestAVanishedFolderIsGone(t *testing.T) {
	b := acme(object("in/", "a", 1))
	p := opened(t, b)
	delete(b.folders, "in/")
	run(p, p.Reload())
	if !p.Gone() || names(p) != "a" {
		t.Errorf("gone %v, rows %q", p.Gone(), names(p))
	}
	run(p, p.Open(t.Context(), place(b, "nowhere/"), ""))
	if !p.Gone() {
		t.Error("a folder that never was is not gone")
	}
}

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

func TestCloseCallsOffTheListing(t *testing.T) {
	p := panel.New(panel.Options{ID: 1})
	cmd := p.Open(context.Background(), place(acme(many(3)...), "in/"), "")
	p.Close()
	if m := cmd().(panel.PageMsg); !remote.Cancelled(m.Err) || p.Loading() {
		t.Errorf("err %v, loading %v", m.Err, p.Loading())
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
