package sqlite

import (
	"cmp"
	"context"
	"slices"

	"gantry/transfer/journal"
)

// pageChunks is how many chunks Items reads at a time.
const pageChunks = 8

// openChunk is a chunk that was read, with what has not ended in it.
type openChunk struct {
	row   openRow
	items []journal.Item
}

// openItems reads the next chunks of a job behind the one of that number.
func (j *Journal) openItems(ctx context.Context, job, first, serial int64) ([]openChunk, error) {
	rows, err := j.read.QueryContext(ctx, `SELECT o.job, o.first, o.serial, o.count, o.bits, o.sum,
		c.job, c.first, c.serial, c.data, c.sum
		FROM open o JOIN chunk c ON c.job=o.job AND c.first=o.first AND c.serial=o.serial
		WHERE o.job=? AND (o.first, o.serial)>(?, ?) AND NOT EXISTS (SELECT 1 FROM trash t WHERE t.job=o.job)
		ORDER BY o.first, o.serial LIMIT ?`, job, first, serial, pageChunks)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var page []openChunk
	row, dst := make([]any, 11), make([]any, 11)
	for i := range row {
		dst[i] = &row[i]
	}
	for rows.Next() {
		if err := rows.Scan(dst...); err != nil {
			return nil, err
		}
		if !whole("open", row[:6]) || !whole("chunk", row[6:]) {
			return nil, errDamaged
		}
		c := cols(row)
		p := openChunk{row: openRow{job: job, first: c.int(1), serial: c.int(2), count: c.int(3), bits: c.bytes(4)}}
		if p.items, err = decode(job, p.row.first, c.bytes(9)); err != nil {
			return nil, err
		}
		page = append(page, p)
	}
	return page, rows.Err()
}

// merge brings items in order whose chunks may overlap.
type merge struct{ waiting []journal.Item }

// add takes a chunk whose items come behind all that were yielded.
func (m *merge) add(p openChunk) {
	sorted := len(m.waiting) == 0
	for _, it := range p.items {
		if p.row.has(it.Num) {
			m.waiting = append(m.waiting, it)
		}
	}
	if !sorted {
		slices.SortFunc(m.waiting, func(a, b journal.Item) int { return cmp.Compare(a.Num, b.Num) })
	}
}

// before yields what waits with numbers less than num; false means stop.
func (m *merge) before(num int64, yield func(journal.Item, error) bool) bool {
	for i, it := range m.waiting {
		if it.Num >= num {
			m.waiting = m.waiting[i:]
			return true
		}
		if !yield(it, nil) {
			return false
		}
	}
	m.waiting = m.waiting[:0]
	return true
}

// chunkKey names a chunk.
type chunkKey struct{ job, first, serial int64 }

// cacheMost is how many chunks are kept decoded: those in which items end.
const cacheMost = 64

// cache are the chunks that were looked into last. A chunk never changes.
type cache struct {
	items map[chunkKey][]journal.Item
	order []chunkKey // oldest first
}

func (c *cache) get(k chunkKey) []journal.Item { return c.items[k] }

func (c *cache) put(k chunkKey, items []journal.Item) {
	if c.items == nil {
		c.items = map[chunkKey][]journal.Item{}
	}
	if len(c.order) >= cacheMost {
		delete(c.items, c.order[0])
		c.order = append(c.order[:0], c.order[1:]...)
	}
	c.items[k] = items
	c.order = append(c.order, k)
}

// clear forgets everything: after a transaction that was undone, the names of
// its chunks are given to others.
func (c *cache) clear() { *c = cache{} }
