package ui_test

import (
	"context"
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"

	"gantry/remote"
	"gantry/ui"
)

func TestTabsKeepTheirPlaceTheirMarksAndTheirCursor(t *testing.T) {
	w := newWorld(t)
	w.to(t, "notes.txt")
	w.Keys("space", "t")
	w.sees(t, "tab 2/2")
	w.lacks(t, "marked")
	w.to(t, "drafts")
	w.Keys("enter")
	w.sees(t, "one.txt")
	w.Keys("[")
	w.sees(t, "tab 1/2", "1 marked, 11 B", "q1.parquet")
	if e, _ := ui.Current(w.model); e != "q1.parquet" {
		t.Errorf("the cursor is on %q", e)
	}
	w.Keys("]")
	w.sees(t, "tab 2/2", "two.txt")
	w.Keys("H")
	w.sees(t, "notes.txt")
	x, y := w.at(t, "tab 2/2")
	w.Click(x, y)
	w.sees(t, "tab 1/2")
	w.Keys("T")
	w.lacks(t, "tab ")
	w.Keys("T")
	w.sees(t, "there is one tab; t opens another")
}

func TestAHiddenTabShowsWhatHappenedMeanwhile(t *testing.T) {
	w := newWorld(t)
	w.Keys("tab", "t", "h", "tab") // on the right a second tab, at acme:
	w.to(t, "notes.txt")
	w.Keys("c", "ctrl+u")
	w.Type("acme:inbox/")
	w.Keys("enter")
	w.has(t, w.acme, "inbox/notes.txt", "some notes\n")
	w.WaitText("✓ copy notes.txt")
	w.Keys("tab", "[")
	w.WaitFor(func(s string) bool { return strings.Count(s, "notes.txt") >= 2 && strings.Contains(s, "tab 1/2") })
}

func TestSwappingTakesTheTabsAlong(t *testing.T) {
	w := newWorld(t)
	w.Keys("t", "W")
	x, _ := w.at(t, "tab 2/2")
	if x < 50 || ui.Reach(w.model) != "/home" {
		t.Errorf("the tab is at %d, the focus on %s\n%s", x, ui.Reach(w.model), w.Screen())
	}
	w.Keys("tab")
	if ui.Reach(w.model) != "acme:inbox/" {
		t.Errorf("the other pane is at %s", ui.Reach(w.model))
	}
}

func TestTheRegionShowsWhenItIsKnown(t *testing.T) {
	w := build(t)
	region := ""
	open := w.deps.Open
	w.deps.Open = func(ctx context.Context, l string) (remote.Place, error) {
		p, err := open(ctx, l)
		if p.Server != "" {
			p.Region = "auto"
		}
		return p, err
	}
	w.deps.Region = func(string) string { return region }
	w.start(t, 100, 30)
	w.sees(t, "─ auto ┐")
	region = "us-gov-west-1"
	w.Keys("tab", "ctrl+r")
	w.sees(t, "us-gov-west-1")
	w.lacks(t, "auto")
	w.Send(tea.WindowSizeMsg{Width: 100, Height: 30})
	w.sees(t, "us-gov-west-1")
}
