package s3

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"time"

	"gantry/remote"
	"gantry/remote/s3/wire"
)

const (
	metaTries = 9 // of a metadata call, the first one included
	dataTries = 1 // of a call that moves content: the caller retries

	crowdTries = 5 // of any call while this machine has no room for another connection
	bareMost   = 2 // times that a request is sent again after a refusal without a reason
	baseDelay  = 100 * time.Millisecond
	maxDelay   = 5 * time.Second
)

// act is an operation in the user's words and in AWS's.
type act struct {
	op    string      // "list"
	api   string      // the permission it needs: "s3:ListBucket"
	path  remote.Path // the entry, for the error
	tries int
}

// run does f until it works or cannot work.
func (b *bucket) run(ctx context.Context, w act, f func(attempt) error) error {
	var done mended
	for try := 1; ; {
		if b.c.readOnly.Load() && remote.Writes(w.api) { // also in the middle of an upload
			return b.c.closed(w.op, w.path)
		}
		start := time.Now()
		err := b.once(ctx, f)
		if err == nil {
			b.c.well()
			if !b.c.reached.Load() {
				b.c.reached.Store(true)
			}
			if b.c.o.Worked != nil && w.api != "" {
				b.c.o.Worked(w.api)
			}
			b.trace(ctx, w, try, start, nil)
			return nil
		}
		flt := inspect(err)
		b.trace(ctx, w, try, start, flt.cause())
		if flt.throttled() {
			b.c.slowDown()
		}
		if flt.crowd() != "" {
			b.c.makeRoom()
		}
		if ctx.Err() != nil {
			return stopped(ctx, w)
		}
		if b.mend(ctx, flt, &done) {
			continue
		}
		if try >= w.tries || !flt.retryable() || try >= crowdTries && flt.crowd() != "" {
			return b.c.fault(w, b, flt)
		}
		if !pause(ctx, try) {
			return stopped(ctx, w)
		}
		try++
	}
}

// mended is what has been done so that a request can be sent again, whatever the
// number of tries.
type mended struct {
	moved, renewed, tuned bool
	bare                  int
}

// mend follows the bucket to its region, renews keys that were refused before
// their time, and corrects for a wrong clock, each once. A refusal that gives no
// reason comes from something on the way if the server has understood us before:
// the request is sent a few times more. It tells whether to send it again.
func (b *bucket) mend(ctx context.Context, flt fault, done *mended) bool {
	switch {
	case flt.elsewhere() && !done.moved:
		done.moved = true
		return b.follow(ctx, flt)
	case flt.expired() && !done.renewed && b.renew(ctx, flt):
		done.renewed = true
		return true
	case flt.code == "RequestTimeTooSkewed" && !flt.date.IsZero() && !done.tuned:
		done.tuned = true
		b.c.skew.Store(int64(time.Until(flt.date)))
		b.c.o.Log.Warn("clock differs from the server's", "server", b.c.srv.Name, "by", time.Until(flt.date))
		return true
	case flt.bare() && b.c.reached.Load() && done.bare < bareMost:
		done.bare++
		pause(ctx, done.bare) // if it is called off the next attempt says so
		return true
	}
	return false
}

// trace logs one try. What it logs holds no query, no header and no body.
func (b *bucket) trace(ctx context.Context, w act, try int, start time.Time, err error) {
	log := b.c.o.Log
	if !log.Enabled(ctx, slog.LevelDebug) {
		return
	}
	log.DebugContext(ctx, "request", "server", b.c.srv.Name, "bucket", b.name, "op", w.op, "path", string(w.path),
		"try", try, "took", time.Since(start), "error", err)
}

func (b *bucket) once(ctx context.Context, f func(attempt) error) error {
	s, err := b.ready(ctx)
	if err != nil {
		return err
	}
	keys, err := b.c.sign(ctx)
	if err != nil {
		return err
	}
	err = f(attempt{ctx: ctx, c: b.c, b: b, site: s, keys: keys})
	if err != nil {
		err = &tried{err: err, site: s, keys: keys}
	}
	return err
}

// stopped is the error of work that was called off, whatever the cause is named.
func stopped(ctx context.Context, w act) error {
	err, cause := ctx.Err(), context.Cause(ctx)
	if cause != nil && !errors.Is(cause, err) {
		err = fmt.Errorf("%w: %w", err, cause)
	} else if cause != nil {
		err = cause
	}
	return &remote.Error{Op: w.op, Path: w.path, Err: err}
}

// pause waits with full jitter before the next try.
func pause(ctx context.Context, try int) bool {
	limit := min(baseDelay<<min(try, 10), maxDelay)
	t := time.NewTimer(rand.N(limit))
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// follow finds out where the bucket is after an answer said that it is not
// here. Parallel requests that were sent to the old place find it moved.
func (b *bucket) follow(ctx context.Context, flt fault) bool {
	if at := b.at.Load(); flt.site != nil && at != flt.site {
		return true
	}
	region := flt.region
	if region == "" {
		region = b.ask(ctx)
	}
	if region == "" || flt.site != nil && region == flt.site.region {
		return false
	}
	b.c.o.Log.Info("bucket is in another region", "bucket", b.name, "region", region)
	_, err := b.move(ctx, region)
	return err == nil
}

// ask sends HeadBucket, whose answer names the region even when it is a
// refusal. "" when it does not.
func (b *bucket) ask(ctx context.Context) string {
	if b.name == "" {
		return ""
	}
	s, err := b.resolve(ctx, b.c.firstRegion())
	if err != nil {
		return ""
	}
	keys, err := b.c.sign(ctx)
	if err != nil {
		return ""
	}
	a := attempt{ctx: ctx, c: b.c, b: b, site: s, keys: keys}
	res, err := a.do(s.newRequest(http.MethodHead, "", ""))
	if err == nil {
		wire.Drain(res)
		return res.Header.Get("X-Amz-Bucket-Region")
	}
	return inspect(err).region
}

// renew drops the keys that were refused and tells whether there are others.
func (b *bucket) renew(ctx context.Context, flt fault) bool {
	if b.c.keys == nil {
		return false
	}
	b.c.keys.Refused(flt.keys)
	fresh, err := b.c.sign(ctx)
	return err == nil && (fresh.AccessKeyID != flt.keys.AccessKeyID || fresh.SessionToken != flt.keys.SessionToken)
}
