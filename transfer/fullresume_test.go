package transfer_test

import (
	"context"
	"testing"

	"gantry/remote"
	"gantry/transfer"
	"gantry/transfer/journal"
)

// lastCopy is a bucket whose process is told to end while it copies, and never gets
// the answer.
type lastCopy struct {
	copier
	end func()
}

func (b lastCopy) Copy(ctx context.Context, src remote.Tree, e remote.Entry, dst remote.Path, o remote.CreateOptions) (remote.Entry, error) {
	if _, err := b.copier.Copy(ctx, src, e, dst, o); err != nil {
		return remote.Entry{}, err
	}
	b.end()
	<-ctx.Done()
	return remote.Entry{}, context.Cause(ctx)
}

// TestACopyInFlightIsReadOnResumeWithVerifyFull: that its sum is shown to be the right
// one is not what was asked for.
func TestACopyInFlightIsReadOnResumeWithVerifyFull(t *testing.T) {
	for _, op := range []transfer.Op{transfer.Copy, transfer.Move} {
		for _, wrong := range []bool{false, true} {
			b := newCopier(func(e *remote.Entry, all []byte) { showsCRC("same")(e, []byte(content(len(all)))) }, nil, 0)
			b.wrong = wrong
			b.Put("a", content(45))
			ctx, end := context.WithCancel(t.Context())
			o := transfer.Options{Unattended: true, Journal: lasting{journal.NewMemory(), &death{did: map[string]int{}}, "one"}}
			o.Open = func(context.Context, string) (remote.Tree, error) { return b, nil }
			q := transfer.New(ctx, o)
			first := lastCopy{b, end}
			r := request(t, op, first, first, "in/", "a")
			r.Rules.Verify, r.Rules.OnConflict = "full", transfer.PolicyOverwrite
			await(t, q, q.Submit(r))
			closeQueue(t, q)
			b.wrong = false
			q = transfer.New(t.Context(), o)
			if ended := adoptAll(t, q); len(ended) != 1 || ended[0].State != transfer.Done {
				t.Errorf("%s, wrong: %t: %+v", op, wrong, ended)
			}
			closeQueue(t, q)
			wantContent(t, b, "in/a", content(45))
			if _, there := b.Get("a"); there != (op == transfer.Copy) {
				t.Errorf("%s: the source is there: %t", op, there)
			}
		}
	}
}
