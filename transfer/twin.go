package transfer

import (
	"cmp"

	"gantry/remote"
)

// twinsMost is how many targets of items that have ended a job remembers.
const twinsMost = 20_000

// twins finds the items of a job that have one target, as "a/x" and "b/x" copied to
// one folder have. The later one waits until the earlier one is there, and then
// meets it like anything else in its place. It belongs to job.mu.
type twins struct {
	last    map[remote.Path]*item // the last with that target; nil has ended
	waiting int                   // items that wait for another one

	foresight map[remote.Path]side // of a dry run, see foresee
}

// waits tells whether an item has to wait for another one, which then puts it on
// its list.
func (w *twins) waits(it *item) bool {
	if w.last == nil {
		w.last = map[remote.Path]*item{}
	}
	it.planned = cmp.Or(it.planned, it.dst)
	first, known := w.last[it.planned]
	w.last[it.planned] = it
	it.twin = known
	if known { // nobody looked since
		it.target, it.unsure = nil, true
	}
	if first == nil {
		return false
	}
	first.next = it
	w.waiting++
	return true
}

// waitsAgain is waits for an item that has failed and is tried again: that its target
// is known says nothing about another one.
func (w *twins) waitsAgain(it *item) bool {
	was := it.twin
	waits := w.waits(it)
	it.twin = was || waits
	return waits
}

// left is told that nothing more becomes of an item at its target, which was dst
// when it was planned. The one that has waited for it comes back.
func (w *twins) left(it *item) (next *item) {
	if w.last[it.planned] == it {
		if w.last[it.planned] = nil; len(w.last) > twinsMost {
			delete(w.last, it.planned)
		}
	}
	if next, it.next = it.next, nil; next != nil {
		w.waiting--
	}
	return next
}

// mayBeTwin tells whether another item of the job may have the target of an item that
// is to begin.
func (j *job) mayBeTwin(it *item) bool { return it.kind == kindFile && j.several && !it.landed }

// replaces tells whether another item of the job has the target of it, and may have
// taken its place there by now.
func (j *job) replaces(it *item) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	_, known := j.twins.last[cmp.Or(it.planned, it.dst)]
	return known
}

// follow begins what has waited for an item. The caller holds j.mu.
func (j *job) follow(it *item) {
	if next := j.twins.left(it); next != nil {
		j.enqueue(next)
		j.wakeUp()
	}
}
