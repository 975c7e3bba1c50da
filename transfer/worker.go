package transfer

import (
	"context"
	"errors"
	"fmt"
	"io"

	"gantry/remote"
	"gantry/transfer/parts"
)

// writing is an item whose content is on the way. Lists and counts belong to
// job.mu, the rest is fixed once it is made.
type writing struct {
	plan   parts.Plan
	sink   remote.Sink
	entry  remote.Entry     // the source as it described itself when opened
	shown  remote.Algorithm // by which what was read is what the source holds; NoSum for none
	at     io.ReaderAt      // the source as a file, shared by all parts
	file   io.Closer        // of at
	parted bool             // the parts are tasks of their own

	todo   []int // parts to hand out
	left   int   // parts that are not written
	done   []remote.Part
	bodies []*body // by part; nil until it is begun
	crcs   []piece // of a stream of unknown size, instead of bodies
	err    error   // the first failure of a part
	out    bool    // published: there is nothing to abort
}

// runItem begins an item and, unless it has several parts, does all of it.
func (t *task) runItem() {
	it, j := t.it, t.j
	if !it.landed {
		it.attempts.Add(1)
	}
	j.mu.Lock()
	it.ctx, it.cancel = context.WithCancelCause(j.ctx)
	ctx := it.ctx
	j.mu.Unlock()
	if it.twin { // or whoever comes after a kill takes what is about to be replaced for a stranger's
		j.ends.reach()
	}
	if err := j.planAnew(ctx, it); err != nil {
		t.conclude(err)
		return
	}
	if it.landed {
		t.conclude(t.finishMove(ctx))
		return
	}
	if done, err := t.already(ctx); done || err != nil {
		t.conclude(err)
		return
	}
	verdict, reason, err := t.decide(ctx)
	switch {
	case err != nil:
		t.conclude(err)
		return
	case verdict == park:
		if err := t.sourceStays(ctx); err != nil {
			t.conclude(err)
			return
		}
		it.cancel(nil)
		j.park(it, remote.Exist)
		return
	case verdict == skip, j.req.Rules.DryRun:
		if verdict == write {
			t.foretell()
		}
		t.dropUpload(ctx)
		it.cancel(nil)
		j.finish(it, reason, nil)
		return
	}
	done, err := t.shortcut(ctx)
	if err == nil && !done {
		done, err = t.stream(ctx)
	}
	if err != nil || done {
		t.conclude(err)
	}
}

// stream moves the content through us. It returns false when the parts are
// tasks of their own, of which the last one concludes.
func (t *task) stream(ctx context.Context) (done bool, err error) {
	it := t.it
	first, err := t.open(ctx)
	if err != nil {
		return true, err
	}
	w := it.w
	switch {
	case w.plan.Count == 0:
		err = t.sendUnknown(ctx, first)
	case w.plan.Single():
		err = t.send(ctx, 1, first)
	default:
		return t.handOutParts(ctx, first)
	}
	if err == nil {
		err = t.complete(ctx)
	}
	return true, err
}

// open opens the source and begins the target. The body of the first part comes
// back with the source open, because what the source says about itself is
// needed before the target can begin.
func (t *task) open(ctx context.Context) (io.ReadCloser, error) {
	it, j := t.it, t.j
	w := &writing{entry: it.src}
	var err error
	if w.plan, err = t.cut(); err != nil {
		return nil, err
	}
	first, err := t.openSource(ctx, w)
	if err != nil {
		return nil, err
	}
	w.makeRoom(w.plan.Count)
	resumed := false
	if err = t.keepAttrs(ctx, w); err == nil {
		resumed, err = t.goOn(ctx, w)
	}
	if err == nil && !resumed {
		if w.plan, err = t.fresh(); err == nil {
			w.makeRoom(w.plan.Count)
			w.sink, err = t.create(ctx, w)
		}
	}
	if w.sink != nil {
		j.mu.Lock()
		it.w = w // what was begun is concluded
		j.mu.Unlock()
	}
	if err != nil {
		if w.sink == nil {
			w.closeSource(first)
		} else if first != nil && w.at == nil {
			_ = first.Close() // only opened
		}
		return nil, err
	}
	return first, nil
}

// openSource opens the first part, or all of what is a file.
func (t *task) openSource(ctx context.Context, w *writing) (first io.ReadCloser, err error) {
	it, j := t.it, t.j
	n := it.src.Size
	if w.plan.Count > 1 && j.fromKeyed {
		if it.src.Attrs != nil && it.src.Version != "" {
			return nil, nil // its headers are known, and each part is pinned to its version
		}
		_, n = w.plan.Range(1)
		see := t.lookAhead(ctx)
		if it.up != nil && it.up.parts[1].Num == 1 {
			if known, err := see(w); known || err != nil {
				return nil, err // most likely nobody reads part 1
			}
		} else {
			defer func() {
				if err != nil {
					_, _ = see(nil) // called off
				} else if _, err = see(w); err != nil {
					_ = first.Close() // only opened
				}
			}()
		}
	}
	err = t.request(ctx, t.fromGate(), func(ctx context.Context) error {
		first, err = j.req.From.Open(ctx, it.src, 0, n)
		if err != nil {
			return sourceError{err}
		}
		j.sourced.Store(true)
		return nil
	})
	if err != nil {
		return nil, err
	}
	if d, ok := first.(remote.Described); ok {
		known := w.entry.Sum
		if w.entry = d.Entry(); w.entry.Sum.Algorithm == remote.NoSum {
			w.entry.Sum = known
		}
		if it.src.Size >= 0 && w.entry.Size >= 0 && w.entry.Size != it.src.Size {
			_ = first.Close() // only opened
			return nil, sourceError{t.changed("It had another size when it was listed.")}
		}
	}
	if at, ok := first.(io.ReaderAt); ok && n == it.src.Size && n >= 0 {
		w.at, w.file = at, first
	}
	return first, nil
}

// create begins the target: first the intent, then the object, then its name.
func (t *task) create(ctx context.Context, w *writing) (sink remote.Sink, err error) {
	it, j := t.it, t.j
	o := t.createOptions(w)
	// The intent is on record before anything can be left behind by a kill. One
	// piece leaves nothing in a bucket; on a disk what it leaves beside its target
	// is found by its name, which the plan has on record.
	traced := !w.plan.Single() || j.req.Op == Move || t.renames()
	if traced {
		if err := t.intend(ctx, w); err != nil {
			return nil, err
		}
	}
	err = t.try(ctx, j.toGate, func(ctx context.Context) error {
		start := now()
		if sink, err = j.to.Create(ctx, it.dst, o); err == nil && !w.plan.Single() {
			j.q.budget.Seen(j.toGate, now().Sub(start)) // one piece asks nobody yet
			j.targeted.Store(true)
		}
		return err
	})
	if err != nil {
		return nil, t.asConflict(err)
	}
	if id := sink.ID(); id != "" && !w.plan.Single() {
		if err = j.q.jr.Began(ctx, int64(j.id), it.num, id); err != nil {
			j.throwAway(it, sink)
			return nil, err
		}
	}
	return sink, nil
}

// asConflict marks the failure of a condition on the target.
func (t *task) asConflict(err error) error {
	k := remote.KindOf(err)
	if !errors.As(err, new(sourceError)) && ((t.it.ifAbsent && k == remote.Exist) || (t.it.ifVersion != "" && k == remote.Changed)) {
		return conflictError{err}
	}
	return err
}

// send writes part n. first is the opened source of part 1, else nil.
func (t *task) send(ctx context.Context, n int, first io.ReadCloser) error {
	it, j, w := t.it, t.j, t.it.w
	off, size := w.plan.Range(n)
	b := &body{ctx: ctx, it: it, off: off, size: size, at: w.at, atOff: off}
	if w.at == nil {
		b.stream = first
	}
	j.mu.Lock()
	w.bodies[n-1] = b
	j.mu.Unlock()
	defer b.close() // a sink that reads again opens again
	var part remote.Part
	fresh := true
	err := t.try(ctx, j.toGate, func(ctx context.Context) (err error) {
		if !fresh {
			b.again()
		}
		fresh = false
		if j.toKeyed && (w.at == nil || size <= fillFile) {
			if err := b.fill(); err != nil {
				return err
			}
		}
		if part, err = w.sink.WritePart(ctx, n, b); err == nil && part.Size != size {
			err = &remote.Error{
				Op: "write", Path: it.dst, Kind: remote.Corrupt,
				Err: fmt.Errorf("part %d has %d bytes instead of %d", n, part.Size, size),
			}
		}
		if err != nil && b.err != nil {
			return b.err
		}
		return err
	})
	if err != nil {
		return err
	}
	if w.parted { // a single part may only be on its way with Commit
		j.sourced.Store(true)
		j.patient.well(now())
		b.unfill()
	}
	if crc, ok := b.crc(); ok && part.Sum.Algorithm == remote.NoSum {
		part.Sum = crcSum(crc) // a disk takes no sums; whoever goes on needs them
	}
	if w.sink.ID() != "" && !w.plan.Single() {
		err = j.q.jr.Part(ctx, int64(j.id), it.num, part)
	}
	j.mu.Lock()
	w.done[n-1] = part
	j.mu.Unlock()
	return err
}

// runPart writes one part of an item that has several.
func (t *task) runPart(n int) { t.partEnded(t.send(t.it.ctx, n, nil)) }

// partEnded counts a part. The last one that ends completes the item, or
// cleans up if one of them failed.
func (t *task) partEnded(err error) {
	it, j, w := t.it, t.j, t.it.w
	j.mu.Lock()
	it.live--
	if err == nil {
		w.left--
	} else if w.err == nil {
		w.err, w.todo = err, nil
		j.close(it)
		it.cancel(err) // the other parts are for nothing
	}
	last, failed, all := it.live == 0, w.err, w.left == 0
	j.mu.Unlock()
	switch {
	case !last, failed == nil && !all:
		return
	case failed == nil:
		defer func() {
			if v := recover(); v != nil { // no part is left to notice
				t.conclude(j.recovered(v))
			}
		}()
		failed = t.complete(it.ctx)
	}
	t.conclude(failed)
}

// close takes it off the list of items with parts to hand out. The caller holds
// j.mu.
func (j *job) close(it *item) {
	for i, o := range j.open {
		if o == it {
			j.open = append(j.open[:i:i], j.open[i+1:]...)
			return
		}
	}
}

// closeSource frees what the parts have read from.
func (w *writing) closeSource(first io.Closer) {
	for _, b := range w.bodies {
		if b != nil {
			b.close()
			b.unfill()
		}
	}
	if first != nil {
		_ = first.Close() // only read from
	} else if w.file != nil {
		_ = w.file.Close() // only read from
	}
}
