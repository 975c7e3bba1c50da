package sqlite

import (
	"context"
	"iter"

	"gantry/transfer/journal"
)

// tracesPage is how many items are joined with their uploads at a time.
const tracesPage = 512

// Traces yields the items of a job that have not ended, in order, each with its
// upload and parts. Items are read as Items does, uploads a page of items at a
// time.
func (j *Journal) Traces(ctx context.Context, job int64) iter.Seq2[journal.Trace, error] {
	return func(yield func(journal.Trace, error) bool) {
		page := make([]journal.Trace, 0, tracesPage)
		give := func() bool {
			if err := j.join(ctx, job, page); err != nil {
				yield(journal.Trace{}, j.failed("read", err))
				return false
			}
			for _, tr := range page {
				if !yield(tr, nil) {
					return false
				}
			}
			page = page[:0]
			return true
		}
		for it, err := range j.Items(ctx, job) {
			if err != nil {
				yield(journal.Trace{}, err)
				return
			}
			if page = append(page, journal.Trace{Item: it}); len(page) == tracesPage && !give() {
				return
			}
		}
		if len(page) > 0 {
			give()
		}
	}
}

// join puts the uploads of the items of a page, which are in order, beside them.
func (j *Journal) join(ctx context.Context, job int64, page []journal.Trace) error {
	first, last := page[0].Num, page[len(page)-1].Num
	at := make(map[int64]*journal.Trace, len(page))
	for i := range page {
		at[page[i].Num] = &page[i]
	}
	rows, err := j.read.QueryContext(ctx, "SELECT * FROM upload WHERE job=? AND item>=? AND item<=?", job, first, last)
	if err == nil {
		err = each(ctx, rows, "upload", uploadColumns, func(c cols) error {
			u := readUpload(c)
			if tr := at[u.Item]; tr != nil {
				tr.Upload = &u
			}
			return nil
		})
	}
	if err != nil {
		return err
	}
	rows, err = j.read.QueryContext(ctx, "SELECT * FROM part WHERE job=? AND item>=? AND item<=? ORDER BY item, num", job, first, last)
	if err != nil {
		return err
	}
	return each(ctx, rows, "part", partColumns, func(c cols) error {
		if tr := at[c.int(1)]; tr != nil && tr.Upload != nil {
			tr.Parts = append(tr.Parts, readPart(c))
		}
		return nil
	})
}
