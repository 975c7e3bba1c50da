package transfer_test

import (
	"context"
	"iter"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gantry/remote"
	"gantry/remote/mem"
	"gantry/remote/wrap"
	"gantry/transfer"
	"gantry/transfer/journal"
)

// rolledBack does rename over others in b until it is killed when it copies to at, lets
// others do something, and takes it back. The error is that of the rollback.
func rolledBack(t *testing.T, b *mem.Tree, at remote.Path, after bool, then func()) (err error) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		jr := journal.NewMemory()
		boot := func(at remote.Path) (*transfer.Queue, *death) {
			d := &death{did: map[string]int{}, hit: func(call string, p remote.Path) blow {
				return blow{die: call == "Copy" && p == at, after: after}
			}}
			return transfer.New(t.Context(), transfer.Options{
				PartSize: 10, Workers: 1, Retries: -1, Unattended: true, Journal: lasting{jr, d, "killed at " + string(at)},
				Open: func(context.Context, string) (remote.Tree, error) { return mortal{b, d}, nil },
			}), d
		}
		q, d := boot(at)
		r := rename(t, b)
		r.From, r.To, r.Rules.OnConflict = mortal{b, d}, mortal{b, d}, transfer.PolicyOverwrite
		id := q.Submit(r)
		await(t, q, id)
		closeQueue(t, q)
		then()
		time.Sleep(time.Second)
		q, _ = boot("")
		defer closeQueue(t, q)
		err = q.DiscardBack(t.Context(), id)
	})
	return err
}

// TestACopyThatWasNeverMadeIsNotSaidToStay: what is in its place holds the same as
// the source, and has held it before.
func TestACopyThatWasNeverMadeIsNotSaidToStay(t *testing.T) {
	for _, versions := range []bool{true, false} {
		b := tree(4)
		b.Versions = versions
		b.Put("new/02", content(3))
		if err := rolledBack(t, b, "new/02", false, func() {}); err != nil {
			t.Errorf("versions %v: it says %q", versions, remote.HintOf(err))
		}
		wantContent(t, b, "new/02", content(3))
	}
}

// TestWhatACopyMayHaveReplacedIsNamedWhenNobodyCanTell: the answer to a copy was lost
// with the process, and the source is another one by now.
func TestWhatACopyMayHaveReplacedIsNamedWhenNobodyCanTell(t *testing.T) {
	b := tree(4)
	b.Put("new/02", "older")
	err := rolledBack(t, b, "new/02", true, func() { b.Put("old/02", "of somebody else") })
	if hint := remote.HintOf(err); !strings.Contains(hint, "1 object was kept") || !strings.Contains(hint, ": new/02. Every") {
		t.Errorf("it says %q", hint)
	}
	wantContent(t, b, "new/02", content(3))
}

// dated is a tree that tells of slash objects when they were written, and no version,
// as stores do.
type dated struct {
	forgetful
	b *mem.Tree
}

func (d dated) Unwrap() remote.Tree { return d.forgetful }

func (d dated) Walk(ctx context.Context, dir remote.Path) iter.Seq2[remote.Entry, error] {
	return func(yield func(remote.Entry, error) bool) {
		for e, err := range remote.Walk(ctx, d.Faulty, dir) {
			if e.Dir {
				e.ModTime = time.Unix(1, 0)
			}
			if !yield(e, err) {
				return
			}
		}
	}
}

func (d dated) Stat(ctx context.Context, p remote.Path) (remote.Entry, error) {
	e, err := d.Faulty.Stat(ctx, p)
	if err == nil && e.Dir && slices.Contains(d.b.Keys(), string(p)) {
		e.ModTime, e.Version = time.Unix(1, 0), ""
	}
	return e, err
}

// TestASlashObjectThatIsGoneIsNotSaidToHaveChanged, although its folder still shows.
func TestASlashObjectThatIsGoneIsNotSaidToHaveChanged(t *testing.T) {
	b := mem.New("b:") // two objects: they are looked at one by one
	if err := b.Mkdir(t.Context(), "old/sub/"); err != nil {
		t.Fatal(err)
	}
	b.Put("old/sub/x", "x")
	f := wrap.NewFaulty(b)
	f.Add(wrap.Copy, wrap.Fault{Match: func(p remote.Path) bool { return p == "new/sub/x" }, Do: func() {
		if err := b.Remove(t.Context(), []remote.Path{"old/sub/"}); err != nil {
			t.Error(err)
		}
	}})
	s := run(t, transfer.Options{Workers: 1}, rename(t, dated{forgetful{f}, b}))
	wantState(t, s, transfer.Done)
	wantContent(t, b, "new/sub/x", "x")
	if ks := b.Keys(); !slices.Contains(ks, "new/sub/") || slices.Contains(ks, "old/sub/x") {
		t.Errorf("keys %q", ks)
	}
}

// TestAnEmptyFolderThatAListingShowedIsRenamed: a listing does not tell when its slash
// object was written, and a look at it does.
func TestAnEmptyFolderThatAListingShowedIsRenamed(t *testing.T) {
	b := tree(0)
	r := rename(t, dated{forgetful{wrap.NewFaulty(b)}, b})
	r.List[0].Entry.ModTime = time.Time{}
	s := run(t, transfer.Options{Workers: 1}, r)
	wantState(t, s, transfer.Done)
	if ks := b.Keys(); !slices.Equal(ks, []string{"new/"}) {
		t.Errorf("keys %q", ks)
	}
}
