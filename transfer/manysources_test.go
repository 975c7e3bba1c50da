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

// manySources are more than go with the record of a job, and more than are read of a
// stream before it is planned. The last ones are folders with a file in each.
const (
	manySources = 10_500
	manyFolders = 100
)

// I7: a job of very many sources that were named one by one is finished by the next
// process, whether nothing was planned yet or everything; what it says is done is
// done.
func TestAResumedJobOfVeryManySourcesForgetsNone(t *testing.T) {
	for _, c := range []struct {
		name      string
		op        transfer.Op
		from, to  func() *mem.Tree
		root, dir remote.Path
		call      string
	}{
		{"copy", transfer.Copy, disk("l:"), bucket("r:"), "/", "in/", "Commit"},
		{"move", transfer.Move, disk("l:"), bucket("r:"), "/", "in/", "Remove"},
		{"move down", transfer.Move, bucket("l:"), disk("r:"), "", "/in", "Remove"},
		{"move in the store", transfer.Move, bucket("l:"), bucket("r:"), "", "in/", "Copy"},
		{"delete", transfer.Delete, disk("l:"), nil, "/", "", "Remove"},
		{"delete in a bucket", transfer.Delete, bucket("l:"), nil, "", "", "Remove"},
	} {
		for when, dies := range map[string]func(*many, string) blow{
			"at once": func(_ *many, what string) blow { return blow{die: what == "PutSources", after: true} },
			"early":   func(_ *many, what string) blow { return blow{die: what == "Plan"} },
			"late":    func(m *many, what string) blow { return blow{die: what == c.call && m.listed(m.T)} },
		} {
			t.Run(c.name+" "+when, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					m := newMany(t, c.from(), c.to, c.root, c.dir)
					q, d := m.boot(t.Context(), 0, false)
					d.hit = func(what string, _ remote.Path) blow { return dies(m, what) }
					await(t, q, m.submit(t, q, d, c.op, c.dir, m.paths...))
					closeQueue(t, q)
					if !d.struck() {
						t.Fatal("it was not killed")
					}
					for _, s := range m.next() {
						wantState(t, s, transfer.Done)
					}
					m.check(c.op, manySources)
				})
			})
		}
	}
}

// many is a machine with very many sources.
type many struct {
	*testing.T
	*machine
	root, dir remote.Path
	names     []remote.Path
	paths     []remote.Path
}

func newMany(t *testing.T, from *mem.Tree, to func() *mem.Tree, root, dir remote.Path) *many {
	m := &many{T: t, machine: &machine{from: from, to: from, jr: journal.NewMemory(), workers: 4}, root: root, dir: dir}
	if to != nil {
		m.to = to()
	}
	for i := range manySources {
		name := remote.Path(fmt.Sprintf("%05d", i))
		path := root + name
		if i >= manySources-manyFolders {
			name += "/file"
			if root == "" {
				path += "/"
			}
		}
		m.names, m.paths = append(m.names, name), append(m.paths, path)
		m.from.Put(root+name, content(i%9))
	}
	time.Sleep(time.Second)
	return m
}

// next is the process that finishes the jobs.
func (m *many) next() []transfer.Snapshot {
	time.Sleep(time.Second)
	q, _ := m.boot(m.Context(), 0, false)
	defer closeQueue(m.T, q)
	return adoptAll(m.T, q)
}

// check sees that the first n are done, and the others untouched.
func (m *many) check(op transfer.Op, n int) {
	m.Helper()
	bad := 0
	for i, name := range m.names {
		_, there := m.from.Get(m.root + name)
		if _, err := m.from.Stat(m.Context(), m.paths[i]); !there && err == nil {
			m.Errorf("%s: the folder is still there", m.paths[i])
		}
		landed := i < n
		if op != transfer.Delete {
			dst, _ := m.to.Join(m.dir, string(name))
			var got string
			got, landed = m.to.Get(dst)
			landed = landed && got == content(i%9)
		}
		if landed != (i < n) || there != (op == transfer.Copy || i >= n) {
			if bad++; bad < 4 {
				m.Errorf("%s: landed: %t, there: %t", name, landed, there)
			}
		}
	}
	if bad > 0 {
		m.Errorf("%d are not as they should be", bad)
	}
}

// I7: a job that was not wholly accepted when the process died is not done.
func TestAJobWhoseSourcesWereNotOnRecordSaysSo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMany(t, disk("l:")(), bucket("r:"), "/", "in/")
		q, d := m.boot(t.Context(), 0, false)
		d.hit = func(what string, _ remote.Path) blow { return blow{die: what == "PutSources"} }
		await(t, q, m.submit(t, q, d, transfer.Move, "in/", m.paths...))
		closeQueue(t, q)
		ended := m.next()
		if len(ended) != 1 || ended[0].State != transfer.Failed || ended[0].Failures != 1 {
			t.Errorf("it ended as %+v", ended)
		}
		m.check(transfer.Move, 0)
	})
}

// P02: a job whose sources are going on record when the process is told to end is
// left to the next one.
func TestAJobOfManySourcesThatComesWithTheEndOfTheProcessIsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMany(t, disk("l:")(), bucket("r:"), "/", "in/")
		ctx, stop := context.WithCancel(t.Context())
		q, d := m.boot(ctx, 0, false)
		d.hit = func(what string, _ remote.Path) (b blow) {
			if what == "PutSources" {
				b.do = stop
			}
			return b
		}
		m.submit(t, q, d, transfer.Move, "in/", m.paths...)
		closeQueue(t, q)
		for _, s := range m.next() {
			wantState(t, s, transfer.Done)
		}
		m.check(transfer.Move, manySources)
	})
}

// I7: of sources that come one by one all that had come is done by the next process.
// That others may have been to come is said, however often the job is interrupted.
func TestAResumedJobWhoseSourcesWereStillComingSaysSo(t *testing.T) {
	for _, c := range []struct {
		name  string
		after bool
		known int
	}{
		{"the last page is not on record", false, 10_000},
		{"the last page is on record, but not that it is the last", true, manySources},
	} {
		for _, op := range []transfer.Op{transfer.Copy, transfer.Move} {
			t.Run(op.String()+" "+c.name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) { stillComing(t, op, c.after, c.known) })
			})
		}
	}
}

func stillComing(t *testing.T, op transfer.Op, after bool, known int) {
	m := newMany(t, disk("l:")(), bucket("r:"), "/", "in/")
	pages, landed := 0, 0
	landing := func(what string, d *death) {
		if what == "Commit" && !d.struck() {
			landed++
		}
	}
	paged := make(chan struct{})
	q, d := m.boot(t.Context(), 0, false)
	d.hit = func(what string, _ remote.Path) (b blow) {
		m.mu.Lock()
		defer m.mu.Unlock()
		landing(what, d)
		if what == "PutSources" {
			if pages++; pages == 2 {
				close(paged)
			}
		}
		if what == "Commit" && pages < 2 && landed > 9000 { // the rest is left to the second process
			b.do = func() { <-paged }
		}
		// Whatever dies before the page does keeps it from its record.
		b.die, b.after = pages == 2 && (what == "PutSources" || !after), after
		return b
	}
	r := request(t, op, m.source(d), m.to, "in/", m.paths...)
	r.To = mortal{m.to, d}
	await(t, q, q.Submit(r))
	closeQueue(t, q)
	time.Sleep(time.Second)
	q, d = m.boot(t.Context(), 0, false)
	d.hit = func(what string, _ remote.Path) blow { // dies when all is planned, which is ahead of what is done
		m.mu.Lock()
		defer m.mu.Unlock()
		landing(what, d)
		return blow{die: what == "Commit" && landed >= known-20}
	}
	adoptAll(t, q)
	closeQueue(t, q)
	if !d.struck() {
		t.Fatal("the second process was not killed")
	}
	ended := m.next()
	if len(ended) != 1 || ended[0].State != transfer.Failed || ended[0].Failures != 1 {
		t.Errorf("it ended as %+v", ended)
	}
	m.check(op, known)
}

// I7: of a journal that was damaged nothing is taken for done because its item is
// gone, not even if the process that lists all again is killed as well.
func TestAJobWhoseItemsAreLostDoesTheNamedFilesThatAreThere(t *testing.T) {
	for _, op := range []transfer.Op{transfer.Copy, transfer.Move} {
		t.Run(op.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := newMany(t, disk("l:")(), bucket("r:"), "/", "in/")
				m.workers = 1 // what others had published by then would be a stranger's, without the record
				q, d := m.boot(t.Context(), 0, false)
				d.hit = func(what string, _ remote.Path) blow { return blow{die: what == "Commit" && m.listed(t)} }
				id := m.submit(t, q, d, op, "in/", m.paths...)
				await(t, q, id)
				closeQueue(t, q)
				m.damage(id)
				q, d = m.boot(t.Context(), 0, false)
				d.hit = func(what string, _ remote.Path) blow { return blow{die: what == "Commit"} }
				adoptAll(t, q)
				closeQueue(t, q)
				for _, s := range m.next() {
					wantState(t, s, transfer.Done)
				}
				m.check(op, manySources)
			})
		})
	}
}

// damage loses the items of a job, as far as a repair knows.
func (m *many) damage(id transfer.JobID) {
	m.Helper()
	for it := range m.jr.Items(m.Context(), int64(id)) {
		if err := m.jr.End(m.Context(), it.Job, it.Num, journal.Outcome{}); err != nil { // it forgets the item
			m.Fatal(err)
		}
	}
	for rec := range m.jr.Jobs(m.Context()) {
		rec.Listed = false
		if err := m.jr.PutJob(m.Context(), rec); err != nil {
			m.Fatal(err)
		}
	}
}
