package transfer_test

import (
	"context"
	"testing"

	"gantry/remote"
	"gantry/remote/wrap"
	"gantry/transfer"
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
	for _, k := range b.Keys() {
		if k[:4] != "new/" {
			t.Errorf("%s is left", k)
		}
	}
	if len(b.Keys()) != 21 {
		t.Errorf("keys %q", b.Keys())
	}
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
