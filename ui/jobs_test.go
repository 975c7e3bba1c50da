package ui_test

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"gantry/remote"
	"gantry/remote/wrap"
	"gantry/transfer"
)

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

// A conflict is news when both its sides have been looked at. Who has seen it by
// then and left it for later is not asked again.
func TestAConflictThatWasLeftForLaterDoesNotComeBackByItself(t *testing.T) {
	w := build(t)
	w.acme.PutAt("inbox/notes.txt", "older", epoch())
	w.acme.PutAt("inbox/q1.parquet", "older", epoch())
	looks := make(chan struct{})
	look := sync.OnceFunc(func() { close(looks) })
	t.Cleanup(look) // before the queue is closed
	slow := wrap.NewFaulty(w.acme)
	var answered atomic.Bool
	slow.Add(wrap.Stat, wrap.Fault{Times: -1, Do: func() {
		if answered.Load() {
			<-looks
		}
	}})
	open := w.deps.Open
	w.deps.Open = func(ctx context.Context, location string) (remote.Place, error) {
		p, err := open(ctx, location)
		if p.Server == "acme" {
			p.Tree = slow
		}
		return p, err
	}
	w.start(t, 100, 30)
	news := w.queue.Subscribe() // after the screen, which gets its news first
	defer news.Close()
	w.Keys("ctrl+a", "c", "enter")
	w.WaitText("Target exists")
	w.WaitFor(func(string) bool { return len(w.queue.Asks()) == 2 })
	first := w.queue.Asks()[0].ID
	answered.Store(true)
	w.Keys("esc", "a", "s")
	w.sees(t, "Target exists") // the second one
	w.Keys("esc")
	w.lacks(t, "Target exists")
	look()
	for told := false; !told; {
		u, err := news.Next(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range u.Events {
			a, ok := e.(transfer.AskEvent)
			told = told || ok && a.Ask.ID != first
		}
	}
	w.WaitText("?1")
	w.lacks(t, "Target exists")
	w.Keys("a", "s")
	w.WaitFor(func(s string) bool { return !strings.Contains(s, "?1") })
}

// P17: nothing ends unasked.
func TestQuitAsksWhileJobsAreOpen(t *testing.T) {
	w := build(t)
	w.acme.PutAt("inbox/notes.txt", "older", epoch())
	w.start(t, 100, 30)
	w.to(t, "notes.txt")
	w.Keys("c", "enter")
	w.WaitText("Target exists")
	w.Keys("esc", "q")
	w.sees(t, "1 job is not finished. 1 conflict needs you.", "[w] Answer and wait", "Cancel them")
	w.Keys("esc")
	if w.Quit() {
		t.Fatal("Esc quits")
	}
	w.Keys("q", "w")
	w.sees(t, "Target exists") // it would never end by itself
	w.Keys("s")
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
	w.Keys("esc", "b", "j")
	w.sees(t, "Bandwidth of job")
	w.Keys("ctrl+u")
	w.Type("1MiB/s")
	w.Keys("enter")
	if got := w.queue.Jobs()[0].Bandwidth; got != 1<<20 {
		t.Errorf("the limit of the job is %d", got)
	}
	w.Keys("b", "a")
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

func TestAJobThatHasEndedIsNotAskedAboutAndTheQueueOpensOnTheOneThatRuns(t *testing.T) {
	w := build(t)
	w.acme.PutAt("inbox/notes.txt", "older", epoch())
	w.start(t, 100, 30)
	w.to(t, "q1.parquet")
	w.Keys("c", "enter")
	w.WaitText("✓ copy q1.parquet")
	w.Keys("w", "x")
	w.sees(t, "Cancel: this job is done")
	w.lacks(t, "Let it run")
	w.Keys("esc")
	w.to(t, "notes.txt")
	w.Keys("c", "enter")
	w.WaitText("Target exists")
	w.Keys("esc", "w", "x")
	w.sees(t, "Cancel job 2")
	w.Keys("y")
	w.WaitText("cancelled")
}

func TestTheWindowOfAConflictThatIsNoneAnyMoreCloses(t *testing.T) {
	w := build(t)
	w.acme.PutAt("inbox/notes.txt", "older", epoch())
	w.start(t, 100, 30)
	w.to(t, "notes.txt")
	w.Keys("c", "enter")
	w.WaitText("Target exists")
	w.queue.Cancel(w.queue.Jobs()[0].ID)
	w.WaitFor(func(s string) bool { return !strings.Contains(s, "Target exists") })
	w.WaitText("cancelled")
}

// relooked is a queue whose targets are larger when they are looked at again.
type relooked struct {
	*transfer.Queue
	looked atomic.Bool
}

func (q *relooked) Look(uint64) { q.looked.Store(true) }

func (q *relooked) Asks() []transfer.Ask {
	asks := q.Queue.Asks()
	for i := range asks {
		if q.looked.Load() {
			asks[i].Dst.Size = 5 << 30
		}
	}
	return asks
}

func TestTheConflictWindowShowsWhatIsThereNow(t *testing.T) {
	w := build(t)
	w.acme.PutAt("inbox/notes.txt", "older", epoch())
	q := &relooked{Queue: w.queue}
	w.deps.Queue = q
	w.start(t, 100, 30)
	w.to(t, "notes.txt")
	w.Keys("c", "enter")
	w.WaitText("Target exists")
	q.Pause(q.Jobs()[0].ID) // any news of the job
	w.WaitText("5.0 GiB")
	w.Keys("esc", "a", "d")
	w.sees(t, "5,368,709,120 bytes")
}
