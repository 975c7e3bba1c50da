package transfer_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"gantry/remote"
	"gantry/remote/mem"
	"gantry/transfer"
)

func TestThousandsOfReportsAreFewUpdatesWithExactLastValues(t *testing.T) {
	inBubble(t, transfer.Options{Workers: 8, Jobs: 8, Bandwidth: remote.Constant(8_000)}, func(t *testing.T, q *transfer.Queue) {
		from, to := mem.NewDisk("l:"), mem.New("r:")
		f := q.Subscribe()
		defer f.Close()
		for i := range 8 {
			p := remote.Path(fmt.Sprintf("/f%d", i))
			from.Put(p, content(10_000)) // a thousand parts each
			q.Submit(request(t, transfer.Copy, from, to, "in/", p))
		}
		start := time.Now()
		updates, finished := 0, 0
		last := map[transfer.JobID]transfer.Snapshot{}
		for finished < 8 {
			u, err := f.Next(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			updates++
			for _, s := range u.Jobs {
				if was, ok := last[s.ID]; ok && s.Bytes.Done < was.Bytes.Done {
					t.Errorf("job %d went back from %d to %d bytes", s.ID, was.Bytes.Done, s.Bytes.Done)
				}
				if s.State != transfer.Done && s.Bytes.Total > 0 && s.Bytes.Done >= s.Bytes.Total {
					t.Errorf("job %d shows 100 %% while it is %s", s.ID, s.State)
				}
				last[s.ID] = s
			}
			for _, e := range u.Events {
				done, ok := e.(transfer.Finished)
				if !ok {
					continue
				}
				finished++
				if s := last[done.Job.ID]; s.State != transfer.Done {
					t.Errorf("job %d finished, but its snapshot in the same update is %s", s.ID, s.State)
				}
			}
		}
		if most := int(time.Since(start)/(100*time.Millisecond)) + 10; updates > most {
			t.Errorf("%d updates in %v", updates, time.Since(start))
		}
		for id, s := range last {
			if s.Bytes.Done != 10_000 || s.Bytes.Total != 10_000 || s.Items.Done != 1 {
				t.Errorf("job %d ends with %v bytes, %v items", id, s.Bytes, s.Items)
			}
		}
	})
}

func TestEventsComeAtOnceCompleteAndInOrder(t *testing.T) {
	inBubble(t, transfer.Options{Interval: time.Hour, Jobs: 1}, func(t *testing.T, q *transfer.Queue) {
		from, to := mem.NewDisk("l:"), mem.New("r:")
		from.Put("/a", "x")
		f := q.Subscribe()
		defer f.Close()
		start := time.Now()
		var ids, got []transfer.JobID
		for i := range 100 {
			ids = append(ids, q.Submit(request(t, transfer.Copy, from, to, remote.Path(fmt.Sprintf("in%d/", i)), "/a")))
		}
		for len(got) < len(ids) {
			u, err := f.Next(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range u.Events {
				got = append(got, e.(transfer.Finished).Job.ID)
			}
		}
		for i := range ids {
			if got[i] != ids[i] {
				t.Fatalf("event %d is of job %d, want %d", i, got[i], ids[i])
			}
		}
		if d := time.Since(start); d > time.Second {
			t.Errorf("events waited for the interval: %v", d)
		}
	})
}

func TestNobodyWaitsForAReaderThatSleeps(t *testing.T) {
	from, to := mem.NewDisk("l:"), mem.New("r:")
	from.Put("/a", content(1000))
	q := newQueue(t, transfer.Options{})
	asleep := q.Subscribe()
	defer asleep.Close()
	id := q.Submit(request(t, transfer.Copy, from, to, "in/", "/a"))
	wantState(t, await(t, q, id), transfer.Done)
	q.Clear()
	u, err := asleep.Next(t.Context())
	if err != nil || len(u.Removed) != 1 || len(u.Jobs) != 0 || len(u.Events) != 1 {
		t.Errorf("%+v, %v", u, err)
	}
}

func TestAFeedEndsWithItsContextAndWithClose(t *testing.T) {
	q := newQueue(t, transfer.Options{})
	f := q.Subscribe()
	ctx, cancel := context.WithCancelCause(t.Context())
	why := errors.New("enough")
	cancel(why)
	if _, err := f.Next(ctx); !errors.Is(err, why) {
		t.Errorf("got %v", err)
	}
	f.Close()
	if _, err := f.Next(t.Context()); !errors.Is(err, transfer.ErrClosed) {
		t.Errorf("got %v", err)
	}
}

func TestRateFallsToZeroWhileNothingMoves(t *testing.T) {
	inBubble(t, transfer.Options{Workers: 1, Bandwidth: remote.Constant(100)}, func(t *testing.T, q *transfer.Queue) {
		from, to := mem.NewDisk("l:"), mem.New("r:")
		from.Put("/a", content(3000))
		f := q.Subscribe()
		defer f.Close()
		id := q.Submit(request(t, transfer.Copy, from, to, "in/", "/a"))
		s := awaitThat(t, f, id, func(s transfer.Snapshot) bool { return s.ETA >= 0 })
		if s.Rate < 80 || s.Rate > 120 || s.ETA < 20*time.Second || s.ETA > 30*time.Second {
			t.Errorf("rate %v, time to go %v", s.Rate, s.ETA)
		}
		q.SetBandwidth(1)
		if q.Bandwidth() != 1 {
			t.Error("the limit was not taken")
		}
		s = awaitThat(t, f, id, func(s transfer.Snapshot) bool { return s.Rate < 5 })
		if s.ETA >= 0 && s.ETA < time.Minute {
			t.Errorf("time to go %v", s.ETA)
		}
		q.SetBandwidth(0)
		wantState(t, awaitOn(t, f, id), transfer.Done)
	})
}

// A minute of waiting for an answer is no minute of moving slowly.
func TestTheRateBeginsAnewAfterAnAnswer(t *testing.T) {
	inBubble(t, transfer.Options{Workers: 1, Bandwidth: remote.Constant(100)}, func(t *testing.T, q *transfer.Queue) {
		from, to := mem.NewDisk("l:"), mem.New("r:")
		from.Put("/a", content(3000))
		to.Put("in/a", "there")
		f := q.Subscribe()
		defer f.Close()
		r := request(t, transfer.Copy, from, to, "in/", "/a")
		r.Rules.OnConflict = transfer.PolicyAsk
		id := q.Submit(r)
		awaitThat(t, f, id, func(s transfer.Snapshot) bool { return s.State == transfer.Asking || s.State.Ended() })
		<-time.After(time.Minute)
		q.Answer(q.Asks()[0].ID, transfer.Decision{Policy: transfer.PolicyOverwrite}, true)
		s := awaitThat(t, f, id, func(s transfer.Snapshot) bool { return s.Bytes.Done >= 500 || s.State.Ended() })
		if s.Rate < 80 || s.Rate > 120 {
			t.Errorf("rate %v", s.Rate)
		}
		q.Cancel(id)
		wantState(t, awaitOn(t, f, id), transfer.Cancelled)
	})
}

func TestTheQueueMayBeUsedFromEverywhereAtOnce(t *testing.T) {
	q := newQueue(t, transfer.Options{Workers: 4, Jobs: 2})
	from, to := mem.NewDisk("l:"), mem.New("r:")
	for i := range 30 {
		from.Put(remote.Path(fmt.Sprintf("/f%d", i)), content(i*5))
	}
	var wg sync.WaitGroup
	for i := range 30 {
		r := request(t, transfer.Copy, from, to, remote.Path(fmt.Sprintf("in%d/", i)), remote.Path(fmt.Sprintf("/f%d", i)))
		wg.Go(func() {
			id := q.Submit(r)
			q.Pause(id)
			q.Move(id, -1)
			q.Jobs()
			q.Items(id, transfer.ItemsActive, 0, 10)
			q.SetBandwidth(1 << 30)
			q.Start(id)
			if i%3 == 0 {
				q.Cancel(id)
			}
			q.PauseAll()
			q.ResumeAll()
			q.Retry(id)
			q.Asks()
			q.Clear()
		})
	}
	f := q.Subscribe()
	defer f.Close()
	wg.Wait()
	q.ResumeAll()
	for q.Busy() > 0 {
		if _, err := f.Next(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

// TestSynctestBubblesEnd guards the helper itself: a queue leaves nothing that
// would keep a bubble alive.
func TestSynctestBubblesEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := transfer.New(t.Context(), transfer.Options{})
		if err := q.Close(t.Context()); err != nil {
			t.Error(err)
		}
	})
}
