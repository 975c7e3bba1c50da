package panel_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

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

func TestCloseCallsOffTheListing(t *testing.T) {
	p := panel.New(panel.Options{ID: 1})
	cmd := p.Open(context.Background(), place(acme(many(3)...), "in/"), "")
	p.Close()
	if m := cmd().(panel.PageMsg); !remote.Cancelled(m.Err) || p.Loading() {
		t.Errorf("err %v, loading %v", m.Err, p.Loading())
	}
}
