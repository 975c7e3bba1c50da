package budget

import "time"

// Gate limits what happens on one tree at the same time. It narrows when the
// tree asks to slow down and widens slowly while all goes well. One that adapts
// goes by what its tree bears, see Timed.
type Gate struct {
	limit  float64
	least  float64 // Timed goes no lower
	most   float64
	used   int
	cut    time.Time // when it was last narrowed
	adapts bool      // it finds out how much is best: small requests to it are timed

	quick float64 // seconds of the quickest request lately
	usual float64 // smoothed seconds of a request

	flow flow // of large content
}

// NewGate makes a gate that lets most requests through. One that adapts begins with
// least, and goes no lower of its own accord.
func NewGate(least, most int, adapts bool) *Gate {
	g := &Gate{limit: float64(most), least: float64(least), most: float64(most), adapts: adapts}
	if adapts {
		g.limit = g.least
	}
	return g
}

// Adapts tells whether the gate goes by what its tree bears.
func (g *Gate) Adapts() bool { return g.adapts }

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

// Throttled halves a gate, once for a burst of complaints.
func (b *Budget) Throttled(g *Gate, now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if now.Sub(g.cut) < calm {
		return
	}
	g.cut = now
	g.limit = max(1, g.limit/2)
}

// Timed is told how long a small request that went well took. While requests
// hardly wait for each other, each makes room for one more, so that the number
// doubles with every round trip, as TCP begins; when they wait, it shrinks. Near
// by they wait for a processor whatever their number, so it just grows slowly.
func (b *Budget) Timed(g *Gate, took time.Duration) {
	if !g.adapts {
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

// Well widens a gate that was narrowed, by one slot for each round of its
// slots that went well.
func (b *Budget) Well(g *Gate) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if g.limit >= g.most || g.adapts && g.cut.IsZero() {
		return
	}
	before := int(g.limit)
	if g.limit = min(g.most, g.limit+1/g.limit); int(g.limit) > before {
		b.grant()
	}
}

// RoomFor tells whether a job that has so many bytes in n large items under way
// may begin one more of that size.
func (b *Budget) RoomFor(gates []*Gate, n int, under, size int64) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, g := range gates {
		if g.adapts && g.flow.takes(n, under, size) {
			return true
		}
	}
	return false
}

// Carry counts n large items more, of so many bytes together; negative ones have
// ended.
func (b *Budget) Carry(gates []*Gate, n int, size int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, g := range gates {
		g.flow.carry(n, size)
	}
}

// Seen is told how long a request took that is not timed: it tells only how far
// away the tree is.
func (b *Budget) Seen(g *Gate, took time.Duration) {
	if !g.adapts {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	g.took(took.Seconds())
}

// took notes a request that may have been the quickest.
func (g *Gate) took(s float64) {
	if g.quick == 0 || s < g.quick {
		g.quick = s
		g.usual = max(g.usual, s)
	}
}

// Located is told how long a request to the tree of g takes at least. From far
// away a few requests at a time would do nothing but wait, so it begins with many;
// Timed takes back what is too much.
func (b *Budget) Located(g *Gate, away time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !g.adapts {
		return
	}
	g.took(away.Seconds())
	if !g.cut.IsZero() || away.Seconds() < farFrom || g.limit >= min(farStart, g.most) {
		return
	}
	g.limit = min(farStart, g.most)
	b.grant()
}

// Moved is told of n bytes of large content that have arrived here or are leaving.
// It tells whether there is more room now.
func (b *Budget) Moved(gates []*Gate, n int, arrived bool, now time.Time) (roomier bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, g := range gates {
		if !g.adapts || !g.flow.sees(n, arrived, now) {
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
