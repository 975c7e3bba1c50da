package ui_test

import (
	"context"
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"

	"gantry/remote"
	"gantry/ui"
)

func TestEnterAndParentKeepTheCursorOnTheWay(t *testing.T) {
	w := newWorld(t)
	w.to(t, "drafts")
	w.Keys("enter")
	w.sees(t, "one.txt", "two.txt")
	w.Keys("h")
	if e, _ := ui.Current(w.model); e != "drafts" {
		t.Errorf("the cursor is on %q", e)
	}
	w.Keys("H")
	w.sees(t, "one.txt")
	w.Keys("L")
	if got := ui.Reach(w.model); got != "/home" {
		t.Errorf("forward led to %s", got)
	}
}

func TestTabLeadsToTheOtherPaneAndItsBucketFolders(t *testing.T) {
	w := newWorld(t)
	w.Keys("tab")
	w.to(t, "march")
	w.Keys("l")
	w.sees(t, "a.csv", "acme:inbox/march/")
	w.Keys("g", "/")
	if got := ui.Reach(w.model); got != "acme:" {
		t.Errorf("the root is %s", got)
	}
	w.Keys("h")
	w.sees(t, "This is the top of acme", "acme-exchange")
}

func TestGoToALocation(t *testing.T) {
	w := newWorld(t)
	for _, c := range []struct{ typed, want, cursor string }{
		{"acme:other/", "acme:other/", ""},
		{"acme:other", "acme:other/", ""},
		{"acme:inbox/report.pdf", "acme:inbox/", "report.pdf"},
		{"/home/notes.txt", "/home", "notes.txt"},
		{"vault:", "vault:", ""},
	} {
		w.Keys(":", "ctrl+u")
		w.Type(c.typed)
		w.Keys("enter")
		if got := ui.Reach(w.model); got != c.want {
			t.Errorf("%s led to %s", c.typed, got)
		}
		if e, _ := ui.Current(w.model); c.cursor != "" && e != c.cursor {
			t.Errorf("%s: the cursor is on %q", c.typed, e)
		}
	}
}

// Where the pane is gives way to what is typed, so that a path of the disk is not
// taken for a key below it; a name alone is below it all the same.
func TestWhatIsTypedTakesThePlaceOfWhereThePaneIs(t *testing.T) {
	w := newWorld(t)
	w.Keys("tab")
	for _, c := range []struct{ first, typed, want string }{
		{"", "/home/drafts", "/home/drafts"},
		{"", "../drafts", "/home/drafts"},
		{"", "acme:", "acme:"},
		{"", "inbox", "acme:inbox/"},
		{"", "march/", "acme:inbox/march/"},
		{"", "/home", "/home"},
		{"", "drafts", "/home/drafts"},
		{"", "acme:inbox/", "acme:inbox/"},
		{"end", "march", "acme:inbox/march/"},
		{"", "", "acme:inbox/march/"},
	} {
		w.Keys(":")
		if c.first != "" {
			w.Keys(c.first)
		}
		w.Type(c.typed)
		w.Keys("enter")
		if got := ui.Reach(w.model); got != c.want {
			t.Errorf("%s %q led to %s, want %s", c.first, c.typed, got, c.want)
		}
	}
}

func TestALocationThatCannotBeOpenedLeavesThePaneWhereItIs(t *testing.T) {
	w := newWorld(t)
	w.Keys(":", "ctrl+u")
	w.Type("nowhere:x")
	w.Keys("enter")
	w.sees(t, "There is no such server.", "report.pdf")
	w.Keys("esc")
	if got := ui.Reach(w.model); got != "/home" {
		t.Errorf("the pane is at %s", got)
	}
}

func TestAStartLocationThatCannotBeOpenedSaysWhyInItsPane(t *testing.T) {
	w := build(t)
	w.deps.Right = "nowhere:"
	w.start(t, 100, 30)
	w.sees(t, "There is no such server.", "notes.txt")
	w.to(t, "notes.txt")
	if why := ui.Blocked(w.model, "copy"); why == "" {
		t.Error("a copy to a place that is not there is offered")
	}
}

func TestAVanishedFolderGoesToItsNearestParent(t *testing.T) {
	w := newWorld(t)
	w.to(t, "drafts")
	w.Keys("enter")
	for _, p := range []remote.Path{"/home/drafts/one.txt", "/home/drafts/two.txt", "/home/drafts"} {
		if err := w.disk.Remove(t.Context(), []remote.Path{p}); err != nil {
			t.Fatal(err)
		}
	}
	w.Keys("ctrl+r")
	if got := ui.Reach(w.model); got != "/home" {
		t.Errorf("the pane is at %s\n%s", got, w.Screen())
	}
	w.sees(t, "does not exist any more")
}

func TestAMountOpensItsServerAndLeadsBack(t *testing.T) {
	w := build(t)
	w.disk.PutAt("/home/partner/", "", epoch())
	w.deps.Mounts = func() []remote.Mount {
		return []remote.Mount{{Folder: "/home/partner", Server: "acme", Path: "inbox/"}}
	}
	w.deps.Enter = func(_ context.Context, tr remote.Tree, p remote.Path) (remote.Place, bool, error) {
		if p != "/home/partner" {
			return remote.Place{}, false, nil
		}
		return remote.Place{Tree: w.acme, Path: "inbox/", Server: "acme", Mount: "/home/partner", Root: "inbox/"}, true, nil
	}
	w.start(t, 100, 30)
	w.to(t, "partner")
	w.Keys("enter")
	if got := ui.Reach(w.model); got != "acme:inbox/" {
		t.Fatalf("the mount led to %s", got)
	}
	w.Keys("h")
	if got := ui.Reach(w.model); got != "/home" {
		t.Errorf("the way back led to %s", got)
	}
	if e, _ := ui.Current(w.model); e != "partner" {
		t.Errorf("the cursor is on %q", e)
	}
}

func TestFilterNarrowsAsYouTypeAndEscTakesItAway(t *testing.T) {
	w := newWorld(t)
	w.Keys("/")
	w.Type("q1")
	w.sees(t, "Filter: q1", "q1.parquet")
	w.lacks(t, "notes.txt")
	w.Keys("enter")
	w.lacks(t, "notes.txt")
	w.Keys("esc")
	w.sees(t, "notes.txt")
}

func TestSortAndHidden(t *testing.T) {
	w := newWorld(t)
	w.Keys(",", "S")
	_, big := w.at(t, "q1.parquet")
	_, small := w.at(t, "notes.txt")
	if big > small {
		t.Errorf("the largest is not first\n%s", w.Screen())
	}
	w.lacks(t, ".hidden")
	w.Keys(".")
	w.sees(t, ".hidden")
}

func TestPendingKeysSayWhatMayFollow(t *testing.T) {
	w := newWorld(t)
	w.Keys(",")
	w.sees(t, "sort by size")
	w.Keys("esc")
	w.lacks(t, "sort by size")
}

func TestPanesSwapMirrorResizeAndFold(t *testing.T) {
	w := newWorld(t)
	w.Keys("W")
	if x, _ := w.at(t, "acme:inbox/"); x > 50 {
		t.Errorf("the panes were not swapped\n%s", w.Screen())
	}
	w.Keys("W", "=")
	if strings.Count(w.Screen(), "notes.txt") != 2 {
		t.Errorf("the other pane does not show the same place\n%s", w.Screen())
	}
	w.Keys("|")
	if strings.Count(w.Screen(), "notes.txt") != 1 {
		t.Errorf("there is more than one pane\n%s", w.Screen())
	}
	w.Keys("|", ">", ">")
	if x, _ := w.at(t, "┐┌"); x != 59 {
		t.Errorf("the divider is at %d\n%s", x, w.Screen())
	}
}

func TestSyncBrowsingTakesTheOtherPaneAlong(t *testing.T) {
	w := build(t)
	w.acme.PutAt("inbox/drafts/z.txt", "z", epoch())
	w.start(t, 100, 30)
	w.Keys("ctrl+y")
	w.to(t, "drafts")
	w.Keys("enter")
	w.sees(t, "acme:inbox/drafts/", "z.txt", "one.txt")
	w.Keys("h")
	w.sees(t, "report.pdf", "notes.txt")
}

func TestBookmarks(t *testing.T) {
	w := newWorld(t)
	w.Keys("m", "k", "tab", "'", "k")
	if got := ui.Reach(w.model); got != "/home" {
		t.Errorf("the bookmark led to %s", got)
	}
}

func TestServersOpenInTheActivePane(t *testing.T) {
	w := newWorld(t)
	w.Keys("f11")
	w.sees(t, "acme-exchange", "us-east-1")
	w.Keys("j", "enter")
	w.sees(t, "sealed.txt")
	if got := ui.Reach(w.model); got != "vault:" {
		t.Errorf("it opened %s", got)
	}
}

func TestNoServersSaysHowToAddOne(t *testing.T) {
	w := build(t)
	w.deps.Servers = nil
	w.start(t, 100, 40)
	w.Keys("f11")
	w.sees(t, "There are no servers yet", "F7 adds one")
}

func TestResizeToNothingAndBack(t *testing.T) {
	w := newWorld(t)
	w.Keys("g", "g")
	before := w.Screen()
	w.Resize(20, 5)
	w.sees(t, "gantry needs 40x10")
	w.Resize(1, 1)
	w.Keys("j", "f5")
	w.Keys("esc")
	w.Resize(100, 30)
	w.Keys("g", "g")
	if w.Screen() != before {
		t.Errorf("the screen came back as\n%s", w.Screen())
	}
	for _, s := range [][2]int{{40, 10}, {59, 15}, {60, 16}, {200, 60}, {300, 100}} {
		w.Resize(s[0], s[1]) // uitest checks that every frame fits
		w.Keys("f12", "f11", "f11", "f1", "esc")
	}
}

// stuck is a tree whose listing never ends by itself.
type stuck struct{ remote.Tree }

func (stuck) List(ctx context.Context, _ remote.Path, _ string) (remote.Page, error) {
	<-ctx.Done()
	return remote.Page{}, ctx.Err()
}

func TestATreeThatNeverAnswersLeavesTheKeysAlive(t *testing.T) {
	w := build(t)
	open := w.deps.Open
	w.deps.Open = func(ctx context.Context, l string) (remote.Place, error) {
		if strings.HasPrefix(l, "slow:") {
			return remote.Place{Tree: stuck{w.acme}, Server: "slow"}, nil
		}
		return open(ctx, l)
	}
	w.deps.Right = "slow:"
	w.start(t, 100, 30)
	w.sees(t, "loading…", "notes.txt")
	w.Keys("tab", ":", "ctrl+u")
	w.Type("acme:inbox/")
	w.Keys("enter") // calls the listing off
	w.sees(t, "report.pdf")
}

func TestPastedTextRunsNoAction(t *testing.T) {
	w := newWorld(t)
	w.to(t, "notes.txt")
	w.Paste("dqM\r")
	w.sees(t, "Pasted text runs no actions")
	w.lacks(t, "Keep", "Move notes")
	if w.Quit() {
		t.Error("a paste quit")
	}
}

func TestViewShowsTextAndHex(t *testing.T) {
	w := build(t)
	w.disk.PutAt("/home/bin", "\x00\x01\x02ABC\x1b[31m", epoch())
	w.disk.PutAt("/home/evil.txt", "plain\x1b]0;owned\x07text", epoch())
	w.start(t, 100, 30)
	w.to(t, "notes.txt")
	w.Keys("f3")
	w.sees(t, "some notes")
	w.Keys("esc")
	w.to(t, "bin")
	w.Keys("i")
	w.sees(t, "00000000  00 01 02 41 42 43")
	w.Keys("esc")
	w.to(t, "evil.txt")
	w.Keys("enter")
	w.sees(t, "plain␛]0;owned␇text")
	if strings.Contains(w.Raw(), "\x1b]0;") {
		t.Error("a file's content reached the terminal raw")
	}
}

func TestCopyLocationSaysWhat(t *testing.T) {
	w := newWorld(t)
	w.Keys("tab")
	w.to(t, "report.pdf")
	w.Keys("Y")
	w.sees(t, "Copied: acme:inbox/report.pdf")
}

func TestHelpPaletteAndMenuComeFromTheTable(t *testing.T) {
	w := newWorld(t)
	w.Keys("f1")
	w.sees(t, "MOVE", "cursor down")
	w.Keys("esc", "f2")
	w.Type("filter as")
	w.Keys("enter")
	w.sees(t, "Filter:")
	w.Keys("esc", "f9")
	w.sees(t, "[work]", "make a folder")
	w.Keys("esc")
	w.Mouse(5, 3, tea.MouseActionPress, tea.MouseButtonRight)
	w.sees(t, "[work]")
}

func TestTheFilterStaysWithItsPane(t *testing.T) {
	w := newWorld(t)
	w.Keys("/")
	w.Type("q1")
	w.Keys("tab")
	w.Type("j")
	w.sees(t, "report.pdf", "march/", "filtered: q1")
	w.lacks(t, "Filter:", "notes.txt")
}

func TestClicksInTheMarginOnlyMark(t *testing.T) {
	w := newWorld(t)
	_, y := w.at(t, "drafts/")
	w.Click(1, y)
	w.sees(t, "1 marked")
	w.Click(1, y)
	w.lacks(t, "1 marked", "one.txt")
}
