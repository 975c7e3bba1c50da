package s3

import (
	"context"
	"net"
	"net/http"
	"time"

	"gantry/remote/s3/wire"
)

// MakeBucketForTest makes the bucket of t, which the product never does.
func (t *Tree) MakeBucketForTest(ctx context.Context) error {
	_, err := t.ask(ctx, act{op: "make the bucket", tries: 3}, http.MethodPut, "", "", nil, nil, nil)
	return err
}

// DialForTest gives t connections of the test's, watched as the product watches
// its own. Call it before t is used.
func (t *Tree) DialForTest(dial func(context.Context) (net.Conn, error)) {
	watched := func(limit time.Duration) func(context.Context, string, string) (net.Conn, error) {
		return func(ctx context.Context, _, _ string) (net.Conn, error) {
			nc, err := dial(ctx)
			if err != nil {
				return nil, err
			}
			return wire.Watched(nc, limit), nil
		}
	}
	fast := watched(t.c.o.Patience)
	t.c.fast.DialContext = fast
	t.c.slow.DialContext = watched(wire.SlowFactor * t.c.o.Patience)
}
