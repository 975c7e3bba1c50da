package sqlite

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"gantry/transfer/journal"
)

// markEvery is how long the journal may go on before it notes how far it is.
const markEvery = time.Second

// txn is one transaction: what its requests change in jobs and chunks is kept
// here and written once, at its end.
type txn struct {
	w     *writer
	ctx   context.Context //nolint:containedctx // lives as long as one call of transact
	jobs  map[int64]*jobRow
	open  map[int64][]*openRow // chunks by job
	mark  bool                 // note that the journal has got further
	after []func()             // once it is durable
}

func newTxn(ctx context.Context, w *writer) *txn {
	return &txn{w: w, ctx: ctx, jobs: map[int64]*jobRow{}, open: map[int64][]*openRow{}}
}

// put stores a row, given without its sum.
func (t *txn) put(table string, row ...any) error {
	_, err := t.w.exec(t.ctx, insert(table, len(row)+1), sealed(table, row)...)
	return err
}

func (t *txn) exec(query string, args ...any) (int64, error) { return t.w.exec(t.ctx, query, args...) }

// each gives the verified rows of a query for whole rows of a table.
func (t *txn) each(table string, n int, yield func(cols) error, query string, args ...any) error {
	rows, err := t.w.query(t.ctx, query, args...)
	if err != nil {
		return err
	}
	return each(t.ctx, rows, table, n, yield)
}

// job is the row of a job; not known if there is none.
func (t *txn) job(id int64) (*jobRow, error) {
	if r := t.jobs[id]; r != nil {
		return r, nil
	}
	r := &jobRow{Job: journal.Job{ID: id}}
	err := t.each("job", jobColumns, func(c cols) (err error) {
		r, err = readJob(c)
		return err
	}, "SELECT * FROM job WHERE id=?", id)
	if err != nil {
		return nil, err
	}
	t.jobs[id] = r
	return r, nil
}

// ours is the row of a job that nobody else runs; else it is refused.
func (t *txn) ours(id int64) (*jobRow, error) {
	r, err := t.job(id)
	if err != nil {
		return nil, err
	}
	mine, leased := t.w.j.held[id]
	switch {
	case leased && mine != r.owner:
		return nil, refusal{fmt.Errorf("job %d was taken over: %w", id, journal.ErrLeased)}
	case leased, r.owner == "", r.owner == t.w.j.me.id:
		return r, nil
	}
	alive, err := t.alive(r.owner, r.until)
	if err == nil && alive {
		err = refusal{fmt.Errorf("job %d: %w", id, journal.ErrLeased)}
	}
	return r, err
}

// flush writes what the requests have changed.
func (t *txn) flush() error {
	for _, rows := range t.open {
		for _, o := range rows {
			if err := t.putOpen(o); err != nil {
				return err
			}
		}
	}
	for _, r := range t.jobs {
		if r.dirty {
			if err := t.put("job", r.row()...); err != nil {
				return err
			}
		}
	}
	return t.advance()
}

// advance counts on how far the journal has got, at once after changes of jobs,
// else once a second.
func (t *txn) advance() error {
	me, now := t.w.j.me, t.w.j.f.now()
	if !me.registered || !t.mark && now.Sub(me.marked) < markEvery && now.After(me.marked) {
		return nil
	}
	n, err := t.number("mark")
	t.after = append(t.after, func() { me.marked, me.mark = now, n })
	return err
}

// number counts a small fact on by one and gives it.
func (t *txn) number(key string) (int64, error) {
	n := int64(0)
	err := t.each("meta", 3, func(c cols) (err error) {
		n, err = strconv.ParseInt(c.str(1), 10, 64)
		return err
	}, "SELECT * FROM meta WHERE key=?", []byte(key))
	if err != nil {
		return 0, err
	}
	n++
	return n, t.put("meta", []byte(key), strconv.AppendInt(nil, n, 10))
}
