package cli

import (
	"context"
	"io"
	"time"

	"github.com/spf13/cobra"

	"gantry/remote"
)

func (e *env) catCommand() *cobra.Command {
	var exact bool
	cmd := &cobra.Command{
		Use:               "cat LOCATION...",
		Short:             "Write the content of files and objects to stdout",
		Args:              usageArgs(cobra.MinimumNArgs(1)),
		ValidArgsFunction: e.completeLocation,
		RunE: func(cmd *cobra.Command, args []string) error {
			e.json = false // the content is the data
			return e.each(cmd.Context(), args, exact, e.cat)
		},
	}
	cmd.Flags().BoolVar(&exact, "exact", false, "take *, ? and [ in locations literally")
	return cmd
}

// cat streams one object. A connection that breaks is taken up again where it
// broke, pinned to the version that the first answer had, so that the output
// is one content or an error, never a mixture.
func (e *env) cat(ctx context.Context, _ string, s source) (counter, error) {
	entry := s.entry
	if entry.Dir {
		return counter{}, &remote.Error{Op: "read", Path: entry.Path, Kind: remote.Other, Hint: "This is a folder."}
	}
	c := counter{entries: 1}
	for attempt := 0; ; attempt++ {
		n, err := e.copyFrom(ctx, s.place.Tree, &entry, c.bytes)
		c.bytes += n
		if err == nil {
			return c, nil
		}
		if n > 0 {
			attempt = 0
		}
		if remote.KindOf(err) != remote.Unreachable && remote.KindOf(err) != remote.Throttled || attempt >= 4 {
			return c, err
		}
		select {
		case <-time.After(time.Second << attempt):
		case <-ctx.Done():
			return c, context.Cause(ctx)
		}
	}
}

func (e *env) copyFrom(ctx context.Context, t remote.Tree, entry *remote.Entry, off int64) (int64, error) {
	if entry.Size >= 0 && off > 0 && off == entry.Size {
		return 0, nil
	}
	r, err := t.Open(ctx, *entry, off, -1)
	if err != nil {
		return 0, err
	}
	defer func() { _ = r.Close() }()
	if d, ok := r.(remote.Described); ok && entry.Version == "" {
		*entry = d.Entry()
	}
	w := &stickyWriter{w: e.Out}
	n, err := io.Copy(w, r)
	if w.err != nil {
		return n, w.err // stdout failed, not the server: nothing to retry
	}
	if err == nil && entry.Size >= 0 && off+n != entry.Size {
		err = &remote.Error{Op: "read", Path: entry.Path, Kind: remote.Unreachable, Hint: "The connection ended before the object did."}
	}
	return n, err
}

// stickyWriter remembers that writing failed, to tell that from a failed read.
type stickyWriter struct {
	w   io.Writer
	err error
}

// Write passes p on.
func (w *stickyWriter) Write(p []byte) (int, error) {
	n, err := w.w.Write(p)
	if err != nil {
		w.err = err
	}
	return n, err
}
