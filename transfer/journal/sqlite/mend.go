package sqlite

import (
	"context"
	"database/sql"
	"strconv"
)

// lostReason is what a job says that has lost items.
const lostReason = "The journal was damaged and some items of this job are lost. Resuming lists its sources again."

// mend brings the rows that were recovered in line with each other, and counts
// them: every one of them is true, but those that they need may be missing.
func mend(ctx context.Context, tx *sql.Tx, r *Recovered) error {
	for _, q := range []string{
		// A part of an upload that is not known says nothing.
		"DELETE FROM part WHERE NOT EXISTS (SELECT 1 FROM upload u WHERE u.job=part.job AND u.item=part.item)",
		"DELETE FROM outcome WHERE job NOT IN (SELECT id FROM job)",
	} {
		if _, err := tx.ExecContext(ctx, q); err != nil {
			return err
		}
	}
	if err := mendOrphans(ctx, tx, r); err != nil {
		return err
	}
	if err := mendChunks(ctx, tx); err != nil {
		return err
	}
	if err := mendJobs(ctx, tx, r); err != nil {
		return err
	}
	if err := mendNumber(ctx, tx); err != nil {
		return err
	}
	return scanOne(ctx, tx, "SELECT count(*) FROM upload", &r.Uploads)
}

// mendChunks drops what is open in chunks that are missing, and opens chunks
// of which nobody knows what has ended: to do an item twice is safe, to leave
// one out is not.
func mendChunks(ctx context.Context, tx *sql.Tx) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM open WHERE NOT EXISTS
		(SELECT 1 FROM chunk c WHERE c.job=open.job AND c.first=open.first AND c.serial=open.serial)`)
	if err != nil {
		return err
	}
	rows, err := tx.QueryContext(ctx, `SELECT job, first, serial, data, sum FROM chunk WHERE NOT EXISTS
		(SELECT 1 FROM open o WHERE o.job=chunk.job AND o.first=chunk.first AND o.serial=chunk.serial)`)
	if err != nil {
		return err
	}
	var opened [][]any
	err = each(ctx, rows, "chunk", 5, func(c cols) error {
		items, err := decode(c.int(0), c.int(1), c.bytes(3))
		if err != nil {
			return err
		}
		made := chunk{first: c.int(1)}
		for _, it := range items {
			made.set(it.Num)
		}
		opened = append(opened, []any{c.int(0), c.int(1), c.int(2), int64(len(items)), made.bits})
		return nil
	})
	for _, row := range opened {
		if err == nil {
			_, err = tx.ExecContext(ctx, insert("open", 6), sealed("open", row)...)
		}
	}
	return err
}

// mendOrphans drops the items and sources of jobs that are missing: without the job nobody
// knows what to do with them.
func mendOrphans(ctx context.Context, tx *sql.Tx, r *Recovered) error {
	const nobodys = "job NOT IN (SELECT id FROM job) AND job NOT IN (SELECT job FROM trash)"
	if err := scanOne(ctx, tx, "SELECT coalesce(sum(count), 0) FROM open WHERE "+nobodys, &r.Lost); err != nil {
		return err
	}
	for _, table := range []string{"open", "chunk", "source"} {
		if _, err := tx.ExecContext(ctx, "DELETE FROM "+table+" WHERE "+nobodys); err != nil {
			return err
		}
	}
	return nil
}

// mendJobs makes the counters of jobs say what is there. A job that has lost
// items is not Listed.
func mendJobs(ctx context.Context, tx *sql.Tx, r *Recovered) error {
	rows, err := tx.QueryContext(ctx, "SELECT * FROM job")
	if err != nil {
		return err
	}
	var jobs []*jobRow
	if err := each(ctx, rows, "job", jobColumns, func(c cols) error {
		j, err := readJob(c)
		jobs = append(jobs, j)
		return err
	}); err != nil {
		return err
	}
	for _, j := range jobs {
		if err := mendJob(ctx, tx, r, j); err != nil {
			return err
		}
	}
	r.Jobs = int64(len(jobs))
	return nil
}

func mendJob(ctx context.Context, tx *sql.Tx, r *Recovered, j *jobRow) error {
	var left, top, serial int64
	rows, err := tx.QueryContext(ctx, "SELECT coalesce(sum(count), 0), coalesce(max(first), 0), coalesce(max(serial), 0) FROM open WHERE job=?", j.ID)
	if err != nil {
		return err
	}
	for rows.Next() {
		if err := rows.Scan(&left, &top, &serial); err != nil {
			_ = rows.Close() // err says more
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	r.Items += left
	before := *j
	if missing := j.Open() - left; missing > 0 {
		j.Listed, j.Reason = false, lostReason
		r.Lost += missing
	}
	j.Planned += left - j.Open()
	j.top, j.serial = max(j.top, top+chunkSpan), max(j.serial, serial)
	if j.Tally == before.Tally && j.Listed == before.Listed && j.serial == before.serial {
		return nil // top may be too high, never too low
	}
	_, err = tx.ExecContext(ctx, insert("job", jobColumns), sealed("job", j.row())...)
	return err
}

// mendNumber sees to it that no number of a job is given twice.
func mendNumber(ctx context.Context, tx *sql.Tx) error {
	var last int64
	err := scanOne(ctx, tx, `SELECT max(coalesce((SELECT max(id) FROM job), 0), coalesce((SELECT max(job) FROM upload), 0),
		coalesce((SELECT max(job) FROM trash), 0))`, &last)
	if err != nil {
		return err
	}
	value, err := meta(ctx, tx, "last")
	if err != nil {
		return err
	}
	noted, err := strconv.ParseInt(string(value), 10, 64)
	if err != nil {
		noted = last + 1000 // numbers of jobs that are lost may be on the user's screen
	}
	return putMeta(ctx, tx, "last", strconv.AppendInt(nil, max(last, noted), 10))
}
