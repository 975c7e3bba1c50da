package ui_test

import (
	"strings"
	"testing"
	"time"
)

func TestALowScreenTellsTheEndOfAJob(t *testing.T) {
	w := build(t).start(t, 40, 10)
	w.to(t, "notes.txt")
	w.Keys("c", "enter")
	w.WaitText("✓ copy notes.txt")
}

func TestAJobThatSkippedSaysSo(t *testing.T) {
	w := build(t)
	w.acme.PutAt("inbox/notes.txt", "older", epoch().AddDate(0, -1, 0))
	w.start(t, 100, 30)
	w.to(t, "notes.txt")
	w.Keys("c", "enter")
	w.WaitText("Target exists")
	w.Keys("esc", "a", "s")
	w.WaitText("✓ copy notes.txt to acme:inbox/ – 1 item skipped")
}

func TestTheClockShowsWithTheFirstAnswer(t *testing.T) {
	w := build(t)
	asked := 0
	w.deps.Clock = func(string) (time.Time, bool) { // the session is made by the first request
		asked++
		return epoch().Add(41 * time.Minute), asked > 1
	}
	w.start(t, 100, 30)
	w.WaitText("ops: 41 min")
}

func TestWindowsLeaveTheHintsInSight(t *testing.T) {
	w := newWorld(t)
	w.Keys("?")
	lines := strings.Split(w.Screen(), "\n")
	if last := lines[len(lines)-1]; !strings.HasPrefix(last, "Esc close") || strings.ContainsAny(last, "└┘") {
		t.Errorf("the last line is %q", last)
	}
}

func TestAFolderIsMadeInALocationThatIsWrittenOnce(t *testing.T) {
	w := newWorld(t)
	w.Keys("tab", "g", "/", "n")
	w.sees(t, "In acme:  ")
}
