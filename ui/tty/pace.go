package tty

import "time"

// burst is how many frames may follow each other at once after a pause, so that
// a key and all that comes of it are seen without waiting.
const burst = 8

// pace allows one frame every so often, and a few more at once after a pause.
type pace struct {
	every time.Duration
	full  time.Time // when all of the burst may be used again
}

// wait is how long it is until the next frame is allowed; not positive when it
// is now.
func (p *pace) wait(now time.Time) time.Duration {
	return max(0, p.full.Sub(now)) - (burst-1)*p.every
}

// take uses a frame up.
func (p *pace) take(now time.Time) {
	if p.full.Before(now) {
		p.full = now
	}
	p.full = p.full.Add(p.every)
}
