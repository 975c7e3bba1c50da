package ui_test

import (
	"context"
	"iter"
	"testing"

	"gantry/remote"
	"gantry/ui"
)

func TestFindLeadsToWhatWasFound(t *testing.T) {
	w := build(t)
	w.acme.PutAt("inbox/2026/march/report-07.csv", "1", epoch())
	w.acme.PutAt("inbox/2026/march/.hidden/report-08.csv", "1", epoch())
	w.start(t, 100, 30)
	w.Keys("tab", "f")
	w.sees(t, "Find below acme:inbox/", "Enter search")
	w.Type("REPORT")
	w.Keys("enter")
	w.WaitText("2 results in ")
	w.sees(t, "2026/march/report-07.csv", "report.pdf", "Enter go there")
	w.lacks(t, "report-08", "searching…")
	w.Keys("enter")
	if got := ui.Reach(w.model); got != "acme:inbox/2026/march/" {
		t.Errorf("it led to %s", got)
	}
	if e, _ := ui.Current(w.model); e != "report-07.csv" {
		t.Errorf("the cursor is on %q", e)
	}
	w.Keys("H")
	if got := ui.Reach(w.model); got != "acme:inbox/" {
		t.Errorf("back leads to %s", got)
	}
}

func TestFindSeesFoldersThatAreOnlyTheBeginningOfNames(t *testing.T) {
	w := build(t)
	w.acme.PutAt("inbox/2026/april/x/y", "1", epoch())
	w.start(t, 100, 30)
	w.Keys("tab", "f")
	w.Type("apr*")
	w.Keys("enter")
	w.WaitText("1 result in ")
	w.sees(t, "2026/april/", "folder")
	w.Keys("enter")
	if e, _ := ui.Current(w.model); e != "april" || ui.Reach(w.model) != "acme:inbox/2026/" {
		t.Errorf("it led to %s, the cursor is on %q", ui.Reach(w.model), e)
	}
}

func TestAnotherSearchTakesThePlaceOfTheFirst(t *testing.T) {
	w := newWorld(t)
	w.Keys("f")
	w.Type("one")
	w.Keys("enter")
	w.WaitText("drafts/one.txt")
	w.Keys("backspace", "backspace", "backspace")
	w.Type("[")
	w.Keys("enter")
	w.sees(t, "that is not a pattern")
	w.lacks(t, "drafts/one.txt")
	w.Keys("backspace")
	w.Type("drafts/tw?.txt")
	w.Keys("enter")
	w.WaitText("1 result in ")
	w.sees(t, "drafts/two.txt")
	x, y := w.at(t, "drafts/two.txt")
	w.Click(x, y)
	if e, _ := ui.Current(w.model); e != "two.txt" {
		t.Errorf("the cursor is on %q", e)
	}
}

// slow is a place whose walk never ends.
type slow struct{ remote.Tree }

func (slow) Walk(ctx context.Context, dir remote.Path) iter.Seq2[remote.Entry, error] {
	return func(yield func(remote.Entry, error) bool) {
		yield(remote.Entry{}, &remote.Error{Op: "list", Kind: remote.Denied, Hint: "One folder is closed."})
		for i := range 20_000 {
			name := "other"
			if i < 3 {
				name = "wanted"
			}
			if !yield(remote.Entry{Path: dir + "/" + remote.Path(name), Name: name, Size: 1}, nil) {
				return
			}
		}
		<-ctx.Done()
		yield(remote.Entry{}, ctx.Err())
	}
}

func TestASearchIsShownWhileItRunsAndEndsWithItsWindow(t *testing.T) {
	w := build(t)
	open := w.deps.Open
	w.deps.Open = func(ctx context.Context, l string) (remote.Place, error) {
		p, err := open(ctx, l)
		p.Tree = slow{p.Tree}
		return p, err
	}
	w.start(t, 100, 30)
	w.Keys("f")
	w.Type("wanted")
	w.Keys("enter")
	w.WaitText("3 results in 20,000 entries, searching…")
	w.Keys("esc")
	w.lacks(t, "Find below")
	w.Keys("f")
	w.Type("other")
	w.Keys("enter")
	w.WaitText("The first 10,000 results")
	w.Keys("down", "enter")
	if got := ui.Reach(w.model); got != "/home" {
		t.Errorf("it led to %s", got)
	}
}

func TestASearchTellsWhatItCouldNotRead(t *testing.T) {
	w := build(t)
	open := w.deps.Open
	w.deps.Open = func(ctx context.Context, l string) (remote.Place, error) {
		p, err := open(ctx, l)
		p.Tree = closed{p.Tree}
		return p, err
	}
	w.start(t, 100, 30)
	w.Keys("f")
	w.Type("x")
	w.Keys("enter")
	w.WaitText("0 results in 0 entries; not all could be read: One folder is closed.")
}

// closed is a place that cannot be walked.
type closed struct{ remote.Tree }

func (closed) Walk(context.Context, remote.Path) iter.Seq2[remote.Entry, error] {
	return func(yield func(remote.Entry, error) bool) {
		yield(remote.Entry{}, &remote.Error{Op: "list", Kind: remote.Denied, Hint: "One folder is closed."})
	}
}
