package transfer

import (
	"context"
	"sync"
	"time"

	"gantry/transfer/journal"
)

// endsMost is how many outcomes wait for the journal at a time.
const endsMost = 4096

// gather is how long outcomes are collected before they are written: each
// transaction costs a flush of the disk, whatever is in it.
const gather = 50 * time.Millisecond

// ends records how items ended, many at a time: nothing waits for that, since
// an item whose outcome got lost is found done when it is done again.
type ends struct {
	j *job

	mu      sync.Mutex
	room    *sync.Cond
	hurry   chan struct{} // of 1: somebody waits for what is pending
	pending []journal.End
	busy    bool // somebody is writing

	added, written int64 // outcomes so far
}

func newEnds(j *job) *ends {
	e := &ends{j: j, hurry: make(chan struct{}, 1)}
	e.room = sync.NewCond(&e.mu)
	return e
}

// add hands over an outcome. Whoever comes first writes, in the background,
// until nothing is left; it waits only while the journal is far behind.
func (e *ends) add(x journal.End) {
	if !e.j.q.jr.Durable() { // in memory: as cheap as it gets
		e.write([]journal.End{x})
		return
	}
	e.mu.Lock()
	for len(e.pending) >= endsMost {
		e.soon()
		e.room.Wait()
	}
	e.pending = append(e.pending, x)
	e.added++
	idle := !e.busy
	e.busy = true
	e.mu.Unlock()
	if idle {
		go e.drain() // ends with the last of pending; flush waits for it
	}
}

func (e *ends) drain() {
	for {
		e.linger()
		e.mu.Lock()
		batch := e.pending
		e.pending = nil
		e.busy = len(batch) > 0
		e.room.Broadcast()
		busy := e.busy
		e.mu.Unlock()
		if !busy {
			return
		}
		e.write(batch)
		e.mu.Lock()
		e.written += int64(len(batch))
		e.room.Broadcast()
		e.mu.Unlock()
	}
}

// linger lets outcomes gather.
func (e *ends) linger() {
	t := time.NewTimer(gather)
	defer t.Stop()
	select {
	case <-t.C:
	case <-e.hurry:
	}
}

func (e *ends) soon() {
	select {
	case e.hurry <- struct{}{}:
	default:
	}
}

// reach waits until what was added before is on record, whatever comes meanwhile.
func (e *ends) reach() {
	e.mu.Lock()
	defer e.mu.Unlock()
	for goal := e.added; e.written < goal; {
		e.soon()
		e.room.Wait()
	}
}

// flush waits until everything is on record.
func (e *ends) flush() {
	e.mu.Lock()
	defer e.mu.Unlock()
	for e.busy {
		e.soon()
		e.room.Wait()
	}
}

func (e *ends) write(batch []journal.End) {
	q, id := e.j.q, int64(e.j.id)
	ctx := context.WithoutCancel(q.ctx)
	var err error
	if b, ok := q.jr.(journal.Batcher); ok {
		err = b.EndAll(ctx, id, batch)
	} else {
		for _, x := range batch {
			if err = q.jr.End(ctx, id, x.Item, x.Outcome); err != nil {
				break
			}
		}
	}
	if err != nil {
		q.o.Log.Error("journal outcomes", "job", id, "items", len(batch), "err", err)
	}
}
