package transfer

import (
	"context"

	"gantry/remote"
)

const (
	smallAhead = 512    // small items to hold ready, so that they can overtake
	bigAhead   = 16     // large items to look past while searching for small ones
	parkedMost = 10_000 // open conflicts of a job, and items that wait for others; with more it waits for answers
	batchSize  = 1000   // entries in one deletion
	landMost   = 512    // items of a job that wait for the disk without a slot
	landSize   = 1 << 20
	largeMost  = 32 // large items at a time whose content does not pass through us
	bigTurn    = 4  // every so many small items a part of a large one is due
)

// task is one piece of work that holds a slot.
type task struct {
	j     *job
	it    *item // nil for a batch
	part  int   // of it; 0 to begin the item
	batch []*item
	dirs  []*node
	held  bool // the slot is ours
	// landing says that the slot is with another task while this one waits for
	// the disk; it belongs to job.mu.
	landing bool
	large   int64 // bytes of a part, or of the beginning of a large item
}

// dispatch hands out work until nothing is left or the job is called off, and
// tells whether it all was done. It alone takes from the lists.
func (j *job) dispatch() bool {
	items := j.nextList()
	for {
		if items == nil {
			items = j.nextList()
		}
		j.mu.Lock()
		work, over, from := j.hasWork(), items == nil && j.isOver(), items
		if len(j.queued) >= smallAhead || len(j.big) >= bigAhead || len(j.doomed) >= 2*batchSize || j.manyParked() {
			from = nil
		}
		j.mu.Unlock()
		if over && j.ctx.Err() == nil && j.secondPhase() {
			continue
		}
		if over {
			// A plan that was called off ends like one that is complete.
			return j.ctx.Err() == nil
		}
		var closed bool
		if work {
			if !j.acceptNow(from, &closed) && !closed && !j.handOut() {
				return false
			}
		} else {
			select {
			case it, ok := <-from:
				closed = !j.accept(it, ok)
			case <-j.kick:
			case <-j.ctx.Done():
				return false
			}
		}
		if closed {
			items = nil
			j.touch()
		}
	}
}

// manyParked tells whether so much waits for answers, and for items that do, that no
// more is planned. The caller holds j.mu.
func (j *job) manyParked() bool { return len(j.parked)+j.twins.waiting >= parkedMost }

// nextList starts to plan what has not been planned, and returns the channel of
// its items; nil when there is nothing.
func (j *job) nextList() chan *item {
	j.mu.Lock()
	first, again := !j.planned, j.relist
	j.planned, j.relist = true, nil
	if first || len(again) > 0 {
		j.listed = false
	}
	j.mu.Unlock()
	sources := listOf(again)
	switch {
	case first:
		sources = j.keepSources(j.planSources())
	case len(again) == 0:
		return nil
	}
	items := make(chan *item, 2*smallAhead)
	j.work.Go(func() { // ends with the plan or with j.ctx
		defer close(items)
		if first && j.adopted != nil {
			j.listAdopted(items)
			return
		}
		j.list(sources, items, first)
	})
	return items
}

// acceptNow takes what the plan has ready without waiting. It reports whether
// there was an item.
func (j *job) acceptNow(from <-chan *item, closed *bool) bool {
	select {
	case it, ok := <-from:
		*closed = !j.accept(it, ok)
		return ok
	default:
		return false
	}
}

// accept puts a planned item on its list. It returns ok, so that the end of
// the plan shows.
func (j *job) accept(it *item, ok bool) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	switch {
	case !ok:
		j.listed = true
	case it.kind == kindDoomed:
		j.doomed = append(j.doomed, it)
	case j.mayBeTwin(it) && j.twins.waits(it):
	case j.isLarge(it):
		j.big = append(j.big, it)
	default:
		j.queued = append(j.queued, it)
	}
	return ok
}

// isLarge tells whether it moves enough to be counted among the large: many such
// at a time would only share a slow way, and none would come to its end.
func (j *job) isLarge(it *item) bool {
	most := j.partSize()
	if j.carries {
		most = min(most, landSize)
	}
	return it.kind == kindFile && it.src.Size > most
}

func (j *job) partSize() int64 {
	if j.req.Rules.PartSize > 0 {
		return j.req.Rules.PartSize
	}
	return j.q.o.PartSize
}

// hasWork tells whether next would return something. The caller holds j.mu.
func (j *job) hasWork() bool {
	if j.inflight-j.landing >= j.share.Limit || j.landing >= landMost ||
		j.landing > 0 && j.q.landed.Load() >= int64(j.q.o.mostLanding()) { // one of ours ends and looks again
		return false
	}
	return len(j.queued) > 0 || j.largeDue() || j.batchDue() || len(j.emptied) > 0 && j.dirsDue()
}

// largeDue tells whether there is work on large items and room for it.
func (j *job) largeDue() bool {
	var it *item
	switch {
	case len(j.open) > 0:
		it = j.open[0]
	case len(j.big) > 0:
		it = j.big[0]
	default:
		return false
	}
	if j.req.Rules.Workers > 0 || j.q.o.Workers > 0 {
		return true // as many as was said, whatever they carry
	}
	if !j.carries {
		return j.large < largeMost
	}
	return j.q.budget.RoomFor(j.gates, j.large, j.under, j.weight(it))
}

// weight is how many bytes one task of the item has under way at most.
func (j *job) weight(it *item) int64 {
	if it.w != nil && it.w.parted {
		return it.w.plan.PartSize
	}
	return min(it.src.Size, j.partSize())
}

// batchDue tells whether a deletion should start: it is full, or waiting would
// not fill it.
func (j *job) batchDue() bool {
	return len(j.doomed) >= batchSize || (len(j.doomed) > 0 && (j.listed || j.inflight == 0))
}

// dirsDue is batchDue for the source folders that became empty.
func (j *job) dirsDue() bool { return len(j.emptied) >= batchSize || j.inflight == 0 || j.listed }

// isOver tells whether everything that was planned has ended. The caller holds
// j.mu.
func (j *job) isOver() bool {
	if j.paused && j.held > 0 {
		return false
	}
	return j.listed && j.inflight == 0 && len(j.relist) == 0 && len(j.parked) == 0 && j.twins.waiting == 0 &&
		len(j.queued)+len(j.big)+len(j.open)+len(j.doomed)+len(j.emptied) == 0
}

// handOut gets a slot, chooses the best work at that moment and starts it. It
// returns false when the job is called off.
func (j *job) handOut() bool {
	if !j.located {
		j.locate()
	}
	if j.q.budget.Acquire(j.ctx, j.share, j.gates) != nil {
		return false
	}
	t := j.next()
	if t == nil {
		j.q.budget.Release(j.share, j.gates)
		return true
	}
	j.touch()
	select {
	case j.hands <- t:
	default:
		j.work.Go(func() { j.labour(t) })
	}
	return true
}

// locate tells the gates how far away their trees are, once all know it.
func (j *job) locate() {
	j.located = true
	for i, g := range j.gates {
		d, ok := remote.As[remote.Distant]([]remote.Tree{j.req.From, j.req.To}[i])
		if !ok || !g.Adapts() {
			continue
		}
		if away := d.Distance(); away > 0 {
			j.q.budget.Located(g, away)
		} else {
			j.located = false
		}
	}
}

// labour does one task after the other until the job hands out no more: a worker
// whose stack has grown is worth keeping. It ends with its operation, which
// honours j.ctx, once hands is closed.
func (j *job) labour(t *task) {
	for ok := true; ok; t, ok = <-j.hands {
		j.do(t)
	}
}

func (j *job) do(t *task) {
	defer func() {
		t.letGo()
		j.mu.Lock()
		j.inflight--
		if t.landing {
			j.landing--
			j.q.landed.Add(-1)
		}
		t.carry(-1)
		j.mu.Unlock()
		j.wakeUp()
		j.touch()
	}()
	t.run()
}

// next takes work off the lists. Small items overtake large ones, but a part of
// a large one is due every few turns; large items are begun in order, the next
// one when all parts of those before are handed out.
func (j *job) next() *task {
	j.mu.Lock()
	defer j.mu.Unlock()
	t := &task{j: j, held: true}
	large := j.largeDue()
	switch {
	case len(j.emptied) > 0 && j.dirsDue():
		n := min(len(j.emptied), batchSize)
		t.dirs = append(t.dirs, j.emptied[:n]...)
		j.emptied = append(j.emptied[:0:0], j.emptied[n:]...)
	case j.batchDue():
		n := min(len(j.doomed), batchSize)
		t.batch = append(t.batch, j.doomed[:n]...)
		j.doomed = append(j.doomed[:0:0], j.doomed[n:]...)
	case len(j.queued) > 0 && (!large || j.sinceBig < bigTurn):
		t.it, j.queued = j.queued[0], j.queued[1:]
		j.sinceBig++
	case large && len(j.open) > 0:
		t.it = j.open[0]
		t.part = t.it.w.todo[0]
		t.it.w.todo = t.it.w.todo[1:]
		t.it.live++
		if len(t.it.w.todo) == 0 {
			j.open = j.open[1:]
		}
		j.sinceBig = 0
	case large:
		t.it, j.big = j.big[0], j.big[1:]
		j.sinceBig = 0
	default:
		return nil
	}
	if t.it != nil && (t.part > 0 || j.isLarge(t.it)) {
		t.large = j.weight(t.it)
		t.carry(1)
	}
	if t.it != nil && t.part == 0 {
		t.it.state = Running
		j.active[t.it] = struct{}{}
	}
	j.inflight++
	return t
}

// carry counts a large task that begins (1) or ends (-1). The caller holds job.mu.
func (t *task) carry(n int) {
	if t.large == 0 {
		return
	}
	t.j.large += n
	t.j.under += int64(n) * t.large
	if t.j.carries {
		t.j.q.budget.Carry(t.j.gates, n, int64(n)*t.large)
	}
}

// run does the work. A panic becomes the failure of the item; nothing else may
// suffer from it.
func (t *task) run() {
	defer func() {
		if v := recover(); v != nil {
			t.broke(t.j.recovered(v))
		}
	}()
	switch {
	case t.dirs != nil:
		t.removeDirs()
	case t.batch != nil:
		t.removeBatch()
	case t.part > 0:
		t.runPart(t.part)
	case t.it.kind == kindFolder:
		t.makeFolder()
	default:
		t.runItem()
	}
}

// broke ends what a panic left behind.
func (t *task) broke(err error) {
	switch {
	case t.it == nil:
		for _, it := range t.batch {
			t.j.finish(it, "", err)
		}
		t.j.dirsStay(t.dirs, err)
	case t.it.w != nil && t.it.w.parted:
		t.partEnded(err)
	default:
		t.conclude(err)
	}
}

// makeFolder makes the target of a folder.
func (t *task) makeFolder() {
	if t.j.req.Rules.DryRun {
		t.j.finish(t.it, "", nil)
		return
	}
	if t.it.landed {
		t.runItem() // the slash object is deleted like any other
		return
	}
	if err := t.j.planAnew(t.j.ctx, t.it); err != nil {
		t.conclude(err)
		return
	}
	if t.j.phased {
		t.conclude(t.makeHeld(t.j.ctx))
		return
	}
	err := t.try(t.j.ctx, t.j.toGate, func(ctx context.Context) error { return t.j.to.Mkdir(ctx, t.it.dst) })
	if err == nil {
		t.j.patient.well(now())
	}
	t.j.finish(t.it, "", err)
}
