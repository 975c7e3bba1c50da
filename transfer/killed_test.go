package transfer_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"gantry/remote"
	"gantry/remote/mem"
	"gantry/transfer"
	"gantry/transfer/journal"
)

// machine is what survives the processes.
type machine struct {
	from, to *mem.Tree
	jr       *journal.Memory
	served   int

	workers    int // 0 for three
	jobs       int // that run at a time; 0 for as many as by default
	unattended bool
	around     func(mortal) remote.Tree // the source as processes see it; nil for as it is

	mu     sync.Mutex
	failed map[int64][]journal.Item // of each job, in this and earlier processes
}

// boot starts a process that dies at a step, 0 for never.
func (m *machine) boot(ctx context.Context, at int, after bool) (*transfer.Queue, *death) {
	d := &death{at: at, after: after, did: map[string]int{}}
	m.served++
	if m.failed == nil {
		m.failed = map[int64][]journal.Item{}
	}
	q := transfer.New(ctx, transfer.Options{
		PartSize: 10, Retries: 2, Workers: cmp.Or(m.workers, 3), Jobs: m.jobs, Unattended: m.unattended,
		Journal: remembering{lasting{m.jr, d, fmt.Sprint("process ", m.served)}, m},
		Open: func(_ context.Context, label string) (remote.Tree, error) {
			if label == m.from.Label() {
				return m.source(d), nil
			}
			return mortal{m.to, d}, nil
		},
	})
	return q, d
}

// source is the tree from which a process copies.
func (m *machine) source(d *death) remote.Tree {
	if m.around == nil {
		return mortal{m.from, d}
	}
	return m.around(mortal{m.from, d})
}

// submit gives the process the job.
func (m *machine) submit(t *testing.T, q *transfer.Queue, d *death, op transfer.Op, dir remote.Path, ps ...remote.Path) transfer.JobID {
	t.Helper()
	r := request(t, op, m.from, m.to, dir, ps...)
	r.From, r.To, r.Sources = m.source(d), mortal{m.to, d}, nil
	if m.from == m.to {
		r.To = r.From
	}
	if op == transfer.Delete {
		r.To = nil
	}
	for _, e := range list(t, m.from, ps...) {
		r.List = append(r.List, transfer.Source{Entry: e})
	}
	return q.Submit(r)
}

// P02: a process that is told to end just when it is given a job leaves that to the
// next one.
func TestAJobThatComesWithTheEndOfTheProcessIsKept(t *testing.T) {
	m := &machine{from: mem.New("l:"), to: mem.New("r:"), jr: journal.NewMemory()}
	m.from.Put("a", "content")
	ctx, stop := context.WithCancel(t.Context())
	q, d := m.boot(ctx, 0, false)
	stop()
	m.submit(t, q, d, transfer.Copy, "in/", "a")
	closeQueue(t, q)
	q, _ = m.boot(t.Context(), 0, false)
	defer closeQueue(t, q)
	if ended := adoptAll(t, q); len(ended) != 1 {
		t.Fatalf("%d jobs are left to the next process", len(ended))
	}
	wantContent(t, m.to, "in/a", "content")
}

func closeQueue(t *testing.T, q *transfer.Queue) {
	t.Helper()
	if err := q.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
}

// adoptAll goes on with everything that is left and waits for its end.
func adoptAll(t *testing.T, q *transfer.Queue) []transfer.Snapshot {
	t.Helper()
	left, err := q.Orphans(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var ended []transfer.Snapshot
	for _, s := range left {
		if err := q.Adopt(t.Context(), s.ID, nil); errors.Is(err, errDead) || errors.Is(err, transfer.ErrClosed) {
			continue
		} else if err != nil {
			t.Fatal(err)
		}
		ended = append(ended, await(t, q, s.ID))
	}
	return ended
}

// I1, I4, I6, I7, P01: a process is killed at every single step that it takes
// outside of itself, before and after it; the next one finishes the job.
func TestAJobKilledAtAnyStepIsFinishedByTheNextProcess(t *testing.T) {
	files := map[remote.Path]string{
		"d/small": content(7), "d/big": content(35), "d/empty": "", "d/sub/deep": content(23), "d/sub/two": content(12), "z": content(44),
	}
	kinds := []struct {
		name     string
		from, to func() *mem.Tree
		root     remote.Path
		dir      remote.Path
	}{
		{"upload", disk("l:"), bucket("r:"), "/", "in/"},
		{"download", bucket("l:"), disk("r:"), "", "/in"},
		{"copy in the store", bucket("l:"), bucket("r:"), "", "in/"},
	}
	for _, c := range kinds {
		for _, op := range []transfer.Op{transfer.Copy, transfer.Move} {
			for _, after := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s %s after=%t", c.name, op, after), func(t *testing.T) {
					for n := 1; ; n++ {
						for _, next := range []int{0, 7*n%41 + 1} { // the next process may be killed as well
							m := &machine{from: c.from(), to: c.to(), jr: journal.NewMemory()}
							if !killAt(t, m, n, next, after, op, c.root, c.dir, files) {
								t.Logf("%d steps", n-1)
								return
							}
						}
					}
				})
			}
		}
	}
}

func killAt(t *testing.T, m *machine, n, next int, after bool, op transfer.Op, root, dir remote.Path, files map[remote.Path]string) (struck bool) {
	synctest.Test(t, func(t *testing.T) {
		for p, text := range files {
			m.from.Put(root+p, text)
		}
		d := remote.Path("d")
		if root == "" {
			d = "d/"
		}
		ps := []remote.Path{root + d, root + "z"}
		time.Sleep(time.Second) // the next process is younger
		q, kill := m.boot(t.Context(), n, after)
		id := m.submit(t, q, kill, op, dir, ps...)
		await(t, q, id)
		closeQueue(t, q)
		struck = kill.struck()
		m.check(t, n, root, dir, files, false)
		time.Sleep(time.Second)
		if next > 0 {
			q, _ = m.boot(t.Context(), next, !after)
			adoptAll(t, q)
			closeQueue(t, q)
			m.check(t, n, root, dir, files, false)
			time.Sleep(time.Second)
		}
		q, _ = m.boot(t.Context(), 0, false)
		defer closeQueue(t, q) // once more, if it comes to nothing else
		ended := adoptAll(t, q)
		for _, s := range ended {
			if s.State != transfer.Done {
				for _, it := range q.Items(s.ID, transfer.ItemsFailed, 0, 9) {
					t.Logf("%s: %v", it.Source, it.Err)
				}
				t.Fatalf("killed at step %d: the job is %s with %d failures (%v)", n, s.State, s.Failures, s.Err)
			}
		}
		closeQueue(t, q) // the end shows before it is on record
		m.check(t, n, root, dir, files, len(ended) > 0 || !struck || accepted(t, m.jr))
		for u := range m.to.ListUploads(t.Context(), "") {
			t.Fatalf("killed at step %d: left over is %+v", n, u)
		}
		for u := range m.jr.Uploads(t.Context()) {
			t.Fatalf("killed at step %d: on record there is still %+v", n, u)
		}
		if _, err := m.from.Stat(t.Context(), root+d); len(ended) > 0 && op == transfer.Move && err == nil {
			t.Fatalf("killed at step %d: the source folder is still there", n)
		}
	})
	return struck
}

// accepted tells whether any job is on record.
func accepted(t *testing.T, jr *journal.Memory) bool {
	t.Helper()
	for _, err := range jr.Jobs(t.Context()) {
		return err == nil
	}
	return false
}

// check holds that of every file there is a whole source or a whole target, and
// never half a target; with all, that every target is there.
func (m *machine) check(t *testing.T, n int, root, dir remote.Path, files map[remote.Path]string, all bool) {
	t.Helper()
	for p, text := range files {
		src, there := m.from.Get(root + p)
		dst, _ := m.to.Join(dir, string(p))
		got, landed := m.to.Get(dst)
		switch {
		case landed && got != text:
			t.Fatalf("killed at step %d: half of %s is published", n, p)
		case !landed && (!there || src != text):
			t.Fatalf("killed at step %d: %s is lost", n, p)
		case all && !landed:
			t.Fatalf("killed at step %d: done, but %s is missing", n, p)
		}
	}
}

// U18, U19: what has been sent and is proved is not sent again, neither a part
// of an upload nor one of a download.
func TestPartsThatAreProvedAreNotSentAgain(t *testing.T) {
	for _, c := range both[:2] {
		for n := 8; n < 40; n++ {
			synctest.Test(t, func(t *testing.T) {
				m := &machine{from: c.from(), to: c.to(), jr: journal.NewMemory()}
				m.from.Put(c.root+"a", content(95))
				q, kill := m.boot(t.Context(), n, true)
				await(t, q, m.submit(t, q, kill, transfer.Copy, c.dir, c.root+"a"))
				closeQueue(t, q)
				sent, id := recorded(m.jr)
				dst, _ := m.to.Join(c.dir, "a")
				if _, there := m.to.Get(dst); there {
					return
				}
				time.Sleep(time.Second)

				q, again := m.boot(t.Context(), 0, false)
				defer closeQueue(t, q)
				s := adoptAll(t, q)
				if len(s) == 0 || id == "" {
					return // killed too early, or too late
				}
				if s[0].State != transfer.Done {
					t.Fatalf("%s, killed at %d: %s (%v)", c.name, n, s[0].State, s[0].Err)
				}
				if got := s[0].Proven; got.Total != 10 || got.Done < int64(sent) {
					t.Errorf("%s, killed at %d: %d of %d parts were proved, %d were on record", c.name, n, got.Done, got.Total, sent)
				}
				if wrote := again.did["WritePart"]; int64(wrote) != 10-s[0].Proven.Done {
					t.Errorf("%s, killed at %d: %d parts were written although %d were proved", c.name, n, wrote, s[0].Proven.Done)
				}
				wantContent(t, m.to, dst, content(95))
			})
		}
	}
}

// recorded counts the parts on record and gives the id of their upload.
func recorded(jr *journal.Memory) (n int, id string) {
	for u, have := range jr.Uploads(context.Background()) {
		n, id = n+len(have), u.ID
	}
	return n, id
}

// P02: a process is told to end at every single step, and so is the one that
// goes on with its job; what is called done then is done.
func TestAJobStoppedInOrderAtAnyStepIsFinishedByTheNextProcess(t *testing.T) {
	files := map[remote.Path]string{"d/a": content(7), "d/b": content(35), "d/sub/c": content(23), "d/sub/d": content(12), "d/e": content(5), "d/f": ""}
	for _, op := range []transfer.Op{transfer.Copy, transfer.Move} {
		for n := 1; n < 60; n++ {
			for _, next := range []int{n, 5*n%31 + 1} {
				synctest.Test(t, func(t *testing.T) {
					m := &machine{from: disk("l:")(), to: bucket("r:")(), jr: journal.NewMemory()}
					for p, text := range files {
						m.from.Put("/"+p, text)
					}
					time.Sleep(time.Second)
					q, told := m.boot(t.Context(), n, false)
					m.stopWith(q, told)
					await(t, q, m.submit(t, q, told, op, "in/", "/d"))
					closeQueue(t, q)
					time.Sleep(time.Second)
					q, told = m.boot(t.Context(), next, false)
					m.stopWith(q, told)
					adoptAll(t, q)
					closeQueue(t, q)
					time.Sleep(time.Second)
					q, _ = m.boot(t.Context(), 0, false)
					defer closeQueue(t, q)
					for _, s := range adoptAll(t, q) {
						if s.State != transfer.Done {
							t.Fatalf("stopped at steps %d and %d: the job is %s (%v)", n, next, s.State, s.Err)
						}
					}
					m.check(t, n, "/", "in/", files, accepted(t, m.jr))
				})
			}
		}
	}
}

// stopWith has the queue closed when the process is struck.
func (m *machine) stopWith(q *transfer.Queue, d *death) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.stop = func() {
		go func() { _ = q.Close(context.Background()) }() // closeQueue waits for it
	}
}
