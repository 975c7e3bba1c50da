package transfer

import (
	"context"
	"io"
	"time"

	"gantry/remote"
	"gantry/transfer/journal"
)

// handOutParts makes the parts that are missing tasks of their own. It writes
// part 1, whose source is open, if that is one of them.
func (t *task) handOutParts(ctx context.Context, first io.ReadCloser) (done bool, err error) {
	it, j := t.it, t.j
	w := it.w
	j.mu.Lock()
	for n := range w.done {
		if w.bodies[n] == nil && (n > 0 || first == nil) {
			w.todo = append(w.todo, n+1)
		}
	}
	mine := w.bodies[0] == nil && first != nil
	w.parted = true
	if mine {
		it.live = 1
	}
	if len(w.todo) > 0 {
		j.open = append(j.open, it)
	}
	all := w.left == 0
	j.mu.Unlock()
	if !mine && w.at == nil && first != nil {
		_ = first.Close() // only opened
	}
	j.wakeUp()
	switch {
	case all:
		return true, t.complete(ctx)
	case mine:
		t.partEnded(t.send(ctx, 1, first))
	}
	return false, nil
}

// makeRoom makes room for count parts, none of which is written.
func (w *writing) makeRoom(count int) {
	w.left = count
	w.done = make([]remote.Part, count)
	w.bodies = make([]*body, count)
}

func (t *task) createOptions(w *writing) remote.CreateOptions {
	it := t.it
	it.written = time.Time{} // of an earlier try
	o := remote.CreateOptions{
		Size: w.plan.Size, ModTime: w.entry.ModTime, Attrs: it.attrs,
		IfAbsent: it.ifAbsent, IfVersion: it.ifVersion, VersionID: it.keptAs, Written: it.wroteAt,
	}
	if !w.plan.Single() {
		o.PartSize = w.plan.PartSize
	}
	return o
}

// intend puts on record that the item is about to be written.
func (t *task) intend(ctx context.Context, w *writing) error {
	it, j := t.it, t.j
	u := journal.Upload{
		Job: int64(j.id), Item: it.num, Tree: j.to.Label(), Path: it.dst, Size: w.plan.Size, Version: w.entry.Version,
	}
	if !w.plan.Single() {
		u.PartSize = w.plan.PartSize
	}
	it.traced, it.intended = true, false
	return j.noteIntent(ctx, u)
}

// noteIntent puts on record that something is about to be written. Where that cannot be
// done nothing more of the job is begun, or every item would fail by itself; what is
// on record of it can be resumed.
func (j *job) noteIntent(ctx context.Context, u journal.Upload) error {
	err := j.q.jr.Intend(ctx, u)
	if err == nil || !j.q.o.Unattended || !j.q.jr.Durable() {
		return err
	}
	j.cancelRun(haltError{err}) // the first one counts
	return context.Cause(j.ctx)
}

// copyTraced is the size above which a copy in the store may take several
// requests, and so leave an upload behind.
const copyTraced = 1 << 30

// severalParts in Upload.PartSize says that the store copies by itself: how many
// parts there are, and when, nobody knows.
const severalParts = -1

// copyFresh is severalParts for a target of which nothing was there before: the
// copy is ours, and can be taken back.
const copyFresh = -2

// intendCopy is intend for a copy that the store makes.
func (t *task) intendCopy(ctx context.Context) error {
	t.it.fresh = t.it.ifAbsent && t.j.phased
	return t.putIntent(ctx)
}

func (t *task) putIntent(ctx context.Context) error {
	it, j := t.it, t.j
	u := journal.Upload{
		Job: int64(j.id), Item: it.num, Tree: j.to.Label(), Path: it.dst, Size: it.src.Size,
		PartSize: severalParts, Version: it.src.Version,
	}
	if it.fresh {
		u.PartSize = copyFresh
	} else if !it.layered {
		u.Before = it.ifVersion
	}
	it.traced, it.intended = true, true
	return j.noteIntent(ctx, u)
}

// renames tells whether the rules may write the item under a name that only
// shows when it is written: that name must be on record to be found again.
func (t *task) renames() bool {
	p := t.policy()
	return p == PolicyRename || p == PolicyKeepBoth
}
