package transfer

import (
	"context"
	"iter"
	"slices"

	"gantry/transfer/journal"
	"gantry/transfer/plan"
)

// keepList puts the sources that are known when the job is accepted into its
// record, or, if they are many, how many there are: putList is to follow.
func (j *job) keepList() {
	if !j.q.jr.Durable() || j.req.List == nil {
		return
	}
	k, n := &j.kept, len(j.req.List)
	k.whole = true
	for _, s := range j.req.List[:min(n, sourcesFew)] {
		k.list = append(k.list, s.plan())
	}
	if n > sourcesFew {
		k.apart, j.noting = n, true
	}
}

// note puts the sources of a job on record, before it may begin.
func (q *Queue) note(j *job) {
	err := j.putList(context.WithoutCancel(q.ctx))
	j.mu.Lock()
	j.noting = false
	j.mu.Unlock()
	if err != nil {
		j.end(Failed, err)
	}
	q.schedule()
}

// putList puts the list on record and lets go of it. The job reads it there: it may
// wait for long, and that may be a million.
func (j *job) putList(ctx context.Context) error {
	at := 0
	for part := range slices.Chunk(j.req.List, listPage) {
		page := make([]journal.Source, len(part))
		for i, s := range part {
			page[i] = recordOf(at+i, s.plan())
		}
		if err := j.q.jr.PutSources(ctx, int64(j.id), page); err != nil {
			return err
		}
		at += len(part)
	}
	j.mu.Lock()
	j.req.List = nil
	j.mu.Unlock()
	return nil
}

// planSources are the sources of the request.
func (j *job) planSources() iter.Seq2[plan.Source, error] {
	return func(yield func(plan.Source, error) bool) {
		switch {
		case j.req.List != nil:
			for _, s := range j.req.List {
				if !yield(s.plan(), nil) {
					return
				}
			}
		case j.req.Sources != nil:
			for s, err := range j.req.Sources {
				if !yield(s.plan(), err) {
					return
				}
			}
		default: // see putList
			for s, err := range j.q.jr.Sources(j.ctx, int64(j.id), 0) {
				if !yield(sourceOf(s), err) {
					return
				}
			}
		}
	}
}

// keepSources writes down what is to be done before any of it is, where that
// outlives the process, and returns all of it.
func (j *job) keepSources(all iter.Seq2[plan.Source, error]) iter.Seq2[plan.Source, error] {
	if !j.q.jr.Durable() || j.req.Rules.DryRun || j.req.Sources == nil {
		return all
	}
	return func(yield func(plan.Source, error) bool) {
		next, stop := iter.Pull2(all)
		defer stop()
		for most, more := sourcesFirst, true; more; most = sourcesPage {
			var page []plan.Source
			for len(page) < most {
				s, err, ok := next()
				if !ok {
					more = false
					break
				}
				if err == nil {
					page = append(page, s)
				} else if !yield(s, err) {
					return
				}
			}
			j.keepPage(page, !more)
			for _, s := range page {
				if !yield(s, nil) {
					return
				}
			}
		}
	}
}

// keepPage puts a page of sources on record; last says that none is to come. A
// journal that fails is logged: the work itself is guarded item by item, and a
// job that is taken over says that it does not know all.
func (j *job) keepPage(page []plan.Source, last bool) {
	j.mu.Lock()
	k := &j.kept
	first, at := k.list == nil, k.apart
	if first {
		k.list = slices.Clone(page[:min(len(page), sourcesFew)])
	}
	failed := k.failed
	j.mu.Unlock()
	apart := at > 0 || len(page) > sourcesFew || !last
	if apart && !failed {
		list := make([]journal.Source, len(page))
		for i, s := range page {
			list[i] = recordOf(at+i, s)
		}
		if err := j.q.jr.PutSources(context.WithoutCancel(j.ctx), int64(j.id), list); err != nil {
			j.q.o.Log.Error("journal the sources", "job", j.id, "err", err)
			failed = true
		}
	}
	j.mu.Lock()
	if apart && !failed {
		k.apart += len(page)
	}
	k.failed = failed
	k.whole = last && !failed
	j.mu.Unlock()
	if first || last {
		j.save()
	}
}

// recallSources makes the job know of its sources what the process that began it
// knew.
func (j *job) recallSources(ctx context.Context) error {
	s := &j.adopted.spec
	j.kept = sources{dropped: s.Dropped, apart: s.Apart, whole: s.Whole, planned: s.Planned, last: string(s.Last), num: s.Num}
	for src, err := range j.recordedSources(ctx, 0) {
		if err != nil {
			return err
		}
		if len(s.Sources) == 0 {
			j.kept.apart = max(j.kept.apart, int(src.Num)+1)
			if len(j.kept.list) == sourcesFew {
				break
			}
		}
		j.kept.list = append(j.kept.list, sourceOf(src))
	}
	return nil
}

// recordedSources yields what is on record of the sources of a job that another process
// began, from that number on.
func (j *job) recordedSources(ctx context.Context, from int) iter.Seq2[journal.Source, error] {
	s := &j.adopted.spec
	if len(s.Sources) == 0 {
		return j.q.jr.Sources(ctx, int64(j.id), int64(from))
	}
	return func(yield func(journal.Source, error) bool) {
		for i, src := range s.Sources {
			if num := s.Dropped + i; num >= from && !yield(recordOf(num, src.source()), nil) {
				return
			}
		}
	}
}

func recordOf(num int, s plan.Source) journal.Source {
	return journal.Source{Num: int64(num), Entry: s.Entry, As: s.As, Contents: s.Contents, Exact: s.Exact}
}

func sourceOf(s journal.Source) plan.Source {
	return plan.Source{Entry: s.Entry, As: s.As, Contents: s.Contents, Exact: s.Exact}
}

// passed notes how far the plan is on record: up to an item. The caller holds
// job.mu.
func (j *job) passed(it *item) {
	k := &j.kept
	k.num = max(k.num, it.num)
	if j.listsAnew() || it.kind == kindFile && it.pos == "" { // it was all of its source
		k.planned, k.last = max(k.planned, it.source+1), ""
		return
	}
	if it.source > k.planned {
		k.planned, k.last = it.source, ""
	}
	if it.pos != "" {
		k.last = it.pos
	}
}
