package transfer_test

import (
	"context"
	"errors"
	"slices"
	"time"

	"gantry/remote"
	"gantry/transfer"
)

// request is what the user asks for: what is still to be copied or moved.
func (p *play) request(d *death, policy transfer.Policy) (r transfer.Request, some bool) {
	r = transfer.Request{
		Op: p.s.op, From: mortal{p.from, d}, To: mortal{p.to, d}, Dir: p.s.place.dir, Rules: transfer.Rules{OnConflict: policy},
	}
	folder := p.s.place.root + "d"
	if p.s.place.keyed() {
		folder += "/"
	}
	for _, at := range []remote.Path{folder, p.s.place.root + "z"} {
		if e, err := p.from.Stat(p.Context(), at); err == nil {
			r.List = append(r.List, transfer.Source{Entry: e})
		}
	}
	return r, len(r.List) > 0
}

// await waits for the end of a job and goes on with it when it is paused. Nothing
// takes longer than six hours, of which no time passes.
func (p *play) await(q *transfer.Queue, id transfer.JobID) (last transfer.Snapshot) {
	ctx, cancel := context.WithTimeout(p.Context(), 6*time.Hour)
	defer cancel()
	feed := q.Subscribe()
	defer feed.Close()
	for {
		u, err := feed.Next(ctx)
		if errors.Is(err, transfer.ErrClosed) {
			return last
		}
		if err != nil {
			p.complain("I18: job %d does not end: it is %s, %v (%v)", id, last.State, last.Err, err)
			return last
		}
		for _, s := range u.Jobs {
			switch {
			case s.ID != id:
				continue
			case s.State == transfer.Paused && p.now.struck(): // it is dead, and nobody's any more
				return s
			case s.State == transfer.Paused:
				time.AfterFunc(time.Minute, func() { q.Resume(id) })
			case s.Listed && s.Bytes.Done > s.Bytes.Total:
				p.complain("I20: %d of %d bytes", s.Bytes.Done, s.Bytes.Total)
			}
			if last = s; s.State.Ended() {
				return last
			}
		}
	}
}

// over ends a process and looks at what it has left.
func (p *play) over(q *transfer.Queue) {
	if err := q.Close(context.Background()); err != nil {
		p.complain("close: %v", err)
	}
	p.anytime()
}

// adopt goes on with everything that is left.
func (p *play) adopt(q *transfer.Queue) {
	left, err := q.Orphans(p.Context())
	if err != nil {
		p.complain("I7: %v", err)
	}
	for _, s := range left {
		if err := q.Adopt(p.Context(), s.ID, nil); err == nil {
			p.await(q, s.ID)
		}
	}
}

// anytime holds what has to be so at every instant.
func (p *play) anytime() {
	for _, f := range p.files {
		src, there := p.from.Get(f.src)
		dst, landed := p.to.Get(f.dst)
		ours := landed && slices.Contains(f.versions, dst)
		newest := f.versions[len(f.versions)-1]
		if there && src != newest {
			p.complain("I2: %s is not what it was: %q", f.src, src)
		}
		if landed && !ours && (!f.old || dst != f.before) && (f.foreign == "" || dst != f.foreign) {
			p.complain("I2, I5: %s is neither old nor new: %q", f.dst, dst)
		}
		if !landed && (f.old || f.foreign != "") {
			p.complain("I2: %s had a content, and has none", f.dst)
		}
		if p.s.policy != transfer.PolicyOverwrite {
			if f.foreign != "" && dst != f.foreign {
				p.complain("I9: %s is overwritten although somebody else wrote it", f.dst)
			}
			if f.old && ours {
				p.complain("I9: %s is overwritten although it was there", f.dst)
			}
		}
		switch {
		case there:
		case p.s.op != transfer.Move:
			p.complain("I9: %s is deleted", f.src)
		case f.replaced:
		case !landed || dst != newest:
			p.complain("I4: %s is gone, and %s is %q", f.src, f.dst, dst)
		}
	}
}

// finish are the last processes: one goes on with what is left, one does what has
// failed once more, and then all has to be as it was asked for.
func (p *play) finish() {
	q, _ := p.start(-1)
	p.adopt(q)
	p.over(q)
	accepted, failed := false, false
	for j, err := range p.jr.Jobs(p.Context()) {
		accepted = true
		// A move inside a bucket that could not copy everything rests in the journal.
		rests := j.Ended.IsZero() && p.to == p.from && p.s.op == transfer.Move && p.s.unattended
		p.rests = p.rests || rests
		if err != nil || j.Ended.IsZero() && !rests {
			p.complain("I7: job %d is %s (%v)", j.ID, j.State, err)
		}
		failed = failed || j.State != transfer.Done.String()
	}
	p.leftovers()
	if len(p.broken) > 0 || p.cancelled {
		return
	}
	q, d := p.start(-1)
	defer p.over(q)
	if failed || !accepted {
		r, some := p.request(d, p.s.policy)
		if s := p.submit1(q, r, some); some && s.State != transfer.Done && p.s.policy != transfer.PolicyFail {
			p.complain("I18: once more it is %s: %v", s.State, s.Err)
		}
	}
	p.atRest()
	p.leftovers()
	p.again(q, d)
}

// leftovers holds that nothing half done is left.
func (p *play) leftovers() {
	for u := range p.to.ListUploads(p.Context(), "") {
		p.complain("I6: left over is %+v", u)
	}
	if p.struck["not recorded"] > 0 || p.cancelled || p.rests {
		return // what has ended without a record of it stays on record with its job
	}
	for u := range p.jr.Uploads(p.Context()) {
		p.complain("I6: on record there is still %+v", u)
	}
}

// atRest holds that all is done.
func (p *play) atRest() {
	p.anytime()
	for _, f := range p.files {
		dst, landed := p.to.Get(f.dst)
		_, there := p.from.Get(f.src)
		kept := f.old || f.foreign != ""
		switch {
		case !landed:
			p.complain("I1: done, but %s is missing", f.dst)
		case !slices.Contains(f.versions, dst) && !kept:
			p.complain("I1: done, but %s is %q", f.dst, dst)
		case p.s.op == transfer.Move && there && p.s.policy == transfer.PolicyOverwrite: // else its own copy may be in the way
			p.complain("I1: done, but %s is still there", f.src)
		}
	}
}

// again copies once more what is there by now, leaving out what is equal: nothing
// is written (I10).
func (p *play) again(q *transfer.Queue, d *death) {
	if p.s.op != transfer.Copy || p.s.policy != transfer.PolicyOverwrite {
		return
	}
	r, some := p.request(d, transfer.PolicyChecksum)
	p.submit1(q, r, some) // what has changed since
	was := p.writes
	p.submit1(q, r, some)
	if p.writes != was {
		p.complain("I10: a second run without changes writes %d times", p.writes-was)
	}
}

// submit1 does one job.
func (p *play) submit1(q *transfer.Queue, r transfer.Request, some bool) (s transfer.Snapshot) {
	if some {
		s = p.await(q, q.Submit(r))
	}
	return s
}
