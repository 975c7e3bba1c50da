package transfer_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"gantry/remote"
	"gantry/remote/mem"
	"gantry/transfer"
	"gantry/transfer/journal"
)

// manySources are more than the journal keeps of one job.
const manySources = 10_500

// I7: a job of very many sources that were named one by one, all of which are on
// record as items, is finished by the next process; what it says is done is done.
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
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { resumeMany(t, c.op, c.from(), c.to, c.root, c.dir, c.call) })
		})
	}
}

func resumeMany(t *testing.T, op transfer.Op, from *mem.Tree, to func() *mem.Tree, root, dir remote.Path, call string) {
	m := &machine{from: from, to: from, jr: journal.NewMemory(), workers: 4}
	if to != nil {
		m.to = to()
	}
	var names []remote.Path
	for i := range manySources {
		names = append(names, remote.Path(fmt.Sprintf("%05d", i)))
		m.from.Put(root+names[i], content(i%9))
	}
	paths := make([]remote.Path, len(names))
	for i, n := range names {
		paths[i] = root + n
	}
	time.Sleep(time.Second)
	q, d := m.boot(t.Context(), 0, false)
	d.hit = func(what string, p remote.Path) (b blow) {
		b.die = what == call && m.listed(t)
		return b
	}
	await(t, q, m.submit(t, q, d, op, dir, paths...))
	closeQueue(t, q)
	if !d.struck() {
		t.Fatal("it was not killed")
	}
	time.Sleep(time.Second)
	q, _ = m.boot(t.Context(), 0, false)
	defer closeQueue(t, q)
	for _, s := range adoptAll(t, q) {
		if s.State != transfer.Done {
			t.Errorf("resumed, it is %s with %d failures: %v", s.State, s.Failures, s.Err)
		}
	}
	bad := 0
	for i, n := range names {
		_, there := m.from.Get(root + n)
		landed := true
		if op != transfer.Delete {
			dst, _ := m.to.Join(dir, string(n))
			var got string
			got, landed = m.to.Get(dst)
			landed = landed && got == content(i%9)
		}
		if !landed || there != (op == transfer.Copy) {
			if bad++; bad < 4 {
				t.Errorf("%s: landed: %t, there: %t", n, landed, there)
			}
		}
	}
	if bad > 0 {
		t.Errorf("%d are not done", bad)
	}
}
