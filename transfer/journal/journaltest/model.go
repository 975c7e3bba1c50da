package journaltest

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/google/go-cmp/cmp"

	"gantry/remote"
	"gantry/transfer/journal"
)

var modelTests = []test{{"Random calls leave what the memory journal has", model}}

// model makes random calls to the journal and to Memory, which is simple enough
// to be taken for right, and compares what they say.
func model(k *kit) {
	for seed := range uint64(4) {
		k.j = k.o.New(k.T)
		m := &walker{kit: k, ref: journal.NewMemory(), r: rand.New(rand.NewPCG(seed, 1))} //nolint:gosec // repeatable
		for step := range 400 {
			m.step()
			if step%50 == 49 {
				m.compare(fmt.Sprintf("seed %d, step %d", seed, step))
			}
			if step%150 == 149 && k.o.Reopen != nil {
				k.j = k.o.Reopen(k.T, k.j)
			}
		}
	}
}

type walker struct {
	*kit
	ref  *journal.Memory
	r    *rand.Rand
	jobs []int64
	last int64 // highest number of an item
}

// both makes a call to the journal and to the reference.
func (m *walker) both(call func(journal.Journal) error) {
	m.Helper()
	m.must(call(m.ref))
	m.must(call(m.j))
}

// pick is a number from 1 that is likely to be one of an item.
func (m *walker) pick() int64 { return m.r.Int64N(max(m.last, 1)) + 1 }

func (m *walker) step() {
	m.Helper()
	if len(m.jobs) == 0 || m.r.IntN(30) == 0 {
		id, err := m.j.NextID(m.ctx)
		m.must(err)
		m.jobs = append(m.jobs, id)
		m.both(func(j journal.Journal) error { return j.PutJob(m.ctx, journal.Job{ID: id, Title: fmt.Sprint(id)}) })
		return
	}
	at := m.r.IntN(len(m.jobs))
	id := m.jobs[at]
	switch n := m.r.IntN(100); {
	case n < 25:
		m.plan(id)
	case n < 60:
		num := m.pick()
		o := journal.Outcome{State: []string{"done", "failed", "cancelled"}[m.r.IntN(3)], Skipped: m.r.IntN(4) == 0, Reason: "r"}
		m.both(func(j journal.Journal) error { return j.End(m.ctx, id, num, o) })
	case n < 70:
		num := m.pick()
		m.both(func(j journal.Journal) error { return j.Intend(m.ctx, journal.Upload{Job: id, Item: num, Path: "p"}) })
	case n < 75:
		num := m.pick()
		m.both(func(j journal.Journal) error { return j.Began(m.ctx, id, num, fmt.Sprint("up", num)) })
	case n < 90:
		num, p := m.pick(), remote.Part{Num: m.r.IntN(5) + 1, Tag: fmt.Sprint(m.r.Int())}
		m.both(func(j journal.Journal) error { return j.Part(m.ctx, id, num, p) })
	case n < 95:
		num := m.pick()
		m.both(func(j journal.Journal) error { return j.Settled(m.ctx, id, num) })
	case n < 99:
		m.both(func(j journal.Journal) error { return j.PutJob(m.ctx, journal.Job{ID: id, State: fmt.Sprint(n)}) })
	default:
		m.jobs = append(m.jobs[:at:at], m.jobs[at+1:]...)
		m.both(func(j journal.Journal) error { return j.Forget(m.ctx, []int64{id}) })
	}
}

// plan plans new items, with gaps, and now and then some that were there.
func (m *walker) plan(id int64) {
	m.Helper()
	var list []journal.Item
	for range m.r.IntN(120) {
		m.last += m.r.Int64N(3) + 1
		list = append(list, item(id, m.last))
	}
	for range m.r.IntN(4) {
		it := item(id, m.pick())
		it.Source.Version = fmt.Sprint(m.r.Int())
		list = append(list, it)
	}
	m.both(func(j journal.Journal) error { return j.Plan(m.ctx, list) })
}

func (m *walker) compare(when string) {
	m.Helper()
	ref := &kit{T: m.T, ctx: m.ctx, j: m.ref}
	if d := cmp.Diff(ref.jobs(), m.kit.jobs()); d != "" {
		m.Fatalf("%s: jobs: -want +got:\n%s", when, d)
	}
	if d := cmp.Diff(ref.uploads(), m.uploads()); d != "" {
		m.Fatalf("%s: uploads: -want +got:\n%s", when, d)
	}
	for _, id := range m.jobs {
		want, got := ref.open(id), m.open(id)
		if !slices.Equal(want, got) { // cmp.Diff takes its time
			m.Fatalf("%s: items of job %d: -want +got:\n%s", when, id, cmp.Diff(want, got))
		}
	}
}
