package transfer

import "gantry/remote"

// twinsMost is how many targets of items that have ended a job remembers.
const twinsMost = 20_000

// twins finds the items of a job that have one target, as "a/x" and "b/x" copied to
// one folder have. The later one waits until the earlier one is there, and then
// meets it like anything else in its place. It belongs to job.mu.
type twins struct {
	last map[remote.Path]*item // the last with that target; nil has ended
}

// waits tells whether an item has to wait for another one, which then puts it on
// its list.
func (w *twins) waits(it *item) bool {
	if w.last == nil {
		w.last = map[remote.Path]*item{}
	}
	first, known := w.last[it.dst]
	w.last[it.dst] = it
	it.twin, it.planned = known, it.dst
	if known { // nobody looked since
		it.target, it.unsure = nil, true
	}
	if first == nil {
		return false
	}
	first.next = it
	return true
}

// left is told that nothing more becomes of an item at its target, which was dst
// when it was planned. The one that has waited for it comes back.
func (w *twins) left(it *item) (next *item) {
	if w.last[it.planned] == it {
		if w.last[it.planned] = nil; len(w.last) > twinsMost {
			delete(w.last, it.planned)
		}
	}
	next, it.next = it.next, nil
	return next
}

// follow begins what has waited for an item. The caller holds j.mu.
func (j *job) follow(it *item) {
	if next := j.twins.left(it); next != nil {
		j.enqueue(next)
	}
}
