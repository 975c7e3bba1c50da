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
	crowded   = 5                      // attempts that find too many files open and nothing succeeding

	// stride is the most that the time between two failures counts for: longer
	// than any wait with the request after it. What is beyond was spent asleep, by
	// a laptop that was closed or a process that was stopped, not waiting.
	stride = 2 * time.Minute

	worthTelling = 3 * time.Second // of failures only, see trouble
)

// patience decides whether a failed operation of a job is tried again. While
// other operations of the job succeed, one that keeps failing has Retries
// attempts. While nothing succeeds, as in an outage, everything goes on until
// Patience has been spent; then what fails is given up at once. Time in which
// nobody tried, because the machine slept, spends none.
type patience struct {
	retries int
	limit   time.Duration

	mu    sync.Mutex
	good  time.Time     // of the last success
	first time.Time     // of the failures since; zero while all is well
	bad   time.Time     // the last of them; zero while all is well
	err   error         // of the last one
	spent time.Duration // of the limit, since the first failure
}

// well notes a success.
func (p *patience) well(now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.good, p.first, p.bad, p.err, p.spent = now, time.Time{}, time.Time{}, nil, 0
}

// trouble is why everything is tried again and nothing succeeds, once that has
// lasted for a while: a single failure is nothing to tell about.
func (p *patience) trouble(now time.Time) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.first.IsZero() || now.Sub(p.first) < worthTelling {
		return nil
	}
	return p.err
}

// succeeded tells whether anything ever has.
func (p *patience) succeeded() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return !p.good.IsZero()
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
	if !p.bad.IsZero() {
		p.spent += min(max(now.Sub(p.bad), 0), stride)
	}
	if p.bad = now; p.first.IsZero() {
		p.first = now
	}
	p.err = err
	if p.spent > p.limit {
		return 0, false
	}
	if attempt > p.retries && p.good.After(since) || p.crowdedOut(since, attempt, err) {
		return 0, false
	}
	return backoff(attempt), true
}

// crowdedOut tells whether too many files are open and nothing has succeeded for so
// many attempts: nobody else will close any. The caller holds the lock.
func (p *patience) crowdedOut(since time.Time, attempt int, err error) bool {
	return remote.KindOf(err) == remote.Crowded && attempt > crowded && !p.good.After(since)
}

// lost tells whether crowdedOut is why again has given up.
func (p *patience) lost(since time.Time, attempt int, err error) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.crowdedOut(since, attempt, err)
}

// backoff is a wait with full jitter: anything up to a bound that doubles.
func backoff(attempt int) time.Duration {
	bound := longWait
	if attempt < 7 {
		bound = firstWait << (attempt - 1)
	}
	return rand.N(bound) + 1 //nolint:gosec // spreads load, guards nothing
}
