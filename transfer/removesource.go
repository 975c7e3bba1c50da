package transfer

import (
	"context"
	"time"

	"gantry/remote"
	"gantry/transfer/plan"
)

// removeSource is the end of a move.
func (t *task) removeSource(ctx context.Context) error {
	it, j := t.it, t.j
	was := it.src
	is, err := t.restat(ctx, j.req.From, t.fromGate(), was.Path)
	changed := false
	switch {
	case err != nil:
	case it.kind == kindFolder && !plan.IsObject(is):
		return nil // its slash object has gone; what is still in the folder keeps that in sight
	case it.kind == kindFolder: // when it was made a listing may not have told
		changed = !it.sourceStands(is)
	default:
		changed, err = t.rewritten(ctx, was, is)
	}
	switch {
	case remote.KindOf(err) == remote.NotExist:
		return nil
	case err != nil:
		return t.j.stays(t.it, err)
	case changed:
		return it.sourceChanged(nil)
	}
	err = t.try(ctx, t.fromGate(), func(ctx context.Context) error {
		return removeSeen(ctx, j.req.From, []remote.Entry{is})
	})
	if err != nil {
		return t.j.stays(t.it, err)
	}
	return nil
}

// rewritten tells whether the source is not what was copied any more. Where no version
// tells, times do: a listing shows when it was written, Stat perhaps a time that is kept
// with it, or whole seconds.
func (t *task) rewritten(ctx context.Context, was, is remote.Entry) (bool, error) {
	if !differs(was, is) || was.Version != "" || is.Version != "" || was.Size != is.Size {
		return differs(was, is), nil
	}
	s, ok := remote.As[remote.Stamper](t.j.req.From)
	if !ok || was.ModTime.IsZero() {
		return true, nil
	}
	var at time.Time
	err := t.try(ctx, t.fromGate(), func(ctx context.Context) (err error) {
		at, err = s.Written(ctx, was.Path)
		return err
	})
	return !at.Truncate(time.Second).Equal(was.ModTime.Truncate(time.Second)), err
}

// removeSeen deletes what was seen a moment ago, and where the tree can tell nothing
// that somebody has written since.
func removeSeen(ctx context.Context, tree remote.Tree, es []remote.Entry) error {
	if p, ok := remote.As[remote.Pinner](tree); ok {
		return p.RemovePinned(ctx, es)
	}
	ps := make([]remote.Path, len(es))
	for i, e := range es {
		ps[i] = e.Path
	}
	return tree.Remove(ctx, ps)
}

// sourceChanged is the failure of a move of what its source does not hold any more.
func (it *item) sourceChanged(cause error) error {
	it.landed = false
	return midwayError{&remote.Error{
		Op: "read", Path: it.src.Path, Kind: remote.Changed, Err: cause,
		Hint: "It was copied, but the source has changed since and was kept. Move it again to take the new content along.",
	}}
}

// stays is the failure of a move whose copy is complete.
func (j *job) stays(it *item, err error) error {
	switch {
	case j.calledOff(err):
		return err
	case remote.KindOf(err) == remote.Changed:
		return it.sourceChanged(err)
	}
	return midwayError{&remote.Error{
		Op: "move", Path: it.src.Path, Kind: remote.KindOf(err), Err: err,
		Hint: "It was copied, but the source could not be deleted: " + remote.HintOf(err),
	}}
}
