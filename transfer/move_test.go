package transfer_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gantry/remote"
	"gantry/remote/mem"
	"gantry/remote/wrap"
	"gantry/transfer"
)

func TestMoveKeepsSourceWhenCommitFails(t *testing.T) {
	from, to := mem.New("left:"), mem.NewDisk("right:")
	from.Put("a", content(35))
	bad := wrap.NewFaulty(to)
	bad.Fail(wrap.Commit, 1, fault(remote.Denied))
	s := run(t, transfer.Options{}, request(t, transfer.Move, from, bad, "/in", "a"))
	wantState(t, s, transfer.Failed)
	if remote.KindOf(s.Err) != remote.Denied {
		t.Errorf("the reason is %v", s.Err)
	}
	wantContent(t, from, "a", content(35))
	wantNothing(t, to, "/in/a")
	if to.Uploads() != 0 {
		t.Error("the partial file is left over")
	}
}

func TestMoveKeepsSourceThatChangedAfterTheCopy(t *testing.T) {
	from, to := mem.New("left:"), mem.New("right:")
	from.Put("a", content(5))
	bad := wrap.NewFaulty(to)
	bad.Add(wrap.Copy, wrap.Fault{})
	src := wrap.NewFaulty(from)
	r := request(t, transfer.Move, src, bad, "in/", "a")
	src.Add(wrap.Stat, wrap.Fault{Do: func() { from.Put("a", "newer") }}) // the look before the deletion
	s := run(t, transfer.Options{}, r)
	wantState(t, s, transfer.Failed)
	if remote.KindOf(s.Err) != remote.Changed {
		t.Errorf("the reason is %v", s.Err)
	}
	wantContent(t, from, "a", "newer")
	wantContent(t, to, "in/a", content(5))
}

func TestMoveOntoItselfIsRefusedBeforeAnythingIsWritten(t *testing.T) {
	tree := mem.New("acme:")
	tree.Put("in/a", "content")
	for _, p := range []transfer.Policy{transfer.PolicyOverwrite, transfer.PolicyFail, transfer.PolicyAsk} {
		r := request(t, transfer.Move, tree, tree, "in/", "in/a")
		r.Rules.OnConflict = p
		s := run(t, transfer.Options{}, r)
		wantState(t, s, transfer.Failed)
		wantContent(t, tree, "in/a", "content")
	}
}

func TestMoveBetweenTwoNamesOfOneObjectIsRefused(t *testing.T) {
	tree := mem.New("acme:")
	tree.Put("in/a", "content")
	r := request(t, transfer.Move, tree, alias{tree}, "in/", "in/a")
	r.Rules.OnConflict = transfer.PolicyOverwrite
	s := run(t, transfer.Options{}, r)
	wantState(t, s, transfer.Failed)
	wantContent(t, tree, "in/a", "content")
}

// alias is the same bucket under another name of the store.
type alias struct{ remote.Tree }

func (alias) Label() string         { return "other:" }
func (a alias) Unwrap() remote.Tree { return a.Tree }

// A copy that a move has made already, as when its source could not be deleted, is
// no other name of the source.
func TestAMoveOntoACopyOfTheSourceIsNoMoveOntoItself(t *testing.T) {
	from, to := mem.New("l:"), mem.New("r:")
	src := from.Put("a", "content")
	if there := to.PutAt("in/a", "content", src.ModTime); there.Version != src.Version {
		t.Fatalf("it shows: %+v, %+v", src, there)
	}
	r := request(t, transfer.Move, from, to, "in/", "a")
	r.Rules.OnConflict = transfer.PolicyOverwrite
	wantState(t, run(t, transfer.Options{}, r), transfer.Done)
	wantContent(t, to, "in/a", "content")
	if _, err := from.Stat(t.Context(), "a"); remote.KindOf(err) != remote.NotExist {
		t.Errorf("the source: %v", err)
	}
}

// Y11: a folder into what is below it.
func TestFoldersCannotGoIntoThemselves(t *testing.T) {
	disk, key := mem.NewDisk("d:"), mem.New("b:")
	disk.Put("/a/b/f", "x")
	key.Put("a/b/f", "x")
	for _, op := range []transfer.Op{transfer.Copy, transfer.Move} {
		for _, r := range []transfer.Request{
			request(t, op, disk, disk, "/a/b", "/a"),
			request(t, op, disk, disk, "/a", "/a"),
			request(t, op, disk, disk, "/", "/a"),
			request(t, op, key, key, "a/b/", "a/"),
			request(t, op, key, key, "a/b", "a/"),
			request(t, op, key, key, "", "a/"),
		} {
			s := run(t, transfer.Options{}, r)
			wantState(t, s, transfer.Failed)
			if remote.KindOf(s.Err) != remote.Invalid {
				t.Errorf("%s into %q: %v", op, r.Dir, s.Err)
			}
		}
	}
	wantContent(t, disk, "/a/b/f", "x")
	wantContent(t, key, "a/b/f", "x")
	if n := len(disk.Keys()) + len(key.Keys()); n != 4 {
		t.Errorf("there are %d entries: %q %q", n, disk.Keys(), key.Keys())
	}
}

func TestMoveOnOneDiskRenames(t *testing.T) {
	d := mem.NewDisk("")
	d.Put("/a/b/f", "1")
	d.Put("/a/g", "2")
	d.Put("/file", "3")
	f := wrap.NewFaulty(d)
	s := run(t, transfer.Options{}, request(t, transfer.Move, f, f, "/new/in", "/a", "/file"))
	wantState(t, s, transfer.Done)
	wantContent(t, d, "/new/in/a/b/f", "1")
	wantContent(t, d, "/new/in/a/g", "2")
	wantContent(t, d, "/new/in/file", "3")
	if f.Calls(wrap.Create) != 0 || f.Calls(wrap.Rename) != 2 {
		t.Errorf("%d files written, %d renames", f.Calls(wrap.Create), f.Calls(wrap.Rename))
	}
}

func TestMoveGoesTheLongWayWhereRenamingDoesNot(t *testing.T) {
	d := mem.NewDisk("")
	d.Put("/a/b/f", "1")
	d.Put("/a/g", content(25))
	d.Put("/in/a/h", "there already")
	f := wrap.NewFaulty(d)
	f.Add(wrap.Rename, wrap.Fault{Times: -1, Err: fault(remote.Unsupported)})
	s := run(t, transfer.Options{}, request(t, transfer.Move, f, f, "/in", "/a"))
	wantState(t, s, transfer.Done)
	wantContent(t, d, "/in/a/b/f", "1")
	wantContent(t, d, "/in/a/g", content(25))
	wantContent(t, d, "/in/a/h", "there already")
	if got := fmt.Sprint(d.Keys()); got != "[/in/ /in/a/ /in/a/b/ /in/a/b/f /in/a/g /in/a/h]" {
		t.Errorf("now there are %s", got)
	}
}

func TestFoldersStayWhileSomethingInThemStays(t *testing.T) {
	d, b := mem.NewDisk(""), mem.New("b:")
	d.Put("/a/b/f", "1")
	d.Put("/a/c/g", "2")
	b.Put("in/a/b/f", "taken")
	r := request(t, transfer.Move, d, b, "in/", "/a")
	q := newQueue(t, transfer.Options{})
	id := q.Submit(r)
	s := await(t, q, id)
	wantState(t, s, transfer.Failed)
	if got := fmt.Sprint(d.Keys()); got != "[/a/ /a/b/ /a/b/f]" {
		t.Errorf("left at the source: %s", got)
	}
	if err := b.Remove(t.Context(), []remote.Path{"in/a/b/f"}); err != nil {
		t.Fatal(err)
	}
	q.Retry(id)
	wantState(t, await(t, q, id), transfer.Done)
	if got := fmt.Sprint(d.Keys()); got != "[]" {
		t.Errorf("left after the retry: %s", got)
	}
}

// TestNoFaultAtAnyCallLosesData makes every single call of a move fail, in
// every way a call can: refused, broken, or done with its answer lost. After
// each run, of every file there is a whole source or a whole target.
func TestNoFaultAtAnyCallLosesData(t *testing.T) {
	files := map[remote.Path]string{"small": content(7), "big": content(35), "empty": ""}
	for _, c := range both {
		for _, k := range []remote.Kind{remote.Unreachable, remote.Denied, remote.Corrupt, remote.Throttled, remote.NotExist, remote.Changed, remote.Exist, remote.Other} {
			for _, after := range []bool{false, true} {
				for _, old := range []bool{false, true} {
					t.Run(fmt.Sprintf("%s %s after=%t old=%t", c.name, k, after, old), func(t *testing.T) {
						for n := 0; ; n++ {
							if !faultAt(t, c.from(), c.to(), c.root, c.dir, files, n, k, after, old) {
								return
							}
						}
					})
				}
			}
		}
	}
}

// faultAt runs the move with a fault at the n-th call of either side, and tells
// whether there were that many calls.
func faultAt(t *testing.T, from, to *mem.Tree, root, dir remote.Path, files map[remote.Path]string, n int, k remote.Kind, after, old bool) (struck bool) {
	synctest.Test(t, func(t *testing.T) {
		var ps []remote.Path
		for p, text := range files {
			from.Put(root+p, text)
			ps = append(ps, root+p)
			if dst, _ := to.Join(dir, string(p)); old {
				to.Put(dst, "the old content of "+string(p))
			}
		}
		r := request(t, transfer.Move, from, to, dir, ps...)
		r.Rules.OnConflict = transfer.PolicyOverwrite
		a, b := wrap.NewFaulty(from), wrap.NewFaulty(to)
		r.From, r.To = a, b
		bad := a
		if n%2 == 1 {
			bad = b
		}
		bad.Add(wrap.Any, wrap.Fault{Skip: n / 2, Err: fault(k), After: after})
		q := transfer.New(t.Context(), transfer.Options{PartSize: 10, Retries: 3, Workers: 3})
		s := await(t, q, q.Submit(r))
		if err := q.Close(context.Background()); err != nil {
			t.Fatal(err)
		}
		struck = a.Pending()+b.Pending() == 0
		for p, text := range files {
			src, there := from.Get(root + p)
			dst, _ := to.Join(dir, string(p))
			got, landed := to.Get(dst)
			if !(there && src == text) && !(landed && got == text) {
				t.Fatalf("fault at call %d: %q is lost (source there: %t, target %q)", n, p, there, got)
			}
			if landed && got != text && got != "the old content of "+string(p) {
				t.Fatalf("fault at call %d: half of %q is published: %q", n, p, got)
			}
			if s.State == transfer.Done && (there || !landed) && k != remote.NotExist { // told that it is gone, a move believes it
				t.Fatalf("fault at call %d: done, but %q was not moved", n, p)
			}
		}
		if left := to.Uploads(); left > 1 || (left == 1 && !after && !struckAbort(k)) {
			t.Fatalf("fault at call %d: %d uploads are left over", n, left)
		}
	})
	// Calls of the two sides are numbered alternately: it ends when neither side
	// has one more.
	return struck || n%2 == 0
}

// struckAbort tells whether the fault may have been one of Abort itself, which
// is not tried again for such kinds: that leaves an upload, which is logged. So
// does a Create whose answer was lost: nobody knows the id.
func struckAbort(k remote.Kind) bool { return k != remote.Unreachable && k != remote.Throttled }

// pinned is a bucket that can pin deletions. late is called once between the look and
// the deletion.
type pinned struct {
	*mem.Tree
	late func()
}

func (b *pinned) RemovePinned(ctx context.Context, es []remote.Entry) error {
	if f := b.late; f != nil {
		b.late = nil
		f()
	}
	var errs []error
	for _, e := range es {
		err := b.RemoveIf(ctx, e.Path, e.Version, time.Time{})
		if remote.KindOf(err) != remote.NotExist {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// TestWhatOthersWriteToASourceRightBeforeItIsDeletedStays where the store knows
// conditional deletions: one source after the other, and all in the end.
func TestWhatOthersWriteToASourceRightBeforeItIsDeletedStays(t *testing.T) {
	for name, inside := range map[string]bool{"to a disk": false, "inside a bucket": true} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, transfer.Options{Workers: 1, Unattended: true}, func(t *testing.T, q *transfer.Queue) {
				b := &pinned{Tree: tree(10)}
				b.late = func() { b.Put("old/00", "of others") }
				var to remote.Tree = mem.NewDisk("d:")
				dir := remote.Path("/new")
				if inside {
					to, dir = b, "new/"
				}
				r := request(t, transfer.Move, b, to, dir, "old/00", "old/01", "old/02", "old/03")
				s := await(t, q, q.Submit(r))
				if s.Failures != 1 {
					t.Errorf("%d failures: %v", s.Failures, s.Err)
				}
				wantContent(t, b.Tree, "old/00", "of others")
				if _, there := b.Get("old/01"); there {
					t.Error("what nobody has changed is still there")
				}
				for _, it := range q.Items(s.ID, transfer.ItemsFailed, 0, 10) {
					if !strings.Contains(remote.HintOf(it.Err), "the source has changed since and was kept") {
						t.Errorf("it says %q", remote.HintOf(it.Err))
					}
				}
			})
		})
	}
}
