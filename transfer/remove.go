package transfer

import (
	"context"
	"errors"

	"gantry/remote"
)

// removeBatch deletes up to a thousand entries in one go and ends each.
func (t *task) removeBatch() {
	j := t.j
	if j.req.Rules.DryRun {
		for _, it := range t.batch {
			j.finish(it, "", nil)
		}
		return
	}
	left := t.batch
	if err := j.planAnew(j.ctx, left...); err != nil {
		for _, it := range left {
			j.finish(it, "", err)
		}
		return
	}
	for _, it := range left {
		if !it.landed { // else the copy was the attempt
			it.attempts.Add(1)
		}
	}
	err := t.try(j.ctx, t.fromGate(), func(ctx context.Context) error {
		err := j.removeAll(ctx, left)
		bad, all := survivors(err)
		if all {
			return err
		}
		var again []*item
		var why error
		for _, it := range left {
			ierr := bad[it.src.Path]
			if t.passes(ierr) {
				again, why = append(again, it), ierr
				continue
			}
			j.finish(it, "", j.undeleted(it, ierr))
		}
		if len(again) < len(left) {
			j.sourced.Store(true)
			j.patient.well(now())
		}
		left = again
		return why
	})
	for _, it := range left {
		j.finish(it, "", j.undeleted(it, err))
	}
}

// removeAll deletes the sources of some items: in a move only what was copied, in a
// deletion whatever is there.
func (j *job) removeAll(ctx context.Context, items []*item) error {
	if j.req.Op == Move {
		es := make([]remote.Entry, len(items))
		for i, it := range items {
			es[i] = it.src
		}
		return removeSeen(ctx, j.req.From, es)
	}
	ps := make([]remote.Path, len(items))
	for i, it := range items {
		ps[i] = it.src.Path
	}
	return j.req.From.Remove(ctx, ps)
}

// passes tells whether what one entry met may be over in a while.
func (t *task) passes(err error) bool {
	o, _, _ := t.obstacle(t.fromGate(), err)
	return remote.Retryable(err) || o != (Obstacle{})
}

// undeleted is the failure of an entry that could not be deleted.
func (j *job) undeleted(it *item, err error) error {
	if err == nil || j.req.Op != Move {
		return err
	}
	return j.stays(it, err)
}

// survivors sorts the errors of Tree.Remove by path. all means that err is not
// about single entries, so that any may be left.
func survivors(err error) (bad map[remote.Path]error, all bool) {
	if err == nil {
		return nil, false
	}
	bad = map[remote.Path]error{}
	var visit func(error) bool
	visit = func(err error) bool {
		if many, ok := err.(interface{ Unwrap() []error }); ok { //nolint:errorlint // takes the join apart
			for _, e := range many.Unwrap() {
				if !visit(e) {
					return false
				}
			}
			return true
		}
		var e *remote.Error
		if !errors.As(err, &e) || e.Path == "" {
			return false
		}
		bad[e.Path] = err
		return true
	}
	return bad, !visit(err)
}

// removeDirs deletes source folders that have become empty. Each holds back the
// folder above it until it is gone.
func (t *task) removeDirs() {
	j := t.j
	left := t.dirs
	err := t.try(j.ctx, t.fromGate(), func(ctx context.Context) error {
		paths := make([]remote.Path, len(left))
		for i, n := range left {
			paths[i] = n.src.Path
		}
		err := j.req.From.Remove(ctx, paths)
		bad, all := survivors(err)
		if all {
			return err
		}
		var again []*node
		var why error
		for _, n := range left {
			nerr := bad[n.src.Path]
			if t.passes(nerr) {
				again, why = append(again, n), nerr
				continue
			}
			j.dirEnded(n, nerr)
		}
		left = again
		return why
	})
	j.dirsStay(left, err)
}

func (j *job) dirsStay(nodes []*node, err error) {
	for _, n := range nodes {
		j.dirEnded(n, err)
	}
}

// dirEnded ends a folder: in a deletion it is an item of its own; in a move a
// folder that is not empty, because something came into it meanwhile, just
// stays.
func (j *job) dirEnded(n *node, err error) {
	if n.item != nil {
		j.finish(n.item, "", err)
	} else if err != nil {
		j.q.o.Log.Warn("the source folder stays", "job", j.id, "folder", string(n.src.Path), "err", err)
	}
	j.mu.Lock()
	n.up.done(err == nil)
	j.mu.Unlock()
	j.wakeUp()
}
