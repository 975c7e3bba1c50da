package wire

import (
	"context"
	"sync"
)

// warming are connections to one place that are being made ahead. What asks for
// one meanwhile waits for the next that is ready, instead of beginning another.
type warming struct {
	pending int        // being made; of these
	waiting int        // are promised to somebody
	done    chan *conn // for whom they are promised; nil for one that failed
}

// warmUp is what a Pool has of them. Its fields belong to Pool.mu.
type warmUp struct {
	by   map[string]*warming // by scheme and host
	stop context.CancelFunc  // ends them; nil before the first
	wg   sync.WaitGroup
}

// Warm begins n connections in the background. They end with close.
func (p *Pool) Warm(s *Place, n int) {
	key := s.Scheme + "://" + s.Host
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ahead.stop != nil { // once is enough
		return
	}
	ctx, stop := context.WithCancel(context.Background())
	m := &warming{pending: n, done: make(chan *conn, n)}
	p.ahead.stop, p.ahead.by = stop, map[string]*warming{key: m}
	for range n {
		p.ahead.wg.Go(func() { // ends with ctx
			c, err := p.connect(ctx, s, key)
			if err != nil {
				c = nil
			}
			p.warmed(m, c)
		})
	}
}

// warmed gives away a connection that was made ahead; nil for one that failed.
func (p *Pool) warmed(m *warming, c *conn) {
	p.mu.Lock()
	m.pending--
	promised := m.waiting > 0
	if promised {
		m.waiting--
		m.done <- c
	}
	p.mu.Unlock()
	if !promised && c != nil {
		p.put(c)
	}
}

// comes waits for a connection that is being made ahead. nil says that there is
// none, and that the caller has to make one.
func (p *Pool) comes(ctx context.Context, m *warming) *conn {
	select {
	case c := <-m.done:
		return c
	case <-ctx.Done():
	}
	p.mu.Lock()
	if m.waiting > 0 {
		m.waiting--
		p.mu.Unlock()
		return nil
	}
	p.mu.Unlock()
	if c := <-m.done; c != nil { // it was given to us just now
		p.put(c)
	}
	return nil
}

// promise makes the next connection that is ready the caller's; nil if none is
// on its way. The caller holds p.mu.
func (p *Pool) promise(key string) *warming {
	m := p.ahead.by[key]
	if m == nil || m.waiting >= m.pending {
		return nil
	}
	m.waiting++
	return m
}
