package transfer_test

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"gantry/remote"
	"gantry/remote/mem"
	"gantry/remote/wrap"
	"gantry/transfer"
	"gantry/transfer/journal"
)

// interrupted runs a job in a process that is killed at a step, and returns a
// later process.
func interrupted(t *testing.T, m *machine, at int, op transfer.Op, dir remote.Path, ps ...remote.Path) *transfer.Queue {
	t.Helper()
	time.Sleep(time.Second)
	q, kill := m.boot(t.Context(), at, true)
	await(t, q, m.submit(t, q, kill, op, dir, ps...))
	closeQueue(t, q)
	time.Sleep(time.Second)
	q, _ = m.boot(t.Context(), 0, false)
	t.Cleanup(func() { closeQueue(t, q) })
	return q
}

// U20, D01: another version of the source is sent from its beginning, once, and
// the user is told; nothing of the old one is mixed in.
func TestAResumedItemWhoseSourceHasChangedBeginsAnew(t *testing.T) {
	for _, c := range both[:2] {
		told := false
		for n := 8; n < 30; n++ {
			synctest.Test(t, func(t *testing.T) {
				m := &machine{from: c.from(), to: c.to(), jr: journal.NewMemory()}
				m.from.Put(c.root+"a", content(95))
				q := interrupted(t, m, n, transfer.Copy, c.dir, c.root+"a")
				dst, _ := m.to.Join(c.dir, "a")
				if _, done := m.to.Get(dst); done {
					return
				}
				m.from.Put(c.root+"a", "another "+content(80))
				left, err := q.Orphans(t.Context())
				if err != nil || len(left) == 0 {
					t.Fatalf("%d left, %v", len(left), err)
				}
				var note string
				err = q.Adopt(t.Context(), left[0].ID, func(s transfer.ItemSnapshot) { note = s.Note })
				if err != nil {
					t.Fatal(err)
				}
				s := await(t, q, left[0].ID)
				wantState(t, s, transfer.Done)
				wantContent(t, m.to, dst, "another "+content(80))
				if s.Proven.Done > 0 {
					t.Errorf("killed at %d: %d parts of another version were taken over", n, s.Proven.Done)
				}
				told = told || note != ""
			})
		}
		if !told {
			t.Errorf("%s: nobody was told", c.name)
		}
	}
}

// Y07: what was not there when it was confirmed stays.
// I9: a deletion deletes what was there when it was confirmed.
func TestAResumedDeletionLeavesWhatCameLater(t *testing.T) {
	for n := 1; n < 30; n++ {
		synctest.Test(t, func(t *testing.T) {
			m := &machine{from: mem.NewDisk("l:").Tree, to: mem.New("r:"), jr: journal.NewMemory()}
			for i := range 5 {
				m.from.Put(remote.Path(fmt.Sprintf("/d/%d", i)), "old")
			}
			time.Sleep(time.Second)
			q, kill := m.boot(t.Context(), n, true)
			r := transfer.Request{Op: transfer.Delete, From: mortal{m.from, kill}}
			for _, e := range list(t, m.from, "/d") {
				r.List = append(r.List, transfer.Source{Entry: e})
			}
			await(t, q, q.Submit(r))
			closeQueue(t, q)
			time.Sleep(time.Second)
			m.from.Put("/d/new", "precious")
			q, _ = m.boot(t.Context(), 0, false)
			defer closeQueue(t, q)
			if ended := adoptAll(t, q); len(ended) == 0 {
				return // it had ended, or was never accepted
			}
			wantContent(t, m.from, "/d/new", "precious")
			for i := range 5 {
				wantNothing(t, m.from, remote.Path(fmt.Sprintf("/d/%d", i)))
			}
		})
	}
}

// U13: what is discarded leaves nothing behind, whatever had been begun.
func TestADiscardedJobLeavesNothingBehind(t *testing.T) {
	for _, c := range both[:2] {
		for n := 1; n < 60; n++ {
			synctest.Test(t, func(t *testing.T) {
				m := &machine{from: c.from(), to: c.to(), jr: journal.NewMemory()}
				m.from.Put(c.root+"a", content(95))
				m.from.Put(c.root+"b", content(7))
				q := interrupted(t, m, n, transfer.Copy, c.dir, c.root+"a", c.root+"b")
				left, err := q.Orphans(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				for _, s := range left {
					if err := q.Discard(t.Context(), s.ID); err != nil {
						t.Fatalf("%s, killed at %d: %v", c.name, n, err)
					}
				}
				for u := range m.to.ListUploads(t.Context(), "") {
					t.Errorf("%s, killed at %d: left over is %+v", c.name, n, u)
				}
				if again, err := q.Orphans(t.Context()); err != nil || len(again) > 0 {
					t.Errorf("still there: %d, %v", len(again), err)
				}
			})
		}
	}
}

// Files that come into a folder while a copy of it is interrupted are neither a
// reason to do anything twice nor to leave out what was to be done.
func TestAnUnfinishedListingGoesOnAlthoughTheFolderHasChanged(t *testing.T) {
	for n := 1; n < 60; n++ {
		synctest.Test(t, func(t *testing.T) {
			m := &machine{from: mem.NewDisk("l:").Tree, to: mem.New("r:"), jr: journal.NewMemory()}
			for i := range 8 {
				m.from.Put(remote.Path(fmt.Sprintf("/d/%d", 2*i)), content(i))
			}
			q := interrupted(t, m, n, transfer.Copy, "in/", "/d")
			for i := range 8 {
				m.from.Put(remote.Path(fmt.Sprintf("/d/%d", 2*i+1)), "new")
			}
			ended := adoptAll(t, q)
			if len(ended) == 0 {
				return
			}
			wantState(t, ended[0], transfer.Done)
			for i := range 8 {
				wantContent(t, m.to, remote.Path(fmt.Sprintf("in/d/%d", 2*i)), content(i))
			}
		})
	}
}

// P09: two processes never run one job.
func TestAJobThatAnotherProcessRunsIsNotTakenOver(t *testing.T) {
	jr := leasing{journal.NewMemory()}
	from, to := mem.NewDisk("l:"), mem.New("r:")
	from.Put("/a", content(100))
	open := func(_ context.Context, label string) (remote.Tree, error) {
		if label == "l:" {
			return from, nil
		}
		return to, nil
	}
	one := newQueue(t, transfer.Options{Journal: jr, Open: open, Bandwidth: remote.Constant(1)})
	two := newQueue(t, transfer.Options{Journal: jr, Open: open})
	id := one.Submit(request(t, transfer.Copy, from, to, "in/", "/a"))
	if left, err := two.Orphans(t.Context()); err != nil || len(left) > 0 {
		t.Errorf("offered: %+v, %v", left, err)
	}
	err := two.Adopt(t.Context(), id, nil)
	if !errors.Is(err, journal.ErrLeased) {
		t.Errorf("adopted: %v", err)
	}
	if err := two.Discard(t.Context(), id); !errors.Is(err, journal.ErrLeased) {
		t.Errorf("discarded: %v", err)
	}
	one.Cancel(id)
	wantState(t, await(t, one, id), transfer.Cancelled)
}

// leasing is a journal that lasts, with leases by time alone.
type leasing struct{ *journal.Memory }

func (leasing) Durable() bool { return true }

// TestP16AJobWhoseLeaseIsLostIsLeftToWhoHasIt: a machine that slept wakes up, and
// another process runs its job by now. Nothing of the job is touched any more.
func TestP16AJobWhoseLeaseIsLostIsLeftToWhoHasIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		jr := &stolen{leasing: leasing{journal.NewMemory()}}
		from, to := mem.NewDisk("l:"), mem.New("r:")
		from.Put("/a", content(1000))
		f := wrap.NewFaulty(to)
		q := transfer.New(t.Context(), transfer.Options{PartSize: 10, Journal: jr, Bandwidth: remote.Constant(1)})
		defer closeQueue(t, q)
		id := q.Submit(request(t, transfer.Move, from, f, "in/", "/a"))
		time.Sleep(100 * time.Second)
		jr.gone.Store(true)
		s := await(t, q, id)
		wantState(t, s, transfer.Cancelled)
		if !s.Kept || s.Err == nil {
			t.Errorf("kept: %t, %v", s.Kept, s.Err)
		}
		parts := f.Calls(wrap.WritePart)
		time.Sleep(time.Hour)
		if n := f.Calls(wrap.WritePart); n != parts || f.Calls(wrap.Abort) != 0 || to.Uploads() != 1 {
			t.Errorf("%d parts were sent after it, %d aborts, %d uploads are there", n-parts, f.Calls(wrap.Abort), to.Uploads())
		}
		wantContent(t, from, "/a", content(1000))
	})
}

// P09: nor is one begun, or cleaned up, that waited here while another process took it.
func TestAJobThatWaitsIsLeftToWhoHasTakenIt(t *testing.T) {
	for how, do := range map[string]func(q *transfer.Queue, first, second transfer.JobID){
		"it gets its place":  func(q *transfer.Queue, first, _ transfer.JobID) { q.Cancel(first) },
		"it waits on":        func(*transfer.Queue, transfer.JobID, transfer.JobID) { time.Sleep(time.Minute) },
		"the user starts it": func(q *transfer.Queue, _, second transfer.JobID) { q.Start(second) },
	} {
		t.Run(how, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				jr := &stolen{leasing: leasing{journal.NewMemory()}}
				from, to := mem.NewDisk("l:"), mem.New("r:")
				from.Put("/a", content(10))
				f := wrap.NewFaulty(to)
				q := transfer.New(t.Context(), transfer.Options{PartSize: 10, Journal: jr, Jobs: 1})
				defer closeQueue(t, q)
				f.Add(wrap.Create, wrap.Fault{Hang: true})
				first := q.Submit(request(t, transfer.Copy, from, f, "in/", "/a"))
				second := q.Submit(request(t, transfer.Copy, from, to, "in2/", "/a"))
				time.Sleep(100 * time.Second)
				jr.taken.Store(int64(second))
				do(q, first, second)
				synctest.Wait()
				s, _ := q.Job(second)
				if wantState(t, s, transfer.Cancelled); !s.Kept {
					t.Error("it is not kept")
				}
				wantNothing(t, to, "in2/a")
				q.Cancel(first)
			})
		})
	}
}

// stolen is a journal whose leases another process has taken.
type stolen struct {
	leasing
	gone  atomic.Bool
	taken atomic.Int64 // the job whose lease alone is; 0 for none
}

func (s *stolen) Lease(ctx context.Context, job int64, owner string, until time.Time) error {
	if s.gone.Load() || s.taken.Load() == job {
		return journal.ErrLeased
	}
	return s.leasing.Lease(ctx, job, owner, until)
}
