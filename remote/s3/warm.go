package s3

import (
	"context"

	"gantry/remote"
	"gantry/remote/s3/wire"
)

// warmConns is how many connections are begun ahead: a listing asks for several
// pages at a time, and what it finds is to be worked on at once.
const warmConns = 4

var (
	_ remote.Warmer = (*Tree)(nil)
	_ remote.Warmer = (*Account)(nil)
)

// Warm begins some connections to the bucket.
func (t *Tree) Warm(ctx context.Context, _ remote.Path) { t.b.warm(ctx) }

// Warm begins some connections to the bucket of p.
func (t *Account) Warm(ctx context.Context, p remote.Path) {
	if b, err := t.hold(p); err == nil {
		b.Warm(ctx, p)
	}
}

// warm does nothing where one would have to be asked first.
func (b *bucket) warm(ctx context.Context) {
	if b.c.quick == nil || b.known() == "" {
		return
	}
	if s, err := b.ready(ctx); err == nil && b.c.quick.Takes(&s.Place, &wire.Request{}) {
		b.c.quick.Warm(&s.Place, warmConns)
	}
}
