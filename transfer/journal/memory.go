package journal

import (
	"cmp"
	"context"
	"iter"
	"maps"
	"slices"
	"sync"
	"time"

	"gantry/remote"
)

// Memory is a Journal for the life of the process.
type Memory struct {
	mu   sync.Mutex
	last int64
	jobs map[int64]*record
}

// record is all about one job that has not been forgotten.
type record struct {
	job     Job
	sources []Source
	items   map[int64]Item
	uploads map[int64]*pending
	owner   string
	until   time.Time
}

type pending struct {
	up    Upload
	parts map[int]remote.Part
}

var _ Journal = (*Memory)(nil)

// NewMemory returns an empty journal.
func NewMemory() *Memory { return &Memory{jobs: map[int64]*record{}} }

// Durable tells that nothing outlives the process.
func (m *Memory) Durable() bool { return false }

// Close does nothing.
func (m *Memory) Close() error { return nil }

// NextID counts from 1.
func (m *Memory) NextID(context.Context) (int64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.last++
	return m.last, nil
}

// PutJob keeps j.
func (m *Memory) PutJob(_ context.Context, j Job) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	j.Rules = slices.Clone(j.Rules)
	m.record(j.ID).job = j
	return nil
}

// Jobs yields copies, oldest first.
func (m *Memory) Jobs(context.Context) iter.Seq2[Job, error] {
	m.mu.Lock()
	defer m.mu.Unlock()
	var jobs []Job
	for _, id := range slices.Sorted(maps.Keys(m.jobs)) {
		jobs = append(jobs, m.jobs[id].job)
	}
	return all(jobs)
}

// Forget drops the jobs.
func (m *Memory) Forget(_ context.Context, jobs []int64) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, id := range jobs {
		delete(m.jobs, id)
	}
	return nil
}

// PutSources keeps the sources until the job is forgotten.
func (m *Memory) PutSources(_ context.Context, job int64, sources []Source) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	r := m.jobs[job]
	if r == nil {
		return &remote.Error{Op: "record the sources", Kind: remote.NotExist, Hint: "The job was removed from the queue meanwhile."}
	}
	r.sources = append(r.sources, sources...)
	return nil
}

// Sources yields them from that number on.
func (m *Memory) Sources(_ context.Context, job, from int64) iter.Seq2[Source, error] {
	m.mu.Lock()
	defer m.mu.Unlock()
	r := m.jobs[job]
	if r == nil {
		return all[Source](nil)
	}
	at, _ := slices.BinarySearchFunc(r.sources, from, func(s Source, num int64) int { return cmp.Compare(s.Num, num) })
	return all(r.sources[at:]) // which nobody changes
}

// Plan keeps the items until they end.
func (m *Memory) Plan(_ context.Context, items []Item) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, it := range items {
		m.record(it.Job).items[it.Num] = it
	}
	return nil
}

// Items yields copies of those that have not ended.
func (m *Memory) Items(_ context.Context, job int64) iter.Seq2[Item, error] {
	m.mu.Lock()
	defer m.mu.Unlock()
	r := m.record(job)
	var items []Item
	for _, n := range slices.Sorted(maps.Keys(r.items)) {
		items = append(items, r.items[n])
	}
	return all(items)
}

// End forgets the item.
func (m *Memory) End(_ context.Context, job, item int64, _ Outcome) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	r := m.record(job)
	delete(r.items, item)
	delete(r.uploads, item)
	return nil
}

// Intend keeps the upload until it is settled.
func (m *Memory) Intend(_ context.Context, u Upload) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.record(u.Job).uploads[u.Item] = &pending{up: u, parts: map[int]remote.Part{}}
	return nil
}

// Began adds the id to what Intend kept.
func (m *Memory) Began(_ context.Context, job, item int64, id string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if p := m.record(job).uploads[item]; p != nil {
		p.up.ID = id
	}
	return nil
}

// Part adds a part to the upload; the last one of a number counts.
func (m *Memory) Part(_ context.Context, job, item int64, part remote.Part) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if p := m.record(job).uploads[item]; p != nil {
		p.parts[part.Num] = part
	}
	return nil
}

// Settled forgets the upload.
func (m *Memory) Settled(_ context.Context, job, item int64) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.record(job).uploads, item)
	return nil
}

// Uploads yields copies, by job and item.
func (m *Memory) Uploads(context.Context) iter.Seq2[Upload, []remote.Part] {
	m.mu.Lock()
	defer m.mu.Unlock()
	var ups []Upload
	var parts [][]remote.Part
	for _, id := range slices.Sorted(maps.Keys(m.jobs)) {
		for _, n := range slices.Sorted(maps.Keys(m.jobs[id].uploads)) {
			p := m.jobs[id].uploads[n]
			ups = append(ups, p.up)
			parts = append(parts, p.list())
		}
	}
	return func(yield func(Upload, []remote.Part) bool) {
		for i := range ups {
			if !yield(ups[i], parts[i]) {
				return
			}
		}
	}
}

// Traces yields copies of the items that have not ended with their uploads.
func (m *Memory) Traces(_ context.Context, job int64) iter.Seq2[Trace, error] {
	m.mu.Lock()
	defer m.mu.Unlock()
	r := m.record(job)
	var traces []Trace
	for _, n := range slices.Sorted(maps.Keys(r.items)) {
		tr := Trace{Item: r.items[n]}
		if p := r.uploads[n]; p != nil {
			up := p.up
			tr.Upload, tr.Parts = &up, p.list()
		}
		traces = append(traces, tr)
	}
	return all(traces)
}

// list are the parts by number.
func (p *pending) list() []remote.Part {
	var have []remote.Part
	for _, num := range slices.Sorted(maps.Keys(p.parts)) {
		have = append(have, p.parts[num])
	}
	return have
}

// Lease makes owner the one who runs the job.
func (m *Memory) Lease(_ context.Context, job int64, owner string, until time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	r := m.record(job)
	if r.owner != "" && r.owner != owner && time.Now().Before(r.until) {
		return ErrLeased
	}
	r.owner, r.until = owner, until
	return nil
}

// Release ends owner's lease; that of another owner stays.
func (m *Memory) Release(_ context.Context, job int64, owner string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if r := m.record(job); r.owner == owner {
		r.owner = ""
	}
	return nil
}

// record finds or makes what is kept about a job. The caller holds the lock.
func (m *Memory) record(job int64) *record {
	r := m.jobs[job]
	if r == nil {
		r = &record{items: map[int64]Item{}, uploads: map[int64]*pending{}}
		r.job.ID = job
		m.jobs[job] = r
	}
	return r
}

func all[T any](list []T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, v := range list {
			if !yield(v, nil) {
				return
			}
		}
	}
}
