package transfer

import "gantry/remote"

// node is a folder of the source that is to be removed once everything below
// it is gone: after a move or with a deletion. Nodes live only as long as
// something below them is under way, so their number does not grow with the
// size of the job. They belong to job.mu; a nil node is no folder.
type node struct {
	j       *job
	up      *node
	src     remote.Entry
	exists  bool  // there is something to remove
	listed  bool  // everything below is known
	pending int   // items and folders below that have not ended
	stays   int   // items and folders below that are there to stay
	item    *item // of the folder itself, in a deletion
}

// add makes a folder below n.
func (n *node) add(j *job, src remote.Entry, exists bool) *node {
	if n != nil {
		n.pending++
	}
	return &node{j: j, up: n, src: src, exists: exists}
}

// hold notes an item below n that has to end first.
func (n *node) hold() *node {
	if n != nil {
		n.pending++
	}
	return n
}

// take is hold for an item that had ended and is tried again.
func (n *node) take() {
	if n == nil {
		return
	}
	ended := n.pending == 0 && n.listed // it counts above as one that stays
	n.stays--
	n.pending++
	if ended {
		n.up.take()
	}
}

// keep notes something below n that stays.
func (n *node) keep() {
	if n != nil {
		n.stays++
	}
}

// done ends an item below n; gone tells whether it has left the source.
func (n *node) done(gone bool) {
	if n == nil {
		return
	}
	n.pending--
	if !gone {
		n.stays++
	}
	n.settle()
}

// close says that everything below n is known.
func (n *node) close() {
	if n != nil {
		n.listed = true
		n.settle()
	}
}

// settle acts when nothing below n is under way any more: an empty folder is
// handed over to be removed, a full one holds back the folder above.
func (n *node) settle() {
	switch {
	case n.pending > 0 || !n.listed:
	case n.stays == 0 && n.exists:
		n.j.emptied = append(n.j.emptied, n)
	default:
		n.up.done(n.stays == 0)
	}
}
