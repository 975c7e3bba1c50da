package sqlite

import (
	"cmp"
	"context"
	"iter"
	"slices"

	"gantry/remote"
	"gantry/transfer/journal"
)

// keptMost is how many outcomes of each kind a job keeps.
const keptMost = 10_000

// openRow says which items of a chunk have not ended.
type openRow struct {
	job, first, serial int64
	count              int64
	bits               []byte
	dirty, gone        bool
}

// has tells whether item num is in the chunk and has not ended.
func (o *openRow) has(num int64) bool {
	at := num - o.first
	return at >= 0 && at < int64(len(o.bits))*8 && o.bits[at/8]&(1<<(at%8)) != 0
}

func (o *openRow) clear(num int64) {
	at := num - o.first
	o.bits[at/8] &^= 1 << (at % 8)
	o.count--
	o.dirty = true
}

func (t *txn) putOpen(o *openRow) error {
	if !o.dirty || o.gone {
		return nil
	}
	o.dirty = false
	if o.count > 0 {
		return t.put("open", o.job, o.first, o.serial, o.count, o.bits)
	}
	o.gone = true
	for _, table := range []string{"open", "chunk"} {
		if _, err := t.exec("DELETE FROM "+table+" WHERE job=? AND first=? AND serial=?", o.job, o.first, o.serial); err != nil {
			return err
		}
	}
	return nil
}

// around gives the chunks that may hold items with numbers from first to last,
// the newest first.
func (t *txn) around(job, first, last int64) ([]*openRow, error) {
	var found []*openRow
	err := t.each("open", 6, func(c cols) error {
		row := openRow{job: job, first: c.int(1), serial: c.int(2), count: c.int(3), bits: slices.Clone(c.bytes(4))}
		for _, known := range t.open[job] {
			if known.first == row.first && known.serial == row.serial {
				found = append(found, known)
				return nil
			}
		}
		t.open[job] = append(t.open[job], &row)
		found = append(found, &row)
		return nil
	}, "SELECT * FROM open WHERE job=? AND first>? AND first<=? ORDER BY serial DESC", job, first-chunkSpan, last)
	return found, err
}

// find gives the chunk in which item num has not ended; nil if there is none.
func (t *txn) find(job, num int64) (*openRow, error) {
	for _, o := range t.open[job] {
		if o.has(num) {
			return o, nil
		}
	}
	rows, err := t.around(job, num, num)
	if err != nil {
		return nil, err
	}
	for _, o := range rows {
		if o.has(num) {
			return o, nil
		}
	}
	return nil, nil
}

// Plan records items before any of them is begun. An item that was planned
// before is replaced; one that had ended is open again. After an error some of
// the items may be on record.
func (j *Journal) Plan(ctx context.Context, items []journal.Item) error {
	for len(items) > 0 {
		// The items of one job that come in order, as they do, are taken as they lie.
		n := 1
		for n < len(items) && items[n].Job == items[0].Job && items[n].Num > items[n-1].Num {
			n++
		}
		part := items[:n]
		if n < len(items) && items[n].Job == part[0].Job {
			part, n = inOrder(items), len(items)
		}
		for _, list := range byJob(part) {
			if err := j.planJob(ctx, list); err != nil {
				return err
			}
		}
		items = items[n:]
	}
	return nil
}

func (j *Journal) planJob(ctx context.Context, items []journal.Item) error {
	for part := range slices.Chunk(items, batchCost/2) { // others are not kept waiting
		chunks := encode(part)
		if err := j.w.do(ctx, len(part), func(t *txn) error { return t.plan(part[0].Job, chunks) }); err != nil {
			return err
		}
	}
	return nil
}

// inOrder sorts items by job and number; the last one of a number counts.
func inOrder(items []journal.Item) []journal.Item {
	byNum := func(a, b journal.Item) int { return cmp.Or(cmp.Compare(a.Job, b.Job), cmp.Compare(a.Num, b.Num)) }
	items = slices.Clone(items)
	slices.SortStableFunc(items, byNum)
	out := items[:0]
	for i, it := range items {
		if i+1 == len(items) || byNum(items[i+1], it) != 0 {
			out = append(out, it)
		}
	}
	return out
}

// byJob cuts items, which are in order, into those of one job each.
func byJob(items []journal.Item) [][]journal.Item {
	var lists [][]journal.Item
	for from, i := 0, 1; i <= len(items); i++ {
		if i == len(items) || items[i].Job != items[from].Job {
			lists = append(lists, items[from:i])
			from = i
		}
	}
	return lists
}

func (t *txn) plan(job int64, chunks []chunk) error {
	r, err := t.ours(job)
	if err == nil && !r.known && !r.dirty {
		err = t.forgotten(job)
	}
	if err != nil {
		return err
	}
	for _, c := range chunks {
		if c.first <= r.top {
			if err := t.supersede(r, c); err != nil {
				return err
			}
		}
		r.serial++
		if err := t.put("chunk", job, c.first, r.serial, c.data); err != nil {
			return err
		}
		o := &openRow{job: job, first: c.first, serial: r.serial, count: c.count, bits: c.bits, dirty: true}
		if err := t.putOpen(o); err != nil {
			return err
		}
		r.Planned += c.count
		r.Bytes += c.bytes
		r.top = max(r.top, c.last)
	}
	r.dirty = true
	return nil
}

// forgotten refuses what comes for a job that is being removed.
func (t *txn) forgotten(job int64) error {
	return t.each("trash", 2, func(cols) error {
		return refusal{&remote.Error{Op: "plan", Kind: remote.NotExist, Hint: "The job was removed from the queue meanwhile."}}
	}, "SELECT * FROM trash WHERE job=?", job)
}

// supersede takes out of the job what is planned anew: items that are open, and
// outcomes of those that had ended.
func (t *txn) supersede(r *jobRow, c chunk) error {
	held := openRow{first: c.first, bits: c.bits}
	rows, err := t.around(r.ID, c.first, c.last)
	if err != nil {
		return err
	}
	for _, o := range rows {
		for num := max(o.first, c.first); num <= c.last; num++ {
			if !held.has(num) || !o.has(num) {
				continue
			}
			it, err := t.item(o, num)
			if err != nil {
				return err
			}
			o.clear(num)
			r.Planned--
			r.Bytes -= sizeOf(&it)
		}
	}
	if r.Failed+r.Skipped+r.Cancelled == 0 {
		return nil
	}
	return t.reopen(r, held, c.last)
}

// end records how an item ended.
func (t *txn) end(job, num int64, e Ended) error {
	r, err := t.ours(job)
	if err != nil || !r.known && !r.dirty {
		return err // nothing is kept of what was forgotten
	}
	if err := t.settle(job, num); err != nil {
		return err
	}
	o, err := t.find(job, num)
	if err != nil {
		return err
	}
	if o == nil {
		again, err := t.ended(job, num)
		if again || err != nil {
			return err
		}
		r.Planned++ // what is found to be impossible while it is planned
		r.top = max(r.top, num)
	} else {
		it, err := t.item(o, num)
		if err != nil {
			return err
		}
		o.clear(num)
		e.Source, e.Target, e.size = it.Source.Path, it.Target, sizeOf(&it)
	}
	r.dirty = true
	return t.keep(r, e)
}

// item reads one item of a chunk.
func (t *txn) item(o *openRow, num int64) (journal.Item, error) {
	key := chunkKey{o.job, o.first, o.serial}
	items := t.w.cache.get(key)
	if items == nil {
		err := t.each("chunk", 5, func(c cols) (err error) {
			items, err = decode(o.job, o.first, c.bytes(3))
			return err
		}, "SELECT * FROM chunk WHERE job=? AND first=? AND serial=?", o.job, o.first, o.serial)
		if err != nil {
			return journal.Item{}, err
		}
		t.w.cache.put(key, items)
	}
	i, ok := slices.BinarySearchFunc(items, num, func(it journal.Item, num int64) int { return cmp.Compare(it.Num, num) })
	if !ok {
		return journal.Item{}, errChunk
	}
	return items[i], nil
}

// End records how an item ended. Its upload is over as well.
func (j *Journal) End(ctx context.Context, job, item int64, o journal.Outcome) error {
	return j.w.do(ctx, 1, func(t *txn) error {
		return t.end(job, item, Ended{Job: job, Num: item, Outcome: o})
	})
}

// Items yields the items of a job that have not ended, in order. They are read
// as they are asked for, a few chunks at a time, so the caller may take its
// time and write to the journal meanwhile.
func (j *Journal) Items(ctx context.Context, job int64) iter.Seq2[journal.Item, error] {
	return func(yield func(journal.Item, error) bool) {
		var m merge
		first, serial := int64(-1<<62), int64(0)
		for {
			page, err := j.openItems(ctx, job, first, serial)
			if err != nil {
				yield(journal.Item{}, j.failed("read", err))
				return
			}
			for _, p := range page {
				first, serial = p.row.first, p.row.serial
				if !m.before(first, yield) {
					return
				}
				m.add(p)
			}
			if len(page) == 0 {
				m.before(1<<62, yield)
				return
			}
		}
	}
}
