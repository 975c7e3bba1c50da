package s3

import (
	"context"
	"sync"

	"gantry/remote"
)

// warmConns is how many connections are begun ahead: a listing asks for several
// pages at a time, and what it finds is to be worked on at once.
const warmConns = 4

var (
	_ remote.Warmer = (*Tree)(nil)
	_ remote.Warmer = (*Account)(nil)
)

// Warm begins some connections to the bucket.
func (t *Tree) Warm(ctx context.Context, _ remote.Path) { t.b.warm(ctx) }

// Warm begins some connections to the bucket of p.
func (t *Account) Warm(ctx context.Context, p remote.Path) {
	if b, err := t.hold(p); err == nil {
		b.Warm(ctx, p)
	}
}

// warm does nothing where one would have to be asked first.
func (b *bucket) warm(ctx context.Context) {
	if b.c.quick == nil || b.known() == "" {
		return
	}
	if s, err := b.ready(ctx); err == nil && b.c.quick.takes(s, &request{}) {
		b.c.quick.warm(s, warmConns)
	}
}

// warming are connections to one place that are being made ahead. What asks for
// one meanwhile waits for the next that is ready, instead of beginning another.
type warming struct {
	pending int            // being made; of these
	waiting int            // are promised to somebody
	done    chan *wireConn // for whom they are promised; nil for one that failed
}

// warmUp is what a wire has of them. Its fields belong to wire.mu.
type warmUp struct {
	by   map[string]*warming // by scheme and host
	stop context.CancelFunc  // ends them; nil before the first
	wg   sync.WaitGroup
}

// warm begins n connections in the background. They end with close.
func (w *wire) warm(s *site, n int) {
	key := s.scheme + "://" + s.host
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.ahead.stop != nil { // once is enough
		return
	}
	ctx, stop := context.WithCancel(context.Background())
	m := &warming{pending: n, done: make(chan *wireConn, n)}
	w.ahead.stop, w.ahead.by = stop, map[string]*warming{key: m}
	for range n {
		w.ahead.wg.Go(func() { // ends with ctx
			c, err := w.connect(ctx, s, key)
			if err != nil {
				c = nil
			}
			w.warmed(m, c)
		})
	}
}

// warmed gives away a connection that was made ahead; nil for one that failed.
func (w *wire) warmed(m *warming, c *wireConn) {
	w.mu.Lock()
	m.pending--
	promised := m.waiting > 0
	if promised {
		m.waiting--
		m.done <- c
	}
	w.mu.Unlock()
	if !promised && c != nil {
		w.put(c)
	}
}

// comes waits for a connection that is being made ahead. nil says that there is
// none, and that the caller has to make one.
func (w *wire) comes(ctx context.Context, m *warming) *wireConn {
	select {
	case c := <-m.done:
		return c
	case <-ctx.Done():
	}
	w.mu.Lock()
	if m.waiting > 0 {
		m.waiting--
		w.mu.Unlock()
		return nil
	}
	w.mu.Unlock()
	if c := <-m.done; c != nil { // it was given to us just now
		w.put(c)
	}
	return nil
}

// promise makes the next connection that is ready the caller's; nil if none is
// on its way. The caller holds w.mu.
func (w *wire) promise(key string) *warming {
	m := w.ahead.by[key]
	if m == nil || m.waiting >= m.pending {
		return nil
	}
	m.waiting++
	return m
}
