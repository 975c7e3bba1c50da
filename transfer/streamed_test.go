package transfer_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"gantry/remote"
	"gantry/remote/wrap"
	"gantry/transfer"
	"gantry/transfer/journal"
)

// TestASourceThatChangedAfterItWasCopiedIsKept: Y06, it is not what was copied.
func TestASourceThatChangedAfterItWasCopiedIsKept(t *testing.T) {
	b := tree(5)
	f := wrap.NewFaulty(b)
	f.Add(wrap.Range, wrap.Fault{Skip: 1, Do: func() { b.Put("old/02", "newer") }})
	wantState(t, run(t, transfer.Options{}, rename(t, f)), transfer.Failed)
	wantContent(t, b, "old/02", "newer")
	wantContent(t, b, "new/02", content(3))
	wantNothing(t, b, "old/03")
}

// TestACopyThatIsGoneBeforeAnythingIsDeletedStopsTheRename: verified comes before
// deleted, for all of them.
func TestACopyThatIsGoneBeforeAnythingIsDeletedStopsTheRename(t *testing.T) {
	inBubble(t, transfer.Options{}, func(t *testing.T, q *transfer.Queue) {
		b := tree(10)
		f := wrap.NewFaulty(b)
		f.Add(wrap.Range, wrap.Fault{Do: func() {
			if err := b.Remove(context.Background(), []remote.Path{"new/07"}); err != nil {
				t.Error(err)
			}
		}})
		id := q.Submit(rename(t, f))
		feed := q.Subscribe()
		defer feed.Close()
		s := awaitThat(t, feed, id, func(s transfer.Snapshot) bool { return s.State == transfer.Paused || s.State.Ended() })
		wantState(t, s, transfer.Paused)
		if f.Calls(wrap.Remove) != 0 || s.Err == nil || !s.Undoable {
			t.Errorf("%d deletions, %v, undoable: %t", f.Calls(wrap.Remove), s.Err, s.Undoable)
		}
		q.Retry(id)
		q.Resume(id)
		wantState(t, awaitOn(t, feed, id), transfer.Done)
		wantContent(t, b, "new/07", content(8))
		if len(b.Keys()) != 11 {
			t.Errorf("keys %q", b.Keys())
		}
	})
}

// TestARenameKilledAtAnyStepIsFinishedByTheNextProcess: I4, Y06. At every step
// there is a whole copy of everything, and until the first deletion either tree
// is complete.
func TestARenameKilledAtAnyStepIsFinishedByTheNextProcess(t *testing.T) {
	for _, after := range []bool{false, true} {
		for n := 1; n < 75; n++ {
			synctest.Test(t, func(t *testing.T) { killRename(t, n, after) })
		}
	}
}

func killRename(t *testing.T, n int, after bool) {
	b := tree(6)
	jr := journal.NewMemory()
	boot := func(at int, after bool) (*transfer.Queue, *death) {
		d := &death{at: at, after: after, did: map[string]int{}}
		return transfer.New(t.Context(), transfer.Options{
			PartSize: 10, Workers: 2, Retries: -1, Unattended: true, Journal: lasting{jr, d, fmt.Sprint("p", at)},
			Open: func(context.Context, string) (remote.Tree, error) { return mortal{b, d}, nil },
		}), d
	}
	whole := func() {
		t.Helper()
		for i := range 6 {
			old, there := b.Get(remote.Path(fmt.Sprintf("old/%02d", i)))
			got, landed := b.Get(remote.Path(fmt.Sprintf("new/%02d", i)))
			if !(there && old == content(i+1)) && !(landed && got == content(i+1)) {
				t.Fatalf("killed at step %d: %02d is lost", n, i)
			}
		}
	}
	q, d := boot(n, after)
	r := rename(t, b)
	r.From, r.To = mortal{b, d}, mortal{b, d}
	await(t, q, q.Submit(r))
	closeQueue(t, q)
	whole()
	time.Sleep(time.Second)
	q, _ = boot(5*n%37+1, !after)
	adoptAll(t, q)
	closeQueue(t, q)
	whole()
	time.Sleep(time.Second)
	q, _ = boot(0, false)
	defer closeQueue(t, q)
	ended := adoptAll(t, q)
	whole()
	for _, s := range ended {
		wantState(t, s, transfer.Done)
	}
	if !accepted(t, jr) {
		return
	}
	for i := range 6 {
		wantContent(t, b, remote.Path(fmt.Sprintf("new/%02d", i)), content(i+1))
	}
	if len(b.Keys()) != 7 {
		t.Errorf("killed at step %d: keys %q", n, b.Keys())
	}
	closeQueue(t, q) // now everything is on record
	for u := range jr.Uploads(t.Context()) {
		t.Errorf("killed at step %d: on record there is still %+v", n, u)
	}
}

// TestARenameThatIsResumedDoesNotCopyAgain: what rests in the journal is copied.
func TestARenameThatIsResumedDoesNotCopyAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := tree(40)
		jr := journal.NewMemory()
		f := wrap.NewFaulty(b)
		boot := func(name string) *transfer.Queue {
			return transfer.New(t.Context(), transfer.Options{
				Workers: 1, Journal: lasting{jr, &death{did: map[string]int{}}, name},
				Open: func(context.Context, string) (remote.Tree, error) { return f, nil },
			})
		}
		f.Add(wrap.Copy, wrap.Fault{Skip: 30, Hang: true})
		q := boot("one")
		q.Submit(rename(t, f))
		synctest.Wait()
		closeQueue(t, q)
		looks := f.Calls(wrap.Stat)
		time.Sleep(time.Second)
		q = boot("two")
		defer closeQueue(t, q)
		for _, s := range adoptAll(t, q) {
			wantState(t, s, transfer.Done)
			if s.Items.Done != 41 || s.Items.Total != 41 {
				t.Errorf("%d of %d items", s.Items.Done, s.Items.Total)
			}
		}
		if c, s := f.Calls(wrap.Copy), f.Calls(wrap.Stat)-looks; c != 41 || s > 15 {
			t.Errorf("%d copies for 40 objects, %d looks after the resumption", c, s)
		}
		if len(b.Keys()) != 41 {
			t.Errorf("keys %q", b.Keys())
		}
	})
}

// TestARenameThatNobodyWatchesIsKeptWhenItIsStuck: to be resumed.
func TestARenameThatNobodyWatchesIsKeptWhenItIsStuck(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := tree(10)
		jr := journal.NewMemory()
		f := wrap.NewFaulty(b)
		f.Add(wrap.Copy, wrap.Fault{Err: fault(remote.Denied), Match: func(p remote.Path) bool { return p == "new/07" }})
		q := transfer.New(t.Context(), transfer.Options{
			Unattended: true, Journal: lasting{jr, &death{did: map[string]int{}}, "one"},
			Open: func(context.Context, string) (remote.Tree, error) { return f, nil },
		})
		defer closeQueue(t, q)
		s := await(t, q, q.Submit(rename(t, f)))
		if !s.Kept || s.Failures != 1 || s.Err == nil || f.Calls(wrap.Remove) != 0 {
			t.Errorf("kept: %t, %d failures, %v, %d deletions", s.Kept, s.Failures, s.Err, f.Calls(wrap.Remove))
		}
	})
}
