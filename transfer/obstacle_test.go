package transfer_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"gantry/remote"
	"gantry/remote/mem"
	"gantry/remote/wrap"
	"gantry/transfer"
	"gantry/transfer/journal"
)

// signer is a tree with a credential.
type signer struct {
	remote.Tree
	name string
}

func (s signer) Credential() string { return s.name }

var ops = transfer.Obstacle{Kind: remote.Auth, Name: "ops"}

// door is a credential that is refused while it is shut.
type door struct{ shut atomic.Bool }

// guard makes every call of t need the credential of that name, and d open.
func (d *door) guard(t remote.Tree, name string) *wrap.Faulty {
	f := wrap.NewFaulty(signer{t, name})
	for _, m := range []wrap.Method{wrap.List, wrap.Stat, wrap.Open, wrap.Create, wrap.WritePart, wrap.Commit, wrap.Mkdir, wrap.Remove} {
		f.Add(m, wrap.Fault{Times: 1 << 30, Err: fault(remote.Auth), Match: func(remote.Path) bool { return d.shut.Load() }})
	}
	return f
}

// TestA03JobsOfARefusedCredentialWaitTogether: one question for all of them, the
// jobs of others go on, and so do they when the credential works again.
func TestA03JobsOfARefusedCredentialWaitTogether(t *testing.T) {
	inBubble(t, transfer.Options{Workers: 4, Jobs: 2}, func(t *testing.T, q *transfer.Queue) {
		var d door
		from, one, two, other := mem.NewDisk("l:"), mem.New("one:"), mem.New("two:"), mem.New("other:")
		for i := range 40 {
			from.Put(remote.Path(fmt.Sprintf("/a/%02d", i)), content(i))
		}
		from.Put("/m", content(7))
		feed := q.Subscribe()
		defer feed.Close()
		d.shut.Store(true)
		ids := []transfer.JobID{
			q.Submit(request(t, transfer.Copy, from, d.guard(one, "ops"), "in/", "/a")),
			q.Submit(request(t, transfer.Move, from, d.guard(two, "ops"), "in/", "/m")),
		}
		free := q.Submit(request(t, transfer.Copy, from, other, "in/", "/a"))
		wantState(t, await(t, q, free), transfer.Done)
		late := q.Submit(request(t, transfer.Copy, from, d.guard(two, "ops"), "late/", "/a/08"))
		<-time.After(time.Hour) // far beyond the patience
		questions := 0
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		for {
			u, err := feed.Next(ctx)
			if err != nil {
				break
			}
			for _, e := range u.Events {
				if s, ok := e.(transfer.Blocked); ok {
					questions++
					if s.Obstacle != ops || remote.KindOf(s.Err) != remote.Auth || s.Jobs < 1 {
						t.Errorf("asked about %+v", s)
					}
				}
			}
		}
		if questions != 1 {
			t.Errorf("%d questions", questions)
		}
		for _, id := range append(ids, late) {
			s, _ := q.Job(id)
			wantState(t, s, transfer.Asking)
			if s.Obstacle != ops || s.Failures != 0 || remote.KindOf(s.Err) != remote.Auth {
				t.Errorf("job %d waits for %v, %d failures, %v", id, s.Obstacle, s.Failures, s.Err)
			}
		}
		d.shut.Store(false)
		start := time.Now()
		q.TryAgain(ops)
		for _, id := range append(ids, late) {
			wantState(t, await(t, q, id), transfer.Done)
		}
		if took := time.Since(start); took > 5*time.Second {
			t.Errorf("they went on after %v", took)
		}
		wantContent(t, one, "in/a/39", content(39))
		wantContent(t, two, "late/08", content(8))
	})
}

func TestACredentialThatWorksAgainIsFoundWithoutBeingTold(t *testing.T) {
	inBubble(t, transfer.Options{}, func(t *testing.T, q *transfer.Queue) {
		var d door
		from, to := mem.NewDisk("l:"), mem.New("r:")
		from.Put("/a", content(95))
		to.Put("x", content(95))
		f := d.guard(to, "ops")
		r := request(t, transfer.Copy, f, from, "/back", "x")
		d.shut.Store(true)
		id := q.Submit(r)
		<-time.After(10 * time.Minute)
		s, _ := q.Job(id)
		wantState(t, s, transfer.Asking)
		d.shut.Store(false)
		start := time.Now()
		wantState(t, await(t, q, id), transfer.Done)
		if took := time.Since(start); took > 31*time.Second {
			t.Errorf("it went on after %v", took)
		}
		wantContent(t, from, "/back/x", content(95))
	})
}

// TestWaitingForACredentialEndsWithTheJob: cancelled, or closed with the queue.
func TestWaitingForACredentialEndsWithTheJob(t *testing.T) {
	inBubble(t, transfer.Options{}, func(t *testing.T, q *transfer.Queue) {
		var d door
		from, to := mem.NewDisk("l:"), mem.New("r:")
		from.Put("/a", content(95))
		d.shut.Store(true)
		f := d.guard(to, "ops")
		r := request(t, transfer.Copy, from, f, "in/", "/a")
		a, b := q.Submit(r), q.Submit(r)
		<-time.After(time.Minute)
		q.Cancel(a)
		wantState(t, await(t, q, a), transfer.Cancelled)
		looks := f.Calls(wrap.List)
		<-time.After(time.Minute)
		if f.Calls(wrap.List) == looks {
			t.Error("nobody looks any more whether the credential works")
		}
		q.Cancel(b)
		wantState(t, await(t, q, b), transfer.Cancelled)
		<-time.After(time.Minute)
		looks = f.Calls(wrap.List)
		<-time.After(time.Hour)
		if n := f.Calls(wrap.List) - looks; n != 0 {
			t.Errorf("looked %d times although nobody waits", n)
		}
		wantState(t, await(t, q, a), transfer.Cancelled)
		q.Submit(r) // waits while the queue is closed
		synctest.Wait()
	})
}

// TestARefusalThatOnlyOneOperationMeetsIsNoEndlessWait: everything else works.
func TestARefusalThatOnlyOneOperationMeetsIsNoEndlessWait(t *testing.T) {
	inBubble(t, transfer.Options{}, func(t *testing.T, q *transfer.Queue) {
		from, to := mem.NewDisk("l:"), mem.New("r:")
		from.Put("/a", content(5))
		f := wrap.NewFaulty(to)
		f.Add(wrap.Commit, wrap.Fault{Times: -1, Err: fault(remote.Auth)})
		s := await(t, q, q.Submit(request(t, transfer.Copy, from, f, "in/", "/a")))
		wantState(t, s, transfer.Failed)
		if remote.KindOf(s.Err) != remote.Auth || f.Calls(wrap.Commit) != 4 {
			t.Errorf("%v after %d attempts", s.Err, f.Calls(wrap.Commit))
		}
	})
}

// TestWithoutAnybodyToAskARefusedCredentialStopsTheJobAndKeepsIt: exit code 5,
// and it can be resumed.
func TestWithoutAnybodyToAskARefusedCredentialStopsTheJobAndKeepsIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var d door
		from, to := mem.NewDisk("l:"), mem.New("r:")
		for i := range 30 {
			from.Put(remote.Path(fmt.Sprintf("/a/%02d", i)), content(i))
		}
		f := d.guard(to, "ops")
		f.Add(wrap.Any, wrap.Fault{Skip: 40, Do: func() { d.shut.Store(true) }})
		o := transfer.Options{
			Unattended: true, Workers: 2, PartSize: 10,
			Journal: lasting{journal.NewMemory(), &death{did: map[string]int{}}, "first"},
			Open: func(_ context.Context, label string) (remote.Tree, error) {
				if label == "r:" {
					return f, nil
				}
				return from, nil
			},
		}
		q := transfer.New(t.Context(), o)
		s := await(t, q, q.Submit(request(t, transfer.Copy, from, f, "in/", "/a")))
		wantState(t, s, transfer.Cancelled)
		if !s.Kept || remote.KindOf(s.Err) != remote.Auth || s.Failures != 0 {
			t.Fatalf("kept: %t, %v, %d failures", s.Kept, s.Err, s.Failures)
		}
		closeQueue(t, q)
		d.shut.Store(false)
		q = transfer.New(t.Context(), o)
		defer closeQueue(t, q)
		if err := q.Adopt(t.Context(), s.ID, nil); err != nil {
			t.Fatal(err)
		}
		wantState(t, await(t, q, s.ID), transfer.Done)
		for i := range 30 {
			wantContent(t, to, remote.Path(fmt.Sprintf("in/a/%02d", i)), content(i))
		}
	})
}
