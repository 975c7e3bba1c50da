package transfer_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"gantry/remote"
	"gantry/remote/mem"
	"gantry/remote/wrap"
	"gantry/transfer"
)

func TestPauseKeepsTheUploadAndResumeGoesOn(t *testing.T) {
	inBubble(t, transfer.Options{Workers: 2, Bandwidth: remote.Constant(10)}, func(t *testing.T, q *transfer.Queue) {
		from, to := mem.NewDisk("l:"), mem.New("r:")
		from.Put("/a", content(100)) // ten parts, a part a second
		f := wrap.NewFaulty(to)
		id := q.Submit(request(t, transfer.Copy, from, f, "in/", "/a"))
		<-time.After(3 * time.Second)
		q.Pause(id)
		<-time.After(10 * time.Second)
		s, _ := q.Job(id)
		wantState(t, s, transfer.Paused)
		parts := f.Calls(wrap.WritePart)
		<-time.After(time.Hour)
		if n := f.Calls(wrap.WritePart); n != parts || parts < 2 || parts > 8 {
			t.Errorf("%d parts were sent, %d before the pause", n, parts)
		}
		if to.Uploads() != 1 {
			t.Error("the upload was not kept")
		}
		q.Resume(id)
		wantState(t, await(t, q, id), transfer.Done)
		wantContent(t, to, "in/a", content(100))
		if f.Calls(wrap.Create) != 1 || f.Calls(wrap.WritePart) != 10 {
			t.Errorf("%d uploads, %d parts", f.Calls(wrap.Create), f.Calls(wrap.WritePart))
		}
	})
}

func TestCancelAbortsUploadsAtEveryPhase(t *testing.T) {
	for _, m := range []wrap.Method{wrap.Stat, wrap.Create, wrap.WritePart, wrap.Commit} {
		for skip := range 3 {
			t.Run(fmt.Sprintf("%s %d", m, skip), func(t *testing.T) {
				inBubble(t, transfer.Options{Workers: 2}, func(t *testing.T, q *transfer.Queue) {
					from, to := mem.NewDisk("l:"), mem.New("r:")
					from.Put("/a", content(35))
					from.Put("/b", content(5))
					f := wrap.NewFaulty(to)
					r := request(t, transfer.Move, from, f, "in/", "/a", "/b")
					f.Add(m, wrap.Fault{Skip: skip, Hang: true}) // ends with its context only
					id := q.Submit(r)
					synctest.Wait()
					q.Cancel(id)
					s := await(t, q, id)
					if s.State != transfer.Cancelled && f.Pending() == 0 {
						t.Errorf("the job is %s", s.State)
					}
					if s.Failures != 0 {
						t.Errorf("called off is not failed: %d failures", s.Failures)
					}
					if to.Uploads() != 0 {
						t.Error("an upload is left over")
					}
					for _, p := range []string{"a", "b"} {
						_, there := from.Get(remote.Path("/" + p))
						_, landed := to.Get(remote.Path("in/" + p))
						if !there && !landed {
							t.Errorf("%s is lost", p)
						}
					}
				})
			})
		}
	}
}

func TestCancelEndsWaitingPausedAndAskingJobs(t *testing.T) {
	_, r := conflicts(t, 2)
	q := newQueue(t, transfer.Options{Jobs: 1})
	f := q.Subscribe()
	defer f.Close()
	asking := q.Submit(r)
	awaitThat(t, f, asking, func(s transfer.Snapshot) bool { return s.State == transfer.Asking })
	q.PauseAll()
	waiting := q.Submit(r)
	q.Pause(waiting)
	q.Cancel(asking)
	q.Cancel(waiting)
	wantState(t, await(t, q, asking), transfer.Cancelled)
	wantState(t, await(t, q, waiting), transfer.Cancelled)
	if q.Busy() != 0 || len(q.Asks()) != 0 {
		t.Errorf("%d busy, %d asks", q.Busy(), len(q.Asks()))
	}
	q.Clear()
	if n := len(q.Jobs()); n != 0 {
		t.Errorf("%d jobs are left", n)
	}
}

func TestJobsStartInTheOrderOfTheQueue(t *testing.T) {
	inBubble(t, transfer.Options{Jobs: 1}, func(t *testing.T, q *transfer.Queue) {
		from, to := mem.New("l:"), mem.NewDisk("r:")
		from.Put("a", "x")
		f := wrap.NewFaulty(from)
		f.Add(wrap.Open, wrap.Fault{Hang: true})
		var ids []transfer.JobID
		for i := range 5 {
			r := request(t, transfer.Copy, from, to, remote.Path(fmt.Sprintf("/in%d", i)), "a")
			r.From = f
			ids = append(ids, q.Submit(r))
		}
		synctest.Wait()
		q.Move(ids[4], -10) // to the front of those that wait
		q.Move(ids[1], 1)
		q.Move(ids[0], 3) // runs already: stays
		var got []transfer.JobID
		for _, s := range q.Jobs() {
			got = append(got, s.ID)
		}
		want := []transfer.JobID{ids[0], ids[4], ids[2], ids[1], ids[3]}
		if d := cmp.Diff(want, got); d != "" {
			t.Error(d)
		}
		q.Start(ids[3]) // now, although there is no room
		wantState(t, await(t, q, ids[3]), transfer.Done)
		if s, _ := q.Job(ids[4]); s.State != transfer.Waiting || s.Items.Total != -1 {
			t.Errorf("%+v", s)
		}
		q.Cancel(ids[0])
		for _, id := range []transfer.JobID{ids[4], ids[2], ids[1]} {
			wantState(t, await(t, q, id), transfer.Done)
		}
	})
}

func TestAHugeJobDoesNotStarveASmallOne(t *testing.T) {
	inBubble(t, transfer.Options{Workers: 4, Bandwidth: remote.Constant(100)}, func(t *testing.T, q *transfer.Queue) {
		from, to := mem.NewDisk("l:"), mem.New("r:")
		from.Put("/huge", content(10_000)) // 100 s
		from.Put("/small", content(20))
		huge := q.Submit(request(t, transfer.Copy, from, to, "in/", "/huge"))
		<-time.After(time.Second)
		start := time.Now()
		wantState(t, await(t, q, q.Submit(request(t, transfer.Copy, from, to, "in/", "/small"))), transfer.Done)
		if d := time.Since(start); d > 3*time.Second {
			t.Errorf("the small job took %v", d)
		}
		wantState(t, await(t, q, huge), transfer.Done)
	})
}

func TestSmallItemsOvertakeInsideAJob(t *testing.T) {
	inBubble(t, transfer.Options{Workers: 2, Bandwidth: remote.Constant(100)}, func(t *testing.T, q *transfer.Queue) {
		from, to := mem.NewDisk("l:"), mem.New("r:")
		for _, p := range []remote.Path{"/big1", "/big2"} {
			from.Put(p, content(1000))
		}
		ps := []remote.Path{"/big1", "/big2"}
		for i := range 10 {
			ps = append(ps, remote.Path(fmt.Sprintf("/s%d", i)))
			from.Put(ps[len(ps)-1], "x")
		}
		var order []string
		r := request(t, transfer.Copy, from, to, "in/", ps...)
		r.OnItem = func(it transfer.ItemSnapshot) { order = append(order, it.Source) } // one at a time: no lock
		wantState(t, await(t, q, q.Submit(r)), transfer.Done)
		if len(order) != 12 || order[10] != "l:/big1" || order[11] != "l:/big2" {
			t.Errorf("ended in the order %v", order)
		}
	})
}

func TestCloseCallsEverythingOffAndCleansUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		from, to := mem.NewDisk("l:"), mem.New("r:")
		from.Put("/a", content(100))
		q := transfer.New(t.Context(), transfer.Options{PartSize: 10, Bandwidth: remote.Constant(1), Jobs: 1})
		f := q.Subscribe()
		running := q.Submit(request(t, transfer.Copy, from, to, "in/", "/a"))
		waiting := q.Submit(request(t, transfer.Copy, from, to, "in2/", "/a"))
		<-time.After(time.Second)
		if err := q.Close(context.Background()); err != nil {
			t.Fatal(err)
		}
		late := q.Submit(request(t, transfer.Copy, from, to, "in/", "/a"))
		for _, id := range []transfer.JobID{running, waiting, late} {
			s, _ := q.Job(id)
			wantState(t, s, transfer.Cancelled)
		}
		if to.Uploads() != 0 || q.Busy() != 0 {
			t.Errorf("%d uploads are left over, %d jobs busy", to.Uploads(), q.Busy())
		}
		for {
			if _, err := f.Next(t.Context()); err != nil {
				if err != transfer.ErrClosed { //nolint:errorlint // the very value
					t.Error(err)
				}
				return
			}
		}
	})
}

func TestAPanicOfATreeIsTheFailureOfOneItem(t *testing.T) {
	from, to := mem.NewDisk("l:"), mem.New("r:")
	for _, p := range []remote.Path{"/a", "/b", "/big"} {
		from.Put(p, content(5))
	}
	from.Put("/big", content(45))
	f := wrap.NewFaulty(to)
	f.Add(wrap.WritePart, wrap.Fault{Do: func() { panic("boom") }, Match: func(p remote.Path) bool { return p == "in/a" }},
		wrap.Fault{Skip: 2, Do: func() { panic("boom") }, Match: func(p remote.Path) bool { return p == "in/big" }})
	s := run(t, transfer.Options{Workers: 1}, request(t, transfer.Copy, from, f, "in/", "/a", "/b", "/big"))
	wantState(t, s, transfer.Failed)
	wantContent(t, to, "in/b", content(5))
	if s.Failures != 2 || to.Uploads() != 0 {
		t.Errorf("%d failures, %d uploads left over", s.Failures, to.Uploads())
	}
}

func TestADryRunWritesNothing(t *testing.T) {
	for _, op := range []transfer.Op{transfer.Copy, transfer.Move, transfer.Delete} {
		from, to := mem.NewDisk("l:"), mem.New("r:")
		from.Put("/d/a", content(25))
		from.Put("/d/b", "x")
		to.Put("in/d/b", "old")
		a, b := wrap.NewFaulty(from), wrap.NewFaulty(to)
		r := request(t, op, a, b, "in/", "/d")
		r.Rules = transfer.Rules{DryRun: true, OnConflict: transfer.PolicyAsk}
		n := 0
		r.OnItem = func(transfer.ItemSnapshot) { n++ }
		wantState(t, run(t, transfer.Options{}, r), transfer.Done)
		for _, f := range []*wrap.Faulty{a, b} {
			for _, m := range []wrap.Method{wrap.Create, wrap.Mkdir, wrap.Remove, wrap.Copy, wrap.Rename} {
				if f.Calls(m) != 0 {
					t.Errorf("%s: %s was called", op, m)
				}
			}
		}
		if n < 2 {
			t.Errorf("%s: %d items were told", op, n)
		}
	}
}

func TestWhatCannotWorkFailsBeforeAnythingIsListed(t *testing.T) {
	from, to := mem.NewDisk("l:"), mem.New("r:")
	from.Put("/a", "x")
	base := request(t, transfer.Copy, from, to, "in/", "/a")
	for name, c := range map[string]struct {
		edit func(*transfer.Request)
		kind remote.Kind
	}{
		"no target":            {func(r *transfer.Request) { r.To = nil }, remote.Invalid},
		"no sources":           {func(r *transfer.Request) { r.Sources = nil }, remote.Invalid},
		"a read-only target":   {func(r *transfer.Request) { r.To = wrap.ReadOnly(to, "why") }, remote.Denied},
		"a read-only source":   {func(r *transfer.Request) { r.From, r.Op = wrap.ReadOnly(from, "why"), transfer.Move }, remote.Denied},
		"a pattern with a [":   {func(r *transfer.Request) { r.Rules.Filters = []transfer.Filter{{Pattern: "["}} }, remote.Invalid},
		"a deletion read-only": {func(r *transfer.Request) { r.From, r.Op = wrap.ReadOnly(from, "why"), transfer.Delete }, remote.Denied},
	} {
		t.Run(name, func(t *testing.T) {
			r := base
			c.edit(&r)
			s := run(t, transfer.Options{}, r)
			wantState(t, s, transfer.Failed)
			if remote.KindOf(s.Err) != c.kind {
				t.Errorf("the reason is %v", s.Err)
			}
		})
	}
}

// TestTheBandwidthFollowsTheTimeOfDay: what is set by hand holds
// until it is set again.
func TestTheBandwidthFollowsTheTimeOfDay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		y, m, d := time.Now().Date()
		first := time.Date(y, m, d+1, 9, 0, 0, 0, time.Local)
		second := first.Add(10 * time.Hour)
		table, err := remote.ParseTimetable("09:00,200B/s 19:00,10B/s")
		if err != nil {
			t.Fatal(err)
		}
		q := transfer.New(t.Context(), transfer.Options{PartSize: 10, Bandwidth: table})
		defer closeQueue(t, q)
		want := func(n int64) {
			t.Helper()
			if got := q.Bandwidth(); got != n {
				t.Errorf("at %s the limit is %d, want %d", time.Now().Format("15:04"), got, n)
			}
		}
		for range 2 {
			<-time.After(time.Until(first) + time.Second)
			want(200)
			<-time.After(time.Until(second) + time.Second)
			want(10)
			first, second = first.AddDate(0, 0, 1), second.AddDate(0, 0, 1)
		}
		q.SetBandwidth(7)
		<-time.After(48 * time.Hour)
		want(7)
	})
}

func TestAJobHasABandwidthOfItsOwn(t *testing.T) {
	inBubble(t, transfer.Options{}, func(t *testing.T, q *transfer.Queue) {
		from, to := mem.NewDisk("l:"), mem.New("r:")
		from.Put("/a", content(1000))
		r := request(t, transfer.Copy, from, to, "slow/", "/a")
		r.Rules.Bandwidth = 1
		start := time.Now()
		slow := q.Submit(r)
		r = request(t, transfer.Copy, from, to, "fast/", "/a")
		wantState(t, await(t, q, q.Submit(r)), transfer.Done)
		if d := time.Since(start); d > time.Second {
			t.Errorf("the other job took %v", d)
		}
		<-time.After(100 * time.Second)
		q.SetJobBandwidth(slow, 100)
		if s, _ := q.Job(slow); s.Bandwidth != 100 {
			t.Errorf("it says %d", s.Bandwidth)
		}
		s := await(t, q, slow)
		wantState(t, s, transfer.Done)
		if d := time.Since(start); d < 100*time.Second || d > 125*time.Second {
			t.Errorf("it took %v", d)
		}
	})
}
