package ui_test

import (
	"context"
	"iter"
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"

	"gantry/remote"
	"gantry/transfer"
	"gantry/ui"
)

func TestCopyToTheBucketShowsThereWithoutMovingTheCursor(t *testing.T) {
	w := newWorld(t)
	w.to(t, "q1.parquet")
	w.Keys("f5")
	w.sees(t, "Copy q1.parquet, 2.9 KiB to:", "acme:inbox/")
	w.Keys("enter")
	w.has(t, w.acme, "inbox/q1.parquet", strings.Repeat("q", 3000))
	w.WaitFor(func(s string) bool { return strings.Count(s, "q1.parquet") >= 2 })
	if e, _ := ui.Current(w.model); e != "q1.parquet" {
		t.Errorf("the cursor went to %q", e)
	}
}

func TestCopyFromTheBucketWithAFolder(t *testing.T) {
	w := newWorld(t)
	w.Keys("tab", "ctrl+a", "c")
	w.sees(t, "2 entries", "1 folder and everything below")
	w.Keys("enter")
	w.has(t, w.disk.Tree, "/home/march/a.csv", "1,2,3")
	w.has(t, w.disk.Tree, "/home/report.pdf", "%PDF")
	w.lacks(t, "2 marked")
}

func TestCopyUnderAnotherName(t *testing.T) {
	w := newWorld(t)
	w.to(t, "notes.txt")
	w.Keys("c", "end")
	w.Type("renamed.txt")
	w.Keys("enter")
	w.has(t, w.acme, "inbox/renamed.txt", "some notes\n")
}

func TestCopyIntoATypedFolderThatExists(t *testing.T) {
	w := newWorld(t)
	w.to(t, "notes.txt")
	w.Keys("c", "ctrl+u")
	w.Type("acme:inbox/march")
	w.Keys("enter")
	w.has(t, w.acme, "inbox/march/notes.txt", "some notes\n")
}

func TestCopyWithoutConfirmationGoesAtOnce(t *testing.T) {
	w := build(t)
	w.deps.UI.Confirm = false
	w.start(t, 100, 30)
	w.to(t, "notes.txt")
	w.Keys("c")
	w.has(t, w.acme, "inbox/notes.txt", "some notes\n")
}

func TestMoveTakesTheSourceAway(t *testing.T) {
	w := newWorld(t)
	w.to(t, "notes.txt")
	w.Keys("f6", "enter")
	w.has(t, w.acme, "inbox/notes.txt", "some notes\n")
	w.gone(t, w.disk.Tree, "/home/notes.txt")
	w.WaitFor(func(s string) bool { return strings.Count(s, "11 B") == 1 })
}

func TestTheTargetIsFixedWhenTheJobIsQueued(t *testing.T) {
	w := newWorld(t)
	w.to(t, "notes.txt")
	w.Keys("y", "tab", "p") // asks with acme:inbox/
	w.sees(t, "acme:inbox/")
	w.Keys("enter", "g", "/")
	w.has(t, w.acme, "inbox/notes.txt", "some notes\n")
}

func TestCutCanBePastedOnce(t *testing.T) {
	w := newWorld(t)
	w.to(t, "notes.txt")
	w.Keys("x", "tab", "p", "enter")
	w.gone(t, w.disk.Tree, "/home/notes.txt")
	if why := ui.Blocked(w.model, "paste"); why == "" {
		t.Error("it can be pasted again")
	}
}

func TestRenameOnTheDiskIsOneStep(t *testing.T) {
	w := newWorld(t)
	w.to(t, "notes.txt")
	w.Keys("r")
	w.Type("diary") // replaces the base, keeps the extension
	w.Keys("enter")
	w.has(t, w.disk.Tree, "/home/diary.txt", "some notes\n")
	if e, _ := ui.Current(w.model); e != "diary.txt" {
		t.Errorf("the cursor is on %q", e)
	}
	if n := len(w.queue.Jobs()); n != 0 {
		t.Errorf("%d jobs were queued", n)
	}
}

func TestRenameOntoAnExistingNameIsRefused(t *testing.T) {
	w := newWorld(t)
	w.to(t, "notes.txt")
	w.Keys("r", "end", "ctrl+u")
	w.Type("q1.parquet")
	w.Keys("enter")
	w.sees(t, "Could not rename")
	w.has(t, w.disk.Tree, "/home/notes.txt", "some notes\n")
}

func TestRenameInABucketGoesThroughTheQueue(t *testing.T) {
	w := newWorld(t)
	w.Keys("tab")
	w.to(t, "march")
	w.Keys("r", "ctrl+u")
	w.Type("april")
	w.Keys("enter")
	w.has(t, w.acme, "inbox/april/a.csv", "1,2,3")
	w.gone(t, w.acme, "inbox/march/a.csv")
}

func TestNewFolder(t *testing.T) {
	w := newWorld(t)
	w.Keys("tab", "f7")
	w.Type("june")
	w.Keys("enter")
	w.WaitText("june/")
	if e, _ := ui.Current(w.model); e != "june" {
		t.Errorf("the cursor is on %q", e)
	}
}

func TestDeleteStartsOnNoAndNamesWhatItStrikes(t *testing.T) {
	w := newWorld(t)
	w.to(t, "drafts")
	w.Keys("f8")
	w.sees(t, "Delete 2 objects in 1 folder, 23 B?", "In /home", "drafts/ and everything below")
	w.Keys("enter") // No
	if _, ok := w.disk.Get("/home/drafts/one.txt"); !ok {
		t.Fatal("Enter deleted it")
	}
	w.Keys("f8", "y")
	w.gone(t, w.disk.Tree, "/home/drafts/one.txt")
	w.WaitFor(func(s string) bool { return !strings.Contains(s, "▸ drafts") })
}

func TestDeletingManyWantsTheNumberTyped(t *testing.T) {
	w := build(t)
	for i := range 1200 {
		w.acme.PutAt(key(i), "x", epoch())
	}
	w.start(t, 100, 30)
	w.Keys("tab")
	w.to(t, "many")
	w.Keys("d")
	w.sees(t, "Delete 1,200 objects", "Type 1,200")
	w.Keys("y", "enter")
	w.sees(t, "That is not it.")
	w.Keys("ctrl+u")
	w.Type("1200")
	w.Keys("enter")
	w.gone(t, w.acme, key(1199))
}

func key(i int) remote.Path { return remote.Path("inbox/many/k" + itoa(i)) }

func TestConflictAsksAndAnswers(t *testing.T) {
	w := build(t)
	w.acme.PutAt("inbox/notes.txt", "older", epoch().AddDate(0, -1, 0))
	w.start(t, 100, 30)
	w.to(t, "notes.txt")
	w.Keys("c", "enter")
	w.WaitText("Target exists")
	w.Keys("esc") // decide later
	w.WaitText("?1")
	w.Keys("a")
	w.sees(t, "Target exists")
	w.Keys("o")
	w.has(t, w.acme, "inbox/notes.txt", "some notes\n")
	w.WaitFor(func(s string) bool { return !strings.Contains(s, "?1") })
}

func TestConflictsOfOneJobFollowEachOther(t *testing.T) {
	w := build(t)
	w.acme.PutAt("inbox/notes.txt", "older", epoch())
	w.acme.PutAt("inbox/q1.parquet", "older", epoch())
	w.start(t, 100, 30)
	w.Keys("ctrl+a", "c", "enter")
	w.WaitText("Target exists")
	w.Keys("esc", "a", "s")
	w.WaitText("Target exists")
	w.Keys("esc", "a", "s")
	w.WaitFor(func(s string) bool { return !strings.Contains(s, "Target exists") })
	w.has(t, w.acme, "inbox/notes.txt", "older")
}

func TestDragAsksAndCopies(t *testing.T) {
	w := newWorld(t)
	x, y := w.at(t, "notes.txt")
	fx, fy := w.at(t, "march/")
	w.Mouse(x, y, tea.MouseActionPress, tea.MouseButtonLeft)
	w.Mouse(x+20, y, tea.MouseActionMotion, tea.MouseButtonLeft)
	w.sees(t, " notes.txt, 11 B ") // the ghost
	w.Mouse(fx, fy, tea.MouseActionMotion, tea.MouseButtonLeft)
	w.Mouse(fx, fy, tea.MouseActionRelease, tea.MouseButtonLeft)
	w.sees(t, "[c] Copy", "[m] Move", "acme:inbox/march/")
	w.Keys("c")
	w.has(t, w.acme, "inbox/march/notes.txt", "some notes\n")
}

func TestDragOfMarkedRowsTakesThemAll(t *testing.T) {
	w := newWorld(t)
	w.to(t, "notes.txt")
	w.Keys("space", "space")
	x, y := w.at(t, "notes.txt")
	w.Drag(x, y, 70, 20)
	w.sees(t, "2 entries", "to acme:inbox/")
	w.Keys("m")
	w.has(t, w.acme, "inbox/notes.txt", "some notes\n")
	w.gone(t, w.disk.Tree, "/home/q1.parquet")
}

func TestDragEndsWithoutHarm(t *testing.T) {
	w := newWorld(t)
	x, y := w.at(t, "notes.txt")
	w.Mouse(x, y, tea.MouseActionPress, tea.MouseButtonLeft)
	w.Mouse(70, 10, tea.MouseActionMotion, tea.MouseButtonLeft)
	w.Keys("esc")
	w.Mouse(70, 10, tea.MouseActionRelease, tea.MouseButtonLeft)
	w.lacks(t, "[c] Copy")
	w.Drag(x, y, 10, 20) // into its own pane
	w.lacks(t, "[c] Copy")
	w.Mouse(x, y, tea.MouseActionPress, tea.MouseButtonLeft)
	w.Mouse(70, 10, tea.MouseActionMotion, tea.MouseButtonLeft)
	w.Send(tea.BlurMsg{})
	w.lacks(t, " notes.txt, 11 B ")
	if n := len(w.queue.Jobs()); n != 0 {
		t.Errorf("%d jobs were queued", n)
	}
}

func TestDropOnAReadOnlyPlaceIsDimmed(t *testing.T) {
	w := build(t)
	w.deps.Right = "vault:"
	w.start(t, 100, 30)
	x, y := w.at(t, "notes.txt")
	w.Drag(x, y, 70, 20)
	w.sees(t, "vault is read-only")
	w.Keys("c", "esc")
	if n := len(w.queue.Jobs()); n != 0 {
		t.Errorf("%d jobs were queued", n)
	}
}

func TestMouseFocusesMarksOpensAndScrolls(t *testing.T) {
	w := newWorld(t)
	x, y := w.at(t, "report.pdf")
	w.Click(x, y)
	if e, _ := ui.Current(w.model); e != "report.pdf" {
		t.Errorf("the cursor is on %q", e)
	}
	w.Send(tea.MouseMsg{X: x, Y: y, Action: tea.MouseActionPress, Button: tea.MouseButtonLeft, Ctrl: true})
	w.sees(t, "1 marked")
	fx, fy := w.at(t, "drafts/")
	w.Click(fx, fy)
	w.Click(fx, fy)
	w.sees(t, "one.txt")
	cx, cy := w.at(t, "acme:")
	w.Click(cx+1, cy)
	if got := ui.Reach(w.model); got != "acme:" {
		t.Errorf("the breadcrumb led to %s", got)
	}
	hx, hy := w.at(t, "Size")
	w.Click(hx, hy)
	w.sees(t, "Size ↑")
	w.Mouse(10, 10, tea.MouseActionPress, tea.MouseButtonWheelDown)
}

func TestDividerCanBeDragged(t *testing.T) {
	w := newWorld(t)
	w.Drag(50, 10, 70, 10)
	if x, _ := w.at(t, "┐┌"); x != 69 {
		t.Errorf("the divider is at %d\n%s", x, w.Screen())
	}
}

func TestMarginDragMarksARange(t *testing.T) {
	w := newWorld(t)
	_, top := w.at(t, "drafts/")
	_, low := w.at(t, "q1.parquet")
	w.Drag(1, top, 1, low)
	w.sees(t, "3 marked")
}

func TestQuitAsksWhileJobsAreOpen(t *testing.T) {
	w := build(t)
	w.acme.PutAt("inbox/notes.txt", "older", epoch())
	w.start(t, 100, 30)
	w.to(t, "notes.txt")
	w.Keys("c", "enter")
	w.WaitText("Target exists")
	w.Keys("esc", "q")
	w.sees(t, "1 job is not finished.", "Wait", "Cancel them")
	w.Keys("esc")
	if w.Quit() {
		t.Fatal("Esc quits")
	}
	w.Keys("q", "w") // wait
	w.Keys("a", "s")
	w.WaitFor(func(string) bool { return w.Quit() })
}

func TestQuitCancels(t *testing.T) {
	w := build(t)
	w.acme.PutAt("inbox/notes.txt", "older", epoch())
	w.start(t, 100, 30)
	w.to(t, "notes.txt")
	w.Keys("c", "enter")
	w.WaitText("Target exists")
	w.Keys("esc", "q", "c")
	if !w.Quit() {
		t.Fatal("it does not quit")
	}
	w.WaitFor(func(string) bool { return w.queue.Jobs()[0].State == transfer.Cancelled })
}

func TestQueueViewSteersJobs(t *testing.T) {
	w := build(t)
	w.acme.PutAt("inbox/notes.txt", "older", epoch())
	w.start(t, 100, 30)
	w.to(t, "notes.txt")
	w.Keys("c", "enter")
	w.WaitText("Target exists")
	w.Keys("esc", "w")
	w.sees(t, "needs you", "copy notes.txt to acme:inbox/")
	w.Keys("p")
	w.WaitText("paused")
	w.Keys("p")
	w.WaitText("needs you")
	w.Keys("enter")
	w.sees(t, "Target exists")
	w.Keys("esc", "b")
	w.sees(t, "Bandwidth")
	w.Keys("ctrl+u")
	w.Type("5MiB/s")
	w.Keys("enter")
	if got := w.queue.Bandwidth(); got != 5<<20 {
		t.Errorf("the limit is %d", got)
	}
	w.Keys("x", "y")
	w.WaitText("cancelled")
	w.Keys("c")
	w.WaitText("The queue is empty.")
	w.Keys("esc")
	w.sees(t, "report.pdf")
}

func TestFilesDroppedFromTheDesktopAskWhereTheyGo(t *testing.T) {
	w := build(t)
	w.disk.PutAt("/tmp/my file.txt", "dropped", epoch())
	w.start(t, 100, 30)
	w.Keys("tab")
	w.Paste(`'/tmp/my file.txt' /home/notes.txt`)
	w.sees(t, "Copy 2 entries", "acme:inbox/")
	w.Keys("enter")
	w.has(t, w.acme, "inbox/my file.txt", "dropped")
	w.has(t, w.acme, "inbox/notes.txt", "some notes\n")
}

// endless is a tree whose folders can be listed but never walked to the end.
type endless struct{ remote.Tree }

func (t endless) Walk(ctx context.Context, dir remote.Path) iter.Seq2[remote.Entry, error] {
	return func(yield func(remote.Entry, error) bool) {
		for i := 0; ; i++ {
			if i == 10 {
				<-ctx.Done()
				yield(remote.Entry{Path: dir, Dir: true}, ctx.Err())
				return
			}
			if !yield(remote.Entry{Path: dir + remote.Path(itoa(i)), Name: itoa(i), Size: 1}, nil) {
				return
			}
		}
	}
}

func TestDeleteTakesNoYesBeforeTheCountIsFinal(t *testing.T) {
	w := build(t)
	open := w.deps.Open
	w.deps.Open = func(ctx context.Context, l string) (remote.Place, error) {
		p, err := open(ctx, l)
		if strings.HasPrefix(l, "acme:") {
			p.Tree = endless{p.Tree}
		}
		return p, err
	}
	w.start(t, 100, 30)
	w.Keys("tab")
	w.to(t, "march")
	w.Keys("d")
	w.sees(t, "Counting…")
	w.Keys("y", "right", "enter")
	x, y := w.at(t, "Counting…")
	w.Click(x, y)
	w.sees(t, "Counting…")
	w.Keys("esc")
	w.lacks(t, "Counting…")
	if n := len(w.queue.Jobs()); n != 0 {
		t.Errorf("%d jobs were queued", n)
	}
	w.Keys("tab")
	w.to(t, "notes.txt")
	w.Keys("d", "y") // another question is not disturbed by the one before
	w.gone(t, w.disk.Tree, "/home/notes.txt")
}

// unreadable is a tree whose folders cannot be looked into.
type unreadable struct{ remote.Tree }

func (unreadable) Walk(_ context.Context, dir remote.Path) iter.Seq2[remote.Entry, error] {
	return func(yield func(remote.Entry, error) bool) {
		yield(remote.Entry{Path: dir, Dir: true}, &remote.Error{Op: "list", Path: dir, Kind: remote.Denied, Hint: "You may not list this."})
	}
}

func TestDeleteSaysWhatCouldNotBeCounted(t *testing.T) {
	w := build(t)
	open := w.deps.Open
	w.deps.Open = func(ctx context.Context, l string) (remote.Place, error) {
		p, err := open(ctx, l)
		p.Tree = unreadable{p.Tree}
		return p, err
	}
	w.start(t, 100, 30)
	w.to(t, "drafts")
	w.Keys("d")
	w.sees(t, "Delete at least 0 objects in 1 folder", "Not all could be counted: You may not list this.")
	w.Keys("n")
}

func TestCopyToATypedPlaceThatCannotTakeIt(t *testing.T) {
	w := newWorld(t)
	for typed, want := range map[string]string{
		"vault:":         "vault is read-only",
		"nowhere:":       "There is no such server.",
		"/home":          "that is where it is now",
		"acme:new/place": "End it with a slash to make it", // two entries need a folder
	} {
		w.Keys("ctrl+a", "c", "ctrl+u")
		w.Type(typed)
		w.Keys("enter")
		w.sees(t, want)
		w.Keys("esc", "esc")
	}
	if n := len(w.queue.Jobs()); n != 0 {
		t.Errorf("%d jobs were queued", n)
	}
}

func TestCopyBesideItselfOffersAnotherName(t *testing.T) {
	w := newWorld(t)
	w.Keys("=")
	w.to(t, "notes.txt")
	w.Keys("c")
	w.sees(t, "/home/notes.txt")
	for range len(".txt") {
		w.Keys("backspace")
	}
	w.Type("-2.txt")
	w.Keys("enter")
	w.has(t, w.disk.Tree, "/home/notes-2.txt", "some notes\n")
}
