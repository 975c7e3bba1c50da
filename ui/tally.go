package ui

import (
	"context"
	"iter"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"gantry/remote"
)

// Bounds of counting what lies below folders: one step between two redraws, and
// the whole, so that a prefix of a billion keys does not keep us listing.
const (
	tallyStep  = 5000
	tallyPause = 150 * time.Millisecond
	tallyMax   = 1_000_000
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

// tally counts what is at and below some entries, step by step, while a dialog
// is open. One step runs at a time: the event loop asks for the next one when
// it has shown the last.
type tally struct {
	id   int
	next func() (remote.Entry, error, bool)
	stop func()
	sum  blast
}

// tallyMsg carries what has been counted so far.
type tallyMsg struct {
	ID    int
	Sum   blast
	Tally *tally // belongs to whoever has the message
}

// newTally starts to count es of t; nothing is listed before the first step.
// The listing ends with ctx.
func newTally(ctx context.Context, id int, t remote.Tree, es iter.Seq[remote.Entry]) *tally {
	c := &tally{id: id}
	c.next, c.stop = iter.Pull2(below(ctx, t, es))
	return c
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

// step is the Cmd that counts on for a moment and reports.
func (c *tally) step() tea.Cmd {
	return func() tea.Msg {
		until := time.Now().Add(tallyPause)
		for range tallyStep {
			e, err, ok := c.next()
			switch {
			case !ok:
				c.sum.Done = true
			case err != nil:
				c.sum.Err = err
			default:
				c.sum.add(e)
			}
			if c.sum.Objects+c.sum.Folders >= tallyMax && !c.sum.Done {
				c.sum.Bounded = true
			}
			if c.sum.ended() {
				c.stop()
				break
			}
			if time.Now().After(until) {
				break
			}
		}
		return tallyMsg{ID: c.id, Sum: c.sum, Tally: c}
	}
}

// end is the Cmd that gives up counting.
func (c *tally) end() tea.Cmd {
	return func() tea.Msg {
		c.stop()
		return nil
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
