package rate

import "time"

// Window is the span over which an Estimator takes the mean.
const Window = 10 * time.Second

const (
	grain  = 250 * time.Millisecond // samples closer together are one
	steady = 3 * time.Second        // before that there is no time to go
)

// Estimator tells how fast a total grows, as a mean over the last Window. The
// zero Estimator is ready. It is not safe for concurrent use.
type Estimator struct {
	samples []sample // oldest first
}

type sample struct {
	at    time.Time
	total int64
}

// Sample says that the total is at this value now. A total that shrank (bytes
// that are sent again) lowers the rate, never below zero.
func (e *Estimator) Sample(now time.Time, total int64) {
	if n := len(e.samples); n > 1 && now.Sub(e.samples[n-2].at) < grain {
		e.samples[n-1] = sample{now, total}
		return
	}
	e.samples = append(e.samples, sample{now, total})
	// One sample older than the window stays, so that the mean always spans it.
	old := 0
	for old+2 < len(e.samples) && now.Sub(e.samples[old+1].at) >= Window {
		old++
	}
	e.samples = append(e.samples[:0], e.samples[old:]...)
}

// Reset forgets everything, as after a pause.
func (e *Estimator) Reset() { e.samples = e.samples[:0] }

// Rate is the mean over the window in units a second, up to the last sample.
func (e *Estimator) Rate() float64 {
	n := len(e.samples)
	if n < 2 {
		return 0
	}
	return mean(e.samples[0], e.samples[n-1])
}

// Left is how long the rest will take, or -1 while nobody can tell: too little
// was seen yet, nothing moves, or the pace of the two halves of the window
// differs by more than half.
func (e *Estimator) Left(rest int64) time.Duration {
	n := len(e.samples)
	if n < 3 || e.samples[n-1].at.Sub(e.samples[0].at) < steady {
		return -1
	}
	early, late := mean(e.samples[0], e.samples[n/2]), mean(e.samples[n/2], e.samples[n-1])
	if late <= 0 || early > 2*late || late > 2*early {
		return -1
	}
	seconds := float64(rest) / e.Rate()
	if seconds > (365 * 24 * time.Hour).Seconds() {
		return -1
	}
	return time.Duration(seconds * float64(time.Second)).Round(time.Second)
}

func mean(a, b sample) float64 {
	d := b.at.Sub(a.at).Seconds()
	if d <= 0 {
		return 0
	}
	return max(0, float64(b.total-a.total)/d)
}
