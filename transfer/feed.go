package transfer

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"
)

// ErrClosed is what Feed.Next returns when nothing more will come, and Adopt when
// the queue takes no more jobs.
var ErrClosed = errors.New("the queue is closed")

// pulse is how often jobs that run are told about although nothing moved, so
// that a rate that has fallen to zero shows.
const pulse = time.Second

// Feed is one reader's view of what changes. Snapshots overwrite each other,
// events are kept until they are read. Nobody who works waits for a reader.
type Feed struct {
	q    *Queue
	wake chan struct{} // of 1: something is there

	mu      sync.Mutex
	dirty   map[JobID]*job
	removed []JobID
	events  []Event
	closed  bool
	last    time.Time // of the last Update
}

// Subscribe returns a feed that begins with the snapshots of all jobs and the
// open asks. Close it when done.
func (q *Queue) Subscribe() *Feed {
	f := &Feed{q: q, wake: make(chan struct{}, 1), dirty: map[JobID]*job{}}
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, j := range q.order {
		f.dirty[j.id] = j
		if a, ok := j.firstAsk(); ok {
			f.events = append(f.events, AskEvent{Ask: a})
		}
	}
	for _, b := range q.blocks {
		f.events = append(f.events, q.blocked(b))
	}
	f.closed = q.finished
	feeds := append(slices.Clone(*q.feeds.Load()), f)
	q.feeds.Store(&feeds)
	f.poke()
	return f
}

// Close ends the feed; Next returns ErrClosed.
func (f *Feed) Close() {
	f.q.mu.Lock()
	feeds := slices.DeleteFunc(slices.Clone(*f.q.feeds.Load()), func(g *Feed) bool { return g == f })
	f.q.feeds.Store(&feeds)
	f.q.mu.Unlock()
	f.end()
}

func (f *Feed) end() {
	f.mu.Lock()
	f.closed = true
	f.mu.Unlock()
	f.poke()
}

// Next waits for news: an event comes at once, snapshots at most once in an
// interval. It returns ErrClosed after the last Update of a closed feed or
// queue, and the error of ctx. One goroutine at a time may call it.
func (f *Feed) Next(ctx context.Context) (Update, error) {
	for {
		now := time.Now()
		u, wait, err := f.take(now)
		if err != nil || wait == 0 {
			return u, err
		}
		timer := time.NewTimer(wait)
		select {
		case <-f.wake:
		case <-timer.C:
			if wait == pulse {
				f.q.pulse(f)
			}
		case <-ctx.Done():
			timer.Stop()
			return Update{}, context.Cause(ctx)
		}
		timer.Stop()
	}
}

// take returns what is due now, or how long to wait.
func (f *Feed) take(now time.Time) (Update, time.Duration, error) {
	f.mu.Lock()
	due := len(f.dirty)+len(f.removed) > 0
	wait := f.last.Add(f.q.o.Interval).Sub(now)
	switch {
	case len(f.events) > 0, due && (wait <= 0 || f.closed):
	case due:
		f.mu.Unlock()
		return Update{}, wait, nil
	case f.closed:
		f.mu.Unlock()
		return Update{}, 0, ErrClosed
	default:
		f.mu.Unlock()
		return Update{}, pulse, nil
	}
	u := Update{Removed: f.removed, Events: f.events}
	dirty := f.dirty
	f.removed, f.events, f.dirty, f.last = nil, nil, map[JobID]*job{}, now
	f.mu.Unlock()
	for _, id := range slices.Sorted(maps.Keys(dirty)) {
		// The flag falls before the look: what changes later marks again.
		dirty[id].dirty.Store(false)
		u.Jobs = append(u.Jobs, dirty[id].snapshot(now))
	}
	return u, 0, nil
}

func (f *Feed) poke() {
	select {
	case f.wake <- struct{}{}:
	default:
	}
}

// mark puts j on the list, and e behind the events; e may be nil.
func (f *Feed) mark(j *job, e Event) {
	f.mu.Lock()
	fresh := len(f.dirty) == 0 || e != nil
	f.dirty[j.id] = j
	if e != nil {
		f.events = append(f.events, e)
	}
	f.mu.Unlock()
	if fresh {
		f.poke()
	}
}

// news tells all feeds about e.
func (q *Queue) news(e Event) {
	for _, f := range *q.feeds.Load() {
		f.news(e)
	}
}

// news puts e behind the events.
func (f *Feed) news(e Event) {
	f.mu.Lock()
	f.events = append(f.events, e)
	f.mu.Unlock()
	f.poke()
}

func (f *Feed) remove(ids []JobID) {
	f.mu.Lock()
	f.removed = append(f.removed, ids...)
	for _, id := range ids {
		delete(f.dirty, id)
	}
	f.mu.Unlock()
	f.poke()
}

// touch tells the feeds that j changed. It is cheap enough for every chunk of
// every worker: only the first call after a look does anything.
func (j *job) touch() {
	if j.dirty.CompareAndSwap(false, true) {
		j.tell(nil)
	}
}

// tell marks j in all feeds and hands them e.
func (j *job) tell(e Event) {
	for _, f := range *j.q.feeds.Load() {
		f.mark(j, e)
	}
}

// pulse marks what runs in f.
func (q *Queue) pulse(f *Feed) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, j := range q.order {
		if j.busy() {
			f.mark(j, nil)
		}
	}
}
