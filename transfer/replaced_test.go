package transfer_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gantry/remote"
	"gantry/remote/mem"
	"gantry/remote/wrap"
	"gantry/transfer"
	"gantry/transfer/journal"
)

// namesakes is a move of objects of one name to in/, inside a bucket. The later one
// replaces the earlier one.
func namesakes(t *testing.T, b remote.Tree, ps ...remote.Path) transfer.Request {
	t.Helper()
	r := transfer.Request{Op: transfer.Move, From: b, To: b, Dir: "in/", Rules: transfer.Rules{OnConflict: transfer.PolicyOverwrite}}
	for _, p := range ps {
		e, err := b.Stat(t.Context(), p)
		if err != nil {
			t.Fatal(err)
		}
		e.Name = "x.txt"
		r.List = append(r.List, transfer.Source{Entry: e})
	}
	return r
}

// bucketOf is a bucket with an x.txt in each of its folders.
func bucketOf(content map[remote.Path]string) *mem.Tree {
	b := mem.New("b:")
	for dir, c := range content {
		b.Put(dir+"/x.txt", c)
	}
	return b
}

// TestOfSourcesOfOneNameTheLastOneWins: as with mv, and the others are gone too.
func TestOfSourcesOfOneNameTheLastOneWins(t *testing.T) {
	for name, c := range map[string]struct{ a, b, c, before string }{
		"three":                          {"from a, longer", "from b", "and from c", ""},
		"the first and the last alike":   {"the same", "another", "the same", ""},
		"the last as what was there":     {"from a", "from b", "it was there", "it was there"},
		"the middle as what was there":   {"from a", "it was there", "from c", "it was there"},
		"something else was there":       {"from a", "from b", "from c", "old"},
		"all of them alike":              {"the same", "the same", "the same", ""},
		"all as what was there":          {"the same", "the same", "the same", "the same"},
		"empty ones, and one that isn't": {"", "", "from c", ""},
	} {
		t.Run(name, func(t *testing.T) {
			b := bucketOf(map[remote.Path]string{"a": c.a, "b": c.b, "c": c.c})
			if c.before != "" {
				b.Put("in/x.txt", c.before)
			}
			s := run(t, transfer.Options{Unattended: true}, namesakes(t, b, "a/x.txt", "b/x.txt", "c/x.txt"))
			wantState(t, s, transfer.Done)
			wantContent(t, b, "in/x.txt", c.c)
			if keys := b.Keys(); len(keys) != 1 || s.Items.Done != 3 {
				t.Errorf("keys %q, %d items are done", keys, s.Items.Done)
			}
		})
	}
}

// TestWhatSomebodyElseReplacedKeepsItsSource: only what the job itself has put in the
// place of a copy counts.
func TestWhatSomebodyElseReplacedKeepsItsSource(t *testing.T) {
	for name, spoil := range map[string]func(f *wrap.Faulty, b *mem.Tree){
		"between the two": func(f *wrap.Faulty, b *mem.Tree) {
			f.Add(wrap.Copy, wrap.Fault{Skip: 1, Do: func() { b.Put("in/x.txt", "a stranger's") }})
		},
		"after both": func(f *wrap.Faulty, b *mem.Tree) {
			f.Add(wrap.Copy, wrap.Fault{Skip: 2, Do: func() { b.Put("in/x.txt", "a stranger's") }}) // that of y
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := bucketOf(map[remote.Path]string{"a": "from a", "b": "from b", "c": "from c"})
			f := wrap.NewFaulty(b)
			spoil(f, b)
			r := namesakes(t, f, "a/x.txt", "b/x.txt", "c/x.txt")
			r.List[2].As = "y.txt"
			s := run(t, transfer.Options{Unattended: true, Workers: 1}, r)
			wantState(t, s, transfer.Failed)
			wantContent(t, b, "a/x.txt", "from a")
			if got, _ := b.Get("in/x.txt"); got != "from b" {
				wantContent(t, b, "b/x.txt", "from b")
			}
		})
	}
}

// TestCopiesThatWereReplacedAreTakenBackOnce: no source is gone, and nobody removes what
// stands for two of them.
func TestCopiesThatWereReplacedAreTakenBackOnce(t *testing.T) {
	b := bucketOf(map[remote.Path]string{"a": "from a, longer", "b": "from b", "c": "from c"})
	b.Put("in/x.txt", "old")
	f := wrap.NewFaulty(b)
	f.Add(wrap.Range, wrap.Fault{Do: func() { b.Put("in/y.txt", "a stranger's") }}) // the verification finds it
	q := newQueue(t, transfer.Options{Workers: 1})
	r := namesakes(t, f, "a/x.txt", "b/x.txt", "c/x.txt")
	r.List[2].As = "y.txt"
	id := q.Submit(r)
	feed := q.Subscribe()
	defer feed.Close()
	s := awaitThat(t, feed, id, func(s transfer.Snapshot) bool { return s.State == transfer.Paused || s.State.Ended() })
	wantState(t, s, transfer.Paused)
	if s.Failures != 1 {
		t.Errorf("%d items have failed", s.Failures)
	}
	if !q.Rollback(id) {
		t.Error("it was refused")
	}
	s = awaitOn(t, feed, id)
	wantState(t, s, transfer.Cancelled)
	if !strings.HasPrefix(remote.HintOf(s.Err), "1 copy replaced what was there before") {
		t.Errorf("it says %q", remote.HintOf(s.Err))
	}
	for p, c := range map[remote.Path]string{"a/x.txt": "from a, longer", "b/x.txt": "from b", "c/x.txt": "from c", "in/x.txt": "from b"} {
		wantContent(t, b, p, c)
	}
}

// I7: a kill at any step loses nothing of sources of one name; the next process makes the
// last one win. If it was killed before the second copy was on record, nobody can know
// any more who has replaced the first: then its source stays.
func TestAMoveOfNamesakesThatIsKilledLosesNothing(t *testing.T) {
	for _, after := range []bool{false, true} {
		unknown := 0
		for at, struck := 1, true; struck; at++ {
			synctest.Test(t, func(t *testing.T) {
				b := bucketOf(map[remote.Path]string{"a": "from a, longer", "b": "from b"})
				m := &machine{from: b, to: b, jr: journal.NewMemory(), workers: 1, unattended: true}
				q, d := m.boot(t.Context(), at, after)
				r := namesakes(t, b, "a/x.txt", "b/x.txt")
				r.From = m.source(d)
				r.To = r.From
				await(t, q, q.Submit(r))
				closeQueue(t, q)
				struck = d.struck()
				time.Sleep(time.Second)
				q, _ = m.boot(t.Context(), 0, false)
				for _, s := range adoptAll(t, q) {
					if s.State != transfer.Done {
						unknown++
					}
				}
				closeQueue(t, q)
				got, _ := b.Get("in/x.txt")
				for p, c := range map[remote.Path]string{"a/x.txt": "from a, longer", "b/x.txt": "from b"} {
					if is, there := b.Get(p); there && is != c || !there && got != "from b" {
						t.Errorf("killed at step %d, after: %t: %s is there: %t, the target is %q", at, after, p, there, got)
					}
				}
			})
		}
		if unknown > 2 {
			t.Errorf("after: %t: %d kills have left a source behind", after, unknown)
		}
	}
}
