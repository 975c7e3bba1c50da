package transfer_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"gantry/remote"
	"gantry/remote/mem"
	"gantry/remote/wrap"
	"gantry/transfer"
	"gantry/transfer/journal"
	"gantry/transfer/journal/sqlite"
)

// bootOn is a process with a journal in dir, and its end.
func bootOn(t *testing.T, dir string, from, to remote.Tree) (q *transfer.Queue, end func()) {
	t.Helper()
	jr, _, err := sqlite.Open(t.Context(), dir, sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	q = transfer.New(t.Context(), transfer.Options{
		Workers: 1, PartSize: 10, Journal: jr,
		Open: func(_ context.Context, label string) (remote.Tree, error) {
			if label == from.Label() {
				return from, nil
			}
			return to, nil
		},
	})
	return q, func() {
		closeQueue(t, q)
		if err := jr.Close(); err != nil {
			t.Error(err)
		}
	}
}

// What has arrived of a large file counts although nothing of it is published.
func TestAnInterruptedJobSaysHowManyBytesHaveArrived(t *testing.T) {
	from, to, dir := mem.NewDisk("l:"), mem.New("r:"), t.TempDir()
	from.Put("/a", content(7))
	from.Put("/b", content(35))
	f := wrap.NewFaulty(to)
	third := make(chan struct{})
	f.Add(wrap.WritePart, wrap.Fault{Skip: 3, Do: func() { close(third) }, Err: fault(remote.Unreachable)})
	f.Add(wrap.WritePart, wrap.Fault{Skip: 3, Times: 1 << 20, Err: fault(remote.Unreachable)})
	q, end := bootOn(t, dir, from, f)
	q.Submit(request(t, transfer.Copy, from, f, "in/", "/a", "/b"))
	<-third // of the parts of b, with one worker after the others are on record
	end()

	q, end = bootOn(t, dir, from, to)
	defer end()
	left, err := q.Orphans(t.Context())
	if err != nil || len(left) != 1 {
		t.Fatalf("%d left, %v", len(left), err)
	}
	if want := (transfer.Progress{Done: 7 + 20, Total: 7 + 35}); left[0].Bytes != want {
		t.Errorf("%+v bytes have arrived, want %+v", left[0].Bytes, want)
	}
	for r, err := range q.History(t.Context()) {
		if err != nil || r.Bytes != left[0].Bytes {
			t.Errorf("the list of jobs says %+v bytes, %v", r.Bytes, err)
		}
	}
}

func TestAResumedJobGoesOnCountingWhereItWas(t *testing.T) {
	from, to, dir := mem.NewDisk("l:"), mem.New("r:"), t.TempDir()
	var ps []remote.Path
	for i := range 10 {
		p := remote.Path(fmt.Sprintf("/f%d", i))
		from.Put(p, content(7))
		ps = append(ps, p)
	}
	f := wrap.NewFaulty(to)
	f.Add(wrap.WritePart, wrap.Fault{Skip: 6, Times: 1 << 20, Err: fault(remote.Unreachable)})
	q, end := bootOn(t, dir, from, f)
	feed := q.Subscribe()
	id := q.Submit(request(t, transfer.Copy, from, f, "in/", ps...))
	awaitThat(t, feed, id, func(s transfer.Snapshot) bool { return s.Items.Done == 6 && s.Listed })
	feed.Close()
	end()

	q, end = bootOn(t, dir, from, to)
	defer end()
	feed = q.Subscribe()
	defer feed.Close()
	if err := q.Adopt(t.Context(), id, nil); err != nil {
		t.Fatal(err)
	}
	first := awaitThat(t, feed, id, func(transfer.Snapshot) bool { return true })
	if first.Items.Done < 6 || first.Bytes.Done < 6*7-1 {
		t.Errorf("it begins at %d items, %d bytes", first.Items.Done, first.Bytes.Done)
	}
	s := first
	if !s.State.Ended() {
		s = awaitOn(t, feed, id)
	}
	wantState(t, s, transfer.Done)
	if want := (transfer.Progress{Done: 10, Total: 10}); s.Items != want {
		t.Errorf("%+v items in the end", s.Items)
	}
	if want := (transfer.Progress{Done: 70, Total: 70}); s.Bytes != want {
		t.Errorf("%+v bytes in the end", s.Bytes)
	}
}

// What is found there has not been moved: a rate of it would promise an early end.
func TestPartsThatAreFoundAreNoRate(t *testing.T) {
	proven := false
	for n := 10; n < 30; n++ {
		synctest.Test(t, func(t *testing.T) {
			m := &machine{from: mem.NewDisk("l:").Tree, to: mem.New("r:"), jr: journal.NewMemory()}
			m.from.Put("/a", content(95))
			q := interrupted(t, m, n, transfer.Copy, "in/", "/a")
			left, err := q.Orphans(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if _, done := m.to.Get("in/a"); done || len(left) == 0 {
				return
			}
			closeQueue(t, q)
			f := wrap.NewFaulty(m.to)
			f.Add(wrap.Create, wrap.Fault{Do: func() { time.Sleep(time.Second) }})
			f.Add(wrap.WritePart, wrap.Fault{Times: 1 << 20, Err: fault(remote.Unreachable)})
			q = transfer.New(t.Context(), transfer.Options{
				PartSize: 10, Workers: 3, Journal: lasting{m.jr, &death{did: map[string]int{}}, "the next"},
				Open: func(_ context.Context, label string) (remote.Tree, error) {
					if label == m.from.Label() {
						return m.from, nil
					}
					return f, nil
				},
			})
			defer closeQueue(t, q)
			if err := q.Adopt(t.Context(), left[0].ID, nil); err != nil {
				t.Fatal(err)
			}
			for range 50 {
				time.Sleep(100 * time.Millisecond)
				s, _ := q.Job(left[0].ID)
				proven = proven || s.Proven.Done > 0 && s.Bytes.Done > 0
				if s.State == transfer.Done { // every part was there; it says the mean of its whole life
					return
				}
				if s.Rate != 0 {
					t.Errorf("killed at %d: %v bytes a second, with %+v", n, s.Rate, s.Proven)
					return
				}
			}
		})
	}
	if !proven {
		t.Error("no part was ever found")
	}
}
