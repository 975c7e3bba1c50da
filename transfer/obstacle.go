package transfer

import (
	"context"
	"errors"
	"slices"
	"time"

	"gantry/remote"
)

const (
	signInEvery = 30 * time.Second // between looks whether a credential works again
	signInsMost = 3                // times that one operation waits for its credential
)

// SignIn says that a credential is refused, renewing it included. All jobs that
// need it wait together until it works again: the queue looks from time to time,
// and at once when TryCredential says so. It is news once, however many jobs
// there are.
type SignIn struct {
	Credential string // its name, or the label of a tree that names none
	Err        error  // the refusal, with its sentence
	Jobs       int    // that wait for it
}

func (SignIn) event() {}

// refusal is a credential that is refused and what is known about it.
type refusal struct {
	name string
	err  error
	open chan struct{} // closed when the jobs may go on
	now  chan struct{} // of 1: look at once
}

// haltError calls a job off that cannot go on without somebody who is not
// there. What it has done and begun stays, so that it can be resumed.
type haltError struct{ error }

func (e haltError) Unwrap() error { return e.error }

// credentialOf names what a tree signs in with.
func credentialOf(t remote.Tree) string {
	if s, ok := remote.As[remote.Signer](t); ok && s.Credential() != "" {
		return s.Credential()
	}
	return t.Label()
}

// needs tells whether the job works with that credential.
func (j *job) needs(credential string) bool {
	return credentialOf(j.req.From) == credential || j.req.To != nil && credentialOf(j.req.To) == credential
}

// awaitSignIn waits until the credential of tree works again, after an operation
// that began at since was refused with err. dir is where to look whether it
// does. The error is that of ctx, or err where waiting makes no sense.
func (j *job) awaitSignIn(ctx context.Context, tree remote.Tree, dir remote.Path, since time.Time, err error) error {
	q := j.q
	if q.o.Unattended {
		if !q.jr.Durable() || j.req.Rules.DryRun {
			return err
		}
		j.cancelRun(haltError{err})
		return context.Cause(j.ctx)
	}
	r := q.refuse(tree, dir, since, err)
	if r == nil {
		return nil // it works by now
	}
	q.schedule() // what waits makes room for others
	select {
	case <-r.open:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// refuse notes that the credential of tree is refused; nil if it was accepted
// since.
func (q *Queue) refuse(tree remote.Tree, dir remote.Path, since time.Time, err error) *refusal {
	name := credentialOf(tree)
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.accepted[name].After(since) {
		return nil
	}
	if r := q.refusals[name]; r != nil || q.closed {
		return r
	}
	r := &refusal{name: name, err: err, open: make(chan struct{}), now: make(chan struct{}, 1)}
	q.refusals[name] = r
	e := SignIn{Credential: name, Err: err}
	for _, j := range q.order {
		if j.waitFor(r) {
			e.Jobs++
		}
	}
	q.news(e)
	q.o.Log.Warn("a credential is refused", "credential", name, "jobs", e.Jobs, "err", err)
	q.wg.Go(func() { // ends with q.ctx, or when nobody needs the credential any more
		q.watch(r, tree, dir)
	})
	return r
}

// watch lets the jobs go on as soon as the credential works.
func (q *Queue) watch(r *refusal, tree remote.Tree, dir remote.Path) {
	defer q.accept(r)
	for {
		timer := time.NewTimer(signInEvery)
		select {
		case <-timer.C:
		case <-r.now:
		case <-q.ctx.Done():
		}
		timer.Stop()
		if q.ctx.Err() != nil || !q.needed(r) {
			return
		}
		_, err := tree.List(q.ctx, dir, "")
		if k := remote.KindOf(err); err == nil || k != remote.Auth && !remote.Retryable(err) {
			return // whatever else it says, it knows who asks
		}
	}
}

func (q *Queue) needed(r *refusal) bool {
	return slices.ContainsFunc(q.all(), func(j *job) bool { return !j.over() && j.needs(r.name) })
}

// accept ends the wait for a credential.
func (q *Queue) accept(r *refusal) {
	q.mu.Lock()
	delete(q.refusals, r.name)
	q.accepted[r.name] = now()
	close(r.open)
	for _, j := range q.order {
		j.goOnAfter(r)
	}
	q.mu.Unlock()
	q.schedule()
}

// TryCredential looks at once whether a credential that jobs wait for works
// again.
func (q *Queue) TryCredential(name string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if r := q.refusals[name]; r != nil {
		select {
		case r.now <- struct{}{}:
		default:
		}
	}
}

// waitFor lets the job wait if it needs the credential. The caller holds q.mu.
func (j *job) waitFor(r *refusal) bool {
	if j.over() || !j.needs(r.name) {
		return false
	}
	j.mu.Lock()
	j.refused = append(j.refused, r)
	j.holdLocked()
	j.mu.Unlock()
	j.touch()
	return true
}

// goOnAfter ends that. The caller holds q.mu.
func (j *job) goOnAfter(r *refusal) {
	j.mu.Lock()
	before := len(j.refused)
	j.refused = slices.DeleteFunc(j.refused, func(o *refusal) bool { return o == r })
	waited := len(j.refused) < before
	if waited {
		j.eta.Reset()
		j.holdLocked()
	}
	j.mu.Unlock()
	if waited {
		j.wakeUp()
		j.touch()
	}
}

// holdLocked gives the job slots, or none while it is paused or waits for a
// credential. The caller holds j.mu.
func (j *job) holdLocked() { j.q.budget.hold(j.share, j.paused || len(j.refused) > 0) }

// signedIn deals with the failure of an operation that began at start: true
// means to do it again. It gives the slot back while it waits.
func (t *task) signedIn(ctx context.Context, g *gate, start time.Time, waits *int, err error) (bool, error) {
	j := t.j
	if *waits++; *waits > signInsMost {
		return false, err
	}
	tree, dir := j.req.To, j.req.Dir
	if tree == nil || errors.As(err, new(sourceError)) || g == t.fromGate() {
		tree, dir = j.req.From, j.folderOf(t.it)
	}
	t.letGo()
	if werr := j.awaitSignIn(ctx, tree, dir, start, err); werr != nil {
		return false, werr
	}
	return true, t.takeHold(ctx)
}

// folderOf is a folder of the source to look at.
func (j *job) folderOf(it *item) remote.Path {
	if it == nil {
		return ""
	}
	return j.req.From.Dir(it.src.Path)
}
