package transfer_test

import (
	"testing"
	"testing/synctest"
	"time"

	"gantry/remote"
	"gantry/remote/mem"
	"gantry/remote/wrap"
	"gantry/transfer"
)

// asked awaits the first ask of a feed.
func asked(t *testing.T, f *transfer.Feed) transfer.Ask {
	t.Helper()
	for {
		u, err := f.Next(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range u.Events {
			if a, ok := e.(transfer.AskEvent); ok {
				return a.Ask
			}
		}
	}
}

// waiting is a job with two conflicts, of which the first has been asked about
// an hour ago.
func waiting(t *testing.T, q *transfer.Queue, from *mem.Disk, to *mem.Tree, target remote.Tree) (feed *transfer.Feed, first, second transfer.Ask) {
	t.Helper()
	for _, p := range []remote.Path{"a", "b"} {
		from.Put("/"+p, "listed")
		to.PutAt("in/"+p, "old", time.Unix(1e9, 0))
	}
	r := request(t, transfer.Copy, from, target, "in/", "/a", "/b")
	r.Rules.OnConflict = transfer.PolicyAsk
	feed = q.Subscribe()
	q.Submit(r)
	first = asked(t, feed)
	<-time.After(time.Hour)
	for _, a := range q.Asks() {
		if a.ID != first.ID {
			second = a
		}
	}
	return feed, first, second
}

// A question shows what is there when it is asked and when somebody looks, not
// what was there when the job was listed.
func TestAQuestionShowsWhatIsThereNow(t *testing.T) {
	inBubble(t, transfer.Options{}, func(t *testing.T, q *transfer.Queue) {
		from, to := mem.NewDisk("l:"), mem.New("r:")
		feed, first, second := waiting(t, q, from, to, to)
		defer feed.Close()
		to.PutAt(second.Dst.Path, "overwritten", time.Unix(2e9, 0))
		from.Put(second.Src.Path, "grown a lot")
		q.Answer(first.ID, transfer.Decision{Policy: transfer.PolicySkip}, false)
		a := asked(t, feed)
		if a.ID != second.ID || a.Dst.Size != 11 || !a.Dst.ModTime.Equal(time.Unix(2e9, 0)) || a.Src.Size != 11 {
			t.Errorf("asked %+v", a)
		}
		to.Put(second.Dst.Path, "once more")
		from.Put(second.Src.Path, "and the source")
		q.Look(a.ID) // a moment later: what is known is still good
		synctest.Wait()
		if b := q.Asks()[0]; b.Dst.Size != a.Dst.Size {
			t.Errorf("it was looked at again at once: %+v", b.Dst)
		}
		<-time.After(time.Hour)
		q.Look(a.ID)
		synctest.Wait()
		if b := q.Asks()[0]; b.Dst.Size != int64(len("once more")) || b.Src.Size != int64(len("and the source")) {
			t.Errorf("an hour later it shows %d and %d bytes", b.Src.Size, b.Dst.Size)
		}
		// The answer is about what was shown.
		q.Answer(a.ID, transfer.Decision{Policy: transfer.PolicyOverwrite}, false)
		wantState(t, await(t, q, a.Job), transfer.Done)
		wantContent(t, to, second.Dst.Path, "and the source")
	})
}

// Looking takes no longer than a user would wait for the question.
func TestAQuestionDoesNotWaitForASideThatHangs(t *testing.T) {
	inBubble(t, transfer.Options{}, func(t *testing.T, q *transfer.Queue) {
		from, to := mem.NewDisk("l:"), mem.New("r:")
		f := wrap.NewFaulty(to)
		feed, first, second := waiting(t, q, from, to, f)
		defer feed.Close()
		f.Add(wrap.Stat, wrap.Fault{Times: -1, Hang: true, Match: func(p remote.Path) bool { return p == second.Dst.Path }})
		start := time.Now()
		q.Answer(first.ID, transfer.Decision{Policy: transfer.PolicySkip}, false)
		if a := asked(t, feed); a.ID != second.ID || a.Dst.Size != 3 || time.Since(start) > 10*time.Second {
			t.Errorf("asked after %v: %+v", time.Since(start), a)
		}
		q.Cancel(first.Job)
		await(t, q, first.Job)
	})
}

// What has gone since it was listed is no conflict: a target makes room, of a
// source nothing is left to be decided.
func TestNobodyIsAskedAboutWhatHasGone(t *testing.T) {
	for _, policy := range []transfer.Policy{transfer.PolicyAsk, transfer.PolicyOverwrite, transfer.PolicyNewer, transfer.PolicySize, transfer.PolicyChecksum, transfer.PolicyKeepBoth} {
		for _, gone := range []string{"source", "target"} {
			t.Run(gone+" "+policy.String(), func(t *testing.T) {
				inBubble(t, transfer.Options{}, func(t *testing.T, q *transfer.Queue) {
					from, to := mem.NewDisk("l:"), mem.New("r:")
					for _, p := range []remote.Path{"a", "b"} {
						from.Put("/"+p, "new")
						to.Put("in/"+p, "old")
					}
					r := request(t, transfer.Copy, from, to, "in/", "/a", "/b")
					r.Rules.OnConflict = transfer.PolicyAsk
					id := q.Submit(r)
					<-time.After(time.Hour)
					if n := len(q.Asks()); n != 2 {
						t.Fatalf("%d conflicts", n)
					}
					tree, root := to, remote.Path("in/")
					if gone == "source" {
						tree, root = from.Tree, "/"
					}
					if err := tree.Remove(t.Context(), []remote.Path{root + "a", root + "b"}); err != nil {
						t.Fatal(err)
					}
					if first := q.Asks()[0].ID; policy == transfer.PolicyAsk {
						q.Look(first)
						q.Look(q.Asks()[1].ID)
					} else { // without a look
						q.Answer(first, transfer.Decision{Policy: policy}, true)
					}
					s := await(t, q, id)
					if gone == "source" {
						if s.State != transfer.Failed || s.Failures != 2 || remote.KindOf(s.Err) != remote.NotExist {
							t.Errorf("it ended as %s, %d failures: %v", s.State, s.Failures, s.Err)
						}
						wantContent(t, to, "in/a", "old")
						return
					}
					wantState(t, s, transfer.Done)
					wantContent(t, to, "in/a", "new")
					wantContent(t, to, "in/b", "new")
				})
			})
		}
	}
}
