package transfer

import (
	"math/rand/v2"
	"sync"
	"time"

	"gantry/remote"
)

const (
	firstWait = 500 * time.Millisecond // bound of the first wait; doubles each time
	longWait  = 30 * time.Second       // bound of every later one
	recheck   = 2                      // further attempts at what arrived damaged
)

// patience decides whether a failed operation of a job is tried again. While
// other operations of the job succeed, one that keeps failing has Retries
// attempts. While nothing succeeds, as in an outage, everything goes on until
// Patience has passed; then what fails is given up at once.
type patience struct {
	retries int
	limit   time.Duration

	mu   sync.Mutex
	good time.Time // of the last success
	bad  time.Time // of the first failure since; zero while all is well
}

// well notes a success.
func (p *patience) well(now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.good, p.bad = now, time.Time{}
}

// again tells whether to try once more and how long to wait before, after the
// attempt-th failure of an operation that failed first at since.
func (p *patience) again(now, since time.Time, attempt int, err error) (time.Duration, bool) {
	if remote.KindOf(err) == remote.Corrupt {
		return 0, attempt <= recheck
	}
	if !remote.Retryable(err) || p.retries < 0 {
		return 0, false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.bad.IsZero() {
		p.bad = now
	}
	if now.Sub(p.bad) > p.limit {
		return 0, false
	}
	if attempt > p.retries && p.good.After(since) {
		return 0, false
	}
	return backoff(attempt), true
}

// backoff is a wait with full jitter: anything up to a bound that doubles.
func backoff(attempt int) time.Duration {
	bound := longWait
	if attempt < 7 {
		bound = firstWait << (attempt - 1)
	}
	return rand.N(bound) + 1 //nolint:gosec // spreads load, guards nothing
}
