package transfer

import (
	"context"
	"sync"
	"time"
)

// budget hands out the slots of the queue: everything that works on a tree
// holds one. A free slot goes to the job that holds the fewest, so that a huge
// job never starves a small one, and only if all gates of the claim are open.
type budget struct {
	mu   sync.Mutex
	free int
	line []*claim // in order of arrival
}

// share is what one job holds of the budget. Its fields belong to budget.mu.
type share struct {
	used  int
	limit int  // most slots at a time
	held  bool // paused: gets nothing
}

// gate limits what happens on one tree at the same time. It narrows when the
// tree asks to slow down and widens slowly while all goes well. The gate of a
// tree that is far away widens fast, see timed.
type gate struct {
	limit float64
	least float64 // timed goes no lower
	most  float64
	used  int
	cut   time.Time // when it was last narrowed
	far   bool      // small requests to it are timed

	quick float64 // seconds of the quickest request lately
	usual float64 // smoothed seconds of a request

	flow flow // of large content
}

const (
	farFrom   = 0.003    // seconds of a request: with less, the computers are the limit and not the way
	farEnough = 3.5      // times the quickest: a new connection costs that much, so does no waiting
	farTooFar = 6.0      // times the quickest: from here on requests only wait for each other
	farStart  = 256      // requests at a time to begin with from far away
	nearMost  = 64       // requests at a time to a tree that is near
	nearPace  = 1.0 / 16 // what each small request adds there, so that a short job pays for few connections
	smoothing = 1.0 / 16
	forgets   = 1.0005 // how the quickest request loses its weight with every other
)

// calm is how long after a cut further complaints count as the same one: they
// are answers to requests that were sent before it.
const calm = time.Second

type claim struct {
	share   *share
	gates   []*gate
	granted chan struct{} // closed when the slot is ours
}

func newBudget(slots int) *budget { return &budget{free: slots} }

// acquire waits for a slot. The error is the cause of ctx's end.
func (b *budget) acquire(ctx context.Context, s *share, gates []*gate) error {
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

// release gives back what acquire got.
func (b *budget) release(s *share, gates []*gate) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.giveBack(s, gates)
}

func (b *budget) giveBack(s *share, gates []*gate) {
	b.free++
	s.used--
	for _, g := range gates {
		g.used--
	}
	b.grant()
}

// hold keeps a job from getting slots, or lets it again.
func (b *budget) hold(s *share, held bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	s.held = held
	b.grant()
}

// grant hands out what is free. The caller holds the lock.
func (b *budget) grant() {
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
	if c.share.held || c.share.used >= c.share.limit {
		return false
	}
	for _, g := range c.gates {
		if g.used >= int(g.limit) {
			return false
		}
	}
	return true
}

// throttled halves a gate, once for a burst of complaints.
func (b *budget) throttled(g *gate, now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if now.Sub(g.cut) < calm {
		return
	}
	g.cut = now
	g.limit = max(1, g.limit/2)
}

// timed is told how long a small request that went well took. While requests
// hardly wait for each other, each makes room for one more, so that the number
// doubles with every round trip, as TCP begins; when they wait, it shrinks. Near
// by they wait for a processor whatever their number, so it just grows slowly.
func (b *budget) timed(g *gate, took time.Duration) {
	if !g.far {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	s := took.Seconds()
	if g.quick == 0 {
		g.quick, g.usual = s, s
	}
	g.quick = min(g.quick*forgets, s)
	g.usual += (s - g.usual) * smoothing
	before := int(g.limit)
	switch {
	case !g.cut.IsZero(): // it has said what it bears: well goes back there slowly
	case g.quick <= farFrom && g.limit < nearMost: // more at a time spare both ends waiting for work
		g.limit = min(g.most, g.limit+nearPace)
	case g.usual > g.quick*farTooFar:
		g.limit = max(min(g.least, g.limit), g.limit-farTooFar/g.limit)
	case g.quick > farFrom && g.usual < g.quick*farEnough:
		g.limit = min(g.most, g.limit+1)
	}
	if int(g.limit) > before {
		b.grant()
	}
}

// well widens a gate that was narrowed, by one slot for each round of its
// slots that went well.
func (b *budget) well(g *gate) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if g.limit >= g.most || g.far && g.cut.IsZero() {
		return
	}
	before := int(g.limit)
	if g.limit = min(g.most, g.limit+1/g.limit); int(g.limit) > before {
		b.grant()
	}
}

// roomFor tells whether a job that has so many bytes in n large items under way
// may begin one more of that size.
func (b *budget) roomFor(gates []*gate, n int, under, size int64) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, g := range gates {
		if g.far && g.flow.takes(n, under, size) {
			return true
		}
	}
	return false
}

// carry counts n large items more, of so many bytes together; negative ones have
// ended.
func (b *budget) carry(gates []*gate, n int, size int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, g := range gates {
		g.flow.carry(n, size)
	}
}

// seen is told how long a request took that is not timed: it tells only how far
// away the tree is.
func (b *budget) seen(g *gate, took time.Duration) {
	if !g.far {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	g.took(took.Seconds())
}

// took notes a request that may have been the quickest.
func (g *gate) took(s float64) {
	if g.quick == 0 || s < g.quick {
		g.quick = s
		g.usual = max(g.usual, s)
	}
}

// located is told how long a request to the tree of g takes at least. From far
// away a few requests at a time would do nothing but wait, so it begins with many;
// timed takes back what is too much.
func (b *budget) located(g *gate, away time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !g.far {
		return
	}
	g.took(away.Seconds())
	if !g.cut.IsZero() || away.Seconds() < farFrom || g.limit >= min(farStart, g.most) {
		return
	}
	g.limit = min(farStart, g.most)
	b.grant()
}

// moved is told of n bytes of large content that have arrived here or are leaving.
// It tells whether there is more room now.
func (b *budget) moved(gates []*gate, n int, arrived bool, now time.Time) (roomier bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, g := range gates {
		if !g.far || !g.flow.sees(n, arrived, now) {
			continue
		}
		roomier = true
		if g.cut.IsZero() && g.limit < flowMost && int64(g.limit)*g.flow.mean() < g.flow.allowed() && (g.quick == 0 || g.quick >= farFrom) {
			g.limit = min(g.most, flowMost, max(g.limit+1, float64(g.flow.allowed()/max(g.flow.mean(), 1))))
			b.grant()
		}
	}
	return roomier
}
