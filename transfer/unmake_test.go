package transfer_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gantry/remote"
	"gantry/remote/wrap"
	"gantry/transfer"
	"gantry/transfer/journal"
)

// TestWhatOthersWriteDuringARollbackStays: each copy is looked at right before it is
// deleted, whatever the listing before has shown.
func TestWhatOthersWriteDuringARollbackStays(t *testing.T) {
	for name, versions := range map[string]bool{"a bucket": false, "a bucket with versions": true} {
		t.Run(name, func(t *testing.T) {
			b := tree(10)
			b.Versions = versions
			f := wrap.NewFaulty(b)
			q := newQueue(t, transfer.Options{Workers: 1})
			feed := q.Subscribe()
			defer feed.Close()
			id := q.Submit(renameOver(t, f, f))
			awaitThat(t, feed, id, func(s transfer.Snapshot) bool { return s.State == transfer.Paused })
			late := wrap.Fault{Do: func() { b.Put("new/02", "of somebody else") }}
			f.Add(wrap.Remove, late)
			late.Match = func(p remote.Path) bool { return p == "new/02" }
			f.Add(wrap.RemoveIf, late)
			f.Add(wrap.Revert, late)
			if !q.Rollback(id) {
				t.Error("it was refused")
			}
			s := awaitOn(t, feed, id)
			if hint := remote.HintOf(s.Err); !strings.Contains(hint, "1 object was kept") || !strings.Contains(hint, ": new/02.") {
				t.Errorf("it says %q", hint)
			}
			wantContent(t, b, "new/02", "of somebody else")
			if ks := b.Keys(); len(ks) != 12 {
				t.Errorf("keys %q", ks)
			}
		})
	}
}

// TestTheSameContentOfOthersStaysWhereVersionsTell: in the place of a copy where
// nothing was before somebody has written what it held. It is another version,
// whether the copy is on record or was in flight at a kill.
func TestTheSameContentOfOthersStaysWhereVersionsTell(t *testing.T) {
	for name, x := range map[string]struct {
		at    remote.Path // where it is killed
		other bool
	}{
		"on record":           {at: "new/07", other: true},
		"in flight":           {at: "new/03", other: true},
		"in flight, and ours": {at: "new/03"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := tree(10)
				b.Versions = true
				jr := journal.NewMemory()
				boot := func(at remote.Path) (*transfer.Queue, *death) {
					d := &death{did: map[string]int{}, hit: func(call string, p remote.Path) blow {
						return blow{die: call == "Copy" && p == at, after: true}
					}}
					return transfer.New(t.Context(), transfer.Options{
						PartSize: 10, Workers: 1, Retries: -1, Unattended: true, Journal: lasting{jr, d, "killed at " + string(at)},
						Open: func(context.Context, string) (remote.Tree, error) { return mortal{b, d}, nil },
					}), d
				}
				q, d := boot(x.at)
				r := rename(t, b)
				r.From, r.To = mortal{b, d}, mortal{b, d}
				id := q.Submit(r)
				await(t, q, id)
				closeQueue(t, q)
				if x.other {
					b.Put("new/03", content(4))
				}
				time.Sleep(time.Second)
				q, _ = boot("")
				defer closeQueue(t, q)
				hint := remote.HintOf(q.DiscardBack(t.Context(), id))
				if got, there := b.Get("new/03"); there != x.other || there && got != content(4) {
					t.Errorf("new/03 holds %q", got)
				}
				if x.other != strings.Contains(hint, "1 object was kept") || x.other && !strings.Contains(hint, "new/03") {
					t.Errorf("it says %q", hint)
				}
				for _, k := range b.Keys() {
					if strings.HasPrefix(k, "new/") && k != "new/03" {
						t.Errorf("%s is left", k)
					}
				}
				if vs, err := b.Kept(t.Context(), "new/00", 5); err != nil || len(vs) > 0 {
					t.Errorf("of new/00 is left %+v, %v", vs, err)
				}
				for i := range 10 {
					wantContent(t, b, remote.Path(fmt.Sprintf("old/%02d", i)), content(i+1))
				}
			})
		})
	}
}

// TestTheSameContentOfOthersStaysWhereOnlyTimesTell: a bucket without versions shows
// the same ETag for it, and when it was written.
func TestTheSameContentOfOthersStaysWhereOnlyTimesTell(t *testing.T) {
	for name, resumed := range map[string]bool{"taken back": false, "taken back by another process": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := tree(10)
				b.Sums = true
				f := wrap.NewFaulty(b)
				jr := journal.NewMemory()
				boot := func() *transfer.Queue {
					return transfer.New(t.Context(), transfer.Options{
						PartSize: 10, Workers: 1, Unattended: true, Journal: lasting{jr, &death{did: map[string]int{}}, "one"},
						Open: func(context.Context, string) (remote.Tree, error) { return f, nil },
					})
				}
				q := boot()
				id := q.Submit(renameOver(t, f, f))
				await(t, q, id)
				time.Sleep(2 * time.Second) // stores show whole seconds
				b.Put("new/03", content(4))
				if resumed {
					closeQueue(t, q)
					time.Sleep(time.Minute)
					q = boot()
				}
				defer closeQueue(t, q)
				hint := remote.HintOf(q.DiscardBack(t.Context(), id))
				if !strings.Contains(hint, "1 object was kept") || !strings.Contains(hint, "new/03") {
					t.Errorf("it says %q", hint)
				}
				wantContent(t, b, "new/03", content(4))
				for _, k := range b.Keys() {
					if strings.HasPrefix(k, "new/") && k != "new/03" {
						t.Errorf("%s is left", k)
					}
				}
				for i := range 10 {
					wantContent(t, b, remote.Path(fmt.Sprintf("old/%02d", i)), content(i+1))
				}
			})
		})
	}
}
