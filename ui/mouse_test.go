package ui_test

import (
	"context"
	"testing"

	tea "github.com/charmbracelet/bubbletea"

	"gantry/remote"
	"gantry/ui"
)

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

func TestADragIsNotHalfOfADoubleClick(t *testing.T) {
	w := newWorld(t)
	x, y := w.at(t, "notes.txt")
	w.Mouse(x, y, tea.MouseActionPress, tea.MouseButtonLeft)
	w.Mouse(70, y, tea.MouseActionMotion, tea.MouseButtonLeft)
	w.Mouse(x, y, tea.MouseActionRelease, tea.MouseButtonLeft) // home again
	w.Mouse(x, y, tea.MouseActionPress, tea.MouseButtonLeft)
	w.lacks(t, "some notes", "Reading")
	w.Mouse(70, y, tea.MouseActionMotion, tea.MouseButtonLeft)
	w.sees(t, " notes.txt, 11 B ") // the second drag
}

func TestAKeyBetweenTwoClicksMakesThemTwo(t *testing.T) {
	w := newWorld(t)
	x, y := w.at(t, "drafts/")
	w.Click(x, y)
	w.Keys("enter")
	w.sees(t, "one.txt")
	w.Click(x, y)
	w.lacks(t, "first draft")
	if e, _ := ui.Current(w.model); e != "one.txt" {
		t.Errorf("the cursor is on %q", e)
	}
}

func TestAHandThatShakesStillClicksTwice(t *testing.T) {
	w := newWorld(t)
	x, y := w.at(t, "drafts/")
	w.Mouse(x, y, tea.MouseActionPress, tea.MouseButtonLeft)
	w.Mouse(x+1, y, tea.MouseActionMotion, tea.MouseButtonLeft)
	w.lacks(t, "drafts/ and everything below it") // no ghost
	w.Mouse(x+1, y, tea.MouseActionRelease, tea.MouseButtonLeft)
	w.Click(x+1, y)
	w.sees(t, "one.txt")
}

// slowPage is a tree whose second page waits.
type slowPage struct {
	remote.Tree
	later chan struct{}
}

func (s slowPage) List(ctx context.Context, dir remote.Path, token string) (remote.Page, error) {
	all, err := s.Tree.List(ctx, dir, "")
	half := len(all.Entries) - 1
	if token == "" {
		return remote.Page{Entries: all.Entries[half:], Next: "more"}, err
	}
	select {
	case <-s.later:
	case <-ctx.Done():
	}
	return remote.Page{Entries: all.Entries[:half]}, err
}

// halfListed is a world whose /home has shown q1.parquet only; the rest comes
// with rest, above it.
func halfListed(t *testing.T) (w *world, rest func()) {
	t.Helper()
	w = build(t)
	later := make(chan struct{})
	open := w.deps.Open
	w.deps.Open = func(ctx context.Context, l string) (remote.Place, error) {
		p, err := open(ctx, l)
		if l == "/home" {
			p.Tree = slowPage{p.Tree, later}
		}
		return p, err
	}
	w.start(t, 100, 30)
	return w, func() {
		t.Helper()
		_, before := w.at(t, "q1.parquet")
		close(later)
		w.WaitText("notes.txt")
		if _, now := w.at(t, "q1.parquet"); now == before {
			t.Fatalf("the page did not move the row\n%s", w.Screen())
		}
	}
}

func TestADragTakesWhatWasPressedWhateverIsListedMeanwhile(t *testing.T) {
	w, rest := halfListed(t)
	x, y := w.at(t, "q1.parquet")
	w.Mouse(x, y, tea.MouseActionPress, tea.MouseButtonLeft)
	rest()
	w.Mouse(70, 10, tea.MouseActionMotion, tea.MouseButtonLeft)
	w.sees(t, " q1.parquet, 2.9 KiB ")
}

func TestARangeGoesOnFromItsEntryWhateverIsListedMeanwhile(t *testing.T) {
	w, rest := halfListed(t)
	_, y := w.at(t, "q1.parquet")
	w.Mouse(1, y, tea.MouseActionPress, tea.MouseButtonLeft)
	rest()
	_, y = w.at(t, "notes.txt")
	w.Mouse(1, y, tea.MouseActionMotion, tea.MouseButtonLeft)
	w.sees(t, "2 marked")
}
