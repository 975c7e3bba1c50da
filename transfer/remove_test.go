package transfer_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"gantry/remote"
	"gantry/remote/mem"
	"gantry/remote/wrap"
	"gantry/transfer"
)

// stubborn refuses to delete some entries, each with its own error, and deletes
// the rest, as stores do.
type stubborn struct {
	remote.Tree
	refuse map[remote.Path]error
	once   map[remote.Path]error
	most   int // entries in one call
}

func (s *stubborn) Remove(ctx context.Context, ps []remote.Path) error {
	s.most = max(s.most, len(ps))
	var errs []error
	var rest []remote.Path
	for _, p := range ps {
		err := s.refuse[p]
		if err == nil {
			err = s.once[p]
			delete(s.once, p)
		}
		if err != nil {
			errs = append(errs, err)
			continue
		}
		rest = append(rest, p)
	}
	return errors.Join(append(errs, s.Tree.Remove(ctx, rest))...)
}

func refusal(p remote.Path, k remote.Kind) error {
	return &remote.Error{Op: "delete", Path: p, Kind: k, Err: errors.New("injected")}
}

func TestEverySurvivorOfADeletionIsReported(t *testing.T) {
	inBubble(t, transfer.Options{Workers: 1}, func(t *testing.T, q *transfer.Queue) {
		for _, c := range []struct {
			tree *mem.Tree
			root remote.Path
			dir  remote.Path
		}{{mem.NewDisk("d:").Tree, "/", "/d"}, {mem.New("b:"), "", "d/"}} {
			for i := range 1500 {
				c.tree.Put(c.root+remote.Path(fmt.Sprintf("d/s/f%04d", i)), "x")
			}
			c.tree.Put(c.root+"d/free/a", "x")
			bad := c.root + "d/s/f0700"
			s := &stubborn{
				Tree: c.tree, refuse: map[remote.Path]error{bad: refusal(bad, remote.Denied)},
				once: map[remote.Path]error{
					c.root + "d/s/f0001": refusal(c.root+"d/s/f0001", remote.Throttled),
					c.root + "d/s/f1400": refusal(c.root+"d/s/f1400", remote.Unreachable),
				},
			}
			r := transfer.Request{Op: transfer.Delete, From: s, Sources: transfer.Entries(list(t, c.tree, c.dir)...)}
			id := q.Submit(r)
			snap := await(t, q, id)
			wantState(t, snap, transfer.Failed)
			failed := q.Items(id, transfer.ItemsFailed, 0, 10)
			if len(failed) != 1 || failed[0].Source != c.tree.Label()+string(bad) || remote.KindOf(failed[0].Err) != remote.Denied {
				t.Errorf("failed: %+v", failed)
			}
			for _, k := range c.tree.Keys() {
				if k != string(bad) && k[len(k)-1] != '/' {
					t.Errorf("left: %q", k)
				}
			}
			if s.most > 1000 {
				t.Errorf("%d entries in one call", s.most)
			}
			s.refuse = nil
			q.Retry(id)
			snap = await(t, q, id)
			wantState(t, snap, transfer.Done)
			if ks := c.tree.Keys(); len(ks) != 0 {
				t.Errorf("left after the retry: %q", ks)
			}
		}
	})
}

func TestAnErrorAboutNoEntryLeavesNothingInDoubt(t *testing.T) {
	inBubble(t, transfer.Options{}, func(t *testing.T, q *transfer.Queue) {
		b := mem.New("b:")
		for i := range 10 {
			b.Put(remote.Path(fmt.Sprintf("f%d", i)), "x")
		}
		f := wrap.NewFaulty(b)
		f.Add(wrap.Remove, wrap.Fault{Err: &remote.Error{Op: "delete", Kind: remote.Unreachable}, After: true, Times: 2})
		var ps []remote.Path
		for _, k := range b.Keys() {
			ps = append(ps, remote.Path(k))
		}
		s := await(t, q, q.Submit(transfer.Request{Op: transfer.Delete, From: f, Sources: transfer.Entries(list(t, b, ps...)...)}))
		wantState(t, s, transfer.Done)
		if s.Items.Done != 10 || len(b.Keys()) != 0 {
			t.Errorf("items %v, left %q", s.Items, b.Keys())
		}
	})
}

func TestWhatAFilterLeavesOutKeepsItsFolder(t *testing.T) {
	for _, op := range []transfer.Op{transfer.Move, transfer.Delete} {
		d, b := mem.NewDisk("d:"), mem.New("b:")
		for _, p := range []remote.Path{"/x/a/keep.txt", "/x/a/go.tmp", "/x/b/gone.tmp"} {
			d.Put(p, "1")
		}
		r := request(t, op, d, b, "", "/x")
		r.Rules.Filters = []transfer.Filter{{Pattern: "*.tmp"}, {Exclude: true, Pattern: "*"}}
		wantState(t, run(t, transfer.Options{}, r), transfer.Done)
		if got := fmt.Sprint(d.Keys()); got != "[/x/ /x/a/ /x/a/keep.txt]" {
			t.Errorf("%s left %s", op, got)
		}
	}
}
