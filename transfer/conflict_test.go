package transfer_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"gantry/remote"
	"gantry/remote/mem"
	"gantry/remote/wrap"
	"gantry/transfer"
)

func TestPoliciesHaveTheWordsOfTheCommandLine(t *testing.T) {
	for _, w := range []string{"ask", "overwrite", "newer", "size", "checksum", "rename", "skip", "fail", "keep-both"} {
		p, err := transfer.ParsePolicy(w)
		if err != nil || p.String() != w {
			t.Errorf("ParsePolicy(%q) = %v, %v", w, p, err)
		}
	}
	if p, err := transfer.ParsePolicy("maybe"); err == nil || p != transfer.PolicyAsk {
		t.Errorf("ParsePolicy(maybe) = %v, %v", p, err)
	}
}

func TestPoliciesDecideAboutAnExistingTarget(t *testing.T) {
	old, young := time.Unix(1e9, 0), time.Unix(2e9, 0)
	for _, c := range []struct {
		policy   transfer.Policy
		src, dst string
		srcAt    time.Time
		dstAt    time.Time
		want     string // at the target's name
		second   string // at "a (2).txt", "" for nothing
		skipped  bool
		failed   bool
	}{
		{policy: transfer.PolicyOverwrite, src: "new", dst: "old", want: "new"},
		{policy: transfer.PolicySkip, src: "new", dst: "old", want: "old", skipped: true},
		{policy: transfer.PolicyFail, src: "new", dst: "old", want: "old", failed: true},
		{policy: transfer.PolicyNewer, src: "new", dst: "old", srcAt: young, dstAt: old, want: "new"},
		{policy: transfer.PolicyNewer, src: "new", dst: "old", srcAt: old, dstAt: young, want: "old", skipped: true},
		{policy: transfer.PolicyNewer, src: "new", dst: "old", srcAt: old, dstAt: old, want: "old", skipped: true},
		{policy: transfer.PolicySize, src: "new!", dst: "old", want: "new!"},
		{policy: transfer.PolicySize, src: "new", dst: "old", want: "old", skipped: true},
		{policy: transfer.PolicyChecksum, src: "new", dst: "old", want: "new"},
		{policy: transfer.PolicyChecksum, src: "same", dst: "same", want: "same", skipped: true},
		{policy: transfer.PolicyRename, src: "new", dst: "old", want: "old", second: "new"},
		{policy: transfer.PolicyKeepBoth, src: "new", dst: "old", want: "new", second: "old"},
	} {
		for _, b := range both {
			t.Run(fmt.Sprintf("%s %s", c.policy, b.name), func(t *testing.T) {
				from, to := b.from(), b.to()
				from.PutAt(b.root+"a.txt", c.src, c.srcAt)
				dst, _ := to.Join(b.dir, "a.txt")
				second, _ := to.Join(b.dir, "a (2).txt")
				to.PutAt(dst, c.dst, c.dstAt)
				r := request(t, transfer.Copy, from, to, b.dir, b.root+"a.txt")
				r.Rules.OnConflict = c.policy
				if to.Label() == "right:" && b.dir == "/in" && c.policy == transfer.PolicyKeepBoth {
					r.To = &mem.Disk{Tree: to} // only a disk that renames can
				}
				s := run(t, transfer.Options{}, r)
				if (s.State == transfer.Failed) != c.failed || (s.Skipped == 1) != c.skipped {
					t.Errorf("the job is %s, %d skipped: %v", s.State, s.Skipped, s.Err)
				}
				wantContent(t, to, dst, c.want)
				if c.second != "" {
					wantContent(t, to, second, c.second)
				} else {
					wantNothing(t, to, second)
				}
			})
		}
	}
}

func TestCopyBesideItselfGetsAFreeName(t *testing.T) {
	b := mem.New("b:")
	b.Put("x/a.tar.gz", "1")
	b.Put("x/a (2).tar.gz", "2")
	r := request(t, transfer.Copy, b, b, "x/", "x/a.tar.gz")
	r.Rules.OnConflict = transfer.PolicyRename
	wantState(t, run(t, transfer.Options{}, r), transfer.Done)
	wantContent(t, b, "x/a (3).tar.gz", "1")
}

// conflicts is a job of n files whose targets all exist, and some that are free.
func conflicts(t *testing.T, n int) (*mem.Tree, transfer.Request) {
	t.Helper()
	from, to := mem.NewDisk("left:"), mem.New("right:")
	var ps []remote.Path
	for i := range n {
		p := remote.Path(fmt.Sprintf("taken%d", i))
		from.Put("/"+p, "new")
		to.Put("in/"+p, "old")
		ps = append(ps, "/"+p)
	}
	from.Put("/free", content(55))
	r := request(t, transfer.Copy, from, to, "in/", append(ps, "/free")...)
	r.Rules.OnConflict = transfer.PolicyAsk
	return to, r
}

func TestAConflictParksAndTheRestGoesOn(t *testing.T) {
	to, r := conflicts(t, 3)
	q := newQueue(t, transfer.Options{Jobs: 1})
	f := q.Subscribe()
	defer f.Close()
	id := q.Submit(r)
	s := awaitThat(t, f, id, func(s transfer.Snapshot) bool { return s.State == transfer.Asking })
	wantContent(t, to, "in/free", content(55))
	if s.Conflicts != 3 || s.Items.Done != 1 {
		t.Errorf("%d conflicts, items %v", s.Conflicts, s.Items)
	}
	// A job that only waits for answers makes room for the next one.
	other := mem.New("other:")
	other.Put("x", "y")
	wantState(t, awaitOn(t, f, q.Submit(request(t, transfer.Copy, other, other, "z/", "x"))), transfer.Done)

	asks := q.Asks()
	if len(asks) != 3 || asks[0].More != 2 || asks[0].Job != id || asks[0].Dst.Size != 3 {
		t.Fatalf("asks: %+v", asks)
	}
	q.Answer(asks[1].ID, transfer.Decision{Policy: transfer.PolicySkip}, false)
	awaitThat(t, f, id, func(s transfer.Snapshot) bool { return s.State == transfer.Asking && s.Skipped == 1 })
	q.Answer(asks[1].ID, transfer.Decision{Policy: transfer.PolicyOverwrite}, true) // not open any more
	q.Answer(asks[0].ID, transfer.Decision{}, true)                                 // deciding later is not answering
	if n := len(q.Asks()); n != 2 {
		t.Fatalf("%d asks are open", n)
	}
	q.Answer(asks[0].ID, transfer.Decision{Policy: transfer.PolicyOverwrite}, true)
	wantState(t, awaitOn(t, f, id), transfer.Done)
	for i := range 3 {
		p := remote.Path(fmt.Sprintf("in/taken%d", i))
		want := "new"
		if asks[1].Dst.Path == p {
			want = "old"
		}
		wantContent(t, to, p, want)
	}
}

// While the user thinks, the source may change: what has another size by then is not
// left out as having the same.
func TestAnAnswerIsAboutWhatIsThereThen(t *testing.T) {
	for _, all := range []bool{false, true} {
		inBubble(t, transfer.Options{}, func(t *testing.T, q *transfer.Queue) {
			from, to := mem.NewDisk("l:"), mem.New("r:")
			for _, p := range []remote.Path{"a", "b"} {
				from.Put("/"+p, "same")
				to.Put("in/"+p, "size")
			}
			r := request(t, transfer.Copy, from, to, "in/", "/a", "/b")
			r.Rules.OnConflict = transfer.PolicyAsk
			id := q.Submit(r)
			<-time.After(time.Hour)
			from.Put("/a", "larger by now")
			from.Put("/b", "larger by now")
			for len(q.Asks()) > 0 {
				q.Answer(q.Asks()[0].ID, transfer.Decision{Policy: transfer.PolicySize}, all)
				<-time.After(time.Hour)
			}
			wantState(t, await(t, q, id), transfer.Done)
			wantContent(t, to, "in/a", "larger by now")
			wantContent(t, to, "in/b", "larger by now")
		})
	}
}

func TestEveryAnswerIsFollowedByTheNextAsk(t *testing.T) {
	_, r := conflicts(t, 3)
	q := newQueue(t, transfer.Options{Workers: 1})
	f := q.Subscribe()
	defer f.Close()
	id := q.Submit(r)
	awaitThat(t, f, id, func(s transfer.Snapshot) bool { return s.State == transfer.Asking })
	g := q.Subscribe() // one who comes later is asked as well
	defer g.Close()
	var seen []uint64
	for {
		u, err := g.Next(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range u.Events {
			switch e := e.(type) {
			case transfer.AskEvent:
				if slices.Contains(seen, e.Ask.ID) {
					t.Errorf("asked twice: %+v", e.Ask)
				}
				seen = append(seen, e.Ask.ID)
				q.Answer(e.Ask.ID, transfer.Decision{Policy: transfer.PolicySkip}, false)
			case transfer.Finished:
				if len(seen) != 3 || e.Job.Skipped != 3 || e.Job.State != transfer.Done {
					t.Errorf("asked %d times, then %+v", len(seen), e.Job)
				}
				return
			}
		}
	}
}

// U21, D22: the target came into being, or changed, since it was listed.
func TestNobodysNewerObjectIsOverwrittenUnseen(t *testing.T) {
	for _, policy := range []transfer.Policy{transfer.PolicyOverwrite, transfer.PolicyAsk, transfer.PolicySkip, transfer.PolicyRename} {
		for _, there := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s there=%t", policy, there), func(t *testing.T) {
				from, to := mem.NewDisk("left:"), mem.New("right:")
				from.Put("/a", content(15))
				if there {
					to.Put("in/a", "old")
				}
				f := wrap.NewFaulty(to)
				f.Add(wrap.Commit, wrap.Fault{Do: func() { to.Put("in/a", "somebody else's") }})
				r := request(t, transfer.Copy, from, f, "in/", "/a")
				r.Rules.OnConflict = policy
				q := newQueue(t, transfer.Options{})
				feed := q.Subscribe()
				defer feed.Close()
				id := q.Submit(r)
				decided := false
				s := awaitThat(t, feed, id, func(s transfer.Snapshot) bool {
					if s.State == transfer.Asking && there && !decided {
						decided = true // about the old one
						q.Answer(q.Asks()[0].ID, transfer.Decision{Policy: transfer.PolicyOverwrite}, false)
						return false
					}
					return s.State.Ended() || (s.State == transfer.Asking && q.Asks()[0].Dst.Size == 15)
				})
				if !(there && (policy == transfer.PolicySkip || policy == transfer.PolicyRename)) {
					wantContent(t, to, "in/a", "somebody else's")
				}
				if to.Uploads() != 0 {
					t.Error("an upload is left over")
				}
				switch {
				case policy == transfer.PolicyOverwrite:
					wantState(t, s, transfer.Failed)
				case policy == transfer.PolicyAsk:
					wantState(t, s, transfer.Asking)
				default:
					wantState(t, s, transfer.Done)
				}
			})
		}
	}
}

// keeping is a bucket that keeps old versions, or says that nobody may ask.
type keeping struct {
	*mem.Tree
	err error
}

func (k keeping) Versioned(context.Context) (bool, error) { return k.err == nil, k.err }

// TestTheQuestionSaysWhetherOverwritingKeepsTheOldContent: as far as the target
// says.
func TestTheQuestionSaysWhetherOverwritingKeepsTheOldContent(t *testing.T) {
	for _, err := range []error{nil, fault(remote.Denied)} {
		to, r := conflicts(t, 1)
		r.To = keeping{to, err}
		q := newQueue(t, transfer.Options{})
		f := q.Subscribe()
		defer f.Close()
		id := q.Submit(r)
		awaitThat(t, f, id, func(s transfer.Snapshot) bool { return s.State == transfer.Asking })
		if asks := q.Asks(); len(asks) != 1 || asks[0].Versioned != (err == nil) {
			t.Errorf("asked %+v", asks)
		}
		q.Cancel(id)
	}
}

// TestTwoSourcesOfOneNameAreAConflict: the second one meets the first, which is
// there by then, under the rule of the job, and always in the order of the sources.
func TestTwoSourcesOfOneNameAreAConflict(t *testing.T) {
	for _, c := range []struct {
		policy transfer.Policy
		before string // at the target; "" for nothing
		want   string
		second string // at "x (2).txt"
		state  transfer.State
	}{
		{transfer.PolicyOverwrite, "", "from b", "", transfer.Done},
		{transfer.PolicyOverwrite, "old", "from b", "", transfer.Done},
		{transfer.PolicySkip, "", "from a, longer", "", transfer.Done},
		{transfer.PolicySize, "", "from b", "", transfer.Done},
		{transfer.PolicyRename, "", "from a, longer", "from b", transfer.Done},
		{transfer.PolicyFail, "", "from a, longer", "", transfer.Failed},
	} {
		for _, op := range []transfer.Op{transfer.Copy, transfer.Move} {
			for _, b := range both {
				t.Run(fmt.Sprintf("%s by %s %s over %q", op, c.policy, b.name, c.before), func(t *testing.T) {
					from, to := b.from(), b.to()
					from.Put(b.root+"a/x.txt", "from a, longer")
					from.Put(b.root+"b/x.txt", "from b")
					dst, _ := to.Join(b.dir, "x.txt")
					second, _ := to.Join(b.dir, "x (2).txt")
					if c.before != "" {
						to.Put(dst, c.before)
					}
					r := request(t, op, from, to, b.dir)
					r.Sources = nil
					for _, p := range []remote.Path{"a/x.txt", "b/x.txt"} {
						e, err := from.Stat(t.Context(), b.root+p)
						if err != nil {
							t.Fatal(err)
						}
						e.Name = "x.txt"
						r.List = append(r.List, transfer.Source{Entry: e})
					}
					r.Rules.OnConflict = c.policy
					reasons := ""
					r.OnItem = func(it transfer.ItemSnapshot) { reasons += remote.HintOf(it.Err) }
					s := run(t, transfer.Options{}, r)
					wantState(t, s, c.state)
					if c.state == transfer.Failed && (s.Failures != 1 || !strings.Contains(reasons, "Two of the sources have this name")) {
						t.Errorf("%d failures: %v", s.Failures, s.Err)
					}
					wantContent(t, to, dst, c.want)
					if c.second != "" {
						wantContent(t, to, second, c.second)
					} else {
						wantNothing(t, to, second)
					}
				})
			}
		}
	}
}
