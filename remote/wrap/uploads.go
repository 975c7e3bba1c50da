package wrap

import (
	"context"
	"iter"
	"log/slog"
	"time"

	"gantry/remote"
)

// loggedUploads tells the log what was found and what was thrown away.
type loggedUploads struct {
	l *logged
	u remote.Uploads
}

func (u loggedUploads) ListUploads(ctx context.Context, prefix remote.Path) iter.Seq2[remote.Upload, error] {
	return func(yield func(remote.Upload, error) bool) {
		start, n := time.Now(), 0
		var last error
		for x, err := range u.u.ListUploads(ctx, prefix) {
			if last = err; err == nil {
				n++
			}
			if !yield(x, err) {
				break
			}
		}
		u.l.tell(ctx, "list uploads", prefix, start, last, slog.Int("uploads", n))
	}
}

func (u loggedUploads) AbortUpload(ctx context.Context, x remote.Upload) error {
	start := time.Now()
	err := u.u.AbortUpload(ctx, x)
	u.l.tell(ctx, "abort upload", x.Path, start, err)
	return err
}

// faultyUploads has faults of ListUploads, which end the listing, and of
// AbortUpload.
type faultyUploads struct {
	f *Faulty
	u remote.Uploads
}

func (u faultyUploads) ListUploads(ctx context.Context, prefix remote.Path) iter.Seq2[remote.Upload, error] {
	return func(yield func(remote.Upload, error) bool) {
		if err := u.f.strike(ctx, ListUploads, prefix, func() error { return nil }); err != nil {
			yield(remote.Upload{}, err)
			return
		}
		for x, err := range u.u.ListUploads(ctx, prefix) {
			if !yield(x, err) {
				return
			}
		}
	}
}

func (u faultyUploads) AbortUpload(ctx context.Context, x remote.Upload) error {
	return u.f.strike(ctx, AbortUpload, x.Path, func() error { return u.u.AbortUpload(ctx, x) })
}

// seeing is Uploads without the ability to abort.
type seeing struct {
	u    remote.Uploads
	deny func(op string, p remote.Path) error
}

func (s seeing) ListUploads(ctx context.Context, prefix remote.Path) iter.Seq2[remote.Upload, error] {
	return s.u.ListUploads(ctx, prefix)
}

func (s seeing) AbortUpload(_ context.Context, x remote.Upload) error {
	return s.deny("abort the upload", x.Path)
}

// adopting is a decorated sink that can still prove what an earlier one wrote.
type adopting struct {
	remote.Sink
	remote.Adopter
}

// keepAdopter gives outer the ability to adopt of inner if it has it.
func keepAdopter(outer, inner remote.Sink) remote.Sink {
	if a, ok := inner.(remote.Adopter); ok {
		return adopting{outer, a}
	}
	return outer
}
