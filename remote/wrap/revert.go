package wrap

import (
	"context"
	"time"

	"gantry/remote"
)

type revertNode struct {
	node
	r remote.Reverter
}

var _ remote.Reverter = (*revertNode)(nil)

func (n *revertNode) Revert(ctx context.Context, p remote.Path, id string) error {
	return n.r.Revert(ctx, p, id)
}

func (n *revertNode) RemoveIf(ctx context.Context, p remote.Path, version string, since time.Time) error {
	return n.r.RemoveIf(ctx, p, version, since)
}

type loggedReverter struct {
	l *logged
	r remote.Reverter
}

func (r loggedReverter) Revert(ctx context.Context, p remote.Path, id string) error {
	start := time.Now()
	err := r.r.Revert(ctx, p, id)
	r.l.tell(ctx, "revert", p, start, err)
	return err
}

func (r loggedReverter) RemoveIf(ctx context.Context, p remote.Path, version string, since time.Time) error {
	start := time.Now()
	err := r.r.RemoveIf(ctx, p, version, since)
	r.l.tell(ctx, "remove", p, start, err)
	return err
}

// faultyReverter has faults of Revert and RemoveIf.
type faultyReverter struct {
	f *Faulty
	r remote.Reverter
}

func (r faultyReverter) Revert(ctx context.Context, p remote.Path, id string) error {
	return r.f.strike(ctx, Revert, p, func() error { return r.r.Revert(ctx, p, id) })
}

func (r faultyReverter) RemoveIf(ctx context.Context, p remote.Path, version string, since time.Time) error {
	return r.f.strike(ctx, RemoveIf, p, func() error { return r.r.RemoveIf(ctx, p, version, since) })
}
