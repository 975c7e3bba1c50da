package sqlite

import (
	"context"
	"database/sql"
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

const jobColumns = 24

// row is the job as columns without the sum.
func (r *jobRow) row() []any {
	return []any{
		r.ID, []byte(r.Op), []byte(r.Title), []byte(r.From), []byte(r.To), []byte(r.Dir), filled(r.Rules), []byte(r.State),
		flag(r.Listed), []byte(r.Reason), nanos(r.Created), nanos(r.Ended),
		r.Planned, r.Bytes, r.Done, r.DoneBytes, r.Failed, r.Skipped, r.Cancelled,
		r.top, r.serial, []byte(r.owner), r.until,
	}
}

// readJob takes a verified row apart.
func readJob(row []any) *jobRow {
	c := cols(row)
	r := &jobRow{known: true}
	r.ID, r.Op, r.Title, r.From, r.To = c.int(0), c.str(1), c.str(2), c.str(3), c.str(4)
	r.Dir, r.Rules, r.State, r.Listed = remote.Path(c.str(5)), c.bytes(6), c.str(7), c.int(8) != 0
	r.Reason, r.Created, r.Ended = c.str(9), instant(c.int(10)), instant(c.int(11))
	if len(r.Rules) == 0 {
		r.Rules = nil
	}
	r.Tally = Tally{c.int(12), c.int(13), c.int(14), c.int(15), c.int(16), c.int(17), c.int(18)}
	r.top, r.serial, r.owner, r.until = c.int(19), c.int(20), c.str(21), c.int(22)
	return r
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

// filled is b, never nil: SQLite would take that for NULL.
func filled(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

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
