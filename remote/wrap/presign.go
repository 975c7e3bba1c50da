package wrap

import (
	"context"
	"log/slog"
	"time"

	"gantry/remote"
)

// loggedPresigner tells the log to what a link was made and for how long, never
// the link.
type loggedPresigner struct {
	l *logged
	p remote.Presigner
}

func (g loggedPresigner) Presign(ctx context.Context, p remote.Path, life time.Duration) (remote.Presigned, error) {
	start := time.Now()
	link, err := g.p.Presign(ctx, p, life)
	g.l.tell(ctx, "make a link", p, start, err, slog.Duration("life", life), slog.Bool("cut", link.Cut))
	return link, err
}

// faultyPresigner has faults of Presign.
type faultyPresigner struct {
	f *Faulty
	p remote.Presigner
}

func (g faultyPresigner) Presign(ctx context.Context, p remote.Path, life time.Duration) (link remote.Presigned, err error) {
	err = g.f.strike(ctx, Presign, p, func() (err error) {
		link, err = g.p.Presign(ctx, p, life)
		return err
	})
	if err != nil {
		return remote.Presigned{}, err
	}
	return link, nil
}
