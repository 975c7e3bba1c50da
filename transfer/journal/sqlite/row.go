package sqlite

import (
	"context"
	"database/sql"
	"encoding/binary"
	"fmt"
	"strings"
	"time"

	"gantry/remote"
	"gantry/transfer/journal"
)

// Tally counts the items of a job. What has not ended is what was planned less
// the rest.
type Tally struct {
	Planned   int64 // items
	Bytes     int64 // of files that were planned
	Done      int64
	DoneBytes int64 // of files that are done
	Failed    int64
	Skipped   int64
	Cancelled int64
}

// Open counts the items that have not ended.
func (t Tally) Open() int64 { return t.Planned - t.Done - t.Failed - t.Skipped - t.Cancelled }

// jobRow is a job as it is stored.
type jobRow struct {
	journal.Job
	Tally
	top    int64 // highest number of an item
	serial int64 // of the last chunk
	owner  string
	until  int64

	known bool // is stored
	dirty bool // has changed since it was read
}

const (
	jobColumns = 7
	jobForm    = 1 // of data and tally, their first byte
)

// row is the job as columns without the sum. What is only ever read together is
// one column: each costs SQLite more than its content.
func (r *jobRow) row() []any {
	data := append(make([]byte, 0, 256), jobForm)
	data = binary.AppendVarint(data, nanos(r.Created))
	data = binary.AppendVarint(data, flag(r.Listed))
	for _, s := range []string{r.Op, r.Title, r.From, r.To, string(r.Dir), string(r.Rules), r.State, r.Reason} {
		data = binary.AppendUvarint(data, uint64(len(s)))
		data = append(data, s...)
	}
	tally := append(make([]byte, 0, 64), jobForm)
	for _, n := range []int64{r.Planned, r.Bytes, r.Done, r.DoneBytes, r.Failed, r.Skipped, r.Cancelled, r.top, r.serial} {
		tally = binary.AppendVarint(tally, n)
	}
	return []any{r.ID, nanos(r.Ended), data, tally, []byte(r.owner), r.until}
}

// readJob takes a verified row apart.
func readJob(row []any) (*jobRow, error) {
	c := cols(row)
	r := &jobRow{known: true, owner: c.str(4), until: c.int(5)}
	r.ID, r.Ended = c.int(0), instant(c.int(1))
	d := decoder{b: c.bytes(2)}
	d.bad = d.byte() != jobForm
	r.Created, r.Listed = instant(d.signed()), d.signed() != 0
	for _, s := range []*string{&r.Op, &r.Title, &r.From, &r.To} {
		*s = d.text()
	}
	r.Dir, r.Rules = remote.Path(d.text()), []byte(d.text())
	r.State, r.Reason = d.text(), d.text()
	if len(r.Rules) == 0 {
		r.Rules = nil
	}
	t := decoder{b: c.bytes(3)}
	t.bad = t.byte() != jobForm
	for _, n := range []*int64{&r.Planned, &r.Bytes, &r.Done, &r.DoneBytes, &r.Failed, &r.Skipped, &r.Cancelled, &r.top, &r.serial} {
		*n = t.signed()
	}
	if d.bad || t.bad {
		return nil, fmt.Errorf("job %d: %w", r.ID, errDamaged)
	}
	return r, nil
}

// cols are the columns of a verified row.
type cols []any

func (c cols) int(i int) int64 {
	v, _ := c[i].(int64)
	return v
}

func (c cols) bytes(i int) []byte {
	v, _ := c[i].([]byte)
	return v
}

func (c cols) str(i int) string { return string(c.bytes(i)) }

func flag(v bool) int64 {
	if v {
		return 1
	}
	return 0
}

func nanos(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixNano()
}

func instant(ns int64) time.Time {
	if ns == 0 {
		return time.Time{}
	}
	return time.Unix(0, ns).UTC()
}

// each reads the rows of a query, which are whole rows of a table with n
// columns, and verifies them.
func each(ctx context.Context, rows *sql.Rows, table string, n int, yield func(cols) error) (err error) {
	defer func() {
		if cerr := rows.Close(); err == nil {
			err = cerr
		}
	}()
	row, dst := make([]any, n), make([]any, n)
	for i := range row {
		dst[i] = &row[i]
	}
	for rows.Next() {
		if err := rows.Scan(dst...); err != nil {
			return err
		}
		if !whole(table, row) {
			return fmt.Errorf("table %s: %w", table, errDamaged)
		}
		if err := yield(row); err != nil {
			return err
		}
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return rows.Err()
}

// insert is the statement that stores a row of n columns.
func insert(table string, n int) string {
	return "INSERT OR REPLACE INTO " + table + " VALUES(?" + strings.Repeat(",?", n-1) + ")"
}

// sealed is a row with its sum.
func sealed(table string, row []any) []any { return append(row, sumOf(table, row)) }
