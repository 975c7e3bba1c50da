package transfer_test

import (
	"context"
	"fmt"
	"iter"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"gantry/remote"
	"gantry/remote/mem"
	"gantry/remote/wrap"
	"gantry/transfer"
)

// paced is a bucket that is asked to slow down in its listings, and that takes a
// second for a copy.
type paced struct {
	*mem.Tree
	slow func()
	busy *atomic.Int64
}

func (p *paced) OnSlowDown(f func()) { p.slow = f }

func (p *paced) Walk(ctx context.Context, dir remote.Path) iter.Seq2[remote.Entry, error] {
	p.slow()
	return p.Tree.Walk(ctx, dir)
}

func (p *paced) CanCopy(remote.Tree) bool { return true }

func (p *paced) Copy(ctx context.Context, _ remote.Tree, e remote.Entry, dst remote.Path, o remote.CreateOptions) (remote.Entry, error) {
	p.busy.Add(1)
	defer p.busy.Add(-1)
	<-time.After(time.Second)
	return p.Tree.Copy(ctx, p.Tree, e, dst, o)
}

// TestAListingThatIsAskedToSlowDownSlowsTheTransfersToo: N02.
func TestAListingThatIsAskedToSlowDownSlowsTheTransfersToo(t *testing.T) {
	inBubble(t, transfer.Options{Workers: 8}, func(t *testing.T, q *transfer.Queue) {
		b := &paced{Tree: mem.New("b:"), busy: &atomic.Int64{}}
		for i := range 30 {
			b.Put(remote.Path(fmt.Sprintf("d/%02d", i)), "x")
		}
		id := q.Submit(request(t, transfer.Copy, b, b, "to/", "d/"))
		synctest.Wait()
		<-time.After(100 * time.Millisecond)
		synctest.Wait()
		if n := b.busy.Load(); n != 4 {
			t.Errorf("%d copies at a time although 8 were halved", n)
		}
		wantState(t, await(t, q, id), transfer.Done)
	})
}

// N02: so does one of a source that is only read.
func TestAReadOnlySourceThatIsAskedToSlowDownSlowsTheTransfersToo(t *testing.T) {
	inBubble(t, transfer.Options{Workers: 8}, func(t *testing.T, q *transfer.Queue) {
		b := &paced{Tree: mem.New("b:"), busy: &atomic.Int64{}}
		for i := range 30 {
			b.Put(remote.Path(fmt.Sprintf("d/%02d", i)), "x")
		}
		from := wrap.NewFaulty(b)
		from.Add(wrap.Open, wrap.Fault{Times: -1, Do: func() {
			b.busy.Add(1)
			<-time.After(time.Second)
			b.busy.Add(-1)
		}})
		id := q.Submit(request(t, transfer.Copy, wrap.ReadOnly(from, "It is only read."), mem.New("t:"), "to/", "d/"))
		synctest.Wait()
		<-time.After(100 * time.Millisecond)
		synctest.Wait()
		if n := b.busy.Load(); n != 4 {
			t.Errorf("%d are read at a time although 8 were halved", n)
		}
		wantState(t, await(t, q, id), transfer.Done)
	})
}
