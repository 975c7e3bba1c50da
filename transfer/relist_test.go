package transfer_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gantry/remote"
	"gantry/remote/mem"
	"gantry/transfer"
	"gantry/transfer/journal"
)

// closed is a tree of which some folders cannot be listed.
type closed struct {
	mortal
	folders *[]string // "/d/sub/"
}

func (c closed) Unwrap() remote.Tree { return c.mortal }

func (c closed) Walk(ctx context.Context, dir remote.Path) iter.Seq2[remote.Entry, error] {
	return func(yield func(remote.Entry, error) bool) {
		told := map[string]bool{}
		for e, err := range c.mortal.Walk(ctx, dir) {
			below := func(f string) bool { return strings.HasPrefix(string(e.Path), f) && string(e.Path) != f }
			i := slices.IndexFunc(*c.folders, below)
			if i < 0 {
				if !yield(e, err) {
					return
				}
				continue
			}
			f := (*c.folders)[i]
			if told[f] {
				continue
			}
			told[f] = true
			e = remote.Entry{Path: remote.Path(f), Name: strings.Trim(strings.TrimPrefix(f, string(dir)), "/"), Dir: true}
			if !yield(e, &remote.Error{Op: "list", Path: e.Path, Kind: remote.Denied}) {
				return
			}
		}
	}
}

// failedFor counts what stands on record as failed.
func (m *machine) failedFor(id transfer.JobID) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.failed[int64(id)])
}

// listed tells whether all of the only job is on record.
func (m *machine) listed(t *testing.T) bool {
	t.Helper()
	for j, err := range m.jr.Jobs(t.Context()) {
		return err == nil && j.Listed
	}
	return false
}

// relisting is a job that is killed when something has failed.
type relisting struct {
	*machine
	id transfer.JobID
}

// killedThen runs a job until the nth call, and kills it there when so many failures
// are on record; however many there are if it is less than 0. Where it deletes, all
// is on record as listed by then.
func killedThen(t *testing.T, m *machine, op transfer.Op, dir remote.Path, call string, nth, failures int, source remote.Path) relisting {
	t.Helper()
	for _, p := range []remote.Path{"a", "sub/b", "z", "zoo/c"} {
		m.from.Put(remote.Path(strings.TrimSuffix(string(source), "/"))+"/"+p, "content of "+string(p))
	}
	time.Sleep(time.Second)
	q, d := m.boot(t.Context(), 0, false)
	id := transfer.JobID(1) // the first one
	calls := 0
	d.hit = func(what string, _ remote.Path) (b blow) {
		m.mu.Lock()
		hit := what == call
		if hit {
			calls++
			hit = calls == nth
		}
		m.mu.Unlock()
		if hit {
			b.die = true
			b.do = func() {
				for m.failedFor(id) < failures || call == "Remove" && !m.listed(t) {
					time.Sleep(time.Millisecond)
				}
			}
		}
		return b
	}
	if got := m.submit(t, q, d, op, dir, source); got != id {
		t.Fatalf("job %d", got)
	}
	await(t, q, id)
	closeQueue(t, q)
	if !d.struck() || failures >= 0 && m.failedFor(id) != failures {
		t.Fatalf("killed: %t, %d have failed", d.struck(), m.failedFor(id))
	}
	time.Sleep(time.Second)
	return relisting{m, id}
}

// resume goes on with the job in another process.
func (r relisting) resume(t *testing.T, want transfer.State, failures int) {
	t.Helper()
	q, _ := r.boot(t.Context(), 0, false)
	defer closeQueue(t, q)
	ended := adoptAll(t, q)
	if len(ended) != 1 || ended[0].State != want || ended[0].Failures != failures {
		for _, it := range q.Items(r.id, transfer.ItemsFailed, 0, 9) {
			t.Logf("%s: %v", it.Source, it.Err)
		}
		t.Fatalf("resumed: %+v", ended)
	}
	closeQueue(t, q)
	if n := r.failedFor(r.id); n != failures {
		t.Errorf("on record %d have failed, not %d", n, failures)
	}
}

// TestWhatCouldNotBeListedAndThenCanIsNoFailureOfAResumedJob, of whatever kind.
func TestWhatCouldNotBeListedAndThenCanIsNoFailureOfAResumedJob(t *testing.T) {
	for _, c := range []struct {
		name      string
		op        transfer.Op
		from, to  func() *mem.Tree
		root, dir remote.Path
		call      string
		nth       int
	}{
		// Of a copy, behind all that is on record as planned; a move is listed anew.
		{"copy", transfer.Copy, disk("l:"), bucket("r:"), "/", "in/", "Plan", 2},
		{"copy of a bucket", transfer.Copy, bucket("l:"), disk("r:"), "", "/in", "Plan", 2},
		{"move", transfer.Move, disk("l:"), bucket("r:"), "/", "in/", "Remove", 2},
		{"move, killed while it is listed", transfer.Move, disk("l:"), bucket("r:"), "/", "in/", "Plan", 2},
		{"rename in a bucket", transfer.Move, bucket("l:"), nil, "", "in/", "Copy", 2},
		{"delete, killed while it is listed", transfer.Delete, disk("l:"), nil, "/", "", "Plan", 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := &machine{from: c.from(), jr: journal.NewMemory(), workers: 1, unattended: true}
				m.to = m.from
				if c.to != nil {
					m.to = c.to()
				}
				folders := []string{string(c.root) + "d/sub/"}
				m.around = func(s mortal) remote.Tree { return closed{s, &folders} }
				source := c.root + "d"
				if c.root == "" {
					source += "/"
				}
				r := killedThen(t, m, c.op, c.dir, c.call, c.nth, 1, source)
				folders = nil
				r.resume(t, transfer.Done, 0)
				for _, p := range []remote.Path{"a", "sub/b", "z", "zoo/c"} {
					_, there := m.from.Get(c.root + "d/" + p)
					if there != (c.op == transfer.Copy) {
						t.Errorf("%s is there: %t", p, there)
					}
					if dst, _ := m.to.Join(c.dir, "d/"+string(p)); c.op != transfer.Delete {
						wantContent(t, m.to, dst, "content of "+string(p))
					}
				}
			})
		})
	}
}

// I7: what could not be listed is on record before all that is listed is said to be.
func TestAKillBehindTheListingDoesNotHideWhatCouldNotBeListed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &machine{from: disk("l:")(), to: bucket("r:")(), jr: journal.NewMemory(), workers: 1}
		folders := []string{"/d/sub/"}
		m.around = func(s mortal) remote.Tree { return closed{s, &folders} }
		r := killedThen(t, m, transfer.Copy, "in/", "Commit", 2, -1, "/d")
		r.resume(t, transfer.Failed, 1)
	})
}

// I7, I9: a deletion whose list is on record leaves alone what it could not see when it
// was made, and says that it is not done.
func TestAResumedDeletionThatCouldNotLookEverywhereIsNotDone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &machine{from: disk("l:")(), jr: journal.NewMemory(), workers: 1}
		m.to = m.from
		folders := []string{"/d/sub/"}
		m.around = func(s mortal) remote.Tree { return closed{s, &folders} }
		r := killedThen(t, m, transfer.Delete, "", "Remove", 1, 1, "/d")
		folders = nil
		r.resume(t, transfer.Failed, 1)
		wantContent(t, m.from, "/d/sub/b", "content of sub/b")
		wantNothing(t, m.from, "/d/z")
	})
}

// I7: what a copy will not come to once more has failed, whatever the second listing
// finds, and counts once.
func TestWhatCouldNotBeListedBeforeAllThatIsPlannedStaysAFailure(t *testing.T) {
	for _, open := range []bool{false, true} {
		t.Run(fmt.Sprint("open again: ", open), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := &machine{from: disk("l:")(), to: bucket("r:")(), jr: journal.NewMemory(), workers: 1}
				folders := []string{"/d/sub/", "/d/zoo/"}
				m.around = func(s mortal) remote.Tree { return closed{s, &folders} }
				m.from.Put("/d/zz", "the last") // that goes on record behind z
				r := killedThen(t, m, transfer.Copy, "in/", "Plan", 3, 2, "/d")
				failures := 2
				if open {
					folders, failures = nil, 1
				}
				r.resume(t, transfer.Failed, failures)
				wantContent(t, m.to, "in/d/zz", "the last")
				if _, there := m.to.Get("in/d/zoo/c"); there != open {
					t.Errorf("what was listed behind the record is there: %t", there)
				}
			})
		})
	}
}

// I7: an item of a move or a deletion that failed is tried again when the job is
// resumed, and counts once.
func TestWhatFailedBeforeIsTriedAgainByAResumedMove(t *testing.T) {
	for _, op := range []transfer.Op{transfer.Move, transfer.Delete} {
		for _, again := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, fails again: %t", op, again), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					m := &machine{from: disk("l:")(), to: bucket("r:")(), jr: journal.NewMemory(), workers: 1}
					locked := true
					m.around = func(s mortal) remote.Tree { return sticky{s, &locked} }
					call, nth := "Intend", 3
					if op == transfer.Delete {
						call, nth = "Remove", 2
					}
					r := killedThen(t, m, op, "in/", call, nth, 1, "/d")
					locked = again
					want, failures := transfer.Done, 0
					if again {
						want, failures = transfer.Failed, 1
					}
					r.resume(t, want, failures)
					if _, there := m.from.Get("/d/a"); there != again {
						t.Errorf("it is there: %t", there)
					}
				})
			})
		}
	}
}

// sticky is a tree of which /d/a can be neither read nor deleted while it is locked.
type sticky struct {
	mortal
	locked *bool
}

func (s sticky) Unwrap() remote.Tree { return s.mortal }

func (s sticky) Open(ctx context.Context, e remote.Entry, off, n int64) (io.ReadCloser, error) {
	if *s.locked && e.Path == "/d/a" {
		return nil, &remote.Error{Op: "read", Path: e.Path, Kind: remote.Denied}
	}
	return s.mortal.Open(ctx, e, off, n)
}

func (s sticky) Remove(ctx context.Context, ps []remote.Path) error {
	if !*s.locked || !slices.Contains(ps, "/d/a") {
		return s.mortal.Remove(ctx, ps)
	}
	err := s.mortal.Remove(ctx, slices.DeleteFunc(slices.Clone(ps), func(p remote.Path) bool { return p == "/d/a" }))
	return errors.Join(err, &remote.Error{Op: "delete", Path: "/d/a", Kind: remote.Denied})
}
