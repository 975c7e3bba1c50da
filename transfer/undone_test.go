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
