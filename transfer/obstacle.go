package transfer

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"gantry/remote"
	"gantry/transfer/budget"
)

const waitsMost = 3 // times that one operation waits for obstacles

// Obstacle is what several jobs may have to wait for together: a credential that
// is refused (remote.Auth) or a bucket that is gone (remote.NotExist). The zero
// value is none.
type Obstacle struct {
	Kind remote.Kind
	Name string // of the credential, or the label of a tree that names none; of a bucket its location
}

// Blocked says that jobs have met an obstacle: a credential is refused, renewing
// it included, or a bucket is gone that was there before. All jobs that need it
// wait together until it works again: the queue looks from time to time, and at
// once when TryAgain says so. It is news once, however many jobs there are.
type Blocked struct {
	Obstacle
	Err  error // what an operation met, with its sentence
	Jobs int   // that wait for it
}

func (Blocked) event() {}

// block is an obstacle that is in the way and what is known about it.
type block struct {
	Obstacle
	err  error
	open chan struct{} // closed when the jobs may go on
	now  chan struct{} // of 1: look at once
}

// haltError calls a job off that cannot go on without somebody who is not
// there. What it has done and begun stays, so that it can be resumed. It does not
// unwrap: whatever it interrupts has not met that error itself.
type haltError struct{ error }

// obstacleIn is the obstacle of which err, of an operation on tree, tells; the
// zero value for any other failure.
func obstacleIn(tree remote.Tree, err error) Obstacle {
	if remote.KindOf(err) == remote.Auth {
		return Obstacle{remote.Auth, credentialOf(tree)}
	}
	if at := remote.GoneOf(err); at != "" {
		return Obstacle{remote.NotExist, at}
	}
	return Obstacle{}
}

// credentialOf names what a tree signs in with.
func credentialOf(t remote.Tree) string {
	if s, ok := remote.As[remote.Signer](t); ok && s.Credential() != "" {
		return s.Credential()
	}
	return t.Label()
}

// needs tells whether the job works with that credential or in that bucket, as
// far as anybody knows before all its sources are known.
func (j *job) needs(o Obstacle) bool {
	if o.Kind == remote.Auth {
		return credentialOf(j.req.From) == o.Name || j.req.To != nil && credentialOf(j.req.To) == o.Name
	}
	return j.readsFrom(o) || j.writesTo(o)
}

// writesTo tells whether the target of the job lies in a bucket.
func (j *job) writesTo(o Obstacle) bool {
	return j.req.To != nil && strings.HasPrefix(j.req.To.Label()+string(j.req.Dir), o.Name)
}

// readsFrom tells whether sources of the job lie in a bucket.
func (j *job) readsFrom(o Obstacle) bool {
	from := j.req.From.Label()
	if strings.HasPrefix(from, o.Name) {
		return true
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, s := range j.req.List {
		if strings.HasPrefix(from+string(s.Entry.Path), o.Name) {
			return true
		}
	}
	for _, s := range j.kept.list {
		if strings.HasPrefix(from+string(s.Entry.Path), o.Name) {
			return true
		}
	}
	return false
}

// meets is the obstacle for which the job waits after err, of an operation on its
// source or on its target; the zero value if it does not. A bucket that nobody has
// found yet is no obstacle but a wrong name.
func (j *job) meets(source bool, err error) Obstacle {
	tree := j.req.To
	if source {
		tree = j.req.From
	}
	o := obstacleIn(tree, err)
	if o.Kind == remote.NotExist && !j.hasFound(o) && !(source && j.sourced.Load()) && !j.q.hasFound(o) {
		return Obstacle{}
	}
	return o
}

// hasFound tells whether something has succeeded in that bucket for the job, here or
// in the process that began it.
func (j *job) hasFound(o Obstacle) bool {
	return j.adopted != nil || j.sourced.Load() && j.readsFrom(o) || (j.targeted.Load() || j.patient.succeeded()) && j.writesTo(o)
}

// hasFound tells whether a job that has not ended waits for that bucket, or has found
// it.
func (q *Queue) hasFound(o Obstacle) bool {
	q.mu.Lock()
	waits := q.blocks[o] != nil
	q.mu.Unlock()
	return waits || slices.ContainsFunc(q.all(), func(j *job) bool { return !j.over() && j.needs(o) && j.hasFound(o) })
}

// await waits until an obstacle is out of the way that an operation on tree met
// which began at since and failed with err. dir is where to look. The error is
// that of ctx, or err where waiting makes no sense.
func (j *job) await(ctx context.Context, o Obstacle, tree remote.Tree, dir remote.Path, since time.Time, err error) error {
	q := j.q
	if q.o.Unattended {
		if !q.jr.Durable() || j.req.Rules.DryRun {
			return err
		}
		j.cancelRun(haltError{err})
		return context.Cause(j.ctx)
	}
	b := q.block(j, o, tree, dir, since, err)
	if b == nil {
		return nil // it works by now
	}
	q.schedule() // what waits makes room for others
	select {
	case <-b.open:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// block notes that an obstacle is in the way of j and of all jobs that need what
// it is about; nil if it has gone out of the way since.
func (q *Queue) block(j *job, o Obstacle, tree remote.Tree, dir remote.Path, since time.Time, err error) *block {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.cleared[o].After(since) {
		return nil
	}
	if b := q.blocks[o]; b != nil {
		j.waitFor(b)
		return b
	}
	b := &block{Obstacle: o, err: err, open: make(chan struct{}), now: make(chan struct{}, 1)}
	if q.closed {
		return b // ctx ends
	}
	q.blocks[o] = b
	j.waitFor(b)
	for _, other := range q.order {
		if other.needs(o) {
			other.waitFor(b)
		}
	}
	q.news(q.blocked(b))
	q.o.Log.Warn("jobs wait", "for", o.Name, "kind", o.Kind.String(), "err", err)
	if location := tree.Label() + string(dir); o.Kind == remote.NotExist && !strings.HasPrefix(location, o.Name) {
		dir = remote.Path(strings.TrimPrefix(o.Name, tree.Label()))
	}
	q.wg.Go(func() { // ends with q.ctx, or when no job waits any more
		q.watch(b, tree, dir)
	})
	return b
}

// blocked is the news about b. The caller holds q.mu.
func (q *Queue) blocked(b *block) Blocked {
	e := Blocked{Obstacle: b.Obstacle, Err: b.err}
	for _, j := range q.order {
		if j.waitsFor(b) {
			e.Jobs++
		}
	}
	return e
}

// watch lets the jobs go on as soon as the obstacle is out of the way.
func (q *Queue) watch(b *block, tree remote.Tree, dir remote.Path) {
	defer q.clear(b)
	for {
		timer := time.NewTimer(q.o.Look)
		select {
		case <-timer.C:
		case <-b.now:
		case <-q.ctx.Done():
		}
		timer.Stop()
		if q.ctx.Err() != nil || !slices.ContainsFunc(q.all(), func(j *job) bool { return j.waitsFor(b) }) {
			return
		}
		_, err := tree.List(q.ctx, dir, "")
		if err == nil || obstacleIn(tree, err) != b.Obstacle && !remote.Retryable(err) {
			return // whatever else it says, it knows who asks, and where
		}
	}
}

// clear ends the wait for an obstacle.
func (q *Queue) clear(b *block) {
	q.mu.Lock()
	delete(q.blocks, b.Obstacle)
	q.cleared[b.Obstacle] = now()
	close(b.open)
	for _, j := range q.order {
		j.goOnAfter(b)
	}
	q.mu.Unlock()
	q.schedule()
}

// TryAgain looks at once whether an obstacle that jobs wait for is out of the way.
func (q *Queue) TryAgain(o Obstacle) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if b := q.blocks[o]; b != nil {
		select {
		case b.now <- struct{}{}:
		default:
		}
	}
}

// waitFor lets the job wait until b is out of the way. The caller holds q.mu.
func (j *job) waitFor(b *block) {
	j.mu.Lock()
	fresh := !j.final.Ended() && !slices.Contains(j.blocks, b)
	if fresh {
		j.blocks = append(j.blocks, b)
		j.holdLocked()
	}
	j.mu.Unlock()
	if fresh {
		j.touch()
	}
}

// waitsFor tells whether the job waits for b.
func (j *job) waitsFor(b *block) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return !j.final.Ended() && slices.Contains(j.blocks, b)
}

// goOnAfter ends that. The caller holds q.mu.
func (j *job) goOnAfter(b *block) {
	j.mu.Lock()
	before := len(j.blocks)
	j.blocks = slices.DeleteFunc(j.blocks, func(o *block) bool { return o == b })
	waited := len(j.blocks) < before
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

// holdLocked gives the job slots, or none while it is paused or something is in
// its way. The caller holds j.mu.
func (j *job) holdLocked() { j.q.budget.Hold(j.share, j.paused || len(j.blocks) > 0) }

// obstacle is the one that an operation has met which failed with err, or the
// zero value; tree and dir are where it is to be looked for. g is the gate of the
// tree that the operation works on.
func (t *task) obstacle(g *budget.Gate, err error) (o Obstacle, tree remote.Tree, dir remote.Path) {
	j := t.j
	if j.req.To == nil || errors.As(err, new(sourceError)) || g == t.fromGate() {
		return j.meets(true, err), j.req.From, j.folderOf(t.it)
	}
	return j.meets(false, err), j.req.To, j.req.Dir
}

// overcome tells whether an operation that began at start and failed with err has
// met an obstacle, and waits until it is out of the way: nil means to do the
// operation again. It gives the slot back while it waits.
func (t *task) overcome(ctx context.Context, g *budget.Gate, start time.Time, waits *int, err error) (bool, error) {
	o, tree, dir := t.obstacle(g, err)
	if o == (Obstacle{}) {
		return false, err
	}
	if *waits++; *waits > waitsMost {
		return true, err
	}
	if t.it != nil && o.Kind == remote.NotExist {
		t.j.mu.Lock()
		t.it.blind = true
		t.j.mu.Unlock()
	}
	t.letGo()
	if err := t.j.await(ctx, o, tree, dir, start, err); err != nil {
		return true, err
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
