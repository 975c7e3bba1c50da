package app

import (
	"context"

	"gantry/remote"
	"gantry/transfer"
	"gantry/transfer/rate"
	"gantry/ui/config"
)

// limit is the bandwidth of one server, shared by all jobs that use it, also when
// it is opened anew meanwhile.
type limit struct {
	*rate.Limiter
	written int64 // in the store, when that was read last
}

// Limited tells whether there is a limit at the moment.
func (l *limit) Limited() bool { return l.Limit() > 0 }

// Wait waits for n bytes.
func (l *limit) Wait(ctx context.Context, n int) error { return l.Limiter.Wait(ctx, rate.Normal, n) }

// limitOf is the limit of a server that is opened. The caller holds a.mu.
func (a *App) limitOf(srv remote.Server) *limit {
	l, ok := a.limits[srv.Name]
	if !ok {
		n := rateOf(srv)
		l = &limit{rate.NewLimiter(n), n}
		a.limits[srv.Name] = l
	}
	return l
}

// rateOf is the limit that the store has for a server.
func rateOf(srv remote.Server) int64 {
	n, err := remote.ParseRate(srv.Bandwidth)
	if err != nil {
		return 0 // the store was checked
	}
	return n
}

// ServerBandwidth is the limit of a server in bytes a second, 0 for none; false
// if it was not opened.
func (a *App) ServerBandwidth(server string) (int64, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	l, ok := a.limits[server]
	if !ok {
		return 0, false
	}
	return l.Limit(), true
}

// SetServerBandwidth limits everything that moves from and to a server that was
// opened, until the program ends or the store has another limit for it; 0 lifts
// the limit. What moves without a limit at the moment ends its part first.
func (a *App) SetServerBandwidth(server string, bytesPerSecond int64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if l, ok := a.limits[server]; ok {
		l.Set(bytesPerSecond)
	}
}

// followLimits takes the limits over that have changed in the store. What was set
// by hand holds as long as the store says what it said then.
func (a *App) followLimits() {
	cfg, problems := config.Parse(a.store.Bytes(), a.options.Actions)
	a.mu.Lock()
	defer a.mu.Unlock()
	for name, l := range a.limits {
		srv, _, err := a.store.Lookup(name)
		if err != nil {
			continue // it is gone, but jobs may still be using it
		}
		if n := rateOf(srv); n != l.written {
			l.written = n
			l.Set(n)
		}
	}
	all := remote.Timetable(cfg.Transfer.Bandwidth)
	if len(problems) > 0 || all.String() == a.written.String() {
		return
	}
	a.written = all
	if q := a.queue.Load(); q != nil && a.options.Bandwidth == 0 {
		q.SetTimetable(all)
	}
}

// limitQueue gives a queue that was just made the limit of all jobs: that of the
// command line, else that of the store.
func (a *App) limitQueue(q *transfer.Queue) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if n := a.options.Bandwidth; n > 0 {
		q.SetTimetable(remote.Constant(n))
		return
	}
	q.SetTimetable(a.written)
}
