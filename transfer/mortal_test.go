package transfer_test

import (
	"context"
	"errors"
	"io"
	"iter"
	"slices"
	"sync"
	"time"

	"gantry/remote"
	"gantry/remote/mem"
	"gantry/transfer/journal"
)

// death is a kill -9 at the n-th step of a process: from then on it does nothing
// any more, to no tree and to no journal. What it is told does not matter.
type death struct {
	mu    sync.Mutex
	at    int  // the step at which it strikes; 0 for never
	after bool // the step is taken, and nobody hears of it
	steps int
	dead  bool
	stop  func()         // instead of dying the process is told to end
	did   map[string]int // some steps, counted by name

	// hit is asked at every step of a process that lives what happens to it; nil
	// for nothing.
	hit func(call string, p remote.Path) blow
}

// blow is what happens to a step of a process. The zero blow is nothing.
type blow struct {
	do    func() // happens first: another client, the user, a signal
	die   bool
	err   error
	after bool // it dies, or fails, when the step is taken
	read  func(io.ReadCloser) io.ReadCloser
}

func (d *death) note(what string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.did[what]++
}

var errDead = errors.New("killed")

// step takes a step, call on p, unless the process is dead.
func (d *death) step(call string, p remote.Path, do func() error) error {
	_, err := d.fateful(call, p, do)
	return err
}

// fateful is step, and tells what happened.
func (d *death) fateful(call string, p remote.Path, do func() error) (b blow, err error) {
	if d.hit != nil && !d.struck() {
		b = d.hit(call, p)
	}
	if b.do != nil {
		b.do()
	}
	d.mu.Lock()
	d.steps++
	if d.steps == d.at && d.stop != nil {
		d.stop()
	} else if d.steps == d.at {
		b.die, b.after = true, d.after
	}
	was := d.dead
	d.dead = d.dead || b.die
	d.mu.Unlock()
	if b.die || was {
		b.err = errDead
	}
	if was || b.err != nil && !b.after {
		return b, b.err
	}
	if err := do(); err != nil {
		return b, err
	}
	return b, b.err
}

func (d *death) struck() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.dead
}

// mortal is a tree as a process that may be killed reaches it.
type mortal struct {
	*mem.Tree
	d *death
}

func (m mortal) List(ctx context.Context, dir remote.Path, token string) (page remote.Page, err error) {
	err = m.d.step("List", dir, func() (err error) { page, err = m.Tree.List(ctx, dir, token); return err })
	return page, err
}

func (m mortal) Stat(ctx context.Context, p remote.Path) (e remote.Entry, err error) {
	err = m.d.step("Stat", p, func() (err error) { e, err = m.Tree.Stat(ctx, p); return err })
	return e, err
}

func (m mortal) Open(ctx context.Context, e remote.Entry, off, n int64) (r io.ReadCloser, err error) {
	b, err := m.d.fateful("Open", e.Path, func() (err error) { r, err = m.Tree.Open(ctx, e, off, n); return err })
	if err == nil && b.read != nil {
		r = b.read(r)
	}
	return r, err
}

func (m mortal) Create(ctx context.Context, p remote.Path, o remote.CreateOptions) (s remote.Sink, err error) {
	err = m.d.step("Create", p, func() (err error) { s, err = m.Tree.Create(ctx, p, o); return err })
	if err != nil {
		return nil, err
	}
	if a, ok := s.(remote.Adopter); ok {
		return struct {
			remote.Sink
			remote.Adopter
		}{mortalSink{s, m.d, p}, a}, nil
	}
	return mortalSink{s, m.d, p}, nil
}

func (m mortal) Mkdir(ctx context.Context, p remote.Path) error {
	return m.d.step("Mkdir", p, func() error { return m.Tree.Mkdir(ctx, p) })
}

func (m mortal) Remove(ctx context.Context, ps []remote.Path) error {
	return m.d.step("Remove", ps[0], func() error { return m.Tree.Remove(ctx, ps) })
}

func (m mortal) Walk(ctx context.Context, dir remote.Path) iter.Seq2[remote.Entry, error] {
	return func(yield func(remote.Entry, error) bool) {
		for e, err := range m.Tree.Walk(ctx, dir) {
			if err == nil {
				err = m.d.step("Walk", dir, func() error { return nil })
			}
			if !yield(e, err) {
				return
			}
		}
	}
}

func (m mortal) Range(ctx context.Context, dir, from remote.Path) (es []remote.Entry, more bool, err error) {
	err = m.d.step("Range", dir, func() (err error) { es, more, err = m.Tree.Range(ctx, dir, from); return err })
	return es, more, err
}

func (m mortal) CanCopy(src remote.Tree) bool {
	_, ok := remote.As[mortal](src)
	return ok
}

func (m mortal) Copy(ctx context.Context, src remote.Tree, e remote.Entry, dst remote.Path, o remote.CreateOptions) (out remote.Entry, err error) {
	from, _ := remote.As[mortal](src)
	err = m.d.step("Copy", dst, func() (err error) { out, err = m.Tree.Copy(ctx, from.Tree, e, dst, o); return err })
	return out, err
}

func (m mortal) AbortUpload(ctx context.Context, u remote.Upload) error {
	return m.d.step("AbortUpload", u.Path, func() error { return m.Tree.AbortUpload(ctx, u) })
}

type mortalSink struct {
	remote.Sink
	d  *death
	at remote.Path
}

func (s mortalSink) WritePart(ctx context.Context, n int, body io.ReadSeeker) (p remote.Part, err error) {
	s.d.note("WritePart")
	err = s.d.step("WritePart", s.at, func() (err error) { p, err = s.Sink.WritePart(ctx, n, body); return err })
	return p, err
}

func (s mortalSink) Commit(ctx context.Context, ps []remote.Part) (e remote.Entry, err error) {
	err = s.d.step("Commit", s.at, func() (err error) { e, err = s.Sink.Commit(ctx, ps); return err })
	return e, err
}

func (s mortalSink) Abort(ctx context.Context) error {
	return s.d.step("Abort", s.at, func() error { return s.Sink.Abort(ctx) })
}

// lasting is a journal on the disk of the machine on which processes are killed:
// what one has recorded the next one finds.
type lasting struct {
	*journal.Memory
	d    *death
	name string
}

func (l lasting) Durable() bool { return true }
func (l lasting) Owner() string { return l.name }

// Unowned are all jobs that have not ended: in these tests only one process
// lives at a time.
func (l lasting) Unowned(ctx context.Context) ([]journal.Summary, error) {
	var all []journal.Summary
	for rec, err := range l.Jobs(ctx) {
		if err != nil {
			return nil, err
		}
		if rec.Ended.IsZero() {
			all = append(all, journal.Summary{Job: rec})
		}
	}
	return all, nil
}

// Owned are none: only one process lives at a time.
func (l lasting) Owned(context.Context) ([]journal.Summary, error) { return nil, nil }

// Summaries yields nothing: nobody lists jobs here.
func (l lasting) Summaries(context.Context) iter.Seq2[journal.Summary, error] {
	return func(func(journal.Summary, error) bool) {}
}

// Lease never refuses, since whoever had the job is dead.
func (l lasting) Lease(context.Context, int64, string, time.Time) error {
	return l.d.step("Lease", "", func() error { return nil })
}

func (l lasting) Release(context.Context, int64, string) error {
	return l.d.step("Release", "", func() error { return nil })
}

func (l lasting) PutJob(ctx context.Context, j journal.Job) error {
	if ctx.Err() != nil { // as a journal on a disk does
		return context.Cause(ctx)
	}
	return l.d.step("PutJob", "", func() error { return l.Memory.PutJob(ctx, j) })
}

func (l lasting) PutSources(ctx context.Context, job int64, sources []journal.Source) error {
	return l.d.step("PutSources", "", func() error { return l.Memory.PutSources(ctx, job, sources) })
}

func (l lasting) Plan(ctx context.Context, items []journal.Item) error {
	return l.d.step("Plan", "", func() error { return l.Memory.Plan(ctx, items) })
}

func (l lasting) End(ctx context.Context, job, item int64, o journal.Outcome) error {
	return l.d.step("End", "", func() error { return l.Memory.End(ctx, job, item, o) })
}

func (l lasting) Intend(ctx context.Context, u journal.Upload) error {
	return l.d.step("Intend", "", func() error { return l.Memory.Intend(ctx, u) })
}

func (l lasting) Began(ctx context.Context, job, item int64, id string) error {
	return l.d.step("Began", "", func() error { return l.Memory.Began(ctx, job, item, id) })
}

func (l lasting) Part(ctx context.Context, job, item int64, p remote.Part) error {
	return l.d.step("Part", "", func() error { return l.Memory.Part(ctx, job, item, p) })
}

func (l lasting) Settled(ctx context.Context, job, item int64) error {
	return l.d.step("Settled", "", func() error { return l.Memory.Settled(ctx, job, item) })
}

// remembering is lasting, and keeps the items that failed, as a journal on a disk
// does: of what failed while it was planned, only that it did.
type remembering struct {
	lasting
	m *machine
}

func (r remembering) Plan(ctx context.Context, items []journal.Item) error {
	if err := r.lasting.Plan(ctx, items); err != nil {
		return err
	}
	for _, it := range items {
		r.m.forget(it.Job, it.Num)
	}
	return nil
}

func (r remembering) Retract(_ context.Context, job int64, items []int64) error {
	return r.d.step("Retract", "", func() error {
		r.m.forget(job, items...)
		return nil
	})
}

// forget takes back that items failed.
func (m *machine) forget(job int64, nums ...int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.failed[job] = slices.DeleteFunc(m.failed[job], func(it journal.Item) bool { return slices.Contains(nums, it.Num) })
}

func (r remembering) End(ctx context.Context, job, item int64, o journal.Outcome) error {
	var failed []journal.Item
	if o.State == "failed" {
		failed = append(failed, journal.Item{Job: job, Num: item}) // failed while it was planned
	}
	if o.State == "failed" {
		for it := range r.Items(ctx, job) {
			if it.Num == item {
				failed = []journal.Item{it}
			}
		}
	}
	if err := r.lasting.End(ctx, job, item, o); err != nil {
		return err
	}
	r.m.mu.Lock()
	defer r.m.mu.Unlock()
	r.m.failed[job] = append(r.m.failed[job], failed...)
	return nil
}

func (r remembering) Failed(_ context.Context, job int64) iter.Seq2[journal.Failure, error] {
	r.m.mu.Lock()
	defer r.m.mu.Unlock()
	all := slices.Clone(r.m.failed[job])
	return func(yield func(journal.Failure, error) bool) {
		for _, it := range all {
			if !yield(journal.Failure{Item: it}, nil) {
				return
			}
		}
	}
}
