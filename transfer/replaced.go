package transfer

import (
	"context"

	"golang.org/x/sync/errgroup"

	"gantry/remote"
	"gantry/transfer/journal"
)

// Two sources of a job may have one name in the target, and the rules, or the user,
// that the later one replaces the earlier one: then, as with mv, the last one wins and
// both sources go. Outside of buckets the first source is gone by then. In phases
// both are there until all is copied, and the copy of the first is not there any
// more when its source is to be deleted. That it was replaced, and not lost, shows in
// the journal: the item that stands there now names the version that it replaced.
// It is put on record that the source of the first goes with the copy of the last,
// before anything is deleted.

const (
	lostMost   = 20_000 // items without a copy that are looked into together
	recordMost = 64     // records that are written at a time
)

// replacedTag is the third field of the tag of an item whose copy another one has
// replaced; the size and version beside it are that one's.
const replacedTag = "replaced"

// wasReplaced tells whether another item has replaced the copy of a trace.
func wasReplaced(tr journal.Trace) bool {
	f := tagOf(tr)
	return len(f) == 3 && f[2] == replacedTag
}

// verifyAll sees that all that is held is whole at its target, or was replaced there
// by the job itself.
func (j *job) verifyAll() error {
	j.takeLost(0) // of a pass that broke off
	if err := j.pass((*task).verifyHeld); err != nil {
		return err
	}
	return j.settleLost(j.ctx, j.takeLost(0))
}

// lose notes items whose copies are not there, and looks into them when they are
// many.
func (j *job) lose(ctx context.Context, lost []*item) error {
	j.mu.Lock()
	j.lost = append(j.lost, lost...)
	j.mu.Unlock()
	return j.settleLost(ctx, j.takeLost(lostMost))
}

// takeLost are the items that were noted, if they are as many as that.
func (j *job) takeLost(least int) []*item {
	j.mu.Lock()
	defer j.mu.Unlock()
	if len(j.lost) < least {
		return nil
	}
	lost := j.lost
	j.lost = nil
	return lost
}

// settleLost puts on record which of the items were replaced by others of the job.
// The others fail; their sources stay.
func (j *job) settleLost(ctx context.Context, lost []*item) error {
	if len(lost) == 0 || ctx.Err() != nil {
		return context.Cause(ctx)
	}
	after, err := j.successors(ctx, lost)
	if err != nil {
		return err
	}
	var g errgroup.Group
	g.SetLimit(recordMost)
	for _, it := range lost {
		if !replacedIn(after[it.dst], it) {
			j.endHeld(it, it.copyLost())
			continue
		}
		g.Go(func() error {
			p := remote.Part{Num: 1, Size: it.target.Size, Tag: copyTag(it.verified, it.target.Version, replacedTag)}
			return j.q.jr.Part(context.WithoutCancel(ctx), int64(j.id), it.num, p)
		})
	}
	return g.Wait()
}

// stored is a copy that took the place of a version.
type stored struct {
	version string
	size    int64
}

// successors are the copies of the job at the targets of some items that replaced
// something, by what they replaced.
func (j *job) successors(ctx context.Context, lost []*item) (map[remote.Path]map[string]stored, error) {
	after := map[remote.Path]map[string]stored{}
	for _, it := range lost {
		if it.target != nil && it.copied != "" {
			after[it.dst] = map[string]stored{}
		}
	}
	if len(after) == 0 {
		return nil, nil
	}
	for tr, err := range j.q.jr.Traces(ctx, int64(j.id)) {
		if err != nil {
			return nil, err
		}
		_, version, held := copyOf(tr)
		if !held || tr.Dir || tr.Upload.Before == "" {
			continue
		}
		if m := after[tr.Upload.Path]; m != nil {
			m[tr.Upload.Before] = stored{version, tr.Parts[0].Size}
		}
	}
	return after, nil
}

// replacedIn tells whether what is at the target of an item came there in the place
// of its copy, by copies of the job alone.
func replacedIn(after map[string]stored, it *item) bool {
	at := it.copied
	for range len(after) {
		next, ok := after[at]
		switch {
		case !ok:
			return false
		case next == stored{it.target.Version, it.target.Size}:
			return true
		}
		at = next.version
	}
	return false
}
