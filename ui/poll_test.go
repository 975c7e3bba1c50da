package ui_test

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"gantry/remote"
	"gantry/ui"
)

func TestAMountShowsByItselfWhatChangedInTheBucket(t *testing.T) {
	w := build(t)
	open := w.deps.Open
	w.deps.Open = func(ctx context.Context, l string) (remote.Place, error) {
		if l == "/home/partner" {
			return remote.Place{Tree: w.acme, Path: "inbox/", Root: "inbox/", Server: "acme", Mount: l}, nil
		}
		return open(ctx, l)
	}
	w.deps.Left = "/home/partner"
	w.start(t, 100, 30)
	w.to(t, "report.pdf")
	w.Keys("space")
	w.to(t, "report.pdf")
	w.acme.PutAt("inbox/a-new.txt", "x", epoch())
	w.Send(ui.Poll())
	w.WaitFor(func(s string) bool { return strings.Count(s, "a-new.txt") == 1 }) // the other pane is no mount
	if e, _ := ui.Current(w.model); e != "report.pdf" {
		t.Errorf("the cursor went to %s", e)
	}
	w.sees(t, "1 marked")

	w.Send(tea.BlurMsg{}) // nobody looks
	w.acme.PutAt("inbox/b-new.txt", "x", epoch())
	w.Send(ui.Poll())
	w.lacks(t, "b-new.txt")
	w.Send(tea.FocusMsg{}, ui.Poll())
	w.WaitText("b-new.txt")
}

func TestTheClockIsThereWithTheFirstPage(t *testing.T) {
	w := build(t)
	tree := &signing{Tree: w.acme}
	open := w.deps.Open
	w.deps.Open = func(ctx context.Context, l string) (remote.Place, error) {
		p, err := open(ctx, l)
		if p.Server == "acme" {
			p.Tree = tree
		}
		return p, err
	}
	w.deps.Clock = func(string) (time.Time, bool) { return epoch().Add(41 * time.Minute), tree.signed.Load() }
	w.start(t, 100, 30)
	w.sees(t, "ops: 41 min")
}

// signing is a tree whose session begins with its first listing.
type signing struct {
	remote.Tree
	signed atomic.Bool
}

func (s *signing) List(ctx context.Context, dir remote.Path, token string) (remote.Page, error) {
	p, err := s.Tree.List(ctx, dir, token)
	s.signed.Store(true)
	return p, err
}

func TestWhatATestFoundAboutTheBucketIsInTheTitle(t *testing.T) {
	w := build(t)
	w.admin.probed["acme"] = remote.Report{Versioned: true, Locked: true}
	w.start(t, 140, 30)
	w.sees(t, "eu-central-1 ─ versioned ─ locked")
	w.admin.mu.Lock()
	w.admin.probed["acme"] = remote.Report{Versioned: true}
	w.admin.mu.Unlock()
	w.admin.changed()
	w.WaitFor(func(s string) bool { return !strings.Contains(s, "locked") && strings.Contains(s, "versioned") })
}
