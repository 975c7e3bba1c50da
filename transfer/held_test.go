package transfer_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gantry/remote"
	"gantry/remote/mem"
	"gantry/remote/wrap"
	"gantry/transfer"
	"gantry/transfer/journal"
	"gantry/transfer/journal/sqlite"
)

// TestARenameTakesASourceThatChangedBeforeItWasCopied: what rests in the journal
// until it is deleted is what was copied, not what was listed.
func TestARenameTakesASourceThatChangedBeforeItWasCopied(t *testing.T) {
	b := tree(5)
	f := wrap.NewFaulty(b)
	f.Add(wrap.Copy, wrap.Fault{Match: func(p remote.Path) bool { return p == "new/02" }, Do: func() {
		b.Put("old/02", "another, longer content")
	}})
	s := run(t, transfer.Options{Workers: 1}, rename(t, f))
	wantState(t, s, transfer.Done)
	wantContent(t, b, "new/02", "another, longer content")
	wantNothing(t, b, "old/02")
}

// TestARenameTakesASourceThatChangedAfterItWasPlanned by a process that was killed
// then: what is on record of the copy counts, not what was on record of the plan.
func TestARenameTakesASourceThatChangedAfterItWasPlanned(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := tree(5)
		jr := journal.NewMemory()
		boot := func(name, at string) (*transfer.Queue, *death) {
			d := &death{did: map[string]int{}, hit: func(call string, _ remote.Path) blow { return blow{die: call == at, after: true} }}
			return transfer.New(t.Context(), transfer.Options{
				PartSize: 100, Retries: -1, Unattended: true, Journal: lasting{jr, d, name},
				Open: func(context.Context, string) (remote.Tree, error) { return mortal{b, d}, nil },
			}), d
		}
		q, d := boot("one", "Plan")
		r := rename(t, b)
		r.From, r.To = mortal{b, d}, mortal{b, d}
		await(t, q, q.Submit(r))
		closeQueue(t, q)
		b.Put("old/02", "another, longer content")
		time.Sleep(time.Second)
		q, _ = boot("two", "")
		defer closeQueue(t, q)
		for _, s := range adoptAll(t, q) {
			wantState(t, s, transfer.Done)
		}
		wantContent(t, b, "new/02", "another, longer content")
		wantRenamed(t, b, 5)
	})
}

// TestARenameIsDoneWithFewRequests: what was copied is looked at and deleted many
// at a time.
func TestARenameIsDoneWithFewRequests(t *testing.T) {
	b := tree(50)
	f := wrap.NewFaulty(b)
	wantState(t, run(t, transfer.Options{}, rename(t, f)), transfer.Done)
	if n := f.Calls(wrap.Remove); n != 1 {
		t.Errorf("%d deletions", n)
	}
	if n := f.Calls(wrap.Stat); n > 20 {
		t.Errorf("%d objects were looked at one by one", n)
	}
	if n := f.Calls(wrap.Range); n < 3 || n > 6 {
		t.Errorf("%d listings", n)
	}
}

// TestARenameThatCannotListLooksOneByOne: a listing is only the quick way.
func TestARenameThatCannotListLooksOneByOne(t *testing.T) {
	b := tree(20)
	f := wrap.NewFaulty(b)
	f.Add(wrap.Range, wrap.Fault{Times: -1, Err: fault(remote.Unsupported)})
	wantState(t, run(t, transfer.Options{}, rename(t, f)), transfer.Done)
	wantRenamed(t, b, 20)
}

// TestADeletionThatFailsInARenameIsToldAndRetried: for the entries that it was
// about; a retry deletes them.
func TestADeletionThatFailsInARenameIsToldAndRetried(t *testing.T) {
	inBubble(t, transfer.Options{}, func(t *testing.T, q *transfer.Queue) {
		b := tree(6)
		f := wrap.NewFaulty(b)
		f.Add(wrap.Remove, wrap.Fault{Err: &remote.Error{Op: "remove", Path: "old/03", Kind: remote.Denied}})
		id := q.Submit(rename(t, f))
		s := await(t, q, id)
		wantState(t, s, transfer.Failed)
		if s.Failures == 0 {
			t.Error("nothing failed")
		}
		feed := q.Subscribe()
		defer feed.Close()
		q.Retry(id)
		s = awaitThat(t, feed, id, func(s transfer.Snapshot) bool { return s.State == transfer.Done })
		if s.Failures != 0 {
			t.Errorf("%d failures are left", s.Failures)
		}
		wantNothing(t, b, "old/03")
		wantContent(t, b, "new/03", content(4))
		if _, err := b.Stat(context.Background(), "new/05"); err != nil {
			t.Error(err)
		}
	})
}

// TestWhatReplacedSomethingIsKeptAndToldWhenARenameIsTakenBack: what it replaced
// cannot be brought back.
func TestWhatReplacedSomethingIsKeptAndToldWhenARenameIsTakenBack(t *testing.T) {
	b := tree(10)
	b.Put("new/02", "older")
	f := wrap.NewFaulty(b)
	f.Add(wrap.Copy, wrap.Fault{Err: fault(remote.Denied), Match: func(p remote.Path) bool { return p == "new/07" }})
	q := newQueue(t, transfer.Options{})
	r := rename(t, f)
	r.Rules.OnConflict = transfer.PolicyOverwrite
	id := q.Submit(r)
	feed := q.Subscribe()
	defer feed.Close()
	awaitThat(t, feed, id, func(s transfer.Snapshot) bool { return s.State == transfer.Paused })
	if !q.Rollback(id) {
		t.Error("it was refused")
	}
	s := awaitOn(t, feed, id)
	wantState(t, s, transfer.Cancelled)
	if hint := remote.HintOf(s.Err); !strings.HasPrefix(hint, "1 copy replaced") {
		t.Errorf("it says %q", hint)
	}
	wantContent(t, b, "new/02", content(3))
	if n := len(b.Keys()); n != 12 {
		t.Errorf("keys %q", b.Keys())
	}
}

// TestARenameThatNobodyWatchesStaysOnRecord when it cannot copy everything: it
// can be resumed, and then nothing has failed, on record neither; or it can be
// taken back.
func TestARenameThatNobodyWatchesStaysOnRecord(t *testing.T) {
	for _, back := range []bool{false, true} {
		b, dir := tree(10), t.TempDir()
		b.Put("new/02", "older")
		f := wrap.NewFaulty(b)
		f.Add(wrap.Copy, wrap.Fault{Err: fault(remote.Denied), Match: func(p remote.Path) bool { return p == "new/07" }})
		boot := func() (*transfer.Queue, *sqlite.Journal) {
			jr, _, err := sqlite.Open(t.Context(), dir, sqlite.Options{})
			if err != nil {
				t.Fatal(err)
			}
			return transfer.New(t.Context(), transfer.Options{
				Retries: -1, Unattended: true, Journal: jr,
				Open: func(context.Context, string) (remote.Tree, error) { return f, nil },
			}), jr
		}
		q, jr := boot()
		r := rename(t, f)
		r.Rules.OnConflict = transfer.PolicyOverwrite
		s := await(t, q, q.Submit(r))
		wantState(t, s, transfer.Cancelled)
		if !s.Kept || f.Calls(wrap.Remove) != 0 {
			t.Errorf("kept %t, %d deletions", s.Kept, f.Calls(wrap.Remove))
		}
		closeQueue(t, q)
		if err := jr.Close(); err != nil {
			t.Fatal(err)
		}
		q, jr = boot()
		if back {
			err := q.DiscardBack(t.Context(), s.ID)
			if hint := remote.HintOf(err); !strings.HasPrefix(hint, "1 copy replaced") {
				t.Errorf("it says %q", hint)
			}
			if n := len(b.Keys()); n != 12 {
				t.Errorf("keys %q", b.Keys())
			}
		} else {
			if err := q.Adopt(t.Context(), s.ID, nil); err != nil {
				t.Fatal(err)
			}
			s = await(t, q, s.ID)
			wantState(t, s, transfer.Done)
			wantRenamed(t, b, 10)
			closeQueue(t, q) // a snapshot may be ahead of the record
			if rec, err := jr.Job(t.Context(), int64(s.ID)); err != nil || rec.Failed != 0 || rec.Done != rec.Planned {
				t.Errorf("on record: %d failed, %d of %d done (%v)", rec.Failed, rec.Done, rec.Planned, err)
			}
		}
		closeQueue(t, q)
		if err := jr.Close(); err != nil {
			t.Error(err)
		}
	}
}

// wantRenamed holds that old/ of tree(n) has become new/.
func wantRenamed(t *testing.T, b *mem.Tree, n int) {
	t.Helper()
	for _, k := range b.Keys() {
		if k[:4] != "new/" {
			t.Errorf("%s is left", k)
		}
	}
	if len(b.Keys()) != n+1 {
		t.Errorf("keys %q", b.Keys())
	}
}
