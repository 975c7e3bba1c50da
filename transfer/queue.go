package transfer

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/semaphore"

	"gantry/remote"
	"gantry/transfer/budget"
	"gantry/transfer/journal"
	"gantry/transfer/rate"
)

// The causes with which the work of a job is called off.
var (
	errUser = errors.New("cancelled by the user")
	errQuit = errors.New("gantry is closing")
)

// memoryMost is how many bytes of parts between two buckets are in memory at a
// time.
const memoryMost = 96 << 20

// Queue runs jobs in the background. Its methods return at once and may be
// called from any goroutine.
type Queue struct {
	o      Options
	ctx    context.Context
	stop   context.CancelCauseFunc
	jr     journal.Journal
	owner  string    // the name under which jobs are leased
	born   time.Time // what is older was left by another process
	limit  *rate.Limiter
	budget *budget.Budget
	memory *semaphore.Weighted // bytes of parts that are held in memory
	pieces pieces
	odd    sync.Map      // likenesses of promises that are none
	cuts   sync.Map      // *cuts by the labels of trees
	asks   atomic.Uint64 // the last id given to an ask
	landed atomic.Int64  // items that wait for the disk without a slot
	feeds  atomic.Pointer[[]*Feed]
	wg     sync.WaitGroup // jobs that run; who stops them: Close through ctx

	retime chan struct{} // of 1: times has changed

	mu       sync.Mutex
	times    remote.Timetable // of limit
	order    []*job           // as they are to be started
	gates    map[string]*budget.Gate
	blocks   map[Obstacle]*block    // that jobs wait for
	cleared  map[Obstacle]time.Time // when one went out of the way
	closed   bool                   // takes no more jobs
	finished bool                   // nothing runs any more
}

// New returns an empty queue that works until ctx ends or Close is called.
func New(ctx context.Context, o Options) *Queue {
	o = o.withDefaults()
	q := &Queue{
		o: o, jr: o.Journal, limit: rate.NewLimiter(0), retime: make(chan struct{}, 1), budget: budget.New(o.most()),
		memory: semaphore.NewWeighted(memoryMost), gates: map[string]*budget.Gate{},
		blocks: map[Obstacle]*block{}, cleared: map[Obstacle]time.Time{},
	}
	q.ctx, q.stop = context.WithCancelCause(ctx)
	q.feeds.Store(&[]*Feed{})
	q.SetTimetable(o.Bandwidth)
	q.wg.Go(q.keepTime) // ends with q.ctx
	q.owner, q.born = ownerOf(q.jr), now()
	if q.jr.Durable() {
		q.wg.Go(q.heartbeat) // ends with q.ctx
	}
	return q
}

// Submit queues a job and returns its number. What cannot run ends as Failed,
// with the reason in its snapshot.
func (q *Queue) Submit(r Request) JobID {
	// What is called off now is kept for the next process, and has not failed.
	record := context.WithoutCancel(q.ctx)
	id, err := q.jr.NextID(record)
	j := newJob(q, JobID(id), r)
	j.keepList()
	if err == nil {
		err = j.check()
	}
	if err == nil {
		err = q.jr.PutJob(record, j.entry())
	}
	if err == nil && q.jr.Durable() {
		err = q.jr.Lease(record, id, q.owner, now().Add(leaseFor))
	}
	q.mu.Lock()
	if q.closed && err == nil {
		err = errQuit
	}
	q.enter(j)
	if err == nil && j.noting {
		q.wg.Go(func() { q.note(j) }) // ends with the list
	}
	q.mu.Unlock()
	switch {
	case errors.Is(err, errQuit):
		j.end(Cancelled, err)
	case err != nil:
		j.end(Failed, err)
	default:
		j.touch()
		q.schedule()
	}
	return j.id
}

// enter puts a job behind the others. The caller holds q.mu.
func (q *Queue) enter(j *job) {
	q.order = append(q.order, j)
	for _, b := range q.blocks {
		if j.needs(b.Obstacle) {
			j.waitFor(b)
		}
	}
}

// schedule starts jobs that wait while there is room. A job that is paused or
// only has open conflicts takes no room.
func (q *Queue) schedule() {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return
	}
	room := q.o.Jobs
	for _, j := range q.order {
		if j.busy() {
			room--
		}
	}
	for _, j := range q.order {
		if room > 0 && j.ready() {
			q.launch(j, nil)
			room--
		}
	}
}

// launch runs j in the background, called off from the beginning unless off is nil.
// The caller holds q.mu, has found q open and j ready.
func (q *Queue) launch(j *job, off error) {
	j.begin(q.ctx)
	if off != nil {
		j.cancelRun(off)
	}
	q.wg.Go(func() {
		j.run()
		q.schedule()
	})
}

// gate is the one of the tree with that label; far says that it is a bucket.
func (q *Queue) gate(label string, far bool) *budget.Gate {
	q.mu.Lock()
	defer q.mu.Unlock()
	g := q.gates[label]
	if g == nil {
		g = budget.NewGate(q.o.least(), q.o.most(), far && q.o.Workers == 0) // else as many as was said, whatever they carry
		q.gates[label] = g
	}
	return g
}

// pace narrows g when its tree is asked to slow down where nobody here sees it,
// as in a listing that tries again by itself.
func (q *Queue) pace(t remote.Tree, g *budget.Gate) {
	if p, ok := remote.As[remote.Pacer](t); ok {
		p.OnSlowDown(func() { q.budget.Throttled(g, now()) })
	}
}

// Busy counts the jobs that have not ended, also those that wait or are paused.
func (q *Queue) Busy() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	n := 0
	for _, j := range q.order {
		if !j.over() {
			n++
		}
	}
	return n
}

// Close stops all work, lets the jobs clean up, and waits for that until ctx
// ends. Jobs that had not ended are Cancelled and their unfinished uploads thrown
// away, unless the journal outlives the process: then it keeps them as they are,
// to be adopted by the next one. Later calls do nothing.
func (q *Queue) Close(ctx context.Context) error {
	q.mu.Lock()
	q.closed = true
	q.mu.Unlock()
	q.stop(errQuit)
	for _, j := range q.all() {
		if j.withdraw() {
			j.end(Cancelled, errQuit)
		}
	}
	done := make(chan struct{})
	go func() { // ends with the last job; every job ends with q.ctx
		q.wg.Wait()
		close(done)
	}()
	var err error
	select {
	case <-done:
	case <-ctx.Done():
		err = context.Cause(ctx)
	}
	if err == nil && q.jr.Durable() {
		q.letGo(ctx)
	}
	q.mu.Lock()
	q.finished = true
	feeds := *q.feeds.Load()
	q.mu.Unlock()
	for _, f := range feeds {
		f.end()
	}
	return err
}

// now is the time; one name for it, so that tests in a bubble see every use.
func now() time.Time { return time.Now() }

// readOnly is why nothing can be written to t.
func readOnly(t remote.Tree) error {
	return &remote.Error{
		Op: "write", Kind: remote.Denied,
		Hint: "The server is read-only. Choose another one, or change read_only in its settings.",
	}
}
