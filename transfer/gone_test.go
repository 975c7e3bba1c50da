package transfer_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"gantry/remote"
	"gantry/remote/mem"
	"gantry/transfer"
	"gantry/transfer/journal"
)

var gone = transfer.Obstacle{Kind: remote.NotExist, Name: "r:"}

// TestS21JobsOfABucketThatIsGoneWaitTogether: one message for all of them, the
// jobs of other buckets go on, and so do they when it is back.
func TestS21JobsOfABucketThatIsGoneWaitTogether(t *testing.T) {
	inBubble(t, transfer.Options{Workers: 4, Jobs: 3}, func(t *testing.T, q *transfer.Queue) {
		from, other, r := mem.NewDisk("l:"), mem.New("other:"), newFleeting(mem.New("r:"), 0)
		for i := range 40 {
			from.Put(remote.Path(fmt.Sprintf("/a/%02d", i)), content(i))
			r.Put(remote.Path(fmt.Sprintf("out/%02d", i)), content(i))
		}
		feed := q.Subscribe()
		defer feed.Close()
		r.Put("doomed/x", "x")
		requests := []transfer.Request{
			request(t, transfer.Copy, from, r, "in/", "/a"), request(t, transfer.Move, r, from, "/out", "out/"),
			{Op: transfer.Delete, From: r, Sources: transfer.Entries(list(t, r, "doomed/")...)},
		}
		r.is.last = r.is.requests + 40
		var ids []transfer.JobID
		for _, x := range requests {
			ids = append(ids, q.Submit(x))
		}
		<-time.After(time.Minute)
		wantState(t, await(t, q, q.Submit(request(t, transfer.Copy, from, other, "in/", "/a"))), transfer.Done)
		late := request(t, transfer.Copy, from, r, "late/", "/a/08")
		ids = append(ids, q.Submit(late))
		<-time.After(time.Hour) // far beyond the patience
		wantOneMessage(t, feed)
		for _, id := range ids {
			s, _ := q.Job(id)
			if s.State != transfer.Done { // the deletion may have come first
				wantState(t, s, transfer.Asking)
			}
			if s.State == transfer.Asking && (s.Obstacle != gone || remote.HintOf(s.Err) != "The bucket does not exist.") || s.Failures != 0 {
				t.Errorf("job %d waits for %v, %d failures, %v", id, s.Obstacle, s.Failures, s.Err)
			}
		}
		r.vanish(false)
		start := time.Now()
		q.TryAgain(gone)
		for _, id := range ids {
			wantState(t, await(t, q, id), transfer.Done)
		}
		if took := time.Since(start); took > 5*time.Second {
			t.Errorf("they went on after %v", took)
		}
		for i := range 40 {
			wantContent(t, r, remote.Path(fmt.Sprintf("in/a/%02d", i)), content(i))
			wantContent(t, from, remote.Path(fmt.Sprintf("/out/out/%02d", i)), content(i))
			wantNothing(t, r, remote.Path(fmt.Sprintf("out/%02d", i)))
		}
		wantContent(t, r, "late/08", content(8))
	})
}

// wantOneMessage holds that the feed tells of the bucket once.
func wantOneMessage(t *testing.T, feed *transfer.Feed) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	told := 0
	for {
		u, err := feed.Next(ctx)
		if err != nil {
			break
		}
		for _, e := range u.Events {
			if b, ok := e.(transfer.Blocked); ok {
				told++
				if b.Obstacle != gone || b.Jobs < 1 {
					t.Errorf("told of %+v", b)
				}
			}
		}
	}
	if told != 1 {
		t.Errorf("told %d times", told)
	}
}

// S21: nobody has to say that it is back, and a job that is given up meanwhile
// leaves nothing behind.
func TestABucketThatIsBackIsFoundWithoutBeingTold(t *testing.T) {
	inBubble(t, transfer.Options{Workers: 1}, func(t *testing.T, q *transfer.Queue) {
		from, r := mem.NewDisk("l:"), newFleeting(mem.New("r:"), 0)
		from.Put("/a", content(95))
		r.is.last = 8
		one := q.Submit(request(t, transfer.Copy, from, r, "one/", "/a"))
		two := q.Submit(request(t, transfer.Copy, from, r, "two/", "/a"))
		<-time.After(time.Hour)
		for _, id := range []transfer.JobID{one, two} {
			s, _ := q.Job(id)
			wantState(t, s, transfer.Asking)
		}
		q.Cancel(one)
		wantState(t, await(t, q, one), transfer.Cancelled)
		r.vanish(false)
		start := time.Now()
		wantState(t, await(t, q, two), transfer.Done)
		if took := time.Since(start); took > 31*time.Second {
			t.Errorf("it went on after %v", took)
		}
		wantContent(t, r, "two/a", content(95))
		if n := r.Uploads(); n != 0 {
			t.Errorf("%d uploads are left", n)
		}
	})
}

// S21: below s3:// there are many buckets; the jobs of the others go on.
func TestOfAnAccountOnlyTheJobsOfTheBucketThatIsGoneWait(t *testing.T) {
	inBubble(t, transfer.Options{Workers: 1}, func(t *testing.T, q *transfer.Queue) {
		disk, r := mem.NewDisk("l:"), newFleeting(mem.New("s3://"), 0)
		r.is.at = "s3://one/"
		for i := range 20 {
			disk.Put(remote.Path(fmt.Sprintf("/a/%02d", i)), content(i))
		}
		r.Put("one/out/x", "x")
		r.Put("two/out/x", "x")
		down := func(from remote.Path) transfer.Request {
			x := request(t, transfer.Copy, r, disk, "/down/"+from, from)
			x.Sources, x.List = nil, []transfer.Source{{Entry: list(t, r, from)[0]}}
			return x
		}
		waits := []transfer.Request{request(t, transfer.Copy, disk, r, "one/in/", "/a"), down("one/out/")}
		free := []transfer.Request{request(t, transfer.Copy, disk, r, "two/in/", "/a"), down("two/out/")}
		r.is.last = r.is.requests + 5
		first := q.Submit(waits[0])
		<-time.After(time.Minute)
		second := q.Submit(waits[1])
		for _, x := range free {
			wantState(t, await(t, q, q.Submit(x)), transfer.Done)
		}
		<-time.After(time.Hour)
		for _, id := range []transfer.JobID{first, second} {
			s, _ := q.Job(id)
			wantState(t, s, transfer.Asking)
			if s.Obstacle.Name != "s3://one/" {
				t.Errorf("it waits for %v", s.Obstacle)
			}
		}
		r.vanish(false)
		for _, id := range []transfer.JobID{first, second} {
			wantState(t, await(t, q, id), transfer.Done)
		}
	})
}

// S21: a bucket that nobody has ever found is a wrong name, on either side.
func TestABucketThatWasNeverThereFailsTheJob(t *testing.T) {
	for _, unattended := range []bool{false, true} {
		inBubble(t, transfer.Options{Unattended: unattended}, func(t *testing.T, q *transfer.Queue) {
			disk, r := mem.NewDisk("l:"), newFleeting(mem.New("r:"), 0)
			for i := range 30 {
				disk.Put(remote.Path(fmt.Sprintf("/a/%02d", i)), content(i))
			}
			all := transfer.Request{
				Op: transfer.Copy, From: r, To: disk, Dir: "/in",
				Sources: transfer.Entries(remote.Entry{Dir: true, Name: "r"}),
			}
			r.vanish(true)
			feed := q.Subscribe()
			defer feed.Close()
			up, down := q.Submit(request(t, transfer.Copy, disk, r, "in/", "/a")), q.Submit(all)
			for _, id := range []transfer.JobID{up, down} {
				s := await(t, q, id)
				wantState(t, s, transfer.Failed)
				failed := q.Items(id, transfer.ItemsFailed, 0, 1)
				if s.Kept || len(failed) != 1 || remote.KindOf(failed[0].Err) != remote.NotExist {
					t.Errorf("kept: %t, %+v", s.Kept, failed)
				}
			}
		})
	}
}

// S21: what is given up while the bucket is gone needs nothing removed there.
func TestAJobWhoseBucketIsGoneCanBeDiscarded(t *testing.T) {
	for last := 1; last < 20; last++ {
		synctest.Test(t, func(t *testing.T) {
			files := map[remote.Path]string{"d/a": content(7), "d/b": content(35)}
			w := newGoing(t, lasts(disk("l:")), goes("r:"), "/", last, files)
			q, id := w.begin(t, transfer.Copy, "/", "in/", true)
			s := await(t, q, id)
			closeQueue(t, q)
			if !s.Kept {
				return
			}
			q = transfer.New(t.Context(), w.o)
			defer closeQueue(t, q)
			if err := q.Discard(t.Context(), id); err != nil {
				t.Errorf("gone at %d: %v", last, err)
			}
		})
	}
}

// goings are transfers of which one bucket, or the only one, goes.
var goings = []struct {
	name     string
	op       transfer.Op
	from, to func(last int) remote.Tree
	root     remote.Path
	dir      remote.Path
}{
	{"upload", transfer.Copy, lasts(disk("l:")), goes("r:"), "/", "in/"},
	{"download", transfer.Copy, goes("r:"), lasts(disk("l:")), "", "/in"},
	{"move up", transfer.Move, lasts(disk("l:")), goes("r:"), "/", "in/"},
	{"move down", transfer.Move, goes("r:"), lasts(disk("l:")), "", "/in"},
	{"copy out of it", transfer.Copy, goes("r:"), stays("o:"), "", "in/"},
	{"move into it", transfer.Move, stays("o:"), goes("r:"), "", "in/"},
	{"rename in it", transfer.Move, goes("r:"), nil, "", "in/"},
	{"delete", transfer.Delete, goes("r:"), nil, "", ""},
}

func lasts(f func() *mem.Tree) func(int) remote.Tree { return func(int) remote.Tree { return f() } }

func goes(label string) func(int) remote.Tree {
	return func(last int) remote.Tree { return newFleeting(mem.New(label), last) }
}

func stays(label string) func(int) remote.Tree {
	return func(int) remote.Tree { return newFleeting(mem.New(label), 0) }
}

// S21: a bucket goes at any request and comes back; then all is done, unless
// nothing had been done before.
func TestABucketThatGoesAtAnyRequestIsWaitedFor(t *testing.T) {
	files := map[remote.Path]string{"d/a": content(7), "d/b": content(35), "d/sub/c": content(12), "d/sub/e": content(5)}
	for _, c := range goings {
		t.Run(c.name, func(t *testing.T) {
			waited := 0
			for last := 1; ; last++ {
				struck := true
				for _, unattended := range []bool{false, true} {
					synctest.Test(t, func(t *testing.T) {
						w := newGoing(t, c.from, c.to, c.root, last, files)
						var halted bool
						struck, halted = w.run(t, c.op, c.root, c.dir, unattended)
						if halted {
							waited++
						}
						w.check(t, c.op, c.root, c.dir, files, halted || !struck)
					})
				}
				if !struck {
					break
				}
			}
			if waited < 5 {
				t.Errorf("only %d were waited for", waited)
			}
		})
	}
}

// going is one of them.
type going struct {
	o        transfer.Options
	from, to remote.Tree
	r        fleeting
	last     int
}

func newGoing(t *testing.T, from, to func(int) remote.Tree, root remote.Path, last int, files map[remote.Path]string) *going {
	t.Helper()
	w := &going{from: from(0), last: last}
	w.to = w.from
	if to != nil {
		w.to = to(0)
	}
	for p, text := range files {
		w.from.(putter).Put(root+p, text)
	}
	for _, tree := range []remote.Tree{w.from, w.to} {
		if f, ok := tree.(fleeting); ok && f.Label() == "r:" {
			w.r = f
		}
	}
	return w
}

type putter interface {
	Put(p remote.Path, content string) remote.Entry
}

// begin starts the job.
func (w *going) begin(t *testing.T, op transfer.Op, root, dir remote.Path, unattended bool) (*transfer.Queue, transfer.JobID) {
	t.Helper()
	w.o = transfer.Options{
		PartSize: 10, Workers: 1, Unattended: unattended,
		Journal: lasting{journal.NewMemory(), &death{did: map[string]int{}}, "p"},
		Open: func(_ context.Context, label string) (remote.Tree, error) {
			if label == w.from.Label() {
				return w.from, nil
			}
			return w.to, nil
		},
	}
	folder := root + "d"
	if root == "" {
		folder += "/"
	}
	r := transfer.Request{Op: op, From: w.from, To: w.to, Dir: dir, Rules: transfer.Rules{OnConflict: transfer.PolicyFail}}
	if op == transfer.Delete {
		r.To = nil
	}
	for _, e := range list(t, w.from, folder) {
		r.List = append(r.List, transfer.Source{Entry: e})
	}
	w.r.is.requests, w.r.is.last = 0, w.last
	q := transfer.New(t.Context(), w.o)
	return q, q.Submit(r)
}

// run does the job until its end, bringing the bucket back after a while. halted
// says that it waited for that.
func (w *going) run(t *testing.T, op transfer.Op, root, dir remote.Path, unattended bool) (struck, halted bool) {
	t.Helper()
	q, id := w.begin(t, op, root, dir, unattended)
	defer func() { closeQueue(t, q) }()
	<-time.After(time.Hour)
	s, _ := q.Job(id)
	struck = w.r.gone()
	halted = s.State == transfer.Asking || s.Kept
	for _, it := range q.Items(id, transfer.ItemsFailed, 0, 9) {
		t.Logf("%s: %v", it.Source, it.Err)
	}
	if s.Failures > 0 && halted || struck && !halted && s.State != transfer.Failed && s.State != transfer.Done {
		t.Fatalf("gone at %d: the job is %s, kept: %t, with %d failures, %v", w.last, s.State, s.Kept, s.Failures, s.Err)
	}
	if !halted {
		return struck, halted
	}
	for back := range 2 { // at first it is still gone
		if unattended {
			closeQueue(t, q)
			if q = transfer.New(t.Context(), w.o); back == 1 {
				w.r.vanish(false)
			}
			if err := q.Adopt(t.Context(), id, nil); err != nil {
				t.Fatal(err)
			}
			s = await(t, q, id)
		} else if back == 1 {
			w.r.vanish(false)
			s = await(t, q, id)
		}
		if back == 0 && unattended && (!s.Kept || s.Failures > 0 || remote.KindOf(s.Err) != remote.NotExist) {
			t.Fatalf("gone at %d, resumed too early: the job is %s, kept: %t, with %d failures, %v", w.last, s.State, s.Kept, s.Failures, s.Err)
		}
	}
	if s.State != transfer.Done {
		for _, it := range q.Items(id, transfer.ItemsFailed, 0, 9) {
			t.Logf("%s: %v", it.Source, it.Err)
		}
		t.Fatalf("gone at %d: the job is %s with %d failures, %v", w.last, s.State, s.Failures, s.Err)
	}
	return struck, halted
}

// check holds that nothing is lost and, with all, that all is done.
func (w *going) check(t *testing.T, op transfer.Op, root, dir remote.Path, files map[remote.Path]string, all bool) {
	t.Helper()
	for p, text := range files {
		src, there := w.from.(getter).Get(root + p)
		if op == transfer.Delete {
			if all && there {
				t.Errorf("gone at %d: %s is not deleted", w.last, p)
			}
			continue
		}
		dst, _ := w.to.Join(dir, string(p))
		got, landed := w.to.(getter).Get(dst)
		switch {
		case landed && got != text, !landed && (!there || src != text):
			t.Errorf("gone at %d: %s is lost", w.last, p)
		case all && (!landed || there == (op == transfer.Move)):
			t.Errorf("gone at %d: done, but %s is not (landed: %t, there: %t)", w.last, p, landed, there)
		}
	}
}
