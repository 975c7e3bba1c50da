package s3

import (
	"sync/atomic"
	"time"
)

// distance is the least time that a request has taken so far, from its sending
// over a connection that stands to the head of its answer. The zero value knows nothing.
type distance struct{ least atomic.Int64 } // nanoseconds

func (d *distance) known() time.Duration { return time.Duration(d.least.Load()) }

func (d *distance) saw(took time.Duration) {
	for {
		was := d.least.Load()
		if was > 0 && was <= int64(took) || d.least.CompareAndSwap(was, int64(took)) {
			return
		}
	}
}

// Distance is the least time that a request to the server has taken so far.
func (t *Tree) Distance() time.Duration { return t.c.away.known() }

// Distance is the least time that a request to the service has taken so far.
func (t *Account) Distance() time.Duration { return t.c.away.known() }
