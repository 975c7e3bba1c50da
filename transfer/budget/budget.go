// Package budget decides how much goes on at the same time: which job works next,
// how many requests a tree gets, and how much large content is on its way. It only
// counts and compares; times come as arguments, and it knows nothing of trees, items
// or requests.
//
// A Budget has the slots of the whole queue. A job has a Share of it, a tree a Gate;
// a slot is granted when the Share and every Gate have room. A Gate that adapts
// narrows when its tree asks to slow down, widens while requests do not wait for each
// other, and finds out how many parts a way is best filled with. All methods may be
// called from several goroutines.
package budget

import (
	"context"
	"sync"
)

// Budget hands out the slots of the queue: everything that works on a tree
// holds one. A free slot goes to the job that holds the fewest, so that a huge
// job never starves a small one, and only if all gates of the claim are open.
type Budget struct {
	mu   sync.Mutex
	free int
	line []*claim // in order of arrival
}

// Share is what one job holds of the budget. Its own fields belong to Budget.mu.
type Share struct {
	Limit int // most slots at a time; set before the first Acquire

	used int
	held bool // paused: gets nothing
}

type claim struct {
	share   *Share
	gates   []*Gate
	granted chan struct{} // closed when the slot is ours
}

// New makes a Budget of so many slots.
func New(slots int) *Budget { return &Budget{free: slots} }

// Acquire waits for a slot. The error is the cause of ctx's end.
func (b *Budget) Acquire(ctx context.Context, s *Share, gates []*Gate) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	c := &claim{share: s, gates: gates, granted: make(chan struct{})}
	b.mu.Lock()
	b.line = append(b.line, c)
	b.grant()
	b.mu.Unlock()
	select {
	case <-c.granted:
		return nil
	case <-ctx.Done():
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for i, other := range b.line {
		if other == c {
			b.line = append(b.line[:i], b.line[i+1:]...)
			return context.Cause(ctx)
		}
	}
	b.giveBack(s, gates) // granted just now
	return context.Cause(ctx)
}

// Release gives back what Acquire got.
func (b *Budget) Release(s *Share, gates []*Gate) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.giveBack(s, gates)
}

func (b *Budget) giveBack(s *Share, gates []*Gate) {
	b.free++
	s.used--
	for _, g := range gates {
		g.used--
	}
	b.grant()
}

// Hold keeps a job from getting slots, or lets it again.
func (b *Budget) Hold(s *Share, held bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	s.held = held
	b.grant()
}

// grant hands out what is free. The caller holds the lock.
func (b *Budget) grant() {
	for b.free > 0 {
		best := -1
		for i, c := range b.line {
			if c.open() && (best < 0 || c.share.used < b.line[best].share.used) {
				best = i
			}
		}
		if best < 0 {
			return
		}
		c := b.line[best]
		b.line = append(b.line[:best], b.line[best+1:]...)
		b.free--
		c.share.used++
		for _, g := range c.gates {
			g.used++
		}
		close(c.granted)
	}
}

func (c *claim) open() bool {
	if c.share.held || c.share.used >= c.share.Limit {
		return false
	}
	for _, g := range c.gates {
		if g.used >= int(g.limit) {
			return false
		}
	}
	return true
}
