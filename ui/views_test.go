package ui_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"gantry/remote"
	"gantry/transfer"
	"gantry/ui"
)

func TestMarksByPatternRangeAndInversion(t *testing.T) {
	w := newWorld(t)
	w.Keys("+")
	w.Type("*.parquet")
	w.Keys("enter")
	w.sees(t, "1 entry more marked", "1 marked, 2.9 KiB")
	w.Keys("*")
	w.sees(t, "2 marked")
	w.Keys("-", "enter") // "*" stands there
	w.sees(t, "2 marks taken away")
	w.Keys("+")
	w.Type("[")
	w.Keys("enter")
	w.sees(t, "That is not a pattern")
	w.Keys("g", "g", "j", "v", "j", "j", "v")
	w.sees(t, "3 marked")
	w.Keys("esc")
	w.lacks(t, "marked,")
	w.Keys("v", "esc")
	w.lacks(t, "range")
}

func TestTheCursorMovesByPagesInEveryView(t *testing.T) {
	w := build(t)
	for i := range 200 {
		w.disk.PutAt(remote.Path("/home/many/f"+itoa(100+i)), "", epoch())
	}
	w.start(t, 100, 30)
	w.to(t, "many")
	w.Keys("enter", "G")
	w.sees(t, "f299")
	w.Keys("home", "pgdown", "ctrl+d", "ctrl+u", "pgup", "end")
	w.sees(t, "200 of 200")
	for _, view := range []string{"f12", "f11"} {
		w.Keys(view, "G", "g", "g", "pgdown", "ctrl+d", "ctrl+u", "pgup", "j", "k", "esc")
		w.sees(t, "200 of 200")
	}
}

func TestGoKeys(t *testing.T) {
	w := build(t)
	w.deps.Mounts = func() []remote.Mount { return []remote.Mount{{Folder: "/home/drafts", Server: "acme", Path: "inbox/"}} }
	w.start(t, 100, 30)
	w.Keys("g", "/")
	if got := ui.Reach(w.model); got != "/" {
		t.Errorf("the root is %q", got)
	}
	w.Keys("g", "h")
	if got := ui.Reach(w.model); got != "/home" {
		t.Errorf("home is %q", got)
	}
	w.Keys("g", "m")
	w.sees(t, "/home/drafts", "acme:inbox/")
	w.Keys("enter")
	if got := ui.Reach(w.model); got != "/home/drafts" {
		t.Errorf("the mount is %q", got)
	}
	w.Keys("g", "s")
	w.sees(t, "Servers")
	w.Keys("esc", "'", "z")
	w.sees(t, "No place is remembered under z")
}

func TestTheLogOpensAtItsEnd(t *testing.T) {
	w := build(t)
	w.deps.LogFile = filepath.Join(t.TempDir(), "gantry.log")
	if err := os.WriteFile(w.deps.LogFile, []byte(strings.Repeat("an older line\n", 40_000)+"the last \x1b[31mline\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	w.start(t, 100, 30)
	w.Keys("@")
	w.sees(t, "the last ␛[31mline")
	w.Keys("esc")
	if err := os.Remove(w.deps.LogFile); err != nil {
		t.Fatal(err)
	}
	w.Keys("@")
	w.sees(t, "Could not read")
}

func TestTheCredentialClockNamesTheCredential(t *testing.T) {
	w := build(t)
	w.deps.Clock = func(server string) (time.Time, bool) { return epoch().Add(41 * time.Minute), server == "acme" }
	w.start(t, 100, 30)
	w.sees(t, "ops: 41 min")
}

func TestDemoAndNoticeAreSaid(t *testing.T) {
	w := build(t)
	w.deps.Demo, w.deps.Notice = true, "no servers yet"
	w.start(t, 100, 12) // no line of its own for messages
	w.sees(t, "demo", "no servers yet")
}

// The journal comes first, and what it was left with after it.
// TestThatThereIsNoJournalStaysOnTheScreen: a message would be gone with the next one.
func TestThatThereIsNoJournalStaysOnTheScreen(t *testing.T) {
	w := build(t)
	w.deps.NoJournal = true
	w.start(t, 100, 30)
	w.sees(t, "✗ no journal")
	w.Keys("j", "f12")
	w.sees(t, "✗ no journal")
	w.Resize(40, 10)
	w.sees(t, "✗ no journal")
}

func TestAWarningIsReadBeforeAnythingElse(t *testing.T) {
	w := build(t)
	w.deps.Warning = "The journal was damaged. 3 jobs were recovered."
	w.start(t, 80, 24)
	w.sees(t, "The journal", "The journal was damaged. 3 jobs were recovered.")
	w.Keys("enter")
	w.Keys("@")
	w.sees(t, "3 jobs were recovered")
}

func TestQuitKeepsJobsOnlyWhereTheQueueDoes(t *testing.T) {
	for _, durable := range []bool{false, true} {
		w := build(t)
		w.deps.Durable = durable
		w.acme.PutAt("inbox/notes.txt", "older", epoch())
		w.start(t, 100, 30)
		w.to(t, "notes.txt")
		w.Keys("c", "enter")
		w.WaitText("Target exists")
		w.Keys("esc", "f10")
		if got := strings.Contains(w.Screen(), "Pause and keep"); got != durable {
			t.Errorf("durable %v: offered %v", durable, got)
		}
		w.Keys("p")
		if w.Quit() != durable {
			t.Errorf("durable %v: quit %v", durable, w.Quit())
		}
	}
}

func TestTheQueueTakesTheMouse(t *testing.T) {
	w := build(t)
	w.acme.PutAt("inbox/notes.txt", "older", epoch())
	w.start(t, 100, 30)
	w.to(t, "notes.txt")
	w.Keys("c", "enter")
	w.WaitText("Target exists")
	w.Keys("esc", "a", "d")
	w.sees(t, "Both in full", "acme:inbox/notes.txt")
	w.Keys("esc", "esc", "w", "P")
	w.WaitText("All jobs are paused.")
	w.Keys("P")
	w.WaitText("All jobs go on.")
	x, y := w.at(t, "copy notes.txt to")
	w.Click(x, y)
	w.Click(x, y) // twice: the details
	w.sees(t, "Conflicts 1")
	w.Keys("tab", "esc")
	w.Mouse(x, y, tea.MouseActionPress, tea.MouseButtonRight)
	w.sees(t, "[queue]")
	w.Keys("esc")
	w.Mouse(x, y, tea.MouseActionPress, tea.MouseButtonWheelDown)
	w.Keys("x", "n", "R", "J", "K", "!", "r")
	w.sees(t, "Queue")
	cx, cy := w.at(t, "?1")
	w.Click(cx, cy+30) // off the screen: nothing
	_, sy := w.at(t, "F1Help")
	w.Click(3, sy-1) // the status line leads to the conflict
	w.sees(t, "Target exists")
	w.Keys("s")
	w.WaitFor(func(string) bool { return w.queue.Jobs()[0].State == transfer.Done })
}

func TestTheServersTakeTheMouse(t *testing.T) {
	w := newWorld(t)
	w.Keys("f11")
	x, y := w.at(t, "vault")
	w.Click(x, y)
	w.Click(x, y)
	w.sees(t, "sealed.txt")
}

func TestEveryAnswerToAConflictReachesTheQueue(t *testing.T) {
	for key, want := range map[string]struct{ content, other string }{
		"o": {"some notes\n", ""},
		"n": {"some notes\n", ""},
		"z": {"some notes\n", ""},
		"c": {"some notes\n", ""},
		"r": {"older", "some notes\n"},
		"k": {"some notes\n", "older"},
		"s": {"older", ""},
	} {
		t.Run(key, func(t *testing.T) {
			w := build(t)
			w.acme.PutAt("inbox/notes.txt", "older", epoch().AddDate(-1, 0, 0))
			w.start(t, 100, 30)
			w.to(t, "notes.txt")
			w.Keys("c", "enter")
			w.WaitText("Target exists")
			w.Keys("esc", "a", key)
			w.WaitFor(func(string) bool { return w.queue.Jobs()[0].State == transfer.Done })
			if got, _ := w.acme.Get("inbox/notes.txt"); got != want.content {
				t.Errorf("the target is %q", got)
			}
			got := ""
			for _, k := range w.acme.Keys() {
				if strings.Contains(k, "notes (") || strings.Contains(k, "notes.txt (") {
					got, _ = w.acme.Get(remote.Path(k))
				}
			}
			if got != want.other {
				t.Errorf("beside it is %q, keys %q", got, w.acme.Keys())
			}
		})
	}
}

func TestAFailedJobSaysWhyAndCanBeRetried(t *testing.T) {
	w := newWorld(t)
	w.to(t, "notes.txt")
	w.Keys("y")
	if err := w.disk.Remove(t.Context(), []remote.Path{"/home/notes.txt"}); err != nil {
		t.Fatal(err)
	}
	w.Keys("tab", "p", "enter")
	w.WaitText("✗")
	w.disk.PutAt("/home/notes.txt", "again", epoch())
	w.Keys("w", "r")
	w.WaitFor(func(string) bool { return w.queue.Jobs()[0].State.Ended() })
}

func TestNamesFromOutsideReachTheTerminalOnlyClean(t *testing.T) {
	w := build(t)
	evil := "evil\x1b]0;owned\x07\u202etxt.exe"
	w.acme.PutAt(remote.Path("inbox/"+evil), "x", epoch())
	w.start(t, 100, 30)
	w.Keys("tab")
	w.to(t, evil)
	for _, k := range []string{"c", "esc", "d", "esc", "r", "esc", "Y", "y", ":", "esc", "/", "e", "enter", "esc", "tab", "p", "enter", "w", "enter", "esc", "esc"} {
		w.Keys(k)
		if strings.Contains(w.Raw(), "\x1b]0;") || strings.ContainsAny(w.Raw(), "\x07\u202e") {
			t.Fatalf("after %s the name is on the screen raw:\n%q", k, w.Raw())
		}
	}
}

// A place that could not be opened is not one that is read-only.
func TestAPaneThatCouldNotBeOpenedSaysWhatIsWrong(t *testing.T) {
	w := build(t)
	w.deps.Right = "old:inbox/"
	w.start(t, 100, 30).WaitText("There is no such server.")
	w.sees(t, "┌ old:inbox/ ", "─ not found ┐")
	w.lacks(t, "─ RO")
	w.Keys("c")
	w.sees(t, "old:inbox/ could not be opened")
	w.lacks(t, "read-only")
}
