package ui_test

import (
	"strings"
	"sync/atomic"
	"testing"

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
