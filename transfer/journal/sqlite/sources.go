package sqlite

import (
	"context"
	"iter"
	"slices"
	"strings"

	"gantry/remote"
	"gantry/transfer/journal"
)

const sourceColumns = 4

// A source is kept in the form of an item that has its number, whose target is
// the name that it is to have behind one of these marks.
const (
	named   = "-"
	exactly = "="
)

// PutSources records sources of a job, which come in order: some are brought into
// form while those before them are written. After an error some of them may be on
// record.
func (j *Journal) PutSources(ctx context.Context, job int64, sources []journal.Source) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	ready := make(chan []chunk)
	go func() { // ends with the sources or with ctx
		defer close(ready)
		for part := range slices.Chunk(sources, batchCost/2) { // others are not kept waiting
			select {
			case ready <- encode(asItems(part)):
			case <-ctx.Done():
				return
			}
		}
	}()
	for chunks := range ready {
		if err := j.w.do(ctx, batchCost/2, func(t *txn) error { return t.putSources(job, chunks) }); err != nil {
			return err
		}
	}
	return context.Cause(ctx)
}

func asItems(sources []journal.Source) []journal.Item {
	items := make([]journal.Item, len(sources))
	for i, s := range sources {
		mark := named
		if s.Exact {
			mark = exactly
		}
		items[i] = journal.Item{Num: s.Num, Source: s.Entry, Dir: s.Contents, Target: remote.Path(mark + s.As)}
	}
	return items
}

func (t *txn) putSources(job int64, chunks []chunk) error {
	r, err := t.ours(job)
	if err == nil && !r.known && !r.dirty {
		err = refusal{&remote.Error{Op: "record the sources", Kind: remote.NotExist, Hint: "The job was removed from the queue meanwhile."}}
	}
	for _, c := range chunks {
		if err == nil {
			err = t.put("source", job, c.first, c.data)
		}
	}
	return err
}

// Sources yields the sources of a job from that number on, in order. They are
// read as they are asked for, a few chunks at a time.
func (j *Journal) Sources(ctx context.Context, job, from int64) iter.Seq2[journal.Source, error] {
	return func(yield func(journal.Source, error) bool) {
		for after := from - chunkSpan; ; {
			var page []journal.Item
			chunks := 0
			rows, err := j.read.QueryContext(ctx, `SELECT * FROM source WHERE job=? AND first>?
				AND NOT EXISTS (SELECT 1 FROM trash t WHERE t.job=source.job) ORDER BY first LIMIT ?`, job, after, pageChunks)
			if err == nil {
				err = each(ctx, rows, "source", sourceColumns, func(c cols) error {
					after = c.int(1)
					chunks++
					items, err := decode(job, after, c.bytes(2))
					page = append(page, items...)
					return err
				})
			}
			if err != nil {
				yield(journal.Source{}, j.failed("read", err))
				return
			}
			for _, it := range page {
				if it.Num >= from && !yield(sourceOf(it), nil) {
					return
				}
			}
			if chunks < pageChunks {
				return
			}
		}
	}
}

func sourceOf(it journal.Item) journal.Source {
	s := journal.Source{Num: it.Num, Entry: it.Source, Contents: it.Dir}
	if s.As, s.Exact = strings.CutPrefix(string(it.Target), exactly); !s.Exact {
		s.As = strings.TrimPrefix(s.As, named)
	}
	return s
}
