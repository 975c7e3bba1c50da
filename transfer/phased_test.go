package transfer_test

import (
	"context"
	"fmt"
	"strings"
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

// tree is a bucket with a folder old/ of n objects.
func tree(n int) *mem.Tree {
	b := mem.New("b:")
	b.Put("old/", "")
	for i := range n {
		b.Put(remote.Path(fmt.Sprintf("old/%02d", i)), content(i+1))
	}
	return b
}

// rename moves old/ to new/ inside a bucket.
func rename(t *testing.T, b remote.Tree) transfer.Request {
	t.Helper()
	r := request(t, transfer.Move, b, b, "", "old/")
	r.Sources = nil
	r.List = []transfer.Source{{Entry: list(t, b, "old/")[0], As: "new"}}
	return r
}

// TestARenameInABucketCopiesEverythingBeforeItDeletesAnything: Y06.
func TestARenameInABucketCopiesEverythingBeforeItDeletesAnything(t *testing.T) {
	b := tree(30)
	f := wrap.NewFaulty(b)
	early := 0
	f.Add(wrap.Remove, wrap.Fault{Times: -1, Do: func() {
		for i := range 30 {
			if got, ok := b.Get(remote.Path(fmt.Sprintf("new/%02d", i))); !ok || got != content(i+1) {
				early++
			}
		}
	}})
	r := rename(t, f)
	var again atomic.Int32
	r.OnItem = func(it transfer.ItemSnapshot) {
		if it.Attempts != 1 {
			again.Add(1)
		}
	}
	s := run(t, transfer.Options{}, r)
	wantState(t, s, transfer.Done)
	if n := again.Load(); n > 0 {
		t.Errorf("%d items tell of other than one attempt", n)
	}
	if early > 0 {
		t.Errorf("%d copies were missing when something was deleted", early)
	}
	for _, k := range b.Keys() {
		if k[:4] != "new/" {
			t.Errorf("%s is left", k)
		}
	}
	if len(b.Keys()) != 31 {
		t.Errorf("keys %q", b.Keys())
	}
}

// TestARenameThatCannotCopyEverythingDeletesNothing: until a retry has copied the
// rest, or the user says to go on without.
func TestARenameThatCannotCopyEverythingDeletesNothing(t *testing.T) {
	for _, retry := range []bool{true, false} {
		inBubble(t, transfer.Options{}, func(t *testing.T, q *transfer.Queue) {
			b := tree(10)
			f := wrap.NewFaulty(b)
			f.Add(wrap.Copy, wrap.Fault{Err: fault(remote.Denied), Match: func(p remote.Path) bool { return p == "new/07" || p == "old/07" }})
			id := q.Submit(rename(t, f))
			feed := q.Subscribe()
			defer feed.Close()
			s := awaitThat(t, feed, id, func(s transfer.Snapshot) bool { return s.State == transfer.Paused || s.State.Ended() })
			wantState(t, s, transfer.Paused)
			if f.Calls(wrap.Remove) != 0 || s.Err == nil {
				t.Errorf("%d deletions, %v", f.Calls(wrap.Remove), s.Err)
			}
			if retry {
				q.Retry(id)
			}
			q.Resume(id)
			if s = awaitOn(t, feed, id); retry {
				wantState(t, s, transfer.Done)
				wantNothing(t, b, "old/07")
				return
			}
			wantState(t, s, transfer.Failed)
			wantContent(t, b, "old/07", content(8))
			wantNothing(t, b, "old/06")
			wantContent(t, b, "new/06", content(7))
		})
	}
}

// TestARenameThatIsStuckCanBeTakenBack: instead of going on without what could
// not be copied.
func TestARenameThatIsStuckCanBeTakenBack(t *testing.T) {
	b := tree(10)
	f := wrap.NewFaulty(b)
	f.Add(wrap.Copy, wrap.Fault{Err: fault(remote.Denied), Skip: 4})
	q := newQueue(t, transfer.Options{})
	id := q.Submit(rename(t, f))
	feed := q.Subscribe()
	defer feed.Close()
	awaitThat(t, feed, id, func(s transfer.Snapshot) bool { return s.State == transfer.Paused })
	if !q.Rollback(id) {
		t.Error("it was refused")
	}
	wantState(t, awaitOn(t, feed, id), transfer.Cancelled)
	if n := len(b.Keys()); n != 11 {
		t.Errorf("keys %q", b.Keys())
	}
}

// TestACopyIsToldOfBeforeItsSourceGoes: whoever shows the target folder need not wait.
func TestACopyIsToldOfBeforeItsSourceGoes(t *testing.T) {
	f := wrap.NewFaulty(tree(10))
	var told, early atomic.Int32
	f.Add(wrap.Remove, wrap.Fault{Do: func() { early.Store(told.Load()) }})
	r := rename(t, f)
	r.OnHeld = func(it transfer.ItemSnapshot) {
		if strings.HasPrefix(it.Target, "b:new/") && it.State == transfer.Waiting {
			told.Add(1)
		}
	}
	wantState(t, run(t, transfer.Options{}, r), transfer.Done)
	if n := early.Load(); n != 11 || told.Load() != n {
		t.Errorf("%d copies were told of before the first deletion, %d in all", n, told.Load())
	}
}

// TestACopyThatIsGoneKeepsItsSource: somebody deleted it before we deleted.
func TestACopyThatIsGoneKeepsItsSource(t *testing.T) {
	b := tree(5)
	f := wrap.NewFaulty(b)
	f.Add(wrap.Range, wrap.Fault{Skip: 1, Do: func() { // all copies have been verified once
		if err := b.Remove(context.Background(), []remote.Path{"new/02", "new/03"}); err != nil {
			t.Error(err)
		}
		b.Put("new/03", "another one")
	}})
	wantState(t, run(t, transfer.Options{Workers: 1}, rename(t, f)), transfer.Failed)
	for i := range 5 {
		p := remote.Path(fmt.Sprintf("%02d", i))
		_, old := b.Get("old/" + p)
		got, _ := b.Get("new/" + p)
		if !old && got != content(i+1) {
			t.Errorf("%s is lost", p)
		}
	}
}

// TestARenameIsTakenBackUntilItBeginsToDelete: only what is still what it made.
func TestARenameIsTakenBackUntilItBeginsToDelete(t *testing.T) {
	inBubble(t, transfer.Options{Workers: 1}, func(t *testing.T, q *transfer.Queue) {
		b := tree(20)
		f := wrap.NewFaulty(b)
		f.Add(wrap.Copy, wrap.Fault{Skip: 12, Hang: true})
		id := q.Submit(rename(t, f))
		synctest.Wait()
		s, _ := q.Job(id)
		if n := len(b.Keys()); !s.Undoable || n < 30 {
			t.Fatalf("undoable: %t, %d keys", s.Undoable, n)
		}
		if n, word := s.Counted(); n < 10 || word != "copied" || s.Items.Done > 0 {
			t.Errorf("%q %d, %d done", word, n, s.Items.Done)
		}
		b.Put("new/03", "somebody else's")
		b.Put("new/other", "somebody else's")
		q.Rollback(id)
		wantState(t, await(t, q, id), transfer.Cancelled)
		wantContent(t, b, "new/03", "somebody else's")
		wantContent(t, b, "new/other", "somebody else's")
		for _, k := range b.Keys() {
			if k[:4] == "new/" && k != "new/03" && k != "new/other" {
				t.Errorf("%s is left", k)
			}
		}
		for i := range 20 {
			wantContent(t, b, remote.Path(fmt.Sprintf("old/%02d", i)), content(i+1))
		}
	})
}

func TestARenameThatDeletesIsNotTakenBack(t *testing.T) {
	inBubble(t, transfer.Options{Workers: 1}, func(t *testing.T, q *transfer.Queue) {
		b := tree(20)
		f := wrap.NewFaulty(b)
		f.Add(wrap.Remove, wrap.Fault{Do: func() { <-time.After(time.Hour) }})
		id := q.Submit(rename(t, f))
		<-time.After(time.Minute)
		s, _ := q.Job(id)
		if s.Undoable || s.State != transfer.Verifying {
			t.Errorf("it is %s, undoable: %t", s.State, s.Undoable)
		}
		if n, word := s.Counted(); n != 0 || word != "deleted" || s.Copied != 21 {
			t.Errorf("%q %d, %d are copied", word, n, s.Copied)
		}
		if q.Rollback(id) {
			t.Error("it is taken back although it deletes")
		}
		s = await(t, q, id)
		wantState(t, s, transfer.Done)
		if n, word := s.Counted(); n != 21 || word != "" {
			t.Errorf("%q %d in the end", word, n)
		}
		for i := range 20 {
			wantContent(t, b, remote.Path(fmt.Sprintf("new/%02d", i)), content(i+1))
		}
	})
}

// TestARenameKilledAtAnyStepIsTakenBackOrRefusesTo: by a later process, from the
// journal alone; nothing is lost, and a refusal means that it can be resumed.
func TestARenameKilledAtAnyStepIsTakenBackOrRefusesTo(t *testing.T) {
	back, refused := 0, 0
	for n := 1; n < 90; n++ {
		synctest.Test(t, func(t *testing.T) {
			b := tree(6)
			jr := journal.NewMemory()
			boot := func(at int) (*transfer.Queue, *death) {
				d := &death{at: at, after: true, did: map[string]int{}}
				return transfer.New(t.Context(), transfer.Options{
					PartSize: 10, Workers: 2, Retries: -1, Unattended: true, Journal: lasting{jr, d, fmt.Sprint("p", at)},
					Open: func(context.Context, string) (remote.Tree, error) { return mortal{b, d}, nil },
				}), d
			}
			q, d := boot(n)
			r := rename(t, b)
			r.From, r.To = mortal{b, d}, mortal{b, d}
			await(t, q, q.Submit(r))
			closeQueue(t, q)
			time.Sleep(time.Second)
			q, _ = boot(0)
			defer closeQueue(t, q)
			left, err := q.Orphans(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			where := "old/"
			if len(left) == 0 {
				if _, ok := b.Get("old/00"); !ok {
					where = "new/"
				}
			}
			for _, s := range left {
				err := q.DiscardBack(t.Context(), s.ID)
				if s.Undoable != (err == nil) {
					t.Errorf("killed at %d: undoable %v, and then %v", n, s.Undoable, err)
				}
				if remote.KindOf(err) == remote.Invalid && err != nil {
					refused++
					where = "new/"
					if err := q.Adopt(t.Context(), s.ID, nil); err != nil {
						t.Fatal(err)
					}
					wantState(t, await(t, q, s.ID), transfer.Done)
				} else if back++; err != nil {
					t.Fatal(err)
				}
			}
			for i := range 6 {
				wantContent(t, b, remote.Path(fmt.Sprintf("%s%02d", where, i)), content(i+1))
			}
			if n := len(b.Keys()); n != 7 {
				t.Errorf("%d keys: %q", n, b.Keys())
			}
		})
	}
	if back == 0 || refused == 0 {
		t.Errorf("%d were taken back, %d refused", back, refused)
	}
}
