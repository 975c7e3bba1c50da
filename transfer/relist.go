package transfer

import (
	"context"
	"errors"
	"iter"
	"maps"

	"gantry/remote"
	"gantry/transfer/journal"
	"gantry/transfer/plan"
)

// found is an upload that an earlier process began, with the parts that it had
// recorded.
type found struct {
	journal.Upload
	parts map[int]remote.Part
}

func newFound(tr journal.Trace) *found {
	f := &found{Upload: *tr.Upload, parts: make(map[int]remote.Part, len(tr.Parts))}
	for _, p := range tr.Parts {
		f.parts[p.Num] = p
	}
	return f
}

// adopted is what the journal knew about a job that another process began.
type adopted struct {
	listed bool // every item is on record
	lost   bool // the journal was damaged: items are missing
	spec   spec
	ups    map[int64]*found // by item; what is not taken up is thrown away in the end
	gaps   bool             // the journal was damaged: sources are missing
	cut    bool             // it ended before all sources were on record
	failed map[int64]bool   // of a move in phases: the items that an earlier process could not copy
}

// knowsAll tells whether all sources of the job are on record, as far as they have
// been read.
func (a *adopted) knowsAll() bool { return a.spec.Whole && !a.gaps && !a.cut }

// comeBack prepares an item that an earlier process has planned, and perhaps
// begun, or even done without having said so.
func (j *job) comeBack(it *item) {
	it.resumed = true
	it.target, it.unsure = nil, true
	it.onRecord = true
	j.mu.Lock()
	defer j.mu.Unlock()
	it.layered = j.adopted.failed[it.num]
	if up := j.adopted.ups[it.num]; up != nil {
		delete(j.adopted.ups, it.num)
		it.up, it.traced, it.layered = up, true, true
		if up.Path != "" {
			it.planned, it.dst = it.dst, up.Path // a free name that was chosen stays chosen
		}
	}
}

// listAdopted plans a job that another process began: first what is on record,
// then, if that was not all, the rest of the sources. A copy goes on where the
// record ends. A move or a deletion lists its sources once more, because what
// has been done is not there any more and because its folders have to be known
// to be removed.
func (j *job) listAdopted(items chan<- *item) {
	defer func() {
		if v := recover(); v != nil {
			j.finish(j.newItem(plan.Item{}, kindFault, nil), "", j.recovered(v))
		}
	}()
	a := j.adopted
	if err := j.q.sweep(j.ctx, j.to, j.entry()); err != nil && j.ctx.Err() == nil {
		j.q.o.Log.Warn("look for temporary files", "job", j.id, "err", err)
	}
	l := &lister{j: j, items: items, first: true}
	if j.phased && !a.lost {
		if err := j.bringFailed(); err != nil {
			j.finish(j.newItem(plan.Item{}, kindFault, nil), "", err)
			return
		}
	}
	anew := j.listsAnew() || a.lost
	var err error
	if anew {
		l.known, err = j.readKnown()
	} else {
		l.base = a.spec.Planned
		l.known, err = j.bringBack(items)
	}
	if err != nil {
		j.finish(j.newItem(plan.Item{}, kindFault, nil), "", err)
		return
	}
	if anew {
		l.run(j.spec(l.oldSources(0)))
	} else if !a.listed {
		s := j.spec(l.oldSources(a.spec.Planned))
		s.After = string(a.spec.Last)
		l.run(s)
	} else {
		j.mu.Lock()
		j.recorded = true
		j.mu.Unlock()
	}
	if j.ctx.Err() == nil && l.known != nil {
		err = j.vanished(l.known, items)
	}
	if err == nil && j.ctx.Err() == nil && anew {
		err = l.known.settle()
	}
	if err == nil && j.ctx.Err() == nil {
		err = a.incomplete()
	}
	if err != nil {
		j.finish(j.newItem(plan.Item{}, kindFault, nil), "", err)
	}
}

// listsAnew tells whether the job lists its sources once more when it is taken
// over, because it takes away what it has dealt with. A move in phases does not
// before everything is copied, and then nothing is left to be listed.
func (j *job) listsAnew() bool {
	return j.req.Op != Copy && (!j.phased || j.adopted != nil && j.adopted.lost)
}

// bringBack hands over the items of a copy that have not ended. Those that were
// planned after the plan went on record for the last time have not been begun:
// the plan meets them once more.
func (j *job) bringBack(items chan<- *item) (*known, error) {
	a := j.adopted
	k := newKnown(j)
	for rec, err := range j.q.jr.Traces(j.ctx, int64(j.id)) {
		if err != nil {
			return nil, err
		}
		kind := kindOf(rec.Item)
		if !a.listed && rec.Num > a.spec.Num {
			k.nums[k.hash(kind, rec.Source.Path)] = rec.Num
			continue
		}
		if it := j.recall(rec); it != nil && j.phased {
			j.bringHeld(it)
			continue
		}
		it := j.newItem(plan.Item{Src: rec.Source, Dst: rec.Target}, kind, nil)
		it.num = rec.Num
		if j.phased && rec.Upload != nil {
			a.ups[rec.Num] = newFound(rec)
		}
		j.comeBack(it)
		select {
		case items <- it:
		case <-j.ctx.Done():
			return k, nil
		}
	}
	return k, nil
}

// incomplete is why not all of the job can be done.
func (a *adopted) incomplete() error {
	switch {
	case a.gaps:
		return &remote.Error{
			Op: "resume", Kind: remote.Corrupt,
			Hint: "The journal was damaged and has lost some of what was to be done. What it knew is done; start the same thing again for the rest.",
		}
	case a.cut, !a.listed && !a.spec.Whole:
		return &remote.Error{
			Op: "resume", Kind: remote.Other,
			Hint: "gantry was stopped before it knew all that was to be done. What it knew is done; start the same thing again for the rest.",
		}
	}
	return nil
}

// oldSources are the sources on record, from that number on, that are not over.
// What was planned already and is gone from its place has been dealt with.
func (l *lister) oldSources(from int) iter.Seq2[plan.Source, error] {
	j, a := l.j, l.j.adopted
	return func(yield func(plan.Source, error) bool) {
		at, seen := from, 0 // the plan counts the sources that it sees
		for s, err := range j.recordedSources(j.ctx, from) {
			if err != nil {
				a.gaps = true
				yield(plan.Source{}, err)
				return
			}
			num := int(s.Num)
			a.gaps = a.gaps || num > at
			at = num + 1
			src := sourceOf(s)
			if j.listsAnew() && num < a.spec.Planned && j.dealtWith(l.known, src) {
				continue
			}
			l.base = num - seen
			seen++
			if !yield(src, nil) {
				return
			}
		}
		a.cut = at < a.spec.Apart
	}
}

// dealtWith tells whether a source of a move or a deletion that was planned is
// over: a file that has ended, anything that is gone.
func (j *job) dealtWith(k *known, s plan.Source) bool {
	if !s.Entry.Dir && !k.has(s.Entry.Path) && !j.adopted.lost {
		return true
	}
	t := &task{j: j}
	if err := j.q.budget.Acquire(j.ctx, j.share, j.gates); err != nil {
		return true // called off
	}
	t.held = true
	defer t.letGo()
	_, err := t.restat(j.ctx, j.req.From, t.fromGate(), s.Entry.Path)
	return err != nil && remote.KindOf(err) == remote.NotExist
}

// vanished ends the items on record that the new plan did not meet: their
// sources are gone. Of a deletion that is all there was to do. Of a move it may
// be, if the target has come into being; else somebody else took them away. Where
// not all sources are on record, the plan did not look everywhere: what is still
// in its place there goes on.
func (j *job) vanished(k *known, items chan<- *item) error {
	if len(k.nums) == 0 {
		return nil
	}
	left := map[int64]bool{}
	for _, num := range k.nums {
		left[num] = true
	}
	t := &task{j: j}
	defer t.letGo()
	for rec, err := range j.q.jr.Items(j.ctx, int64(j.id)) {
		if err != nil || j.ctx.Err() != nil {
			return err
		}
		if !left[rec.Num] {
			continue
		}
		if err := t.takeHold(j.ctx); err != nil {
			return nil
		}
		kind := kindFile
		there, err := t.inPlace(rec)
		if there && j.req.Op == Delete {
			kind = kindDoomed
		} else if there {
			kind = kindOf(rec)
		}
		it := j.newItem(plan.Item{Src: rec.Source, Dst: rec.Target}, kind, nil)
		it.num = rec.Num
		j.comeBack(it)
		if there {
			t.letGo() // who takes the item may wait for the slot
			select {
			case items <- it:
			case <-j.ctx.Done():
				return nil
			}
			continue
		}
		if err == nil {
			err = t.whereabouts(it, rec)
		}
		j.finish(it, "", err)
		if j.goesOn(err) {
			return nil
		}
		t.it = it
		t.dropUpload(j.ctx)
		t.it = nil
	}
	return nil
}

// inPlace tells whether the source of an item that the plan did not meet is still
// there, because the plan could not look everywhere.
func (t *task) inPlace(rec journal.Item) (bool, error) {
	if t.j.adopted.knowsAll() {
		return false, nil
	}
	_, err := t.restat(t.j.ctx, t.j.req.From, t.fromGate(), rec.Source.Path)
	if remote.KindOf(err) == remote.NotExist {
		return false, nil
	}
	return err == nil, err
}

// whereabouts tells whether an item whose source is gone has been moved.
func (t *task) whereabouts(it *item, rec journal.Item) error {
	if t.j.req.Op == Delete || rec.Dir {
		return nil
	}
	e, err := t.restat(t.j.ctx, t.j.to, t.j.toGate, it.dst)
	if err == nil && (e.Size == rec.Source.Size || t.j.replaces(it)) {
		return nil
	}
	return vanishedFrom(t.j.req.Op, rec.Source.Path)
}

// vanishedFrom is the failure of an item whose source has gone.
func vanishedFrom(op Op, p remote.Path) error {
	return &remote.Error{
		Op: op.String(), Path: p, Kind: remote.NotExist,
		Hint: "It was gone from its place before it was moved; somebody else has moved or deleted it.",
	}
}

// dropFound throws away the uploads of an adopted job that no item has taken
// up, unless the job goes on another time.
func (j *job) dropFound() {
	if j.adopted == nil || j.keeps() {
		return
	}
	j.mu.Lock()
	left := maps.Clone(j.adopted.ups)
	clear(j.adopted.ups)
	j.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(j.ctx), cleanUp)
	defer cancel()
	if errors.Is(context.Cause(j.ctx), errUser) {
		j.addUnturned(ctx, left)
	}
	for num, up := range left {
		err := j.q.removeUpload(ctx, j.to, up.Upload, j.created)
		if err == nil {
			err = j.q.jr.Settled(ctx, int64(j.id), num)
		}
		if err != nil {
			j.q.o.Log.Error("an unfinished upload could not be removed", "job", j.id, "target", string(up.Path), "upload", up.ID, "err", err)
		}
	}
}

// addUnturned adds what is still on record when the user gives the job up: what items
// have taken up that had no turn. A kill may have kept the id of an upload from its
// record. What leaves nothing on record is looked for beside the targets, since the
// job may have been given up before it did that.
func (j *job) addUnturned(ctx context.Context, left map[int64]*found) {
	j.ends.flush()
	ups, err := j.q.uploadsOf(ctx, int64(j.id))
	if err != nil {
		j.q.o.Log.Error("read the uploads on record", "job", j.id, "err", err)
	}
	for num, up := range ups {
		if leaves(up.Upload) {
			left[num] = up
		}
	}
	if j.to == nil {
		return
	}
	if err := j.q.sweep(ctx, j.to, j.entry()); err != nil {
		j.q.o.Log.Error("look for temporary files", "job", j.id, "err", err)
	}
}
