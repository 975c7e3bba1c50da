package ui_test

import (
	"fmt"
	"strings"
	"testing"

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

// noted is a queue that notes what it is given and does nothing of it.
type noted struct {
	*transfer.Queue
	last *transfer.Request
}

func (n noted) Submit(r transfer.Request) transfer.JobID {
	*n.last = r
	return 1
}

// I7: what is marked is given away as a list, however long, so that it is on record
// while the job waits.
func TestEverythingThatIsMarkedIsOnRecordBeforeTheJobBegins(t *testing.T) {
	w := build(t)
	for i := range 10_500 {
		w.disk.PutAt(remote.Path(fmt.Sprintf("/home/many/%05d", i)), "x", epoch())
	}
	var r transfer.Request
	w.deps.Queue, w.deps.Left = noted{w.queue, &r}, "/home/many"
	w.start(t, 100, 30)
	w.Keys("ctrl+a", "f5", "enter")
	if r.Op != transfer.Copy || r.Sources != nil || len(r.List) != 10_500 {
		t.Errorf("the queue got a list of %d", len(r.List))
	}
}
