package transfer

import (
	"context"
	"slices"
	"time"

	"gantry/remote"
)

// parked is an item that waits for an Answer. It holds nothing but itself.
type parked struct {
	ask Ask
	it  *item
	to  remote.Tree // in which its target is,
	at  remote.Path // and where

	seen    time.Time // when both sides were looked at for the question; zero: when they were listed
	looking bool      // that is being done
	told    bool      // it is in the feeds
}

// versionedWithin is how long a tree may take to say whether overwriting keeps
// the old content: the question can do without.
const versionedWithin = 5 * time.Second

// versioned tells whether overwriting keeps the old content, as far as the
// target says. It is asked once.
func (j *job) versioned(ctx context.Context) bool {
	j.versions.Do(func() {
		v, ok := remote.As[remote.Versioner](j.req.To)
		if !ok {
			return
		}
		ctx, cancel := context.WithTimeout(ctx, versionedWithin)
		defer cancel()
		yes, err := v.Versioned(ctx)
		j.keepsOld = err == nil && yes
	})
	return j.keepsOld
}

// park lets an item wait for the user, while everything else goes on. The first
// open conflict of a job is news.
func (j *job) park(it *item, why remote.Kind) {
	p := &parked{it: it, to: j.to, at: it.target.Path, ask: Ask{
		ID: j.q.asks.Add(1), Job: j.id, Op: j.req.Op, Src: it.src, Dst: *it.target, Why: why,
		From: j.fromKey + string(it.src.Path), To: j.req.To.Label() + string(it.target.Path),
		Versioned: j.versioned(j.ctx),
	}}
	j.mu.Lock()
	it.state, it.ctx, it.cancel, it.asked = Asking, nil, nil, true
	delete(j.active, it)
	j.parked = append(j.parked, p)
	first := len(j.parked) == 1
	j.mu.Unlock()
	if first {
		j.present()
	}
	j.touch()
	j.q.schedule() // a job with nothing but conflicts makes room for others
}

// firstAsk is the ask to show for the job, if it has been shown to anybody.
func (j *job) firstAsk() (Ask, bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if len(j.parked) == 0 || !j.parked[0].told {
		return Ask{}, false
	}
	return j.described(j.parked[0]), true
}

func (j *job) described(p *parked) Ask {
	a := p.ask
	a.More = len(j.parked) - 1
	return a
}

// Asks are all open conflicts, those of the first job first.
func (q *Queue) Asks() []Ask {
	var out []Ask
	for _, j := range q.all() {
		j.mu.Lock()
		for _, p := range j.parked {
			out = append(out, j.described(p))
		}
		j.mu.Unlock()
	}
	return out
}

// Answer decides an open conflict; with all, also the others of its job, and
// whatever the job meets from now on. An answer that is PolicyAsk, or to an ask
// that is not open, changes nothing.
func (q *Queue) Answer(ask uint64, d Decision, all bool) {
	if d.Policy == PolicyAsk {
		return
	}
	for _, j := range q.all() {
		if j.answer(ask, d.Policy, all) {
			q.schedule()
			return
		}
	}
}

func (j *job) answer(ask uint64, p Policy, all bool) bool {
	j.mu.Lock()
	i := slices.IndexFunc(j.parked, func(o *parked) bool { return o.ask.ID == ask })
	if i < 0 {
		j.mu.Unlock()
		return false
	}
	if j.stateLocked() == Asking {
		j.eta.Reset() // the wait says nothing of how fast it goes on
	}
	settled := []*parked{j.parked[i]}
	if all {
		settled = j.parked
		j.policy = p
		j.parked = nil
	} else {
		j.parked = slices.Delete(j.parked, i, i+1)
	}
	items := make([]*item, len(settled))
	for i, o := range settled {
		o.it.decided, o.it.policy, o.it.state = true, p, Waiting
		items[i] = o.it
	}
	j.enqueue(items...)
	j.mu.Unlock()
	j.wakeUp()
	j.touch()
	j.present()
	return true
}
