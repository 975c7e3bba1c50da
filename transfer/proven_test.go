package transfer_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gantry/remote"
	"gantry/remote/mem"
	"gantry/transfer"
	"gantry/transfer/journal"
)

// TestACopyInFlightAtAKillIsTakenBackIfItIsProvenToBeOurs: of two copies, one over
// something else and one to where nothing was, it is not on record that they were
// made. What the bucket has kept tells whose they are; in doubt they stay and are
// named.
func TestACopyInFlightAtAKillIsTakenBackIfItIsProvenToBeOurs(t *testing.T) {
	for name, x := range map[string]struct {
		at    remote.Path
		after bool
		then  func(b *mem.Tree) // what others do before it is taken back
		holds string
		says  string
	}{
		"it was made":          {at: "new/02", after: true, holds: "older"},
		"it was not made":      {at: "new/02", holds: "older"},
		"where nothing was":    {at: "new/03", after: true, holds: "older"},
		"written by others":    {at: "new/02", after: true, then: func(b *mem.Tree) { b.Put("new/02", "of others") }, holds: "of others", says: "1 object was kept"},
		"the same by others":   {at: "new/02", after: true, then: func(b *mem.Tree) { b.Put("new/02", content(3)) }, holds: content(3), says: "it was kept: new/02. Every"},
		"over what others had": {at: "new/02", then: func(b *mem.Tree) { b.Put("new/02", "of others"); b.Put("new/02", content(3)) }, holds: content(3), says: "it was kept: new/02. Every"},
		"nothing is kept":      {at: "new/02", after: true, then: func(b *mem.Tree) { b.Versions = false }, holds: content(3), says: "it was kept: new/02."},
		"the source changed":   {at: "new/02", after: true, then: func(b *mem.Tree) { b.Put("old/02", "changed") }, holds: content(3), says: "1 object was kept"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := versioned()
				jr := journal.NewMemory()
				boot := func(at remote.Path) (*transfer.Queue, *death) {
					d := &death{did: map[string]int{}, hit: func(call string, p remote.Path) blow {
						return blow{die: call == "Copy" && p == at, after: x.after}
					}}
					return transfer.New(t.Context(), transfer.Options{
						PartSize: 10, Workers: 1, Retries: -1, Unattended: true, Journal: lasting{jr, d, "killed at " + string(at)},
						Open: func(context.Context, string) (remote.Tree, error) { return mortal{b, d}, nil },
					}), d
				}
				q, d := boot(x.at)
				r := rename(t, b)
				r.From, r.To, r.Rules.OnConflict = mortal{b, d}, mortal{b, d}, transfer.PolicyOverwrite
				id := q.Submit(r)
				await(t, q, id)
				closeQueue(t, q)
				if !d.struck() {
					t.Fatal("it was not killed")
				}
				if x.then != nil {
					x.then(b)
				}
				time.Sleep(time.Second)
				q, _ = boot("")
				defer closeQueue(t, q)
				if hint := remote.HintOf(q.DiscardBack(t.Context(), id)); !strings.Contains(hint, x.says) || x.says == "" && strings.Contains(hint, "kept") {
					t.Errorf("it says %q", hint)
				}
				wantContent(t, b, "new/02", x.holds)
				wantContent(t, b, "new/05", "older still")
				if n := len(b.Keys()); n != 13 {
					t.Errorf("keys %q", b.Keys())
				}
			})
		})
	}
}
