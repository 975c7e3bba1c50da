package app

import "time"

// LookEvery is how often the queue looks whether an obstacle is out of the way. It
// counts before the first use of the queue.
func (a *App) LookEvery(d time.Duration) { a.look = d }
