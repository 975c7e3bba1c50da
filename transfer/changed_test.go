package transfer_test

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"gantry/remote"
	"gantry/remote/mem"
	"gantry/remote/wrap"
	"gantry/transfer"
)

// U01 to U05: whatever happens to a file while it is sent, nothing mixed is
// published.
func TestAFileThatChangesWhileItIsSentIsNotPublished(t *testing.T) {
	for name, edit := range map[string]string{
		"U01 it grows": content(40), "U02 it is cut": content(30), "U03 it is edited in place": content(34) + "!",
	} {
		for _, logged := range []bool{false, true} { // as the program has its disk: decorated
			t.Run(fmt.Sprintf("%s, logged: %t", name, logged), func(t *testing.T) {
				from, to := mem.NewDisk("l:"), mem.New("r:")
				from.Put("/a", content(35))
				to.Put("in/a", "old")
				f := wrap.NewFaulty(to)
				f.Add(wrap.WritePart, wrap.Fault{Skip: 1, Do: func() { from.Put("/a", edit) }})
				r := request(t, transfer.Copy, from, f, "in/", "/a")
				if logged {
					r.From, r.To = wrap.Logged(from, slog.New(slog.DiscardHandler)), wrap.Logged(f, slog.New(slog.DiscardHandler))
				}
				r.Rules.OnConflict = transfer.PolicyOverwrite
				s := run(t, transfer.Options{Workers: 2}, r)
				wantState(t, s, transfer.Failed)
				if remote.KindOf(s.Err) != remote.Changed {
					t.Errorf("the reason is %v", s.Err)
				}
				wantContent(t, to, "in/a", "old")
				if to.Uploads() != 0 {
					t.Error("an upload is left over")
				}
			})
		}
	}
}

// D01: the object is overwritten in the middle of a download in ranges.
func TestAnObjectThatChangesIsFetchedOnceMore(t *testing.T) {
	from, to := mem.New("l:"), mem.NewDisk("r:")
	from.Put("a", content(35))
	f := wrap.NewFaulty(from)
	r := request(t, transfer.Copy, f, to, "/in", "a")
	f.Add(wrap.Open, wrap.Fault{Skip: 2, Do: func() { from.Put("a", content(45)) }})
	s := run(t, transfer.Options{Workers: 1}, r)
	wantState(t, s, transfer.Done)
	wantContent(t, to, "/in/a", content(45))
	if s.Bytes.Done != 45 || s.Bytes.Total != 45 {
		t.Errorf("bytes %v", s.Bytes)
	}
}

// D07: the object is deleted in the middle.
func TestAnObjectThatIsDeletedMeanwhileFails(t *testing.T) {
	from, to := mem.New("l:"), mem.NewDisk("r:")
	from.Put("a", content(35))
	f := wrap.NewFaulty(from)
	r := request(t, transfer.Copy, f, to, "/in", "a")
	f.Add(wrap.Open, wrap.Fault{Skip: 2, Do: func() { _ = from.Remove(t.Context(), []remote.Path{"a"}) }})
	s := run(t, transfer.Options{Workers: 1}, r)
	wantState(t, s, transfer.Failed)
	wantNothing(t, to, "/in/a")
	if remote.KindOf(s.Err) != remote.NotExist || to.Uploads() != 0 {
		t.Errorf("%v, %d partial files", s.Err, to.Uploads())
	}
}

// S22: somebody aborted our upload; it is begun once more.
func TestAnUploadThatIsGoneBeginsAnew(t *testing.T) {
	from, to := mem.NewDisk("l:"), mem.New("r:")
	from.Put("/a", content(35))
	f := wrap.NewFaulty(to)
	f.Fail(wrap.WritePart, 3, fault(remote.NotExist))
	s := run(t, transfer.Options{}, request(t, transfer.Copy, from, f, "in/", "/a"))
	wantState(t, s, transfer.Done)
	wantContent(t, to, "in/a", content(35))
	if s.Bytes.Done != 35 || f.Calls(wrap.Create) != 2 {
		t.Errorf("bytes %v, %d uploads begun", s.Bytes, f.Calls(wrap.Create))
	}
}

// S22: what was begun each time is aborted, and named where that is refused.
func TestUploadsThatCannotBeAbortedAreNamed(t *testing.T) {
	from, to := mem.NewDisk("l:"), mem.New("r:")
	from.Put("/a", content(35))
	f := wrap.NewFaulty(to)
	f.Add(wrap.WritePart, wrap.Fault{Err: fault(remote.NotExist), Times: -1})
	f.Add(wrap.Abort, wrap.Fault{Err: fault(remote.Other), Times: -1})
	r := request(t, transfer.Copy, from, f, "in/", "/a")
	note := ""
	r.OnItem = func(it transfer.ItemSnapshot) { note = it.Note }
	wantState(t, run(t, transfer.Options{}, r), transfer.Failed)
	left := 0
	for u := range to.ListUploads(t.Context(), "") {
		if left++; !strings.Contains(note, u.ID) {
			t.Errorf("%s is not named in %q", u.ID, note)
		}
	}
	if left != 2 || !strings.Contains(note, "gantry leftovers r:in/a --abort") {
		t.Errorf("%d are left, and it says %q", left, note)
	}
}

func TestVerifiedLevelIsShownForEachItem(t *testing.T) {
	for _, c := range both {
		for _, verify := range []string{"auto", "size", "full"} {
			t.Run(c.name+" "+verify, func(t *testing.T) {
				from, to := c.from(), c.to()
				from.Put(c.root+"small", content(5))
				from.Put(c.root+"big", content(95))
				r := request(t, transfer.Copy, plain{from}, plain{to}, c.dir, c.root+"small", c.root+"big")
				r.Rules.Verify = verify
				want := "CRC64NVME"
				if verify == "size" || (verify == "auto" && c.name == "disk to disk") {
					want = "size only"
				}
				r.OnItem = func(it transfer.ItemSnapshot) {
					if it.Verified != want || it.State != transfer.Done {
						t.Errorf("%s: %s, verified %q, want %q", it.Source, it.State, it.Verified, want)
					}
				}
				wantState(t, run(t, transfer.Options{}, r), transfer.Done)
			})
		}
	}
}

// old is a tree that knows MD5s only, or none.
type old struct {
	remote.Tree
	sum remote.Sum
}

type oldSink struct {
	remote.Sink
	sum remote.Sum
}

func (o old) Create(ctx context.Context, p remote.Path, opt remote.CreateOptions) (remote.Sink, error) {
	s, err := o.Tree.Create(ctx, p, opt)
	return oldSink{s, o.sum}, err
}

func (o oldSink) Commit(ctx context.Context, parts []remote.Part) (remote.Entry, error) {
	e, err := o.Sink.Commit(ctx, parts)
	e.Sum = o.sum
	return e, err
}

func TestOnlyWhatTheTargetHasShownIsVerified(t *testing.T) {
	for want, sum := range map[string]remote.Sum{"MD5": {Algorithm: remote.MD5, Digest: "0123456789abcdef"}, "size only": {}} {
		from, to := mem.NewDisk("l:"), mem.New("r:")
		from.Put("/small", content(5))
		from.Put("/big", content(95))
		r := request(t, transfer.Copy, plain{from}, old{plain{to}, sum}, "in/", "/small", "/big")
		r.OnItem = func(it transfer.ItemSnapshot) {
			if it.Verified != want {
				t.Errorf("%s: verified %q, want %q", it.Source, it.Verified, want)
			}
		}
		wantState(t, run(t, transfer.Options{}, r), transfer.Done)
	}
}

func TestAnObjectOfUnknownSizeIsStreamed(t *testing.T) {
	from, to := mem.NewDisk("l:"), mem.New("r:")
	for _, n := range []int{0, 9, 10, 25} {
		from.Put("/a", content(n))
		e := list(t, from, "/a")[0]
		e.Size = -1
		r := request(t, transfer.Move, from, to, "in/", "/a")
		r.Sources = transfer.Entries(e)
		r.Rules.OnConflict = transfer.PolicyOverwrite
		s := run(t, transfer.Options{}, r)
		wantState(t, s, transfer.Done)
		wantContent(t, to, "in/a", content(n))
		wantNothing(t, from, "/a")
		if s.Bytes.Done != int64(n) || s.Bytes.Total != int64(n) {
			t.Errorf("bytes %v of %d", s.Bytes, n)
		}
	}
}

// D03, D04: a store that cannot serve a piece of an object serves all of it.
func TestAnObjectThatCannotBeReadInPiecesIsReadInOne(t *testing.T) {
	for name, skip := range map[string]int{"at once": 0, "later": 2} {
		t.Run(name, func(t *testing.T) {
			from, to := mem.New("l:"), mem.NewDisk("r:")
			from.Put("a", content(35))
			f := wrap.NewFaulty(from)
			f.Add(wrap.Open, wrap.Fault{Skip: skip, Err: fault(remote.Unsupported)})
			s := run(t, transfer.Options{}, request(t, transfer.Copy, f, to, "/in", "a"))
			wantState(t, s, transfer.Done)
			wantContent(t, to, "/in/a", content(35))
			if s.Bytes.Done != 35 || to.Uploads() != 0 {
				t.Errorf("bytes %v, %d partial files", s.Bytes, to.Uploads())
			}
		})
	}
}

// U06: a sector of the disk cannot be read; the other files go on.
func TestAFileThatCannotBeReadFailsAlone(t *testing.T) {
	from, to := mem.NewDisk("l:"), mem.New("r:")
	for _, name := range []remote.Path{"/a", "/b", "/c"} {
		from.Put(name, content(35))
	}
	f := wrap.NewFaulty(from)
	f.Add(wrap.Read, wrap.Fault{Times: -1, Match: func(p remote.Path) bool { return p == "/b" }, Err: fault(remote.Other)})
	r := request(t, transfer.Move, from, to, "in/", "/a", "/b", "/c")
	r.From = f
	s := run(t, transfer.Options{}, r)
	wantState(t, s, transfer.Failed)
	if s.Failures != 1 || to.Uploads() != 0 {
		t.Errorf("%d failures, %d uploads are left", s.Failures, to.Uploads())
	}
	wantContent(t, to, "in/a", content(35))
	wantContent(t, to, "in/c", content(35))
	wantContent(t, from, "/b", content(35))
	wantNothing(t, to, "in/b")
}

// U21: a copy within the store whose source is written meanwhile takes what is
// there now, and blames nobody of having written the target.
func TestASourceThatChangesWhileTheStoreCopiesIsCopiedOnceMore(t *testing.T) {
	for _, op := range []transfer.Op{transfer.Copy, transfer.Move} {
		for _, over := range []bool{false, true} {
			from, to := mem.New("l:"), mem.New("r:")
			from.Put("a", content(35))
			if over {
				to.Put("in/a", "old")
			}
			f := wrap.NewFaulty(to)
			f.Add(wrap.Copy, wrap.Fault{Do: func() { from.Put("a", content(45)) }})
			r := request(t, op, from, f, "in/", "a")
			r.Rules.OnConflict = transfer.PolicyOverwrite
			s := run(t, transfer.Options{}, r)
			wantState(t, s, transfer.Done)
			wantContent(t, to, "in/a", content(45))
			if f.Calls(wrap.Copy) != 2 || s.Bytes.Done != 45 {
				t.Errorf("copied %d times, bytes %v", f.Calls(wrap.Copy), s.Bytes)
			}
		}
	}
}

// U21: one that never rests fails, and it is said of the source.
func TestASourceThatAlwaysChangesWhileTheStoreCopiesFails(t *testing.T) {
	from, to := mem.New("l:"), mem.New("r:")
	from.Put("a", content(35))
	to.Put("in/a", "old")
	f, n := wrap.NewFaulty(to), 40
	f.Add(wrap.Copy, wrap.Fault{Times: -1, Do: func() { n++; from.Put("a", content(n)) }})
	r := request(t, transfer.Copy, from, f, "in/", "a")
	r.Rules.OnConflict = transfer.PolicyOverwrite
	s := run(t, transfer.Options{}, r)
	wantState(t, s, transfer.Failed)
	if remote.KindOf(s.Err) != remote.Changed || !remote.OfSource(s.Err) {
		t.Errorf("the reason is %v: %s", s.Err, remote.HintOf(s.Err))
	}
	wantContent(t, to, "in/a", "old")
}
