package transfer_test

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"gantry/remote"
	"gantry/transfer"
	"gantry/transfer/journal"
)

// What the schedules have found, each in a test of its own.

// upload is a script of two files to a bucket.
func upload(strokes ...stroke) *script {
	return &script{
		place: scenes[0], op: transfer.Copy, policy: transfer.PolicyOverwrite, workers: 8, unattended: true,
		files: []role{{"d/a", 95, false}, {"d/b", 35, false}}, strokes: strokes,
	}
}

// I7: a job that goes on after an interruption is not done as long as something
// has failed before it.
func TestWhatFailedBeforeAnInterruptionIsNotForgotten(t *testing.T) {
	untilItHappens(t, func(t *testing.T) bool {
		p := newPlay(t, upload(
			stroke{call: "Commit", path: "in/d/a", nth: 1, what: "denied"},
			stroke{call: "WritePart", path: "in/d/b", nth: 1, what: "told to end"},
		))
		p.workers = 1
		q, d := p.start(0)
		r, _ := p.request(d, p.s.policy)
		p.await(q, q.Submit(r))
		p.over(q)
		q, _ = p.start(1)
		defer p.over(q)
		left, err := q.Orphans(t.Context())
		if err != nil || len(left) != 1 {
			return false // it was done before it was told
		}
		if err := q.Adopt(t.Context(), left[0].ID, nil); err != nil {
			t.Fatal(err)
		}
		if s := p.await(q, left[0].ID); s.State != transfer.Failed || s.Failures != 1 {
			t.Errorf("the job is %s with %d failures", s.State, s.Failures)
		}
		return true
	})
}

// U13, I6: a job that is cancelled after it was resumed leaves nothing of what it
// had begun before and has not come to again.
func TestAResumedJobThatIsCancelledLeavesNothing(t *testing.T) {
	untilItHappens(t, func(t *testing.T) bool {
		p := newPlay(t, upload(
			stroke{call: "Commit", nth: 1, what: "killed"},
			stroke{process: 1, call: "Stat", nth: 1, what: "cancelled"},
		))
		q, d := p.start(0)
		r, _ := p.request(d, p.s.policy)
		p.await(q, q.Submit(r))
		p.over(q)
		if p.to.Uploads() != 2 {
			return false // killed before both were begun
		}
		p.workers = 1
		q, _ = p.start(1)
		p.adopt(q)
		p.over(q)
		p.leftovers()
		for _, why := range p.broken {
			t.Error(why)
		}
		return p.cancelled
	})
}

// U13, I6: an upload whose id a kill has kept from its record goes as well, whether
// its item had no turn yet when the job is cancelled or the job itself had none.
func TestAnUploadWithoutItsIDGoesWithACancelledJob(t *testing.T) {
	for _, when := range []string{"it waits", "it waits in pause", "another item has its turn"} {
		t.Run(when, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := newPlay(t, upload(stroke{call: "Create", path: "in/d/b", nth: 1, what: "killed after it"}))
				q, d := p.start(0)
				r, _ := p.request(d, p.s.policy)
				p.await(q, q.Submit(r))
				p.over(q)
				p.workers, p.jobs = 1, 1
				q, d = p.start(1)
				left, err := q.Orphans(t.Context())
				if err != nil || len(left) != 1 || p.to.Uploads() == 0 {
					t.Fatalf("%d jobs and %d uploads are left, %v", len(left), p.to.Uploads(), err)
				}
				p.giveUp(q, d, left[0].ID, when)
				p.over(q)
				p.leftovers()
				for _, why := range p.broken {
					t.Error(why)
				}
			})
		})
	}
}

// giveUp takes a job over and cancels it.
func (p *play) giveUp(q *transfer.Queue, d *death, id transfer.JobID, when string) {
	turn := make(chan struct{})
	var once sync.Once
	d.hit = func(call string, at remote.Path) (b blow) {
		if call == "Stat" && at != "in/d/b" {
			once.Do(func() { b.do = func() { <-turn } })
		}
		return b
	}
	waits := when != "another item has its turn"
	if waits {
		r, _ := p.request(d, p.s.policy)
		first := q.Submit(r) // has the only place
		defer p.await(q, first)
		defer q.Cancel(first)
	}
	synctest.Wait()
	if err := q.Adopt(p.Context(), id, nil); err != nil {
		p.Fatal(err)
	}
	synctest.Wait() // its items are known, and one has its turn
	if s, _ := q.Job(id); (s.State == transfer.Waiting) != waits {
		p.Fatalf("it is %s", s.State)
	}
	if when == "it waits in pause" {
		q.Pause(id)
	}
	q.Cancel(id)
	close(turn)
	wantState(p.T, p.await(q, id), transfer.Cancelled)
}

// U13, I22: what a job has begun on a disk, where small files are not on record one by
// one, goes with a job that is cancelled before it looked for that.
func TestATemporaryFileGoesWithAJobThatIsCancelledAtOnce(t *testing.T) {
	for nth, when := range []string{"before it is started", "when it is started"} {
		t.Run(when, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := &machine{from: bucket("l:")(), to: disk("r:")(), jr: journal.NewMemory()}
				m.from.Put("a", content(5))
				time.Sleep(time.Second)
				q, d := m.boot(t.Context(), 0, false)
				d.hit = func(call string, _ remote.Path) blow { return blow{die: call == "Create", after: true} }
				id := m.submit(t, q, d, transfer.Copy, "/in", "a")
				await(t, q, id)
				closeQueue(t, q)
				if m.to.Uploads() != 1 {
					t.Fatalf("%d files were begun", m.to.Uploads())
				}
				time.Sleep(time.Second)
				q, d = m.boot(t.Context(), 0, false)
				defer closeQueue(t, q)
				saved := 0
				d.hit = func(call string, _ remote.Path) (b blow) {
					if call == "PutJob" {
						if saved++; saved == nth+1 {
							b.do = func() { q.Cancel(id) }
						}
					}
					return b
				}
				if err := q.Adopt(t.Context(), id, nil); err != nil {
					t.Fatal(err)
				}
				wantState(t, await(t, q, id), transfer.Cancelled)
				if n := m.to.Uploads(); n != 0 {
					t.Errorf("%d temporary files are left", n)
				}
			})
		})
	}
}

// I6: an item that has failed is not gone on with, although its job is, so that
// nothing of it is kept when the program ends before all its parts have.
func TestWhatFailedWhileTheProgramEndsLeavesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &machine{from: bucket("l:")(), to: disk("r:")(), jr: journal.NewMemory()}
		m.from.Put("a", content(35))
		time.Sleep(time.Second)
		q, d := m.boot(t.Context(), 0, false)
		end := make(chan struct{})
		opened := 0
		d.hit = func(call string, _ remote.Path) (b blow) {
			m.mu.Lock()
			defer m.mu.Unlock()
			if call != "Open" {
				return blow{}
			}
			switch opened++; opened {
			case 2:
				b.do = func() { <-end }
			case 3:
				b.err = trouble(remote.Denied)
			}
			return b
		}
		id := m.submit(t, q, d, transfer.Copy, "/in", "a")
		synctest.Wait()
		go func() { _ = q.Close(context.Background()) }() // closeQueue waits for it
		synctest.Wait()
		close(end)
		closeQueue(t, q)
		if s, _ := q.Job(id); !s.Kept || s.Failures != 1 {
			t.Fatalf("the job is %s, kept: %t, with %d failures", s.State, s.Kept, s.Failures)
		}
		if n := m.to.Uploads(); n != 0 {
			t.Errorf("%d uploads are left", n)
		}
	})
}

// untilItHappens plays a script again while the goroutines come in an order that
// does not bring about what it is about.
func untilItHappens(t *testing.T, play func(*testing.T) bool) {
	t.Helper()
	for range 100 {
		happened := false
		synctest.Test(t, func(t *testing.T) { happened = play(t) })
		if happened {
			return
		}
	}
	t.Error("it did not happen in 100 times")
}
