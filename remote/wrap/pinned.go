package wrap

import (
	"context"
	"log/slog"
	"time"

	"gantry/remote"
)

type loggedPinner struct {
	l *logged
	p remote.Pinner
}

func (p loggedPinner) RemovePinned(ctx context.Context, es []remote.Entry) error {
	start := time.Now()
	err := p.p.RemovePinned(ctx, es)
	p.l.tell(ctx, "remove", first(es), start, err, slog.Int("entries", len(es)))
	return err
}

// faultyPinner has the faults of Remove.
type faultyPinner struct {
	f *Faulty
	p remote.Pinner
}

func (p faultyPinner) RemovePinned(ctx context.Context, es []remote.Entry) error {
	return p.f.strike(ctx, Remove, first(es), func() error { return p.p.RemovePinned(ctx, es) })
}

func first(es []remote.Entry) remote.Path {
	if len(es) == 0 {
		return ""
	}
	return es[0].Path
}
