package transfer

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"gantry/remote"
	"gantry/transfer/journal"
	"gantry/transfer/plan"
)

type itemKind uint8

const (
	kindFile   itemKind = iota
	kindFolder          // a folder to make
	kindDoomed          // an entry to delete
	kindFault           // failed while it was planned
)

// item is one entry of a job. What is not atomic belongs to job.mu, except for
// w and the fields of decide, which belong to the one task that works on the
// item until it has parts.
type item struct {
	j      *job
	num    int64
	kind   itemKind
	src    remote.Entry
	dst    remote.Path
	source int    // where in the plan it came from: the source,
	pos    string // and the place below it

	node *node // the source folder that waits for the item; nil if none does

	// What is known about the target, and what was decided about it.
	target    *remote.Entry
	unsure    bool
	blind     bool // a bucket was gone meanwhile, and with it what was at dst
	same      bool
	twin      bool        // another item of the job has, or had, its target
	planned   remote.Path // dst, before a rule has given it another name
	next      *item       // waits for this one, see twins
	asked     bool        // it was parked, for as long as the user took
	decided   bool        // policy overrules the job's
	policy    Policy
	ifAbsent  bool
	ifVersion string
	attrs     remote.Attrs // of the target
	untagged  bool         // the target refuses the tags of the source
	rounds    int          // conflicts that showed up only when publishing
	restarts  int
	inOne     bool // its source cannot be read in pieces

	up       *found // what an earlier process left of it; nil if nothing, or no more
	resumed  bool   // an earlier process may have done it
	onRecord bool   // planned by an earlier process
	traced   bool   // the journal has an upload of it
	intended bool   // and that says that the store copies
	stale    bool   // on record as ended, or with another source: to be planned anew
	proven   Progress
	note     string
	left     []string // uploads of it that could not be aborted
	trouble  error    // of the last attempt, while there is another

	w        *writing
	landed   bool      // a move whose target is whole: only the source is left to delete
	fresh    bool      // in phases: nothing was there before
	copied   string    // in phases: the version of the copy,
	copySize int64     // and its size
	absent   bool      // in phases: it failed since its source has gone
	keptID   string    // under which the target keeps what was written apart from what that replaced; "" for nothing
	written  time.Time // when the target has it that what it holds was written; zero if nobody knows
	oddSum   string    // that of a content which is not what its source promises
	layered  bool      // what was written may have replaced something that the job itself had written there
	state    State
	skipped  bool
	reason   string
	verified string
	err      error
	again    plan.Source // how to plan it once more; zero if it need not be

	ctx    context.Context // of an item with several parts
	cancel context.CancelCauseFunc
	live   int // tasks of the item that run

	bytes    atomic.Int64
	attempts atomic.Int32
}

// size is what the item counts in totals.
func (it *item) size() int64 {
	if it.kind != kindFile {
		return 0
	}
	return max(it.src.Size, 0)
}

// record is the item as the journal keeps it.
func (it *item) record() journal.Item {
	return journal.Item{Job: int64(it.j.id), Num: it.num, Source: it.src, Target: it.dst, Dir: it.kind == kindFolder}
}

// reset prepares a failed item for another try: nothing that was known about
// its target counts any more.
func (it *item) reset() {
	it.target, it.unsure, it.blind = nil, true, false
	it.decided, it.ifAbsent, it.ifVersion = false, false, ""
	it.rounds, it.restarts = 0, 0
	it.state, it.err, it.reason, it.w = Waiting, nil, "", nil
	it.proven, it.note = Progress{}, ""
	it.stale = true
}

// snapshot describes the item. The caller holds job.mu.
func (it *item) snapshot() ItemSnapshot {
	s := ItemSnapshot{
		Job: it.j.id, Source: it.j.fromKey + string(it.src.Path), Dir: it.src.Dir, State: it.state,
		Skipped: it.skipped, Reason: it.reason, Attempts: int(it.attempts.Load()),
		Bytes:    Progress{Done: it.bytes.Load(), Total: it.src.Size},
		Verified: it.verified, Err: it.err, Proven: it.proven, Note: it.told(), Trouble: it.trouble,
	}
	if it.j.req.To != nil && it.dst != "" {
		s.Target = it.j.req.To.Label() + string(it.dst)
	}
	return s
}

// told is what there is to tell about the item besides how it ended: also which of its
// uploads remain, since they cost.
func (it *item) told() string {
	if len(it.left) == 0 {
		return it.note
	}
	left := fmt.Sprintf("What was begun of it could not be removed, remains and is billed (%s). gantry leftovers %s --abort tries once more.",
		strings.Join(it.left, ", "), it.j.req.To.Label()+string(it.dst))
	return strings.TrimSpace(it.note + " " + left)
}

// bounded is a list that remembers its first listMost items.
type bounded struct{ kept []*item }

func (b *bounded) add(it *item) {
	if len(b.kept) < listMost {
		b.kept = append(b.kept, it)
	}
}

// take empties the list.
func (b *bounded) take() []*item {
	kept := b.kept
	b.kept = nil
	return kept
}

// lists is where the items of a job are that do not run. It belongs to job.mu.
type lists struct {
	queued  []*item // to begin, in order; each fits into one task
	big     []*item // to begin, in order; each is large or has several parts
	open    []*item // begun, with parts to hand out, in order
	doomed  []*item // to delete, in batches
	emptied []*node // source folders with nothing left to wait for
	parked  []*parked
	twins   twins
	held    int // copied, to be deleted when all are; they rest in the journal, see held.go

	failed, skipped bounded
	failCount, skip int
	absent          int // of failCount: phased, their sources have gone, so nothing waits for them
	firstErr        error
	sinceBig        int // small items since a large one had its turn, see next
}

// finish ends an item: done when err is nil, skipped when reason is set.
func (j *job) finish(it *item, reason string, err error) {
	j.mu.Lock()
	if it.state.Ended() { // a panic behind the end; what counted counts
		j.mu.Unlock()
		return
	}
	delete(j.active, it)
	it.w, it.ctx, it.cancel, it.trouble = nil, nil, nil, nil
	it.err, it.reason, it.skipped = err, reason, reason != "" && err == nil
	switch {
	case err != nil && j.calledOff(err):
		it.state, it.err = Cancelled, nil
		j.rewind(it)
	case err != nil:
		it.state = Failed
		j.rewind(it)
		j.failCount++
		if j.firstErr == nil {
			j.firstErr = err
		}
		j.failed.add(it)
	case it.skipped:
		it.state = Done
		j.rewind(it)
		j.allBytes.Add(-it.size())
		j.skip++
		j.items.Add(1)
		j.skipped.add(it)
	default:
		it.state = Done
		j.items.Add(1)
		if it.src.Size >= 0 {
			j.bytes.Add(it.size() - it.bytes.Swap(it.size()))
		}
	}
	snap := it.snapshot()
	if it.state == Done && !it.skipped {
		j.remember(snap)
	}
	it.node.done(it.state == Done && !it.skipped)
	j.mu.Unlock()
	j.log(it, snap)
	j.mu.Lock()
	j.follow(it) // which awaits what was just logged
	j.mu.Unlock()
	if f := j.req.OnItem; f != nil {
		j.reporting.Lock()
		defer j.reporting.Unlock()
		f(snap)
	}
	j.touch()
}

// rewind takes back what the item has counted as moved.
func (j *job) rewind(it *item) { j.bytes.Add(-it.bytes.Swap(0)) }

func (j *job) log(it *item, s ItemSnapshot) {
	// What is kept goes on after the next start; what is to be taken back is found
	// by its record.
	if s.State != Cancelled || !j.keeps() && !j.goesBack() {
		j.ends.add(journal.End{Item: it.num, Outcome: j.outcome(s)})
	}
	if s.Err != nil {
		j.q.o.Log.Warn("item failed", "job", j.id, "source", s.Source, "target", s.Target, "err", s.Err)
	}
}

func (j *job) failures() int {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.failCount
}

// onlyReason is the failure that stands for the job: the first one, if nothing
// succeeded. The caller holds job.mu.
func (j *job) onlyReason() error {
	if j.items.Load() > 0 {
		return nil
	}
	return j.firstErr
}

// cleanUp is how long aborting one upload may take when the job has been called
// off.
const cleanUp = 30 * time.Second
