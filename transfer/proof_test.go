package transfer_test

import (
	"context"
	"fmt"
	"iter"
	"testing"

	"gantry/remote"
	"gantry/remote/mem"
	"gantry/remote/wrap"
	"gantry/transfer"
)

// S03: the target was published, and the answer was lost.
func TestACommitWhoseAnswerWasLostIsSettledByLooking(t *testing.T) {
	for _, size := range []int{5, 35} {
		for _, c := range both {
			inBubble(t, transfer.Options{}, func(t *testing.T, q *transfer.Queue) {
				from, to := c.from(), c.to()
				from.Put(c.root+"a", content(size))
				f := wrap.NewFaulty(plain{to})
				f.Add(wrap.Commit, wrap.Fault{Err: fault(remote.Unreachable), After: true})
				s := await(t, q, q.Submit(request(t, transfer.Move, from, f, c.dir, c.root+"a")))
				wantState(t, s, transfer.Done)
				dst, _ := to.Join(c.dir, "a")
				wantContent(t, to, dst, content(size))
				wantNothing(t, from, c.root+"a")
				if n := f.Calls(wrap.Create); n != 1 {
					t.Errorf("%s: it was written %d times", c.name, n)
				}
			})
		}
	}
}

// The same, but what is there is somebody else's, of the same size.
func TestAnAnswerThatWasLostIsNotTakenForSuccess(t *testing.T) {
	inBubble(t, transfer.Options{Retries: 2}, func(t *testing.T, q *transfer.Queue) {
		from, to := mem.NewDisk("l:"), mem.NewDisk("r:")
		from.Put("/a", "mine")
		f := wrap.NewFaulty(to)
		f.Add(wrap.Commit, wrap.Fault{Err: fault(remote.Unreachable), Do: func() { to.Put("/in/a", "hers") }})
		s := await(t, q, q.Submit(request(t, transfer.Move, from, f, "/in", "/a")))
		wantState(t, s, transfer.Failed)
		wantContent(t, from, "/a", "mine")
		wantContent(t, to, "/in/a", "hers")
	})
}

// etags is a bucket whose versions say what is in an object, as ETags do.
type etags struct{ *mem.Tree }

func (e etags) mark(x remote.Entry) remote.Entry {
	if text, ok := e.Get(x.Path); ok {
		x.Version = fmt.Sprintf("%x", text)
	}
	return x
}

func (e etags) Stat(ctx context.Context, p remote.Path) (remote.Entry, error) {
	x, err := e.Tree.Stat(ctx, p)
	return e.mark(x), err
}

func (e etags) List(ctx context.Context, dir remote.Path, token string) (remote.Page, error) {
	page, err := e.Tree.List(ctx, dir, token)
	for i := range page.Entries {
		page.Entries[i] = e.mark(page.Entries[i])
	}
	return page, err
}

func (e etags) Walk(ctx context.Context, dir remote.Path) iter.Seq2[remote.Entry, error] {
	return func(yield func(remote.Entry, error) bool) {
		for x, err := range e.Tree.Walk(ctx, dir) {
			if !yield(e.mark(x), err) {
				return
			}
		}
	}
}

func (e etags) Copy(ctx context.Context, src remote.Tree, x remote.Entry, dst remote.Path, o remote.CreateOptions) (remote.Entry, error) {
	x.Version, o.IfVersion = "", ""
	out, err := e.Tree.Copy(ctx, src, x, dst, o)
	return e.mark(out), err
}

// Y03 by alias: one object under two names of the store.
func TestMoveOntoAnAliasNeverDeletesTheOnlyCopy(t *testing.T) {
	tree := etags{mem.New("acme:")}
	tree.Put("in/a", "content")
	r := request(t, transfer.Move, tree, alias{tree}, "in/", "in/a")
	r.Rules.OnConflict = transfer.PolicyOverwrite
	s := run(t, transfer.Options{}, r)
	wantState(t, s, transfer.Failed)
	if remote.KindOf(s.Err) != remote.Invalid {
		t.Errorf("the reason is %v", s.Err)
	}
	wantContent(t, tree, "in/a", "content")
}

// odd is a disk whose sinks end differently.
type odd struct {
	remote.Tree
	commit func(remote.Entry) remote.Entry
	abort  func(context.Context)
}

type oddSink struct {
	remote.Sink
	o odd
}

func (o odd) Create(ctx context.Context, p remote.Path, c remote.CreateOptions) (remote.Sink, error) {
	s, err := o.Tree.Create(ctx, p, c)
	return oddSink{s, o}, err
}

func (s oddSink) Commit(ctx context.Context, ps []remote.Part) (remote.Entry, error) {
	e, err := s.Sink.Commit(ctx, ps)
	if s.o.commit != nil {
		e = s.o.commit(e)
	}
	return e, err
}

func (s oddSink) Abort(ctx context.Context) error {
	if s.o.abort != nil {
		s.o.abort(ctx)
	}
	return s.Sink.Abort(ctx)
}

// Y04: the source stays.
func TestATargetOfAnotherSizeIsNotDone(t *testing.T) {
	from, to := mem.NewDisk("l:"), mem.NewDisk("r:")
	from.Put("/a", content(15))
	lying := odd{Tree: to, commit: func(e remote.Entry) remote.Entry { e.Size--; return e }}
	s := run(t, transfer.Options{}, request(t, transfer.Move, from, lying, "/in", "/a"))
	wantState(t, s, transfer.Failed)
	if remote.KindOf(s.Err) != remote.Corrupt {
		t.Errorf("the reason is %v", s.Err)
	}
	wantContent(t, from, "/a", content(15))
}

// Y04: the source stays until the target is right.
func TestATargetWithAnotherChecksumIsWrittenOnceMore(t *testing.T) {
	from, to := mem.NewDisk("l:"), mem.New("r:")
	from.Put("/a", content(15))
	n := 0
	lying := odd{Tree: to, commit: func(e remote.Entry) remote.Entry {
		if n++; n == 1 {
			to.Put("in/a", content(14)+"!") // flipped at rest
			e, _ = to.Stat(t.Context(), "in/a")
		}
		return e
	}}
	s := run(t, transfer.Options{}, request(t, transfer.Move, from, lying, "in/", "/a"))
	wantState(t, s, transfer.Done)
	wantContent(t, to, "in/a", content(15))
	if n != 2 {
		t.Errorf("it was published %d times", n)
	}
}

// U13: the abort has a context of its own.
func TestAnAbortOutlivesTheContextOfTheJob(t *testing.T) {
	for _, quit := range []bool{false, true} {
		inBubble(t, transfer.Options{}, func(t *testing.T, q *transfer.Queue) {
			from, to := mem.NewDisk("l:"), mem.New("r:")
			from.Put("/a", content(35))
			aborts := 0
			f := wrap.NewFaulty(to)
			f.Add(wrap.WritePart, wrap.Fault{Skip: 2, Hang: true})
			r := request(t, transfer.Copy, from, odd{Tree: f, abort: func(ctx context.Context) {
				aborts++
				if _, ok := ctx.Deadline(); ctx.Err() != nil || !ok {
					t.Errorf("the context of the abort: %v, limited: %t", ctx.Err(), ok)
				}
			}}, "in/", "/a")
			id := q.Submit(r)
			feed := q.Subscribe()
			defer feed.Close()
			awaitThat(t, feed, id, func(s transfer.Snapshot) bool { return f.Calls(wrap.WritePart) >= 3 })
			if quit {
				if err := q.Close(context.Background()); err != nil {
					t.Error(err)
				}
			} else {
				q.Cancel(id)
			}
			wantState(t, await(t, q, id), transfer.Cancelled)
			if aborts != 1 || to.Uploads() != 0 {
				t.Errorf("%d aborts, %d uploads left over", aborts, to.Uploads())
			}
		})
	}
}
