package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
)

// steps bring a journal from each version to the next; the version of a journal
// is the number of steps that made it (user_version). The first step makes an
// empty one. Steps that have been released are never changed.
//
// Rules for every table, which the checks and the repair rely on: columns are
// INTEGER or BLOB and never NULL, those of the key come first, the last one is
// sum, the checksum of the row. All names and keys are bytes, in no encoding.
var steps = []string{`
	-- Small facts: "last" (the last number given to a job), "mark" (how far the
	-- journal has got), "notice" (of a repair, until it was told).
	CREATE TABLE meta(key BLOB NOT NULL, value BLOB NOT NULL, sum INTEGER NOT NULL,
		PRIMARY KEY(key)) WITHOUT ROWID;

	-- Jobs (row.go has the form of data and tally) with who runs them. Times are
	-- nanoseconds since 1970, 0 for none.
	CREATE TABLE job(id INTEGER NOT NULL, ended INTEGER NOT NULL, data BLOB NOT NULL, tally BLOB NOT NULL,
		owner BLOB NOT NULL, until INTEGER NOT NULL, sum INTEGER NOT NULL, PRIMARY KEY(id)) WITHOUT ROWID;

	-- Items in chunks, and which of a chunk have not ended: bit i of bits is item
	-- first+i. A chunk goes with its last item.
	CREATE TABLE chunk(job INTEGER NOT NULL, first INTEGER NOT NULL, serial INTEGER NOT NULL, data BLOB NOT NULL,
		sum INTEGER NOT NULL, PRIMARY KEY(job, first, serial)) WITHOUT ROWID;
	CREATE TABLE open(job INTEGER NOT NULL, first INTEGER NOT NULL, serial INTEGER NOT NULL, count INTEGER NOT NULL,
		bits BLOB NOT NULL, sum INTEGER NOT NULL, PRIMARY KEY(job, first, serial)) WITHOUT ROWID;

	-- Items that have ended otherwise than well. kind: see history.go.
	CREATE TABLE outcome(job INTEGER NOT NULL, num INTEGER NOT NULL, kind INTEGER NOT NULL, source BLOB NOT NULL,
		target BLOB NOT NULL, size INTEGER NOT NULL, reason BLOB NOT NULL, attempts INTEGER NOT NULL, verified BLOB NOT NULL,
		sum INTEGER NOT NULL, PRIMARY KEY(job, num)) WITHOUT ROWID;

	-- Uploads that are not settled, and the parts they have.
	CREATE TABLE upload(job INTEGER NOT NULL, item INTEGER NOT NULL, tree BLOB NOT NULL, path BLOB NOT NULL,
		size INTEGER NOT NULL, partsize INTEGER NOT NULL, version BLOB NOT NULL, id BLOB NOT NULL,
		sum INTEGER NOT NULL, PRIMARY KEY(job, item)) WITHOUT ROWID;
	CREATE TABLE part(job INTEGER NOT NULL, item INTEGER NOT NULL, num INTEGER NOT NULL, size INTEGER NOT NULL,
		tag BLOB NOT NULL, algorithm INTEGER NOT NULL, digest BLOB NOT NULL,
		sum INTEGER NOT NULL, PRIMARY KEY(job, item, num)) WITHOUT ROWID;

	-- Processes that own jobs, and jobs that were forgotten but not yet removed.
	CREATE TABLE owner(id BLOB NOT NULL, host BLOB NOT NULL, pid INTEGER NOT NULL, started INTEGER NOT NULL,
		beat INTEGER NOT NULL, sum INTEGER NOT NULL, PRIMARY KEY(id)) WITHOUT ROWID;
	CREATE TABLE trash(job INTEGER NOT NULL, sum INTEGER NOT NULL, PRIMARY KEY(job)) WITHOUT ROWID;
`, `
	-- Sources of jobs that name many, in chunks like items, see sources.go.
	CREATE TABLE source(job INTEGER NOT NULL, first INTEGER NOT NULL, data BLOB NOT NULL,
		sum INTEGER NOT NULL, PRIMARY KEY(job, first)) WITHOUT ROWID;
`}

// table is one as SQLite describes it.
type table struct {
	name string
	root uint32 // page
	sql  string
	cols int
}

// querier is a *sql.DB, *sql.Conn or *sql.Tx.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}

// tables lists what is in a journal, in the order of making.
func tables(ctx context.Context, q querier) ([]table, error) {
	rows, err := q.QueryContext(ctx, `SELECT name, rootpage, sql,
		(SELECT count(*) FROM pragma_table_info(s.name)) FROM sqlite_schema s ORDER BY rootpage`)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var all []table
	for rows.Next() {
		var t table
		if err := rows.Scan(&t.name, &t.root, &t.sql, &t.cols); err != nil {
			return nil, err
		}
		all = append(all, t)
	}
	return all, rows.Err()
}

// expected are the tables that the first n steps make.
func expected(ctx context.Context, steps []string) ([]table, error) {
	db, err := sql.Open("sqlite", "file::memory:?_auto_vacuum=incremental")
	if err != nil {
		return nil, err
	}
	defer func() { _ = db.Close() }()
	db.SetMaxOpenConns(1)
	for _, step := range steps {
		if _, err := db.ExecContext(ctx, step); err != nil {
			return nil, err
		}
	}
	return tables(ctx, db)
}

// create makes an empty journal under a name that nobody uses, durable.
func (f *folder) create(ctx context.Context, name string) error {
	if err := f.remove(name, name+"-wal", name+"-shm", name+"-journal"); err != nil {
		return err
	}
	// Made by us and not by SQLite, which would let others read it.
	if err := f.touch(name); err != nil {
		return err
	}
	db, err := f.openRaw(name)
	if err != nil {
		return err
	}
	err = migrate(ctx, db, f.steps, 0)
	if cerr := db.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return f.fail("create", err)
	}
	return f.durable(name)
}

// openRaw opens a file that nobody else uses, with a rollback journal.
func (f *folder) openRaw(name string) (*sql.DB, error) {
	db, err := sql.Open("sqlite", f.dsn(name, "_auto_vacuum", "incremental", "_pragma", "busy_timeout(10000)", "_pragma", "synchronous(FULL)", "_txlock", "immediate"))
	if err != nil {
		return nil, f.fail("open", err)
	}
	db.SetMaxOpenConns(1)
	return db, nil
}

// migrate takes the steps from a version on, all of them or none.
func migrate(ctx context.Context, db *sql.DB, steps []string, version int) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // after Commit it does nothing
	for _, step := range steps[version:] {
		if _, err := tx.ExecContext(ctx, strings.TrimSpace(step)); err != nil {
			return err
		}
	}
	if _, err := tx.ExecContext(ctx, fmt.Sprintf("PRAGMA user_version=%d", len(steps))); err != nil {
		return err
	}
	return tx.Commit()
}
