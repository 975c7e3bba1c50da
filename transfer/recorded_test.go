package transfer_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"gantry/remote"
	"gantry/remote/mem"
	"gantry/remote/wrap"
	"gantry/transfer"
	"gantry/transfer/journal"
)

// standing is a job as its record says.
func standing(t *testing.T, jr journal.Journal, id transfer.JobID) (state, reason string) {
	t.Helper()
	for rec, err := range jr.Jobs(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		if rec.ID == int64(id) {
			return rec.State, rec.Reason
		}
	}
	t.Fatalf("job %d is not on record", id)
	return "", ""
}

// TestWhyAJobWaitsIsOnRecord, for whoever lists the jobs from another process: soon
// after it has changed, and only then.
func TestWhyAJobWaitsIsOnRecord(t *testing.T) {
	d := &death{did: map[string]int{}}
	jr := lasting{journal.NewMemory(), d, "p"}
	inBubble(t, transfer.Options{Workers: 1, Journal: jr}, func(t *testing.T, q *transfer.Queue) {
		const soon = 10 * time.Second
		var shut door
		from, to := mem.NewDisk("l:"), mem.New("r:")
		from.Put("/a", content(25))
		from.Put("/b", content(25))
		to.Put("in/b", "other")

		shut.shut.Store(true)
		id := q.Submit(request(t, transfer.Copy, from, shut.guard(to, "ops"), "in/", "/a"))
		<-time.After(soon)
		if state, reason := standing(t, jr, id); state != "needs you" || !strings.Contains(reason, "injected") {
			t.Errorf("of a refused credential: %s, %q", state, reason)
		}
		d.mu.Lock()
		steps := d.steps
		d.mu.Unlock()
		<-time.After(soon)
		d.mu.Lock()
		if d.steps != steps {
			t.Errorf("%d steps of the journal while nothing changes", d.steps-steps)
		}
		d.mu.Unlock()
		shut.shut.Store(false)
		q.TryAgain(ops)
		wantState(t, await(t, q, id), transfer.Done)
		if state, reason := standing(t, jr, id); state != "done" || reason != "" {
			t.Errorf("in the end: %s, %q", state, reason)
		}

		f := wrap.NewFaulty(to)
		f.Add(wrap.Create, wrap.Fault{Times: 1 << 20, Err: fault(remote.Unreachable)})
		id = q.Submit(request(t, transfer.Copy, from, f, "out/", "/a"))
		<-time.After(2 * soon)
		if state, reason := standing(t, jr, id); state != "running" || !strings.Contains(reason, "Trying again.") {
			t.Errorf("of an outage: %s, %q", state, reason)
		}
		q.Cancel(id)
		await(t, q, id)

		r := request(t, transfer.Copy, from, to, "in/", "/b")
		r.Rules.OnConflict = transfer.PolicyAsk
		id = q.Submit(r)
		<-time.After(soon)
		if state, reason := standing(t, jr, id); state != "needs you" || reason == "" {
			t.Errorf("of a conflict: %s, %q", state, reason)
		}
	})
}

// TestTheJobsOfAnotherGantryAreSeen, and not those of one's own.
func TestTheJobsOfAnotherGantryAreSeen(t *testing.T) {
	from, to, dir := mem.NewDisk("l:"), mem.New("r:"), t.TempDir()
	from.Put("/a", content(25))
	one, endOne := bootOn(t, dir, from, to)
	two, endTwo := bootOn(t, dir, from, to)
	defer endTwo()
	f := wrap.NewFaulty(to)
	begun, goOn := make(chan struct{}), make(chan struct{})
	f.Add(wrap.WritePart, wrap.Fault{Skip: 1, Do: func() { close(begun); <-goOn }})
	id := one.Submit(request(t, transfer.Copy, from, f, "in/", "/a"))
	<-begun
	seen, err := two.Others(t.Context())
	if err != nil || len(seen) != 1 {
		t.Fatalf("%d jobs are seen, %v", len(seen), err)
	}
	want := transfer.Progress{Done: 10, Total: 25}
	if s := seen[0]; s.ID != id || s.PID != os.Getpid() || s.State.Ended() || s.Bytes != want {
		t.Errorf("%+v", s)
	}
	if own, err := one.Others(t.Context()); err != nil || len(own) != 0 {
		t.Errorf("%d jobs of its own are seen, %v", len(own), err)
	}
	close(goOn)
	wantState(t, await(t, one, id), transfer.Done)
	endOne()
	if seen, err = two.Others(t.Context()); err != nil || len(seen) != 0 {
		t.Errorf("%d jobs are seen in the end, %v", len(seen), err)
	}
}
