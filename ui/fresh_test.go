package ui_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gantry/remote"
	"gantry/remote/wrap"
	"gantry/ui"
)

// halfway is a world in which a job of two files has done one of them: notes.txt is
// there, q1.parquet goes on when it is let go.
type halfway struct {
	*world
	f    *wrap.Faulty // acme:
	past atomic.Int64 // seconds since epoch
	idle int64        // seconds between the start and the job
	open func()       // lets the job go on
}

// newHalfway begins the job with a key, after before has changed the world.
func newHalfway(t *testing.T, before func(h *halfway), keys ...string) *halfway {
	t.Helper()
	h := &halfway{world: build(t)}
	h.f = wrap.NewFaulty(h.acme)
	gate := make(chan struct{})
	h.open = sync.OnceFunc(func() { close(gate) })
	t.Cleanup(h.open)
	h.f.Add(wrap.Commit, wrap.Fault{
		Match: func(p remote.Path) bool { return strings.HasSuffix(string(p), "q1.parquet") }, Do: func() { <-gate },
	})
	open := h.deps.Open
	h.deps.Open = func(ctx context.Context, l string) (remote.Place, error) {
		p, err := open(ctx, l)
		if p.Server == "acme" {
			p.Tree = h.f
		}
		return p, err
	}
	h.deps.Now = func() time.Time { return epoch().Add(time.Duration(h.past.Load()) * time.Second) }
	if before != nil {
		before(h)
	}
	h.start(t, 120, 30)
	h.past.Add(h.idle)
	h.Keys("+")
	h.Type("*.*")
	h.Keys("enter")
	h.Keys(keys...)
	h.Keys("enter", "w")
	h.WaitText("1 of 2")
	h.Keys("w")
	return h
}

// later is a look at the panes so many seconds later.
func (h *halfway) later(seconds int64) {
	h.past.Add(seconds)
	h.Send(ui.Fresh())
}

// lists runs f and returns how often acme: was listed by it.
func (h *halfway) lists(f func()) int {
	before := h.f.Calls(wrap.List)
	f()
	return h.f.Calls(wrap.List) - before
}

// shown waits until a name is so many times on the screen.
func (h *halfway) shown(name string, times int) {
	h.WaitFor(func(s string) bool { return strings.Count(s, name) == times })
}

func TestAPaneShowsWhatARunningJobHasDone(t *testing.T) {
	h := newHalfway(t, nil, "c")
	h.Keys("tab")
	h.to(t, "report.pdf")
	h.Keys("space")
	if n := h.lists(func() { h.later(1) }); n != 0 {
		t.Errorf("it is listed %d times after a second", n)
	}
	if n := h.lists(func() { h.later(1); h.shown("notes.txt", 2) }); n != 1 {
		t.Errorf("it is listed %d times after two seconds", n)
	}
	h.sees(t, "1 marked")
	if e, _ := ui.Current(h.model); e != "report.pdf" {
		t.Errorf("the cursor went to %s", e)
	}
	if n := h.lists(func() { h.later(3600) }); n != 0 {
		t.Errorf("it is listed %d times although nothing has been done since", n)
	}
	h.open()
	h.shown("q1.parquet", 2)
}

func TestTheNewsOfAJobGetThePanesListed(t *testing.T) {
	h := newHalfway(t, func(h *halfway) { h.idle = 60 }, "c")
	h.shown("notes.txt", 2)
}

func TestAPaneShowsWhatARunningMoveHasTakenAway(t *testing.T) {
	h := newHalfway(t, nil, "M")
	h.later(2)
	h.WaitFor(func(s string) bool {
		x, _, ok := h.Find("notes.txt")
		return ok && x > 60 && strings.Count(s, "notes.txt") == 1 // only on the right
	})
	h.sees(t, "q1.parquet")
}

func TestAPaneIsLeftAloneWhile(t *testing.T) {
	for name, c := range map[string]struct{ begin, end []string }{
		"a question is open":     {[]string{"tab", "d"}, []string{"esc"}},
		"the queue is looked at": {[]string{"w"}, []string{"w"}},
		"a range is marked":      {[]string{"tab", "v"}, []string{"v"}},
		"another tab shows":      {[]string{"tab", "t", "h"}, []string{"["}},
		"it is not on screen":    {[]string{"|"}, []string{"|"}},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHalfway(t, nil, "c")
			h.Keys(c.begin...)
			if n := h.lists(func() { h.later(60) }); n != 0 {
				t.Errorf("it is listed %d times", n)
			}
			if n := h.lists(func() { h.Keys(c.end...); h.later(1); h.shown("notes.txt", 2) }); n != 1 {
				t.Errorf("it is listed %d times", n)
			}
		})
	}
}

func TestAFolderThatTakesLongToListIsListedLessOften(t *testing.T) {
	for name, c := range map[string]struct {
		before func(h *halfway)
		rest   int64
	}{
		"a slow server": {func(h *halfway) {
			h.f.Add(wrap.List, wrap.Fault{Times: -1, Match: func(p remote.Path) bool { return p == "inbox/" }, Do: func() { h.past.Add(5) }})
		}, 45},
		"many entries in a bucket": {func(h *halfway) {
			for i := range 3000 {
				h.acme.PutAt(remote.Path(fmt.Sprintf("inbox/z%04d", i)), "", epoch())
			}
		}, 8},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHalfway(t, c.before, "c")
			if n := h.lists(func() { h.later(c.rest - 1) }); n != 0 {
				t.Errorf("it is listed %d times too early", n)
			}
			h.lists(func() { h.later(1); h.shown("notes.txt", 2) })
		})
	}
}
