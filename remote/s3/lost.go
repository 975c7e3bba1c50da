package s3

import (
	"context"
	"time"

	"gantry/remote"
)

// begun counts the requests to begin an upload whose answers never came: the
// store may have begun one for each, of which nobody knows the id.
type begun struct {
	since time.Time // when the first of them left
	lost  int
}

// note looks at the failure of one request.
func (b *begun) note(err error) {
	if f := inspect(err); f.status == 0 || f.status >= 500 {
		b.lost++
	}
}

// dropLost aborts what was begun by requests whose answers were lost. By the
// clock of the store these are the uploads of this object that have no part and
// were begun in the time just before ours. If there are more of them than
// answers that were lost, some are another program's: then all are left alone,
// as they are when nothing can be learnt.
func (m *multi) dropLost(ctx context.Context, b begun) {
	if b.lost == 0 {
		return
	}
	took := time.Since(b.since) + time.Second // stores tell times in whole seconds
	var ours time.Time
	var before []remote.Upload
	for u, err := range m.t.ListUploads(ctx, m.path) {
		switch {
		case err != nil:
			m.t.c.o.Log.Debug("look for uploads whose beginning was not answered", "path", string(m.path), "error", err)
			return
		case u.Path != m.path:
		case u.ID == m.id:
			ours = u.Started
		case u.Parts == 0:
			before = append(before, u)
		}
	}
	lost := before[:0]
	for _, u := range before {
		if !u.Started.After(ours) && !u.Started.Before(ours.Add(-took)) {
			lost = append(lost, u)
		}
	}
	if ours.IsZero() || len(lost) > b.lost {
		return
	}
	for _, u := range lost {
		if err := m.t.abort(ctx, u.Path, u.ID); err != nil {
			m.t.c.o.Log.Warn("an upload whose beginning was not answered stays", "path", string(m.path), "upload", u.ID, "error", err)
		}
	}
}
