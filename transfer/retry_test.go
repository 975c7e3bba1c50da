package transfer_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"gantry/remote"
	"gantry/remote/mem"
	"gantry/remote/wrap"
	"gantry/transfer"
)

// inBubble runs f with a queue of its own, on a clock that only moves while
// everybody waits.
func inBubble(t *testing.T, o transfer.Options, f func(t *testing.T, q *transfer.Queue)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		if o.PartSize == 0 {
			o.PartSize = 10
		}
		q := transfer.New(context.Background(), o)
		f(t, q)
		if err := q.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
}

func TestAnOutageOfTenMinutesPassesByItself(t *testing.T) {
	inBubble(t, transfer.Options{Workers: 4}, func(t *testing.T, q *transfer.Queue) {
		from, to := mem.NewDisk("l:"), mem.New("r:")
		for _, p := range []remote.Path{"/a", "/b", "/c", "/d", "/e", "/f"} {
			from.Put(p, content(35))
		}
		f := wrap.NewFaulty(to)
		start := time.Now()
		f.Add(wrap.WritePart, wrap.Fault{Skip: 3, Err: fault(remote.Unreachable), Times: 1 << 20, Match: func(remote.Path) bool {
			return time.Since(start) < 10*time.Minute
		}})
		s := await(t, q, q.Submit(request(t, transfer.Copy, from, f, "in/", "/a", "/b", "/c", "/d", "/e", "/f")))
		wantState(t, s, transfer.Done)
		if d := time.Since(start); d < 10*time.Minute || d > 11*time.Minute {
			t.Errorf("it took %v", d)
		}
		if to.Uploads() != 0 {
			t.Error("uploads are left over")
		}
	})
}

func TestAnOutageIsToldWhileItLasts(t *testing.T) {
	inBubble(t, transfer.Options{Workers: 4}, func(t *testing.T, q *transfer.Queue) {
		from, to := mem.NewDisk("l:"), mem.New("r:")
		from.Put("/a", content(35))
		f := wrap.NewFaulty(to)
		start := time.Now()
		f.Add(wrap.WritePart, wrap.Fault{Err: fault(remote.Unreachable), Times: 1 << 20, Match: func(remote.Path) bool {
			return time.Since(start) < time.Minute
		}})
		id := q.Submit(request(t, transfer.Copy, from, f, "in/", "/a"))
		time.Sleep(time.Second)
		if s, _ := q.Job(id); s.Trouble != nil {
			t.Errorf("a second of failures is told about: %v", s.Trouble)
		}
		time.Sleep(30 * time.Second)
		s, _ := q.Job(id)
		wantState(t, s, transfer.Running)
		if remote.KindOf(s.Trouble) != remote.Unreachable {
			t.Errorf("Trouble = %v during the outage", s.Trouble)
		}
		if len(s.Active) != 1 || remote.KindOf(s.Active[0].Trouble) != remote.Unreachable {
			t.Errorf("the item at work does not say what it waits for: %+v", s.Active)
		}
		s = await(t, q, id)
		wantState(t, s, transfer.Done)
		if s.Trouble != nil {
			t.Errorf("Trouble = %v when all is done", s.Trouble)
		}
		for _, it := range q.Items(id, transfer.ItemsDone, 0, 10) {
			if it.Trouble != nil {
				t.Errorf("the item that is done is in trouble: %v", it.Trouble)
			}
		}
	})
}

func TestPatienceEnds(t *testing.T) {
	inBubble(t, transfer.Options{Workers: 2}, func(t *testing.T, q *transfer.Queue) {
		from, to := mem.NewDisk("l:"), mem.New("r:")
		var ps []remote.Path
		for i := range 50 {
			p := remote.Path("/f" + string(rune('A'+i)))
			from.Put(p, "x")
			ps = append(ps, p)
		}
		f := wrap.NewFaulty(to)
		f.Add(wrap.Commit, wrap.Fault{Times: -1, Err: fault(remote.Unreachable)})
		start := time.Now()
		s := await(t, q, q.Submit(request(t, transfer.Copy, from, f, "in/", ps...)))
		wantState(t, s, transfer.Failed)
		if s.Failures != 50 || remote.KindOf(s.Err) != remote.Unreachable {
			t.Errorf("%d failures: %v", s.Failures, s.Err)
		}
		// The first items use up the patience; the rest fails at once.
		if d := time.Since(start); d < 15*time.Minute || d > 17*time.Minute {
			t.Errorf("it took %v", d)
		}
	})
}

// TestN14SleepDoesNotUseUpThePatience: a request that was under way when the lid
// was closed fails eight hours later, and the network takes minutes to come back.
func TestN14SleepDoesNotUseUpThePatience(t *testing.T) {
	inBubble(t, transfer.Options{Retries: 3}, func(t *testing.T, q *transfer.Queue) {
		from, to := mem.NewDisk("l:"), mem.New("r:")
		from.Put("/a", content(5))
		f := wrap.NewFaulty(to)
		f.Fail(wrap.Commit, 1, fault(remote.Unreachable))
		f.Add(wrap.Commit, wrap.Fault{Do: func() { <-time.After(8 * time.Hour) }, Err: fault(remote.Unreachable)})
		start := time.Now()
		f.Add(wrap.Commit, wrap.Fault{Times: 1 << 20, Err: fault(remote.Unreachable), Match: func(remote.Path) bool {
			return time.Since(start) < 8*time.Hour+10*time.Minute
		}})
		wantState(t, await(t, q, q.Submit(request(t, transfer.Copy, from, f, "in/", "/a"))), transfer.Done)
		wantContent(t, to, "in/a", content(5))
	})
}

// TestN01AnErrorOfTheServerIsOutlastedEightTimes: while others succeed.
func TestN01AnErrorOfTheServerIsOutlastedEightTimes(t *testing.T) {
	for _, m := range []wrap.Method{wrap.Stat, wrap.Create, wrap.WritePart, wrap.Commit, wrap.Open, wrap.Read} {
		inBubble(t, transfer.Options{}, func(t *testing.T, q *transfer.Queue) {
			from, to := mem.New("l:"), mem.New("r:")
			from.Put("a", content(25))
			from.Put("b", content(5))
			r := request(t, transfer.Copy, from, to, "in/", "a", "b")
			ff, ft := wrap.NewFaulty(plain{from}), wrap.NewFaulty(plain{to})
			r.From, r.To = ff, ft
			r.Rules.OnConflict = transfer.PolicySize // looks at the target
			for _, f := range []*wrap.Faulty{ff, ft} {
				f.Add(m, wrap.Fault{Times: 8, Err: fault(remote.Unreachable)})
			}
			wantState(t, await(t, q, q.Submit(r)), transfer.Done)
			wantContent(t, to, "in/a", content(25))
		})
	}
}

func TestOneBadItemDoesNotUseUpThePatience(t *testing.T) {
	inBubble(t, transfer.Options{Retries: 4}, func(t *testing.T, q *transfer.Queue) {
		from, to := mem.NewDisk("l:"), mem.New("r:")
		from.Put("/bad", "x")
		var ps []remote.Path
		for i := range 20 {
			p := remote.Path("/f" + string(rune('A'+i)))
			from.Put(p, "x")
			ps = append(ps, p)
		}
		f := wrap.NewFaulty(to)
		f.Add(wrap.Commit, wrap.Fault{Times: -1, Err: fault(remote.Unreachable), Match: func(p remote.Path) bool { return p == "in/bad" }})
		q.SetBandwidth(1) // a byte a second: the others go on succeeding meanwhile
		start := time.Now()
		s := await(t, q, q.Submit(request(t, transfer.Copy, from, f, "in/", append([]remote.Path{"/bad"}, ps...)...)))
		wantState(t, s, transfer.Failed)
		if s.Failures != 1 || s.Items.Done != 20 || time.Since(start) > 5*time.Minute {
			t.Errorf("%d failures, items %v, after %v", s.Failures, s.Items, time.Since(start))
		}
		if it := q.Items(s.ID, transfer.ItemsFailed, 0, 10); len(it) != 1 || it[0].Attempts != 5 {
			t.Errorf("failed: %+v", it)
		}
	})
}

func TestWhatOnlyTheUserCanMendIsNotTriedAgain(t *testing.T) {
	for _, k := range []remote.Kind{remote.Denied, remote.Invalid, remote.Unsupported, remote.Other} {
		inBubble(t, transfer.Options{}, func(t *testing.T, q *transfer.Queue) {
			from, to := mem.NewDisk("l:"), mem.New("r:")
			from.Put("/a", content(25))
			f := wrap.NewFaulty(to)
			f.Add(wrap.Create, wrap.Fault{Times: -1, Err: fault(k)})
			wantState(t, await(t, q, q.Submit(request(t, transfer.Copy, from, f, "in/", "/a"))), transfer.Failed)
			if n := f.Calls(wrap.Create); n != 1 {
				t.Errorf("%s: %d attempts", k, n)
			}
		})
	}
}

func TestDamageIsTriedTwiceMoreBeforeItFails(t *testing.T) {
	inBubble(t, transfer.Options{}, func(t *testing.T, q *transfer.Queue) {
		from, to := mem.New("l:"), mem.NewDisk("r:")
		from.Put("a", content(8))
		f := wrap.NewFaulty(from)
		r := request(t, transfer.Copy, f, to, "/in", "a")
		f.Add(wrap.Read, wrap.Fault{Times: 2, Spoil: func(b []byte) {
			if len(b) > 0 {
				b[0] ^= 1
			}
		}})
		r.Sources = transfer.Entries(list(t, from, "a")...)
		s := await(t, q, q.Submit(r))
		wantState(t, s, transfer.Done)
		wantContent(t, to, "/in/a", content(8))

		f.Add(wrap.Read, wrap.Fault{Times: -1, Spoil: func(b []byte) {
			if len(b) > 0 {
				b[0] ^= 1
			}
		}})
		r.Dir = "/in2"
		s = await(t, q, q.Submit(r))
		wantState(t, s, transfer.Failed)
		if remote.KindOf(s.Err) != remote.Corrupt {
			t.Errorf("the reason is %v", s.Err)
		}
		wantNothing(t, to, "/in2/a")
	})
}

func TestAFullDiskPausesTheJobAndResumingGoesOn(t *testing.T) {
	inBubble(t, transfer.Options{}, func(t *testing.T, q *transfer.Queue) {
		from, to := mem.New("l:"), mem.NewDisk("r:")
		from.Put("a", content(35))
		f := wrap.NewFaulty(to)
		f.Fail(wrap.WritePart, 2, fault(remote.Full))
		feed := q.Subscribe()
		defer feed.Close()
		id := q.Submit(request(t, transfer.Copy, from, f, "/in", "a"))
		s := awaitThat(t, feed, id, func(s transfer.Snapshot) bool { return s.State == transfer.Paused })
		if remote.KindOf(s.Err) != remote.Full {
			t.Errorf("paused because of %v", s.Err)
		}
		q.Resume(id)
		wantState(t, awaitOn(t, feed, id), transfer.Done)
		wantContent(t, to, "/in/a", content(35))
	})
}

func TestThrottlingNarrowsAndRecovers(t *testing.T) {
	inBubble(t, transfer.Options{Workers: 16}, func(t *testing.T, q *transfer.Queue) {
		from, to := mem.NewDisk("l:"), mem.New("r:")
		from.Put("/a", content(3000))
		f := wrap.NewFaulty(to)
		for range 20 {
			f.Add(wrap.WritePart, wrap.Fault{Skip: 2, Err: fault(remote.Throttled)})
		}
		s := await(t, q, q.Submit(request(t, transfer.Copy, from, f, "in/", "/a")))
		wantState(t, s, transfer.Done)
		wantContent(t, to, "in/a", content(3000))
	})
}

func TestAListingThatBreaksIsBegunAgainWithoutDoubles(t *testing.T) {
	inBubble(t, transfer.Options{}, func(t *testing.T, q *transfer.Queue) {
		from, to := mem.New("l:"), mem.New("r:")
		for _, p := range []remote.Path{"d/a", "d/b", "d/c/x", "d/c/y", "d/e"} {
			from.Put(p, "x")
		}
		f := wrap.NewFaulty(from)
		r := request(t, transfer.Copy, f, to, "in/", "d/")
		f.Fail(wrap.Walk, 1, fault(remote.Unreachable))
		f.Fail(wrap.List, 1, fault(remote.Unreachable))
		s := await(t, q, q.Submit(r))
		wantState(t, s, transfer.Done)
		if s.Items.Total != 5 || len(to.Keys()) != 5 {
			t.Errorf("items %v, keys %q", s.Items, to.Keys())
		}
	})
}

func TestAListingOutlastsAnOutageButNotABadFolder(t *testing.T) {
	inBubble(t, transfer.Options{Retries: 3}, func(t *testing.T, q *transfer.Queue) {
		from, to := mem.NewDisk("l:"), mem.New("r:")
		for _, p := range []remote.Path{"/d/a", "/d/bad/b", "/d/c/x"} {
			from.Put(p, "x")
		}
		f := wrap.NewFaulty(plain{from})
		start := time.Now()
		f.Add(wrap.List, wrap.Fault{Err: fault(remote.Unreachable), Times: 1 << 20, Match: func(p remote.Path) bool {
			return time.Since(start) < 10*time.Minute || p == "/d/bad"
		}})
		r := request(t, transfer.Copy, from, to, "in/", "/d")
		r.From = f
		id := q.Submit(r)
		s := await(t, q, id)
		wantState(t, s, transfer.Failed)
		wantContent(t, to, "in/d/a", "x")
		wantContent(t, to, "in/d/c/x", "x")
		if d := time.Since(start); s.Failures != 1 || d < 10*time.Minute || d > 30*time.Minute {
			t.Errorf("%d failures after %v", s.Failures, d)
		}
	})
}

func TestAFolderThatCannotBeReadFailsAloneAndCanBeRetried(t *testing.T) {
	from, to := mem.NewDisk("l:"), mem.New("r:")
	from.Put("/d/a", "1")
	from.Put("/d/secret/b", "2")
	f := wrap.NewFaulty(plain{from})
	r := request(t, transfer.Move, f, to, "in/", "/d")
	f.Add(wrap.List, wrap.Fault{Err: fault(remote.Denied), Match: func(p remote.Path) bool { return p == "/d/secret" }})
	q := newQueue(t, transfer.Options{})
	id := q.Submit(r)
	s := await(t, q, id)
	wantState(t, s, transfer.Failed)
	wantContent(t, to, "in/d/a", "1")
	wantContent(t, from, "/d/secret/b", "2")
	if s.Failures != 1 {
		t.Errorf("%d failures", s.Failures)
	}
	q.Retry(id)
	wantState(t, await(t, q, id), transfer.Done)
	wantContent(t, to, "in/d/secret/b", "2")
	wantNothing(t, from, "/d/secret/b")
}

// plain hides every ability of a tree.
type plain struct{ remote.Tree }
