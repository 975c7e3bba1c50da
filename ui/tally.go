package ui

import (
	"context"
	"iter"
	"sync"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"gantry/remote"
)

// tallyEvery is how often a count that grows is shown; tallyMost bounds it, so
// that a prefix of a billion keys does not keep us listing.
const (
	tallyEvery = 150 * time.Millisecond
	tallyMost  = 1_000_000
)

// blast is what an operation will touch.
type blast struct {
	Objects int64 // files and objects, without folders
	Folders int64
	Bytes   int64 // of those whose size is known
	Done    bool  // counted to the end
	Bounded bool  // gave up at tallyMax: the numbers are lower bounds
	Err     error // what could not be listed; the numbers are lower bounds
}

// tally counts what is at and below some entries while a dialog is open: one
// Cmd counts, another shows every now and then how far it has come. Both end
// with ctx.
type tally struct {
	id   int
	done <-chan struct{} // of ctx
	all  iter.Seq2[remote.Entry, error]

	mu  sync.Mutex
	sum blast
}

// tallyMsg carries what has been counted so far.
type tallyMsg struct {
	ID  int
	Sum blast
}

// newTally prepares to count es of t.
func newTally(ctx context.Context, id int, t remote.Tree, es iter.Seq[remote.Entry]) *tally {
	return &tally{id: id, done: ctx.Done(), all: below(ctx, t, es)}
}

// below yields es and everything below those of them that are folders.
func below(ctx context.Context, t remote.Tree, es iter.Seq[remote.Entry]) iter.Seq2[remote.Entry, error] {
	return func(yield func(remote.Entry, error) bool) {
		for e := range es {
			if !yield(e, nil) {
				return
			}
			if !e.Dir || e.Type == remote.Link {
				continue
			}
			for sub, err := range remote.Walk(ctx, t, e.Path) {
				if !yield(sub, err) {
					return
				}
			}
		}
	}
}

// count is the Cmd that counts to the end.
func (c *tally) count() tea.Cmd {
	return func() tea.Msg {
		for e, err := range c.all {
			if !c.take(e, err) {
				break
			}
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		c.sum.Done = !c.sum.Bounded
		return tallyMsg{ID: c.id, Sum: c.sum}
	}
}

// take counts one entry; false means that it is enough.
func (c *tally) take(e remote.Entry, err error) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err != nil {
		c.sum.Err = err
		select {
		case <-c.done:
			return false
		default:
			return true
		}
	}
	c.sum.add(e)
	c.sum.Bounded = c.sum.Objects+c.sum.Folders >= tallyMost
	return !c.sum.Bounded
}

// watch is the Cmd that tells after a moment how far the counting is.
func (c *tally) watch() tea.Cmd {
	return func() tea.Msg {
		t := time.NewTimer(tallyEvery)
		defer t.Stop()
		select {
		case <-t.C:
		case <-c.done:
			return nil
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.sum.ended() {
			return nil // the last word is count's
		}
		return tallyMsg{ID: c.id, Sum: c.sum}
	}
}

func (b *blast) add(e remote.Entry) {
	if e.Dir && e.Type != remote.Link {
		b.Folders++
		return
	}
	b.Objects++
	b.Bytes += max(0, e.Size)
}

// ended tells whether no more steps are worth while.
func (b *blast) ended() bool { return b.Done || b.Bounded }
