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
	"gantry/transfer/journal/sqlite"
)

// versioned is tree(10) in a bucket that keeps what is overwritten, with
// something of old content at new/02 and new/05.
func versioned() *mem.Tree {
	b := tree(10)
	b.Versions = true
	b.Put("new/02", "older")
	b.Put("new/05", "older still")
	return b
}

// renameOver is rename that overwrites, and that cannot copy new/07.
func renameOver(t *testing.T, b remote.Tree, f *wrap.Faulty) transfer.Request {
	t.Helper()
	f.Add(wrap.Copy, wrap.Fault{Times: -1, Err: fault(remote.Denied), Match: func(p remote.Path) bool { return p == "new/07" }})
	r := rename(t, b)
	r.Rules.OnConflict = transfer.PolicyOverwrite
	return r
}

// takenBack does a rename that gets stuck, rolls it back and returns the job.
func takenBack(t *testing.T, b remote.Tree, f *wrap.Faulty) (s transfer.Snapshot) {
	t.Helper()
	// One worker: what is to fail is met in order.
	inBubble(t, transfer.Options{Workers: 1}, func(t *testing.T, q *transfer.Queue) {
		feed := q.Subscribe()
		defer feed.Close()
		id := q.Submit(renameOver(t, b, f))
		awaitThat(t, feed, id, func(s transfer.Snapshot) bool { return s.State == transfer.Paused })
		if !q.Rollback(id) {
			t.Error("it was refused")
		}
		s = awaitOn(t, feed, id)
		wantState(t, s, transfer.Cancelled)
	})
	return s
}

// wantAsBefore holds that a rename of versioned is undone.
func wantAsBefore(t *testing.T, b *mem.Tree) {
	t.Helper()
	wantContent(t, b, "new/02", "older")
	wantContent(t, b, "new/05", "older still")
	if n := len(b.Keys()); n != 13 {
		t.Errorf("keys %q", b.Keys())
	}
}

// TestWhatACopyReplacedIsBroughtBack where the bucket has kept it: by this
// process, and by another one from the record. What somebody else has written in
// the place of a copy stays.
func TestWhatACopyReplacedIsBroughtBack(t *testing.T) {
	b := versioned()
	f := wrap.NewFaulty(b)
	s := takenBack(t, f, f)
	if hint := remote.HintOf(s.Err); strings.Contains(hint, "kept") {
		t.Errorf("it says %q", hint)
	}
	wantAsBefore(t, b)
	if f.Calls(wrap.Revert) != 10 || f.Calls(wrap.Remove) != 0 {
		t.Errorf("%d versions were deleted", f.Calls(wrap.Revert))
	}

	b = versioned()
	f = wrap.NewFaulty(b)
	dir := t.TempDir()
	q, done := bootWith(t, dir, f)
	s = await(t, q, q.Submit(renameOver(t, f, f)))
	if wantState(t, s, transfer.Cancelled); !s.Kept {
		t.Error("it is not on record")
	}
	done()
	b.Put("new/05", "of somebody else")
	q, done = bootWith(t, dir, f)
	defer done()
	if err := q.DiscardBack(t.Context(), s.ID); err != nil {
		t.Error(err)
	}
	wantContent(t, b, "new/02", "older")
	wantContent(t, b, "new/05", "of somebody else")
	if n := len(b.Keys()); n != 13 {
		t.Errorf("keys %q", b.Keys())
	}
}

// bootWith begins a process whose queue is that of dir. done ends it.
func bootWith(t *testing.T, dir string, tree remote.Tree) (q *transfer.Queue, done func()) {
	t.Helper()
	jr, _, err := sqlite.Open(t.Context(), dir, sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	q = transfer.New(t.Context(), transfer.Options{
		Workers: 1, Retries: -1, Unattended: true, Journal: jr, PartSize: 10,
		Open: func(context.Context, string) (remote.Tree, error) { return tree, nil },
	})
	return q, func() {
		closeQueue(t, q)
		if err := jr.Close(); err != nil {
			t.Error(err)
		}
	}
}

// forgetful is a tree that does not tell under which ids it keeps what is written,
// so that the record is what earlier builds have made of it.
type forgetful struct{ *wrap.Faulty }

func (f forgetful) Unwrap() remote.Tree { return f.Faulty }

func (f forgetful) CanCopy(remote.Tree) bool { return true }

func (f forgetful) Copy(ctx context.Context, _ remote.Tree, e remote.Entry, dst remote.Path, o remote.CreateOptions) (remote.Entry, error) {
	o.VersionID = nil
	c, _ := remote.As[remote.Copier](f.Faulty)
	return c.Copy(ctx, f.Faulty, e, dst, o)
}

// spoiling is a tree whose first copy of a path is damaged.
type spoiling struct {
	forgetful
	path   remote.Path
	copies atomic.Int64
}

func (d *spoiling) Copy(ctx context.Context, _ remote.Tree, e remote.Entry, dst remote.Path, o remote.CreateOptions) (remote.Entry, error) {
	c, _ := remote.As[remote.Copier](d.Faulty)
	out, err := c.Copy(ctx, d.Faulty, e, dst, o)
	if err == nil && dst == d.path && d.copies.Add(1) == 1 {
		out.Size++
	}
	return out, err
}

// TestACopyThatReplacedSomethingIsKeptWhenNobodyCanTellWhatComesBack, and named.
func TestACopyThatReplacedSomethingIsKeptWhenNobodyCanTellWhatComesBack(t *testing.T) {
	at := func(p remote.Path) func(remote.Path) bool { return func(q remote.Path) bool { return p == q } }
	for name, x := range map[string]struct {
		fault func(f *wrap.Faulty, b *mem.Tree)
		tree  func(f *wrap.Faulty) remote.Tree
		says  string
		holds string
	}{
		"it may not be deleted": {
			fault: func(f *wrap.Faulty, _ *mem.Tree) {
				f.Add(wrap.Revert, wrap.Fault{Err: &remote.Error{Kind: remote.Denied, Hint: "It needs s3:DeleteObjectVersion."}, Match: at("new/02")})
			},
			says:  "1 copy replaced what was there before, which cannot be brought back; it was kept: new/02. It needs s3:DeleteObjectVersion. Every source",
			holds: content(3),
		},
		"somebody has written the same": {
			fault: func(f *wrap.Faulty, _ *mem.Tree) {
				f.Add(wrap.Revert, wrap.Fault{Times: -1, Err: &remote.Error{Kind: remote.Changed, Hint: "Somebody has written it."}, Match: at("new/02")})
			},
			says: "it was kept: new/02. Somebody has written it.", holds: content(3),
		},
		"a record of an earlier build": {
			tree: func(f *wrap.Faulty) remote.Tree { return forgetful{f} },
			says: "2 copies replaced what was there before, which cannot be brought back; they were kept: new/02, new/05. Every", holds: content(3),
		},
		"an answer that was lost": {
			fault: func(f *wrap.Faulty, _ *mem.Tree) {
				f.Add(wrap.Copy, wrap.Fault{Err: fault(remote.Unreachable), After: true, Match: at("new/02")})
			},
			says: "it was kept: new/02. Every", holds: content(3),
		},
		"a copy over a damaged copy": {
			tree: func(f *wrap.Faulty) remote.Tree { return &spoiling{forgetful: forgetful{f}, path: "new/02"} },
			says: "it was kept: new/02. Every", holds: content(3),
		},
		"what it replaced is gone": {
			fault: func(f *wrap.Faulty, b *mem.Tree) {
				f.Add(wrap.Revert, wrap.Fault{Match: at("new/02"), Do: func() {
					f.Add(wrap.Stat, wrap.Fault{Match: at("new/02"), Do: func() { _ = b.Remove(context.Background(), []remote.Path{"new/02"}) }})
				}})
			},
			says: "What had been replaced was gone by the time the copies were removed: new/02. Every",
		},
		"something else comes back": {
			fault: func(f *wrap.Faulty, b *mem.Tree) {
				f.Add(wrap.Revert, wrap.Fault{Match: at("new/02"), Do: func() {
					f.Add(wrap.Stat, wrap.Fault{Match: at("new/02"), Do: func() { b.Put("new/02", "another one") }})
				}})
			},
			says: "What had been replaced was gone by the time the copies were removed: new/02. Every", holds: "another one",
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := versioned()
			f := wrap.NewFaulty(b)
			var tree remote.Tree = f
			if x.tree != nil {
				tree = x.tree(f)
			}
			if x.fault != nil {
				x.fault(f, b)
			}
			s := takenBack(t, tree, f)
			if hint := remote.HintOf(s.Err); !strings.Contains(hint, x.says) {
				t.Errorf("it says %q", hint)
			}
			if got, _ := b.Get("new/02"); got != x.holds {
				t.Errorf("new/02 holds %q", got)
			}
			if x.tree == nil || name != "a record of an earlier build" {
				wantContent(t, b, "new/05", "older still")
			}
			wantContent(t, b, "old/02", content(3))
		})
	}
}

// TestWhatWasBroughtBackBeforeIsNotSaidToStay: a rollback that is done once more
// finds the version that it has deleted gone, and content that tells no
// difference.
func TestWhatWasBroughtBackBeforeIsNotSaidToStay(t *testing.T) {
	b := versioned()
	b.Put("new/02", content(3)) // what the copy will hold
	f := wrap.NewFaulty(b)
	f.Add(wrap.Revert, wrap.Fault{Err: fault(remote.Changed), Match: func(p remote.Path) bool { return p == "new/02" }})
	s := takenBack(t, f, f)
	if hint := remote.HintOf(s.Err); f.Calls(wrap.Revert) != 10 || strings.Contains(hint, "kept") {
		t.Errorf("it says %q", hint)
	}
}

// TestACopyOfAnEarlierProcessIsNotTakenForWhatWasThere: a process copies, and
// fails before that is on record; the next one copies over it. To delete the
// second copy would bring back the first.
func TestACopyOfAnEarlierProcessIsNotTakenForWhatWasThere(t *testing.T) {
	b := versioned()
	f := wrap.NewFaulty(b)
	f.Add(wrap.Copy, wrap.Fault{Err: fault(remote.Denied), After: true, Match: func(p remote.Path) bool { return p == "new/02" }})
	dir := t.TempDir()
	q, done := bootWith(t, dir, f)
	s := await(t, q, q.Submit(renameOver(t, f, f)))
	done()
	b.Put("old/02", "new content, so that it is copied once more")
	q, done = bootWith(t, dir, f)
	if err := q.Adopt(t.Context(), s.ID, nil); err != nil {
		t.Fatal(err)
	}
	await(t, q, s.ID)
	done()
	wantContent(t, b, "new/02", "new content, so that it is copied once more")
	q, done = bootWith(t, dir, f)
	defer done()
	if hint := remote.HintOf(q.DiscardBack(t.Context(), s.ID)); !strings.Contains(hint, "it was kept: new/02. Every") {
		t.Errorf("it says %q", hint)
	}
	wantContent(t, b, "new/02", "new content, so that it is copied once more")
	wantContent(t, b, "new/05", "older still")
}

// TestACopyOfAProcessThatWasKilledIsNotTakenForWhatWasThere: it was killed before
// the copy, which passed through us, was on record.
func TestACopyOfAProcessThatWasKilledIsNotTakenForWhatWasThere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := versioned()
		jr := journal.NewMemory()
		boot := func(at remote.Path, after bool) (*transfer.Queue, *death) {
			d := &death{did: map[string]int{}, hit: func(call string, p remote.Path) blow {
				if call == "Copy" {
					return blow{err: fault(remote.Unsupported)}
				}
				return blow{die: call == "Commit" && p == at, after: after}
			}}
			return transfer.New(t.Context(), transfer.Options{
				PartSize: 10, Workers: 1, Retries: -1, Unattended: true, Journal: lasting{jr, d, "killed at " + string(at)},
				Open: func(context.Context, string) (remote.Tree, error) { return mortal{b, d}, nil },
			}), d
		}
		q, d := boot("new/02", true)
		r := rename(t, b)
		r.From, r.To, r.Rules.OnConflict = mortal{b, d}, mortal{b, d}, transfer.PolicyOverwrite
		id := q.Submit(r)
		await(t, q, id)
		closeQueue(t, q)
		wantContent(t, b, "new/02", content(3))
		b.Put("old/02", "changed") // it is copied anew
		time.Sleep(time.Second)
		q, _ = boot("new/07", false)
		adoptAll(t, q)
		closeQueue(t, q)
		wantContent(t, b, "new/02", "changed")
		time.Sleep(time.Second)
		q, _ = boot("", false)
		defer closeQueue(t, q)
		if hint := remote.HintOf(q.DiscardBack(t.Context(), id)); !strings.Contains(hint, "it was kept: new/02. Every") {
			t.Errorf("it says %q", hint)
		}
		wantContent(t, b, "new/02", "changed")
		wantContent(t, b, "new/05", "older still")
	})
}

// TestARenameOverOthersKilledAtAnyStepIsTakenBackOrSaysWhatIsNot: whatever two
// processes have got done before they were killed, in the place of each copy is
// then what was there at first, or it is named.
func TestARenameOverOthersKilledAtAnyStepIsTakenBackOrSaysWhatIsNot(t *testing.T) {
	back, kept, refused := 0, 0, 0
	for n := range 26 * 2 * 13 * 2 {
		first, after, second, changed := 1+n%26, n/26%2 == 0, 5+n/52%13*3, n >= 26*2*13
		synctest.Test(t, func(t *testing.T) {
			b := tree(4)
			b.Versions = true
			names := []remote.Path{"00", "01", "02", "03"}
			for _, p := range names {
				b.Put("new/"+p, "of old")
			}
			jr := journal.NewMemory()
			boot := func(at int) (*transfer.Queue, *death) {
				d := &death{at: at, after: after, did: map[string]int{}}
				return transfer.New(t.Context(), transfer.Options{
					PartSize: 10, Workers: 2, Retries: -1, Unattended: true, Journal: lasting{jr, d, fmt.Sprint("p", at)},
					Open: func(context.Context, string) (remote.Tree, error) { return mortal{b, d}, nil },
				}), d
			}
			q, d := boot(first)
			r := rename(t, b)
			r.From, r.To, r.Rules.OnConflict = mortal{b, d}, mortal{b, d}, transfer.PolicyOverwrite
			id := q.Submit(r)
			await(t, q, id)
			closeQueue(t, q)
			for _, p := range names {
				if e, err := b.Stat(t.Context(), "old/"+p); err == nil && changed {
					b.Put(e.Path, "changed meanwhile") // what is copied is copied anew
				}
			}
			time.Sleep(time.Second)
			q, _ = boot(second)
			adoptAll(t, q)
			closeQueue(t, q)
			time.Sleep(time.Second)
			q, _ = boot(0)
			defer closeQueue(t, q)
			anew := map[remote.Path]bool{}
			for _, p := range names {
				got, _ := b.Get("new/" + p)
				anew[p] = got == "changed meanwhile"
			}
			err := q.DiscardBack(t.Context(), id)
			switch k := remote.KindOf(err); {
			case err != nil && (k == remote.Invalid || k == remote.NotExist):
				refused++ // it deletes, or has ended, or was never accepted
				return
			case err != nil && k != remote.Other:
				t.Fatal(err)
			}
			for i, p := range names {
				got, _ := b.Get("new/" + p)
				if changed && got == content(i+1) && !anew[p] {
					continue // killed before it was on record, of a source that is another one now: nobody knows whose it is
				}
				hint := remote.HintOf(err)
				named := strings.Contains(hint, "new/"+string(p)) || strings.Contains(hint, "4 copies") // that is all of them
				if named == (got == "of old") {
					t.Errorf("killed at %d and %d: new/%s holds %q, and the user reads: %v: %s", first, second, p, got, err, hint)
				}
				if back++; named {
					kept++
				}
				if _, there := b.Get("old/" + p); !there {
					t.Errorf("killed at %d and %d: old/%s is gone", first, second, p)
				}
			}
		})
	}
	if kept == 0 || back < 2*kept || refused == 0 {
		t.Errorf("of %d copies %d were kept; refused %d times", back, kept, refused)
	}
}
