package cred

import (
	"math/rand/v2"
	"time"
)

// renewAhead starts the goroutine that renews the keys before they end, so that
// no transfer waits for STS. mu is held.
func (p *Provider) renewAhead() {
	if p.renewer || p.life.Err() != nil {
		return
	}
	p.renewer = true
	p.wg.Go(p.renewing) // ended by Close, or when nobody uses the keys
}

// renewing sleeps until four fifths of the life of the keys have passed, renews
// them, and so on. Keys that nobody asked for are left to expire; the next
// Retrieve starts over.
func (p *Provider) renewing() {
	timer := time.NewTimer(0)
	defer timer.Stop()
	<-timer.C
	for {
		p.mu.Lock()
		wait := p.nextRenewal()
		p.mu.Unlock()
		timer.Reset(wait)
		select {
		case <-p.life.Done():
			return
		case <-timer.C:
		}
		p.mu.Lock()
		if !p.used {
			p.renewer = false
			p.mu.Unlock()
			return
		}
		p.used = false
		f := p.start()
		p.mu.Unlock()
		select {
		case <-p.life.Done():
			return
		case <-f.done:
		}
	}
}

// nextRenewal is how long to wait before renewing: until four fifths of the
// life, a little scattered so that many programs do not ask at once, or until
// the pause after a failure is over. mu is held.
func (p *Provider) nextRenewal() time.Duration {
	now := p.o.Now()
	if now.Before(p.quiet) {
		return p.quiet.Sub(now)
	}
	life := p.keys.Expires.Sub(p.issued)
	at := p.issued.Add(life*4/5 - time.Duration(rand.Int64N(int64(max(life/50, 1)))))
	if wait := at.Sub(now); wait > 0 {
		return wait
	}
	return min(retryPause, max(life/10, time.Second))
}
