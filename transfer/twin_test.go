package transfer_test

import (
	"iter"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"gantry/remote"
	"gantry/remote/mem"
	"gantry/remote/wrap"
	"gantry/transfer"
)

// TestTwoSourcesOfOneNameInAMoveInsideABucket: what is copied first and deleted last
// is both of them, or nothing of either is lost.
func TestTwoSourcesOfOneNameInAMoveInsideABucket(t *testing.T) {
	for _, policy := range []transfer.Policy{transfer.PolicyRename, transfer.PolicyOverwrite, transfer.PolicySkip} {
		t.Run(policy.String(), func(t *testing.T) {
			b := mem.New("b:")
			b.Put("a/x.txt", "from a, longer")
			b.Put("b/x.txt", "from b")
			r := transfer.Request{Op: transfer.Move, From: b, To: b, Dir: "in/", Rules: transfer.Rules{OnConflict: policy}}
			for _, p := range []remote.Path{"a/x.txt", "b/x.txt"} {
				e, err := b.Stat(t.Context(), p)
				if err != nil {
					t.Fatal(err)
				}
				e.Name = "x.txt"
				r.List = append(r.List, transfer.Source{Entry: e})
			}
			s := run(t, transfer.Options{Unattended: true}, r)
			switch policy {
			case transfer.PolicyRename:
				wantState(t, s, transfer.Done)
				wantContent(t, b, "in/x.txt", "from a, longer")
				wantContent(t, b, "in/x (2).txt", "from b")
				wantNothing(t, b, "b/x.txt")
			case transfer.PolicySkip:
				wantState(t, s, transfer.Done)
				wantContent(t, b, "in/x.txt", "from a, longer")
				wantContent(t, b, "b/x.txt", "from b")
			case transfer.PolicyOverwrite:
				wantState(t, s, transfer.Done)
				wantContent(t, b, "in/x.txt", "from b")
				wantNothing(t, b, "a/x.txt")
				wantNothing(t, b, "b/x.txt")
			}
		})
	}
}

// TestTwoSourcesOfOneNameThatAreTriedAgain keep their order: the second one waits
// for the first as it did before.
func TestTwoSourcesOfOneNameThatAreTriedAgain(t *testing.T) {
	inBubble(t, transfer.Options{}, func(t *testing.T, q *transfer.Queue) {
		from, to := mem.NewDisk("l:"), mem.New("r:")
		from.Put("/a/x", "from a, longer")
		from.Put("/b/x", "from b")
		f := wrap.NewFaulty(to)
		r := request(t, transfer.Move, from, f, "in/", "/a/x", "/b/x")
		r.Rules.OnConflict = transfer.PolicyOverwrite
		f.Add(wrap.Create, wrap.Fault{Times: 2, Err: fault(remote.Denied)})
		id := q.Submit(r)
		if s := await(t, q, id); s.Failures != 2 {
			t.Fatalf("%d failures", s.Failures)
		}
		turn := make(chan struct{})
		f.Add(wrap.Create, wrap.Fault{Do: func() { <-turn }})
		q.Retry(id)
		synctest.Wait()
		if n := f.Calls(wrap.Create); n != 3 {
			t.Errorf("%d are being written", n-2)
		}
		close(turn)
		wantState(t, await(t, q, id), transfer.Done)
		wantContent(t, to, "in/x", "from b")
	})
}

// TestAFileThatIsTriedAgainIsNoTwinOfItself: what is in its way then is not taken for
// another source.
func TestAFileThatIsTriedAgainIsNoTwinOfItself(t *testing.T) {
	inBubble(t, transfer.Options{}, func(t *testing.T, q *transfer.Queue) {
		from, to := mem.NewDisk("l:"), mem.New("r:")
		from.Put("/x", "content")
		from.Put("/y", "content")
		to.Put("in/x", "old")
		r := request(t, transfer.Copy, from, to, "in/", "/x", "/y")
		r.Rules.OnConflict = transfer.PolicyFail
		var why []string
		r.OnItem = func(it transfer.ItemSnapshot) {
			if it.Err != nil {
				why = append(why, remote.HintOf(it.Err))
			}
		}
		id := q.Submit(r)
		await(t, q, id)
		q.Retry(id)
		await(t, q, id)
		if len(why) != 2 || why[0] != why[1] {
			t.Errorf("it says %q", why)
		}
	})
}

// TestManySourcesOfOneNameAreNotAllPlannedAtOnce: what waits for the first one is in
// memory.
func TestManySourcesOfOneNameAreNotAllPlannedAtOnce(t *testing.T) {
	const all, most = 25_000, 15_000
	inBubble(t, transfer.Options{}, func(t *testing.T, q *transfer.Queue) {
		from, to := mem.NewDisk("l:"), mem.New("r:")
		from.Put("/x", "content")
		f := wrap.NewFaulty(to)
		turn := make(chan struct{})
		f.Add(wrap.Create, wrap.Fault{Do: func() { <-turn }})
		r := request(t, transfer.Copy, from, f, "in/", "/x")
		var mu sync.Mutex
		read := 0
		r.Sources = repeated(r.Sources, all, func() {
			mu.Lock()
			defer mu.Unlock()
			read++
		})
		r.Rules.OnConflict = transfer.PolicySkip
		id := q.Submit(r)
		synctest.Wait()
		mu.Lock()
		if read > most {
			t.Errorf("%d are planned while one is written", read)
		}
		mu.Unlock()
		close(turn)
		s := await(t, q, id)
		wantState(t, s, transfer.Done)
		if s.Skipped != all-1 {
			t.Errorf("%d are skipped", s.Skipped)
		}
	})
}

// repeated is the one source of some sources, n times. read is called for each.
func repeated(some iter.Seq2[transfer.Source, error], n int, read func()) iter.Seq2[transfer.Source, error] {
	return func(yield func(transfer.Source, error) bool) {
		for s, err := range some {
			for range n {
				if read(); !yield(s, err) {
					return
				}
			}
		}
	}
}

// TestARollbackOfTwoSourcesOfOneName takes back both copies, of which one lies on the
// other, and what they have replaced is there again.
func TestARollbackOfTwoSourcesOfOneName(t *testing.T) {
	for _, before := range []string{"", "older"} {
		for _, second := range []string{"from b, longer", "from a"} {
			t.Run(before+" "+second, func(t *testing.T) {
				inBubble(t, transfer.Options{}, func(t *testing.T, q *transfer.Queue) {
					b := mem.New("b:")
					b.Versions = true
					b.Put("a/x", "from a")
					b.Put("b/x", second)
					b.Put("c/y", "refused")
					if before != "" {
						b.Put("in/x", before)
					}
					f := wrap.NewFaulty(b)
					f.Add(wrap.Copy, wrap.Fault{Err: fault(remote.Denied), Match: func(p remote.Path) bool { return p == "in/y" }})
					r := transfer.Request{Op: transfer.Move, From: f, To: f, Dir: "in/", Rules: transfer.Rules{OnConflict: transfer.PolicyOverwrite}}
					for _, p := range []remote.Path{"a/x", "b/x", "c/y"} {
						r.List = append(r.List, transfer.Source{Entry: list(t, b, p)[0]})
					}
					id := q.Submit(r)
					synctest.Wait()
					wantContent(t, b, "in/x", second)
					if !q.Rollback(id) {
						t.Error("it was refused")
					}
					s := await(t, q, id)
					wantState(t, s, transfer.Cancelled)
					if hint := remote.HintOf(s.Err); strings.Contains(hint, "replaced") {
						t.Errorf("it says %q", hint)
					}
					if before == "" {
						wantNothing(t, b, "in/x")
					} else {
						wantContent(t, b, "in/x", before)
					}
				})
			})
		}
	}
}
