package ui_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"gantry/transfer"
)

// yesterday are the jobs that an earlier gantry has left.
type yesterday struct {
	left     []transfer.Snapshot
	resumed  []transfer.JobID
	dropped  []transfer.JobID
	back     []transfer.JobID
	took     func() // when a job was taken back
	listings int
	others   []transfer.Record
}

func (y *yesterday) Others(context.Context) ([]transfer.Record, error) { return y.others, nil }

func (y *yesterday) Orphans(context.Context) ([]transfer.Snapshot, error) {
	y.listings++
	return y.left, nil
}

func (y *yesterday) Adopt(_ context.Context, id transfer.JobID, _ func(transfer.ItemSnapshot)) error {
	y.resumed = append(y.resumed, id)
	return nil
}

func (y *yesterday) Discard(_ context.Context, id transfer.JobID) error {
	y.dropped = append(y.dropped, id)
	return nil
}

func (y *yesterday) DiscardBack(_ context.Context, id transfer.JobID) error {
	y.back = append(y.back, id)
	if y.took != nil {
		y.took()
	}
	return nil
}

// later is past the moment in which keys do not count because a window has
// opened by itself.
func later(t *testing.T, jobs int, undoable ...int) (*world, *yesterday) {
	t.Helper()
	w, y := build(t), &yesterday{}
	for i := range jobs {
		y.left = append(y.left, transfer.Snapshot{
			ID: transfer.JobID(i + 7), Title: fmt.Sprintf("copy %d entries to acme:inbox/", i+2), State: transfer.Paused,
			Items: transfer.Progress{Done: 412, Total: 930}, Created: epoch().Add(-25 * time.Hour),
			Bytes: transfer.Progress{Done: 1288490189, Total: 4 << 30}, Listed: true,
		})
	}
	for _, i := range undoable {
		y.left[i].Undoable, y.left[i].Items.Done, y.left[i].Copied = true, 0, 412
	}
	now := epoch()
	w.deps.Now = func() time.Time { now = now.Add(2 * time.Second); return now }
	w.deps.Unfinished = y
	return w.start(t, 100, 30), y
}

func TestUnfinishedJobsAreOfferedAndNotBegun(t *testing.T) {
	w, y := later(t, 3)
	w.WaitText("3 jobs are unfinished, the last one begun 14:09 yesterday.")
	w.WaitText("3.6 GiB of 12 GiB have arrived.")
	if len(y.resumed)+len(y.dropped) > 0 {
		t.Errorf("resumed %v, dropped %v without a word", y.resumed, y.dropped)
	}
	w.Keys("l")
	if len(y.resumed)+len(y.dropped) > 0 || y.listings != 1 {
		t.Errorf("resumed %v, dropped %v", y.resumed, y.dropped)
	}
}

func TestAnUnfinishedFileSaysHowMuchOfItHasArrived(t *testing.T) {
	w, y := build(t), &yesterday{left: []transfer.Snapshot{{
		ID: 7, Title: "copy big to acme:inbox/", State: transfer.Paused, Items: transfer.Progress{Total: 1},
		Bytes: transfer.Progress{Done: 3 << 20, Total: 4 << 20}, Listed: true, Created: epoch().Add(-25 * time.Hour),
	}}}
	w.deps.Unfinished = y
	w.start(t, 120, 30).WaitText("begun 14:09 yesterday, 3.0 MiB of") // the rest is on the next line
}

func TestUnfinishedJobsAreResumedTogether(t *testing.T) {
	w, y := later(t, 3)
	w.WaitText("3 jobs are unfinished")
	w.Keys("r")
	w.WaitText("Resumed: 3 jobs")
	if !slices.Equal(y.resumed, []transfer.JobID{7, 8, 9}) {
		t.Errorf("resumed %v", y.resumed)
	}
}

func TestUnfinishedJobsAreReviewedOneByOne(t *testing.T) {
	w, y := later(t, 2)
	w.WaitText("2 jobs are unfinished")
	w.Keys("v")
	w.WaitText("copy 3 entries to acme:inbox/, begun 14:09 yesterday, 412 of 930 items, 1.2 GiB of 4.0 GiB")
	w.Keys("2", "d")
	w.WaitText("copy 2 entries to acme:inbox/")
	w.Keys("1", "r")
	w.WaitText("Resumed: 1 job")
	if !slices.Equal(y.resumed, []transfer.JobID{7}) || !slices.Equal(y.dropped, []transfer.JobID{8}) {
		t.Errorf("resumed %v, dropped %v", y.resumed, y.dropped)
	}
}

// TestARenameThatWasInterruptedCanBeTakenBack, from the first window and job by job;
// to discard it is not said to remove the copies, which it keeps.
func TestARenameThatWasInterruptedCanBeTakenBack(t *testing.T) {
	w, y := later(t, 1, 0)
	y.took = func() { w.acme.Put("inbox/seen.txt", "by a listing made anew") }
	w.WaitText("forget it; the copies stay")
	w.Keys("t")
	w.WaitText("Taken back: copy 2 entries")
	w.WaitText("seen.txt")

	w, z := later(t, 2, 1)
	w.WaitText("forget them; the copies stay")
	w.Keys("v")
	w.sees(t, "begun 14:09 yesterday, copied 412 of 930 items")
	w.Keys("2")
	w.WaitText("forget it; the copies stay")
	w.Keys("t")
	w.WaitText("Taken back: copy 3 entries")
	if !slices.Equal(y.back, []transfer.JobID{7}) || !slices.Equal(z.back, []transfer.JobID{8}) || len(z.dropped) > 0 {
		t.Errorf("taken back %v and %v, dropped %v", y.back, z.back, z.dropped)
	}
}

func TestAnUnfinishedJobThatWasNotListedSaysAtLeast(t *testing.T) {
	w, y := build(t), &yesterday{left: []transfer.Snapshot{{
		ID: 7, Title: "copy many to acme:", State: transfer.Paused, Items: transfer.Progress{Done: 4, Total: 1000},
		Created: epoch().Add(-25 * time.Hour),
	}}}
	w.deps.Unfinished = y
	w.start(t, 120, 30).WaitText("4 of at least") // the rest is on the next line
}

// TestTheQueueShowsTheJobsOfOtherGantries, which are only looked at.
func TestTheQueueShowsTheJobsOfOtherGantries(t *testing.T) {
	w := build(t)
	w.deps.Unfinished = &yesterday{others: []transfer.Record{{
		Snapshot: transfer.Snapshot{
			ID: 7, Title: "copy dumps to acme:inbox/", State: transfer.Asking, ETA: -1, Listed: true,
			Items: transfer.Progress{Done: 3, Total: 12}, Bytes: transfer.Progress{Done: 1 << 20, Total: 4 << 20},
			Err: errors.New("The session has expired."),
		},
		Owned: true, PID: 4711,
	}}}
	w.start(t, 100, 30)
	w.lacks(t, "copy dumps")
	w.Keys("f12")
	w.WaitText("copy dumps to acme:inbox/")
	w.sees(t, "in another gantry, pid 4711: The session has expired.", "needs you", "25 %", "This gantry has no jobs.")
	w.Keys("x")
	w.lacks(t, "Cancel job")
	w.sees(t, "this gantry has no jobs; those of others are only shown")
}
