package transfer_test

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"gantry/remote"
	"gantry/remote/mem"
	"gantry/remote/wrap"
	"gantry/transfer"
	"gantry/transfer/journal"
)

// spacious is a disk that tells how much room it has.
type spacious struct {
	*mem.Disk
	volume string
	free   int64
}

func (s spacious) Space(context.Context, remote.Path) (remote.Space, error) {
	return remote.Space{Volume: s.volume, Free: s.free}, nil
}

// TestD18AFullDiskPausesAllThatWriteThere: and nobody else.
func TestD18AFullDiskPausesAllThatWriteThere(t *testing.T) {
	inBubble(t, transfer.Options{Workers: 3, Bandwidth: remote.Constant(10)}, func(t *testing.T, q *transfer.Queue) {
		from := mem.New("l:")
		from.Put("a", content(1000))
		disk := spacious{mem.NewDisk(""), "1", 1 << 40}
		f := wrap.NewFaulty(disk)
		submitted := make(chan struct{}) // neither of the two is done by the fourth part
		f.Add(wrap.WritePart, wrap.Fault{Skip: 3, Do: func() { <-submitted }, Err: fault(remote.Full)})
		feed := q.Subscribe()
		defer feed.Close()
		one := q.Submit(request(t, transfer.Copy, from, f, "/one", "a"))
		two := q.Submit(request(t, transfer.Copy, from, f, "/two", "a"))
		other := q.Submit(request(t, transfer.Copy, from, spacious{mem.NewDisk(""), "2", 1 << 40}, "/", "a"))
		close(submitted)
		told := 0
		for told == 0 {
			u, err := feed.Next(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range u.Events {
				if e, ok := e.(transfer.DiskFull); ok {
					told = e.Jobs
				}
			}
		}
		wantState(t, await(t, q, other), transfer.Done)
		for _, id := range []transfer.JobID{one, two} {
			s, _ := q.Job(id)
			wantState(t, s, transfer.Paused)
			if remote.KindOf(s.Err) != remote.Full || told != 2 {
				t.Errorf("paused by %v, told of %d jobs", s.Err, told)
			}
			if hint, own := remote.HintOf(s.Err), map[transfer.JobID]string{one: "/one ", two: "/two "}[id]; !strings.Contains(hint, "On the disk of "+own) {
				t.Errorf("the job is paused by %q", hint)
			}
			q.Resume(id)
			wantState(t, await(t, q, id), transfer.Done)
		}
		wantContent(t, disk, "/one/a", content(1000))
		if n := f.Calls(wrap.WritePart); n < 2*5 {
			t.Errorf("%d parts were written", n)
		}
	})
}

func TestAJobThatIsLargerThanTheRoomAsksFirst(t *testing.T) {
	inBubble(t, transfer.Options{Bandwidth: remote.Constant(10)}, func(t *testing.T, q *transfer.Queue) {
		from, disk := mem.New("l:"), spacious{mem.NewDisk(""), "1", 99}
		for _, p := range []remote.Path{"a", "b"} { // the limit lets one of them through before the room is looked at
			from.Put(p, content(100))
		}
		id := q.Submit(request(t, transfer.Copy, from, disk, "/", "a", "b"))
		<-time.After(time.Hour)
		s, _ := q.Job(id)
		wantState(t, s, transfer.Paused)
		if remote.KindOf(s.Err) != remote.Full {
			t.Errorf("paused by %v", s.Err)
		}
		q.Resume(id)
		wantState(t, await(t, q, id), transfer.Done)
	})
}

func TestAFullDiskFailsWhereNobodyCanAnswer(t *testing.T) {
	from, to := mem.New("l:"), mem.NewDisk("r:")
	from.Put("a", content(35))
	f := wrap.NewFaulty(to)
	f.Add(wrap.WritePart, wrap.Fault{Times: -1, Err: fault(remote.Full)})
	s := run(t, transfer.Options{Unattended: true}, request(t, transfer.Copy, from, f, "/in", "a"))
	wantState(t, s, transfer.Failed)
	if remote.KindOf(s.Err) != remote.Full || to.Uploads() != 0 {
		t.Errorf("%v, %d partial files", s.Err, to.Uploads())
	}
}

// TestAFullDiskIsNamedWhereNobodyCanAnswer: with what is to come and what is free,
// and with what the disk itself says where it seems to have room.
func TestAFullDiskIsNamedWhereNobodyCanAnswer(t *testing.T) {
	for _, x := range []struct {
		free int64
		says string
	}{
		{7, "There is not enough room on the disk of /in: 35 B are to be written and 7 B are free. Make room and go on."},
		{1000, "Your quota is used up. On the disk of /in 1000 B are free, and 35 B are to be written."},
		{-1, "Your quota is used up."},
	} {
		from := mem.New("l:")
		from.Put("a", content(35))
		f := wrap.NewFaulty(spacious{mem.NewDisk(""), "1", x.free})
		f.Add(wrap.WritePart, wrap.Fault{Times: -1, Err: &remote.Error{Op: "write", Kind: remote.Full, Hint: "Your quota is used up."}})
		inBubble(t, transfer.Options{Unattended: true}, func(t *testing.T, q *transfer.Queue) {
			s := await(t, q, q.Submit(request(t, transfer.Copy, from, f, "/in", "a")))
			if hint := remote.HintOf(s.Err); remote.KindOf(s.Err) != remote.Full || hint != x.says {
				t.Errorf("%d bytes free: %q", x.free, hint)
			}
		})
	}
}

// crammed is a journal on a disk that fills up.
type crammed struct {
	lasting
	room *atomic.Int64 // intents that find room
}

func (c crammed) Intend(ctx context.Context, u journal.Upload) error {
	if c.room.Add(-1) < 0 {
		return fault(remote.Full)
	}
	return c.lasting.Intend(ctx, u)
}

// I1: what cannot be put on record is not begun, and the job stops once instead of
// failing item by item.
func TestAJobStopsOnceWhenNothingCanBePutOnRecord(t *testing.T) {
	for _, op := range []transfer.Op{transfer.Copy, transfer.Move} {
		from, to := mem.NewDisk("l:"), mem.New("r:")
		var ps []remote.Path
		for i := range 50 {
			p := remote.Path(fmt.Sprintf("/%02d", i))
			from.Put(p, content(25))
			ps = append(ps, p)
		}
		jr := crammed{lasting{journal.NewMemory(), &death{did: map[string]int{}}, "p"}, &atomic.Int64{}}
		jr.room.Store(3)
		s := run(t, transfer.Options{Unattended: true, Journal: jr, PartSize: 10}, request(t, op, from, to, "in/", ps...))
		wantState(t, s, transfer.Cancelled)
		if remote.KindOf(s.Err) != remote.Full || s.Failures > 0 || !s.Kept {
			t.Errorf("%s: %v, %d failures, kept: %t", op, s.Err, s.Failures, s.Kept)
		}
		left := 0
		for _, p := range ps {
			if _, there := from.Get(p); there {
				left++
			}
		}
		if want := map[transfer.Op]int{transfer.Copy: 50, transfer.Move: 47}[op]; left < want {
			t.Errorf("%s: %d sources are left", op, left)
		}
	}
}
