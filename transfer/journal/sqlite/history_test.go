package sqlite_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gantry/remote"
	"gantry/transfer/journal"
	"gantry/transfer/journal/sqlite"
)

func outcomes(tb testing.TB, j *sqlite.Journal, job int64) (list []sqlite.Ended) {
	tb.Helper()
	for e, err := range j.Outcomes(context.Background(), job) {
		must(tb, err)
		e.Job = 0
		list = append(list, e)
	}
	return list
}

// sameEnded compares what is public.
func sameEnded(a, b sqlite.Ended) bool {
	return a.Num == b.Num && a.Source == b.Source && a.Target == b.Target && a.Outcome == b.Outcome
}

func TestHistoryCountsHowItemsEnded(t *testing.T) {
	ctx, dir := t.Context(), t.TempDir()
	j := open(t, dir)
	must(t, j.PutJob(ctx, journal.Job{ID: 5, Op: "move", Title: "move it", Created: day, Ended: day}))
	items := manyItems(5, 1, 9)
	items[7].Dir, items[8].Source.Size = true, -1
	must(t, j.Plan(ctx, items))
	for num, o := range map[int64]journal.Outcome{
		1: {State: "done", Attempts: 1, Verified: "CRC64NVME"},
		2: {State: "done", Attempts: 1},
		3: {State: "failed", Reason: "access denied", Attempts: 7},
		4: {State: "done", Skipped: true, Reason: "exists"},
		5: {State: "cancelled"},
		9: {State: "done"},
		// Not planned: found to be impossible while listing.
		77: {State: "failed", Reason: "cannot be listed"},
	} {
		must(t, j.End(ctx, 5, num, o))
	}
	for range 2 {
		s, err := j.Job(ctx, 5)
		must(t, err)
		want := sqlite.Tally{
			Planned: 10, Bytes: 7*4096 + 28, Done: 3, DoneBytes: 2*4096 + 3, Failed: 2, Skipped: 1, Cancelled: 1,
		}
		if d := cmp.Diff(want, s.Tally); d != "" {
			t.Errorf("-want +got:\n%s", d)
		}
		if s.Open() != 3 || s.Title != "move it" {
			t.Errorf("%+v", s)
		}
		wantEnded := []sqlite.Ended{
			{Num: 3, Source: items[2].Source.Path, Target: items[2].Target, Outcome: journal.Outcome{State: "failed", Reason: "access denied", Attempts: 7}},
			{Num: 4, Source: items[3].Source.Path, Target: items[3].Target, Outcome: journal.Outcome{State: "done", Skipped: true, Reason: "exists"}},
			{Num: 5, Source: items[4].Source.Path, Target: items[4].Target, Outcome: journal.Outcome{State: "cancelled"}},
			{Num: 77, Outcome: journal.Outcome{State: "failed", Reason: "cannot be listed"}},
		}
		if d := cmp.Diff(wantEnded, outcomes(t, j, 5), cmp.Comparer(sameEnded)); d != "" {
			t.Errorf("-want +got:\n%s", d)
		}
		must(t, j.Close())
		j = open(t, dir)
	}
	if _, err := j.Job(ctx, 6); remote.KindOf(err) != remote.NotExist {
		t.Errorf("a job that is not there: %v", err)
	}
}

func TestAFailureThatIsTakenBackNeverWas(t *testing.T) {
	ctx, dir := t.Context(), t.TempDir()
	j := open(t, dir)
	must(t, j.PutJob(ctx, journal.Job{ID: 1}))
	must(t, j.Plan(ctx, manyItems(1, 1, 9)))
	for num := range int64(12) { // the last three while they are planned
		must(t, j.End(ctx, 1, num+1, journal.Outcome{State: []string{"failed", "done"}[num%2], Reason: "no"}))
	}
	must(t, j.Retract(ctx, 1, []int64{1, 11, 2, 500})) // of which two have failed
	must(t, j.Retract(ctx, 7, []int64{1}))
	for range 2 {
		s, err := j.Job(ctx, 1)
		must(t, err)
		if s.Failed != 4 || s.Done != 6 || s.Planned != 10 || s.Open() != 0 {
			t.Errorf("%+v", s.Tally)
		}
		var left []int64
		for it, err := range j.Failed(ctx, 1) {
			must(t, err)
			left = append(left, it.Num)
		}
		if d := cmp.Diff([]int64{3, 5, 7, 9}, left); d != "" {
			t.Errorf("-want +got:\n%s", d)
		}
		must(t, j.Close())
		j = open(t, dir)
	}
}

func TestARetriedItemIsCountedOnce(t *testing.T) {
	ctx := t.Context()
	j := open(t, t.TempDir())
	must(t, j.PutJob(ctx, journal.Job{ID: 1}))
	items := manyItems(1, 1, 600)
	must(t, j.Plan(ctx, items))
	for num := range int64(600) {
		o := journal.Outcome{State: "done"}
		if num >= 550 {
			o = journal.Outcome{State: "failed", Reason: "no", Attempts: 1}
		}
		must(t, j.End(ctx, 1, num+1, o))
	}
	before, err := j.Job(ctx, 1)
	must(t, err)
	must(t, j.Plan(ctx, items[550:]))
	s, err := j.Job(ctx, 1)
	must(t, err)
	if s.Failed != 0 || s.Open() != 50 || s.Planned != 600 || s.Bytes != before.Bytes {
		t.Errorf("planned again: %+v", s.Tally)
	}
	if got := outcomes(t, j, 1); len(got) != 0 {
		t.Errorf("outcomes of what is open: %+v", got)
	}
	for num := range int64(50) {
		must(t, j.End(ctx, 1, 551+num, journal.Outcome{State: "done"}))
	}
	if s, err = j.Job(ctx, 1); err != nil || s.Done != 600 || s.DoneBytes != s.Bytes {
		t.Errorf("%+v, %v", s.Tally, err)
	}
}

func TestOutcomesAreBoundedButCounted(t *testing.T) {
	ctx := t.Context()
	j := open(t, scratch(t))
	must(t, j.PutJob(ctx, journal.Job{ID: 1}))
	const n = sqlite.KeptMost + 500
	must(t, j.Plan(ctx, manyItems(1, 1, n+100)))
	var wg sync.WaitGroup
	for w := range int64(64) {
		wg.Go(func() {
			for num := w + 1; num <= n; num += 64 {
				if err := j.End(ctx, 1, num, journal.Outcome{State: "done", Skipped: true, Reason: "the same"}); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	must(t, j.End(ctx, 1, n+1, journal.Outcome{State: "failed", Reason: "must be kept"}))
	s, err := j.Job(ctx, 1)
	must(t, err)
	got := outcomes(t, j, 1)
	if s.Skipped != n || len(got) != sqlite.KeptMost+1 || got[len(got)-1].Reason != "must be kept" {
		t.Errorf("%d skipped, %d kept, the last %+v", s.Skipped, len(got), got[len(got)-1])
	}
}

func TestManyJobsAreListedInOrder(t *testing.T) {
	ctx := t.Context()
	j := open(t, scratch(t))
	const n = 1500
	var wg sync.WaitGroup
	for w := range int64(50) {
		wg.Go(func() {
			for id := w + 1; id <= n; id += 50 {
				if err := j.PutJob(ctx, journal.Job{ID: id, Title: fmt.Sprint("job ", id)}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	next := int64(1)
	for s, err := range j.History(ctx) {
		must(t, err)
		if s.ID != next || !s.Alive || s.Owner != j.Owner() {
			t.Fatalf("job %d came at place %d: %+v", s.ID, next, s)
		}
		next++
	}
	if next != n+1 {
		t.Errorf("%d jobs", next-1)
	}
	if got := orphans(t, j); len(got) != 0 {
		t.Errorf("%d orphans", len(got))
	}
}

func TestAClosedJournalSaysSo(t *testing.T) {
	ctx := context.Background()
	j := open(t, t.TempDir())
	must(t, j.PutJob(ctx, journal.Job{ID: 1}))
	must(t, j.Close())
	for what, err := range map[string]error{
		"PutJob": j.PutJob(ctx, journal.Job{ID: 2}),
		"Tidy":   j.Tidy(ctx),
		"Sweep":  j.Sweep(ctx),
	} {
		var e *remote.Error
		if !errors.As(err, &e) || !strings.Contains(e.Hint, "closing") {
			t.Errorf("%s: %v", what, err)
		}
	}
	for _, err := range j.Jobs(ctx) {
		if err == nil {
			t.Error("a closed journal has jobs")
		}
	}
}
