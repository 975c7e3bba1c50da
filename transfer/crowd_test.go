package transfer_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"gantry/remote"
	"gantry/remote/mem"
	"gantry/remote/wrap"
	"gantry/transfer"
)

// N26: while too many files are open, fewer items are worked on; where that helps
// nothing, the job is neither tried for ever nor fails item by item.
func TestN26WithoutRoomForOpenFilesAJobWaitsForTheUser(t *testing.T) {
	inBubble(t, transfer.Options{Workers: 4}, func(t *testing.T, q *transfer.Queue) {
		from, to := mem.New("r:"), mem.NewDisk("l:")
		var names []remote.Path
		for n := range 40 {
			names = append(names, remote.Path(rune('a'+n)))
			from.Put(names[n], content(5))
		}
		var mended atomic.Bool
		f := wrap.NewFaulty(to)
		f.Add(wrap.Create, wrap.Fault{Err: fault(remote.Crowded), Times: -1, Match: func(remote.Path) bool { return !mended.Load() }})
		feed := q.Subscribe()
		defer feed.Close()
		start := time.Now()
		id := q.Submit(request(t, transfer.Copy, from, f, "/in", names...))
		s := awaitThat(t, feed, id, func(s transfer.Snapshot) bool { return s.State == transfer.Paused || s.State.Ended() })
		if s.State != transfer.Paused || remote.KindOf(s.Err) != remote.Crowded || s.Failures > 0 || time.Since(start) > time.Minute {
			t.Errorf("after %v it is %s with %v, %d have failed", time.Since(start), s.State, s.Err, s.Failures)
		}
		mended.Store(true)
		q.Resume(id)
		wantState(t, awaitOn(t, feed, id), transfer.Done)
	})
}

// N26: a moment without room costs nothing but time.
func TestN26AMomentWithoutRoomForOpenFilesPasses(t *testing.T) {
	inBubble(t, transfer.Options{Workers: 4}, func(t *testing.T, q *transfer.Queue) {
		from, to := mem.New("r:"), mem.NewDisk("l:")
		from.Put("a", content(35))
		f := wrap.NewFaulty(to)
		f.Add(wrap.WritePart, wrap.Fault{Err: fault(remote.Crowded), Times: 4})
		wantState(t, await(t, q, q.Submit(request(t, transfer.Copy, from, f, "/in", "a"))), transfer.Done)
		wantContent(t, to, "/in/a", content(35))
	})
}

// crowdedDisk counts the files that are being written.
type crowdedDisk struct {
	*mem.Disk
	open, most *atomic.Int64
}

type crowdedSink struct {
	remote.Sink
	open *atomic.Int64
}

func (d crowdedDisk) Create(ctx context.Context, p remote.Path, o remote.CreateOptions) (remote.Sink, error) {
	s, err := d.Disk.Create(ctx, p, o)
	for n := d.open.Add(1); ; {
		if most := d.most.Load(); n <= most || d.most.CompareAndSwap(most, n) {
			return crowdedSink{s, d.open}, err
		}
	}
}

func (s crowdedSink) Commit(ctx context.Context, ps []remote.Part) (remote.Entry, error) {
	time.Sleep(time.Second) // in a bubble: all that can be open at a time is
	defer s.open.Add(-1)
	return s.Sink.Commit(ctx, ps)
}

// N26: no more files are open at a time than there is room for.
func TestN26FewFilesAreOpenWhereFewMayBe(t *testing.T) {
	for files, most := range map[int]int64{1: 2, 20: 2, 48 + 25: 15, 100_000: 1000} {
		inBubble(t, transfer.Options{Files: files}, func(t *testing.T, q *transfer.Queue) {
			from := mem.New("r:")
			var names []remote.Path
			for n := range 600 {
				names = append(names, remote.Path(rune('a'+n)))
				from.Put(names[n], content(5))
			}
			to := crowdedDisk{mem.NewDisk("l:"), new(atomic.Int64), new(atomic.Int64)}
			wantState(t, await(t, q, q.Submit(request(t, transfer.Copy, from, to, "/in", names...))), transfer.Done)
			if got := to.most.Load(); got > most || files == 100_000 && got < 100 {
				t.Errorf("%d may be open, and %d were at a time", files, got)
			}
		})
	}
}
