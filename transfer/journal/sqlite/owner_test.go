package sqlite_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gantry/remote"
	"gantry/transfer/journal"
	"gantry/transfer/journal/sqlite"
)

// clock is a time that a test moves.
type clock struct{ ahead atomic.Int64 }

func (c *clock) now() time.Time          { return time.Now().Add(time.Duration(c.ahead.Load())) }
func (c *clock) set(ahead time.Duration) { c.ahead.Store(int64(ahead)) }

func openAt(tb testing.TB, dir string, c *clock, s sqlite.Setup) *sqlite.Journal {
	tb.Helper()
	j, _, err := sqlite.OpenWith(context.Background(), dir, sqlite.Options{Now: c.now}, s)
	must(tb, err)
	tb.Cleanup(func() { must(tb, j.Close()) })
	return j
}

// holder starts a process that holds a job, and says which.
func holder(tb testing.TB, dir string) (id int64, owner string, kill func()) {
	tb.Helper()
	cmd, lines, _ := spawn(tb, "hold", dir)
	if !lines.Scan() {
		tb.Fatal("the process says nothing")
	}
	if _, err := fmt.Sscanf(lines.Text(), "held %d %s", &id, &owner); err != nil {
		tb.Fatalf("%q: %v", lines.Text(), err)
	}
	return id, owner, func() {
		must(tb, cmd.Process.Kill())
		_ = cmd.Wait() // killed
	}
}

func orphans(tb testing.TB, j *sqlite.Journal) (ids []int64) {
	tb.Helper()
	list, err := j.Orphans(context.Background())
	must(tb, err)
	for _, s := range list {
		ids = append(ids, s.ID)
	}
	return ids
}

func TestP16AProcessThatSleptStillHasItsJob(t *testing.T) {
	dir, ctx := t.TempDir(), t.Context()
	id, owner, kill := holder(t, dir)
	c := &clock{}
	c.set(100 * time.Hour) // its lease has long run out
	j := openAt(t, dir, c, sqlite.Setup{})
	if err := j.Lease(ctx, id, j.Owner(), c.now().Add(time.Minute)); !errors.Is(err, journal.ErrLeased) {
		t.Errorf("the job of a living process was taken: %v", err)
	}
	if got := orphans(t, j); len(got) != 0 {
		t.Errorf("offered: %v", got)
	}
	s, err := j.Job(ctx, id)
	must(t, err)
	if !s.Alive || s.Owner != owner {
		t.Errorf("summary: %+v", s)
	}
	for what, err := range map[string]error{
		"PutJob":  j.PutJob(ctx, journal.Job{ID: id, State: "cancelled"}),
		"Plan":    j.Plan(ctx, manyItems(id, 1, 2)),
		"End":     j.End(ctx, id, 1, journal.Outcome{}),
		"Intend":  j.Intend(ctx, journal.Upload{Job: id}),
		"Began":   j.Began(ctx, id, 1, "x"),
		"Part":    j.Part(ctx, id, 1, remote.Part{}),
		"Settled": j.Settled(ctx, id, 1),
		"Forget":  j.Forget(ctx, []int64{id}),
	} {
		if !errors.Is(err, journal.ErrLeased) {
			t.Errorf("%s on the job of a living process: %v", what, err)
		}
	}
	kill()
	c.set(0) // its lease would last for an hour
	if d := cmp.Diff([]int64{id}, orphans(t, j)); d != "" {
		t.Errorf("a killed process still has its job: %s", d)
	}
	must(t, j.Lease(ctx, id, j.Owner(), c.now().Add(time.Minute)))
	must(t, j.Plan(ctx, manyItems(id, 1, 2)))
	if got := orphans(t, j); len(got) != 0 {
		t.Errorf("our own job is offered: %v", got)
	}
}

func TestTheJobsOfAProcessThatLeavesAreOffered(t *testing.T) {
	dir, ctx := t.TempDir(), t.Context()
	a, b := open(t, dir), open(t, dir)
	must(t, a.PutJob(ctx, journal.Job{ID: 1, State: "waiting"}))
	must(t, a.PutJob(ctx, journal.Job{ID: 2, State: "running"}))
	must(t, a.Lease(ctx, 2, a.Owner(), time.Now().Add(time.Hour)))
	must(t, a.PutJob(ctx, journal.Job{ID: 3, State: "done", Ended: day}))
	must(t, a.Intend(ctx, journal.Upload{Job: 2, Item: 1}))
	left := func() (alive bool) {
		for u, err := range b.Unsettled(ctx) {
			must(t, err)
			alive = alive || u.Alive
		}
		return alive
	}
	if !left() {
		t.Error("an upload of a living process is held for a leftover")
	}
	if got := orphans(t, b); len(got) != 0 {
		t.Errorf("offered while their process lives: %v", got)
	}
	if err := b.Lease(ctx, 1, b.Owner(), time.Now().Add(time.Hour)); !errors.Is(err, journal.ErrLeased) {
		t.Errorf("a job that waits in another process was taken: %v", err)
	}
	must(t, a.Close())
	if d := cmp.Diff([]int64{1, 2}, orphans(t, b)); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
	if left() {
		t.Error("an upload of a process that left is held for its")
	}
	must(t, b.Lease(ctx, 1, b.Owner(), time.Now().Add(time.Hour)))
	must(t, b.Release(ctx, 1, b.Owner()))
	if d := cmp.Diff([]int64{1, 2}, orphans(t, b)); d != "" {
		t.Errorf("a released job is not offered: -want +got:\n%s", d)
	}
}

func TestP16WhoLostItsLeaseFindsOutWithTheNextWrite(t *testing.T) {
	dir, ctx := t.TempDir(), t.Context()
	a, b := open(t, dir), open(t, dir)
	must(t, a.PutJob(ctx, journal.Job{ID: 1}))
	must(t, a.Plan(ctx, manyItems(1, 1, 10)))
	must(t, a.Lease(ctx, 1, "a", time.Now().Add(-time.Second)))
	must(t, b.Lease(ctx, 1, "b", time.Now().Add(time.Hour)))
	for what, err := range map[string]error{
		"End":    a.End(ctx, 1, 1, journal.Outcome{State: "done"}),
		"PutJob": a.PutJob(ctx, journal.Job{ID: 1}),
		"Part":   a.Part(ctx, 1, 1, remote.Part{}),
		"Lease":  a.Lease(ctx, 1, "a", time.Now().Add(time.Hour)),
	} {
		if !errors.Is(err, journal.ErrLeased) {
			t.Errorf("%s: %v", what, err)
		}
	}
	must(t, b.End(ctx, 1, 1, journal.Outcome{State: "done"}))
	must(t, b.Release(ctx, 1, "b"))
	if err := a.End(ctx, 1, 2, journal.Outcome{State: "done"}); !errors.Is(err, journal.ErrLeased) {
		t.Errorf("after a release by another: %v", err)
	}
	must(t, a.Lease(ctx, 1, "a", time.Now().Add(time.Hour)))
	must(t, a.End(ctx, 1, 2, journal.Outcome{State: "done"}))
}

func TestOneLeaseThatWasLostDoesNotFailOtherCalls(t *testing.T) {
	dir, ctx := t.TempDir(), t.Context()
	a, b := open(t, dir), open(t, dir)
	for id := range int64(2) {
		must(t, a.PutJob(ctx, journal.Job{ID: id + 1}))
		must(t, a.Plan(ctx, manyItems(id+1, 1, 200)))
	}
	must(t, a.Lease(ctx, 1, "a", time.Now().Add(-time.Second)))
	must(t, b.Lease(ctx, 1, "b", time.Now().Add(time.Hour)))
	errs := make(chan error, 200)
	for i := range int64(200) {
		go func() { // ends with its call
			err := a.End(ctx, 1+i%2, 1+i/2, journal.Outcome{State: "done"})
			if leased := errors.Is(err, journal.ErrLeased); leased != (i%2 == 0) {
				errs <- fmt.Errorf("job %d: %w", 1+i%2, err)
				return
			}
			errs <- nil
		}()
	}
	for range 200 {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
}

func TestP10WhereLocksDoNotWorkTheHeartbeatDecides(t *testing.T) {
	dir, ctx := t.TempDir(), t.Context()
	c := &clock{}
	a := openAt(t, dir, c, sqlite.Setup{NoLocks: true})
	b := openAt(t, dir, c, sqlite.Setup{NoLocks: true})
	must(t, a.PutJob(ctx, journal.Job{ID: 1}))
	must(t, a.Lease(ctx, 1, a.Owner(), c.now().Add(10*time.Second)))
	lease := func() error { return b.Lease(ctx, 1, b.Owner(), c.now().Add(10*time.Second)) }
	if err := lease(); !errors.Is(err, journal.ErrLeased) {
		t.Errorf("while the lease lasts: %v", err)
	}
	c.set(time.Minute)
	if err := lease(); !errors.Is(err, journal.ErrLeased) {
		t.Errorf("while the heartbeat is fresh: %v", err)
	}
	c.set(10 * time.Minute)
	must(t, lease())
	if err := a.End(ctx, 1, 1, journal.Outcome{}); !errors.Is(err, journal.ErrLeased) {
		t.Errorf("the first one goes on: %v", err)
	}
}

func TestTheLocksOfDeadProcessesAreRemoved(t *testing.T) {
	dir, ctx := t.TempDir(), t.Context()
	_, owner, kill := holder(t, dir)
	_, other, killOther := holder(t, dir)
	kill()
	stray := filepath.Join(dir, "owners", "gantry-stray.lock")
	must(t, os.WriteFile(stray, nil, 0o600))
	must(t, os.Chtimes(stray, time.Now(), time.Now().Add(-2*time.Hour)))
	young := filepath.Join(dir, "owners", "gantry-young.lock")
	must(t, os.WriteFile(young, nil, 0o600))
	j := open(t, dir)
	must(t, j.Sweep(ctx))
	must(t, j.PutJob(ctx, journal.Job{ID: 100}))
	got := map[string]bool{}
	list, err := os.ReadDir(filepath.Join(dir, "owners"))
	must(t, err)
	for _, e := range list {
		got[strings.TrimSuffix(e.Name(), filepath.Ext(e.Name()))] = true
	}
	if d := cmp.Diff(map[string]bool{other: true, j.Owner(): true, "gantry-young": true}, got); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
	if len(orphans(t, j)) != 1 {
		t.Errorf("the job of %s is not offered any more", owner)
	}
	killOther()
	must(t, j.Close())
	if list, err := filepath.Glob(filepath.Join(dir, "owners", j.Owner()+"*")); err != nil || len(list) > 0 {
		t.Errorf("Close leaves %v, %v", list, err)
	}
}

func TestP10WhereLocksDoNotWorkNobodysJournalIsReplaced(t *testing.T) {
	dir := t.TempDir()
	f := newFixture(t, false)
	f.files.restore(t, dir, files{"journal.db": flipped(f.files["journal.db"], 3*4096+9, 3)})
	noLocks := sqlite.Setup{NoLocks: true}
	c := &clock{}
	_, _, err := sqlite.OpenWith(t.Context(), dir, sqlite.Options{Now: c.now}, noLocks)
	if remote.KindOf(err) != remote.Unreachable || !strings.Contains(remote.HintOf(err), "locks do not work") {
		t.Errorf("a damaged journal that was just written to: %v", err)
	}
	c.set(time.Hour)
	j, told, err := sqlite.OpenWith(t.Context(), dir, sqlite.Options{Now: c.now}, noLocks)
	must(t, err)
	if told == nil || !told.Rebuilt {
		t.Errorf("told %v", told)
	}
	must(t, j.Close())
}
