package panel

import (
	"context"

	tea "github.com/charmbracelet/bubbletea"
)

// spec is what shows and how it is ordered.
type spec struct {
	order
	hidden bool // names that start with a dot show
	filter string
}

// test is whether a name shows; each goroutine needs its own.
func (s spec) test() func(name []byte) bool {
	m := newMatcher(s.filter)
	return func(name []byte) bool {
		return (s.hidden || len(name) == 0 || name[0] != '.') && m.match(name)
	}
}

// arranged is a finished arrangement of the first n rows of a store. Its slices
// are never written again, so snapshots may keep them.
type arranged struct {
	spec   spec
	n      int
	sorted []int32 // all rows
	view   []int32 // those that show; may be sorted itself
}

// job arranges a snapshot. It shares nothing with the panel that changes.
type job struct {
	ctx   context.Context
	panel int
	seq   uint64
	rows  rows
	base  arranged // what is known already; its spec may be another one
	spec  spec
	carry *carry // set when the rows are to replace others
}

// arrangedMsg brings the result of a job back.
type arrangedMsg struct {
	panel int
	seq   uint64
	whole bool // false: the job was called off
	arranged
	carry *carry
}

// run does the work; it gives up soon after ctx has ended.
func (j *job) run() arrangedMsg {
	m := arrangedMsg{panel: j.panel, seq: j.seq, carry: j.carry}
	m.spec, m.n = j.spec, j.rows.n()
	m.sorted = j.sort()
	if j.ctx.Err() != nil {
		return m
	}
	m.view, m.whole = j.filter(m.sorted)
	if m.whole && j.carry != nil {
		j.carry.run(&j.rows)
	}
	return m
}

// sort orders all rows, or only the new ones if the rest is in this order already.
func (j *job) sort() []int32 {
	c := &comparer{s: &j.rows, o: j.spec.order}
	known := j.base.sorted
	if j.base.spec.order != j.spec.order {
		known = nil
	}
	fresh := make([]int32, j.rows.n()-len(known))
	if len(fresh) == 0 {
		return known
	}
	for i := range fresh {
		fresh[i] = int32(len(known) + i)
	}
	c.sort(fresh)
	if len(known) == 0 {
		return fresh
	}
	return c.merge(known, fresh)
}

// filter picks what shows out of sorted, looking only at what the filter before
// had left if this one narrows it; false when it was called off.
func (j *job) filter(sorted []int32) ([]int32, bool) {
	if j.spec.filter == "" && j.spec.hidden {
		return sorted, true
	}
	from, old := sorted, j.base.spec
	if j.base.n == j.rows.n() && old.order == j.spec.order && old.hidden == j.spec.hidden &&
		narrows(old.filter, j.spec.filter) {
		from = j.base.view
	}
	s := sieve{ctx: j.ctx, rows: &j.rows, test: j.spec.test}
	view, whole := s.pick(from)
	if len(view) == len(sorted) {
		view = sorted // nothing is hidden: keep one list, not two
	}
	return view, whole
}

// atOnce is how many rows are arranged without leaving the event loop: about a
// millisecond's work.
const atOnce = 4096

// narrowAtOnce is the same when rows only have to be looked at.
const narrowAtOnce = 32768

// arrange brings what shows up to date with rows and spec, now if it is little
// work, else by the returned Cmd. A job that still runs is called off.
func (p *Panel) arrange() tea.Cmd {
	p.callOff()
	p.seq++
	j := &job{panel: p.o.ID, seq: p.seq, rows: p.rows, base: p.shown, spec: p.spec}
	if p.next != nil && p.next.whole {
		j.rows, j.base = p.next.rows, p.next.shown
		j.carry = p.newCarry()
	}
	ctx := p.ctx
	if ctx == nil {
		ctx = context.Background()
	}
	j.ctx, p.stopJob = context.WithCancel(ctx)
	if j.small() {
		return p.take(j.run())
	}
	return func() tea.Msg {
		if m := j.run(); m.whole {
			return m
		}
		return nil // called off: nothing that would be drawn again
	}
}

// small tells whether the job may run in the event loop.
func (j *job) small() bool {
	n := j.rows.n()
	sorted := j.base.n == n && j.base.spec.order == j.spec.order
	return n <= atOnce || sorted && j.carry == nil && n <= narrowAtOnce
}

// callOff ends the job that runs, if any.
func (p *Panel) callOff() {
	if p.stopJob != nil {
		p.stopJob()
		p.stopJob = nil
	}
}

// take shows the result of a job, and starts the next if rows have come since.
func (p *Panel) take(m arrangedMsg) tea.Cmd {
	if m.panel != p.o.ID || m.seq != p.seq {
		return nil
	}
	p.callOff()
	if !m.whole {
		return nil // its context ended: the program does, or a new listing began
	}
	if m.carry != nil {
		return p.swap(m)
	}
	p.show(m.arranged)
	return p.catchUp()
}

// catchUp starts a job if enough rows are not arranged yet. Enough is a share
// of what is there, so that a listing of any length costs a bounded number of
// passes over it.
func (p *Panel) catchUp() tea.Cmd {
	if p.stopJob != nil {
		return nil
	}
	if p.next != nil && p.next.whole {
		return p.arrange()
	}
	fresh := p.rows.n() - p.shown.n
	if fresh == 0 || p.loading && p.next == nil && fresh < p.shown.n/8 {
		return nil
	}
	return p.arrange()
}
