package transfer

import (
	"context"
	"slices"
	"time"

	"gantry/remote"
)

// What a question shows was found when the job was listed, which may be long ago
// when somebody gets to read it. So both sides are looked at before it is asked.

const (
	// factsFor is how long what was seen of an open conflict is shown as it is.
	factsFor = 3 * time.Second
	// lookWithin is how long both sides may take to show themselves: then the
	// question is asked with what is known.
	lookWithin = 5 * time.Second
)

// Look has both sides of an open conflict looked at anew, in the background,
// unless that was done a moment ago. What is found is in Asks, and news of its
// job says so. A conflict whose source or target has gone is none any more: its
// item goes on.
func (q *Queue) Look(ask uint64) {
	for _, j := range q.all() {
		j.mu.Lock()
		i := slices.IndexFunc(j.parked, func(o *parked) bool { return o.ask.ID == ask })
		if i < 0 {
			j.mu.Unlock()
			continue
		}
		p := j.parked[i]
		j.mu.Unlock()
		j.look(p)
		return
	}
}

// present asks the question that is first in line, once both sides of it have
// been looked at.
func (j *job) present() {
	j.mu.Lock()
	if len(j.parked) == 0 {
		j.mu.Unlock()
		return
	}
	p := j.parked[0]
	p.told = false
	busy := p.looking // whoever looks will ask
	j.mu.Unlock()
	if !busy && !j.look(p) {
		j.askNow(p)
	}
}

// askNow puts an open conflict that is first in line into the feeds.
func (j *job) askNow(p *parked) {
	j.q.mu.Lock() // nobody subscribes between the two and is asked twice, or never
	defer j.q.mu.Unlock()
	j.mu.Lock()
	if len(j.parked) == 0 || j.parked[0] != p {
		j.mu.Unlock()
		return
	}
	p.told = true
	a := j.described(p)
	j.mu.Unlock()
	j.tell(AskEvent{Ask: a})
}

// look begins to look at both sides of an open conflict, unless what is known of
// them is fresh or nobody can.
func (j *job) look(p *parked) bool {
	j.q.mu.Lock()
	defer j.q.mu.Unlock()
	if j.q.closed {
		return false
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if p.looking || now().Sub(p.seen) < factsFor {
		return false
	}
	p.looking = true
	ctx := j.ctx
	j.q.wg.Go(func() { // ends with ctx or its own limit
		j.looked(ctx, p)
		j.mu.Lock()
		p.looking = false
		untold := !p.told
		j.mu.Unlock()
		if untold {
			j.askNow(p)
		}
		j.touch()
	})
	return true
}

// looked looks at both sides. What does not show itself stays as it was known.
func (j *job) looked(run context.Context, p *parked) {
	ctx, cancel := context.WithTimeout(run, lookWithin)
	defer cancel()
	src, srcErr := statAgain(ctx, j.req.From, p.it.src.Path)
	dst, dstErr := statAgain(ctx, p.to, p.at)
	over := hasGone(srcErr) || hasGone(dstErr) || dstErr == nil && dst.Dir

	j.mu.Lock()
	i := slices.Index(j.parked, p)
	if i < 0 || run.Err() != nil { // answered meanwhile, or called off
		j.mu.Unlock()
		return
	}
	p.seen = now()
	if srcErr == nil {
		src.Name = p.ask.Src.Name
		p.ask.Src = src
	}
	if dstErr == nil {
		p.ask.Dst, p.it.target = dst, &dst // an answer is about what was shown
	}
	if over {
		j.parked = slices.Delete(j.parked, i, i+1)
		p.it.unsure, p.it.state = true, Waiting
		j.enqueue(p.it)
	}
	j.mu.Unlock()
	if over {
		j.wakeUp()
		j.present()
	}
}

// sourceStays fails if the source of an item that was asked about has gone since:
// there is nothing to decide any more.
func (t *task) sourceStays(ctx context.Context) error {
	if !t.it.asked {
		return nil
	}
	if _, err := t.restat(ctx, t.j.req.From, t.fromGate(), t.it.src.Path); hasGone(err) {
		return sourceError{err}
	}
	return nil
}

// hasGone tells whether err says that what was looked for is not there, although
// the place is where it would be.
func hasGone(err error) bool {
	return err != nil && remote.KindOf(err) == remote.NotExist && remote.GoneOf(err) == ""
}
