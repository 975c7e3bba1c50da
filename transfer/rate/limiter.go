package rate

import (
	"context"
	"sync"
	"time"
)

// Class says how urgent bytes are.
type Class uint8

// The classes. While both wait, Low gets a tenth.
const (
	Normal Class = iota
	Low
	classes
)

// lowEvery is how many grants pass until one goes to a waiting Low.
const lowEvery = 10

// Limiter shares one Bucket between any number of goroutines, first come first
// served within a class. The zero Limiter does not limit.
type Limiter struct {
	mu     sync.Mutex
	bucket Bucket
	wait   [classes][]*waiter
	grants int
	timer  *time.Timer
}

type waiter struct {
	n     int
	ready chan struct{} // closed when the bytes may pass
}

// NewLimiter limits to n bytes a second; 0 for no limit.
func NewLimiter(n int64) *Limiter {
	l := new(Limiter)
	l.bucket.Set(time.Now(), n)
	return l
}

// Limit is the limit in bytes a second, 0 for none.
func (l *Limiter) Limit() int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.bucket.Limit()
}

// Set changes the limit; 0 lifts it. Everyone who waits goes on at once under
// the new limit.
func (l *Limiter) Set(n int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.bucket.Set(time.Now(), n)
	l.serve()
}

// Wait returns when n bytes may pass, or with the error of ctx.
func (l *Limiter) Wait(ctx context.Context, c Class, n int) error {
	l.mu.Lock()
	if l.idle() && l.bucket.Take(time.Now(), n) {
		l.mu.Unlock()
		return nil
	}
	w := &waiter{n: n, ready: make(chan struct{})}
	l.wait[c] = append(l.wait[c], w)
	l.serve()
	l.mu.Unlock()
	select {
	case <-w.ready:
		return nil
	case <-ctx.Done():
		l.leave(c, w)
		return context.Cause(ctx)
	}
}

func (l *Limiter) idle() bool { return len(l.wait[Normal])+len(l.wait[Low]) == 0 }

// serve grants what the bucket allows and sets the timer for the next grant.
// The caller holds the lock.
func (l *Limiter) serve() {
	now := time.Now()
	for !l.idle() {
		c := l.turn()
		w := l.wait[c][0]
		if !l.bucket.Take(now, w.n) {
			l.arm(l.bucket.Next(now))
			return
		}
		l.wait[c] = l.wait[c][1:]
		l.grants++
		close(w.ready)
	}
	if l.timer != nil {
		l.timer.Stop()
	}
}

// turn is the class to serve next: normal first, but low never starves.
func (l *Limiter) turn() Class {
	switch {
	case len(l.wait[Normal]) == 0:
		return Low
	case len(l.wait[Low]) > 0 && l.grants%lowEvery == lowEvery-1:
		return Low
	}
	return Normal
}

func (l *Limiter) arm(d time.Duration) {
	if l.timer != nil {
		l.timer.Reset(d)
		return
	}
	l.timer = time.AfterFunc(d, func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.serve()
	})
}

// leave takes w out of its line if it is still there.
func (l *Limiter) leave(c Class, w *waiter) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i, other := range l.wait[c] {
		if other == w {
			l.wait[c] = append(l.wait[c][:i:i], l.wait[c][i+1:]...)
			break
		}
	}
	l.serve()
}
