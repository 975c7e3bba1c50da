// Package rate limits and measures bytes a second.
//
// Limiter is shared by everything that moves bytes: Wait before or after n
// bytes, Set a new limit at any time. Estimator turns a growing total into a
// rate and a time to go. The arithmetic of both, Bucket and Estimator, takes the
// time as an argument.
package rate

import "time"

// Bucket is a token bucket that may go into debt: a request of any size passes
// as soon as there is a token, and later ones wait until its debt is paid. So a
// chunk larger than the rate needs no cutting, and the mean is exact. The zero
// Bucket does not limit. It is not safe for concurrent use; see Limiter.
type Bucket struct {
	perSecond float64
	tokens    float64
	last      time.Time
}

// burst is how much may be saved up while nobody asks.
const burst = 100 * time.Millisecond

// Set changes the limit to n bytes a second from now on; 0 lifts it. Debt made
// under the old limit is forgotten.
func (b *Bucket) Set(now time.Time, n int64) {
	b.refill(now)
	b.perSecond = float64(max(n, 0))
	b.tokens = max(b.tokens, 0)
	b.last = now
}

// Limit is the limit in bytes a second, 0 for none.
func (b *Bucket) Limit() int64 { return int64(b.perSecond) }

// Take spends n tokens and returns true if there is at least one, or no limit.
func (b *Bucket) Take(now time.Time, n int) bool {
	if b.perSecond == 0 {
		return true
	}
	if b.refill(now); b.tokens < 0 {
		return false
	}
	b.tokens -= float64(n)
	return true
}

// Next tells how long after now Take will succeed again.
func (b *Bucket) Next(now time.Time) time.Duration {
	if b.perSecond == 0 {
		return 0
	}
	if b.refill(now); b.tokens >= 0 {
		return 0
	}
	// One nanosecond more, so that rounding never makes the caller come early.
	return time.Duration(-b.tokens/b.perSecond*float64(time.Second)) + 1
}

func (b *Bucket) refill(now time.Time) {
	if d := now.Sub(b.last); d > 0 {
		b.tokens = min(b.tokens+d.Seconds()*b.perSecond, burst.Seconds()*b.perSecond)
		b.last = now
	}
}
