package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// repair makes a whole journal of what can be read of a damaged one, or of its
// log alone, and puts it in its place. why is what was found.
//
// The order guards the data: a new file is filled beside the damaged one and
// made durable; renaming it to readyName is the decision, from which a kill at
// any later point leads to the same end; then the damaged files get other
// names; then the new one takes the journal's. Nothing is deleted.
func (f *folder) repair(ctx context.Context, why string) error {
	if err := f.unused(); err != nil {
		return err
	}
	f.log.Error("the journal is damaged and is being repaired", "why", why)
	r := &Recovered{Time: f.now(), Why: why, Aside: filepath.Join(f.dir, f.asideName()), Rebuilt: true}
	if err := f.create(ctx, repairName); err != nil {
		return err
	}
	if err := f.fill(ctx, r); err != nil {
		return f.fail("repair", err)
	}
	if err := f.durable(repairName); err != nil {
		return err
	}
	if err := f.move(repairName, readyName); err != nil {
		return err
	}
	if err := f.syncNames(); err != nil {
		return err
	}
	return f.replace(ctx)
}

// asideName is a name under which nothing is kept yet.
func (f *folder) asideName() string {
	base := fileName + ".corrupt-" + f.now().UTC().Format("20060102-150405")
	for i := 1; ; i++ {
		name := base
		if i > 1 {
			name = fmt.Sprintf("%s-%d", base, i)
		}
		taken := false
		for _, end := range []string{"", "-wal", "-journal"} {
			if _, ok, err := f.there(name + end); ok || err != nil {
				taken = taken || ok
			}
		}
		if !taken {
			return name
		}
	}
}

// replace puts a repaired journal in the place of the damaged one. It may have
// been begun before.
func (f *folder) replace(ctx context.Context) error {
	db, err := f.openRaw(readyName)
	if err != nil {
		return err
	}
	notice, err := meta(ctx, db, "notice")
	if cerr := db.Close(); err == nil {
		err = cerr
	}
	r := unmarshal(notice)
	if err != nil && !doubtful(err) {
		return f.fail("repair", err)
	}
	if err != nil || r == nil {
		// Not what we have made: away with it, the damaged journal is still there.
		return f.move(readyName, readyName+".unknown")
	}
	aside := filepath.Base(r.Aside)
	for _, end := range []string{"", "-wal", "-journal"} {
		if err := f.move(fileName+end, aside+end); err != nil {
			return err
		}
	}
	if err := f.remove(fileName + "-shm"); err != nil { // is made anew from the log
		return err
	}
	if err := f.move(readyName, fileName); err != nil {
		return err
	}
	if err := f.remove(suspect); err != nil {
		return err
	}
	return f.syncNames()
}

// fill copies into repairName what is whole.
func (f *folder) fill(ctx context.Context, r *Recovered) error {
	if err := f.rollBack(ctx); err != nil && !doubtful(err) {
		return err
	}
	s, err := f.scanLog()
	if err != nil {
		return err
	}
	im, done, err := f.openImage(s)
	if err != nil {
		return err
	}
	defer done()
	db, err := sql.Open("sqlite", f.dsn(repairName, "_pragma", "synchronous(OFF)", "_pragma", "journal_mode(MEMORY)", "_txlock", "immediate"))
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }() // what counts is Commit and the check of what it made durable
	db.SetMaxOpenConns(1)
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // after Commit it does nothing
	in, err := newIntake(ctx, tx)
	if err != nil {
		return err
	}
	defer in.close()
	if err := im.rows(in.roots, in.take); err != nil {
		return err
	}
	r.Broken = in.broken
	in.close()
	if err := mend(ctx, tx, r); err != nil {
		return err
	}
	if err := putMeta(ctx, tx, "notice", r.marshal()); err != nil {
		return err
	}
	return tx.Commit()
}

// openImage opens the file and its log, which has been scanned, to be read as
// pages while nobody else has them open.
func (f *folder) openImage(s scan) (im *image, done func(), err error) {
	var files []*os.File
	done = func() {
		for _, file := range files {
			_ = file.Close() // only read from
		}
	}
	var readers [2]io.ReaderAt
	var size int64
	for i, name := range []string{fileName, fileName + "-wal"} {
		file, err := f.root.Open(name)
		if gone(err) {
			continue
		}
		if err != nil {
			done()
			return nil, nil, err
		}
		files = append(files, file)
		readers[i] = file
		if i > 0 {
			continue
		}
		st, err := file.Stat()
		if err != nil {
			done()
			return nil, nil, err
		}
		size = st.Size()
	}
	return newImage(readers[0], size, readers[1], s), done, nil
}

// intake sorts rows into the tables that their sums say they are of.
type intake struct {
	ctx    context.Context //nolint:containedctx // lives as long as one call of fill
	roots  []uint32
	tables []table
	stmts  []*sql.Stmt
	broken int64
	kept   int64
}

func newIntake(ctx context.Context, tx *sql.Tx) (*intake, error) {
	in := &intake{ctx: ctx}
	all, err := tables(ctx, tx)
	if err != nil {
		return nil, err
	}
	for _, t := range all {
		in.roots = append(in.roots, t.root)
		// The first row of a key is the newest.
		s, err := tx.PrepareContext(ctx, "INSERT OR IGNORE INTO "+t.name+" VALUES(?"+strings.Repeat(",?", t.cols-1)+")")
		if err != nil {
			in.close()
			return nil, err
		}
		in.tables, in.stmts = append(in.tables, t), append(in.stmts, s)
	}
	return in, nil
}

// take inserts a row if it is whole.
func (in *intake) take(row []any) error {
	for i, t := range in.tables {
		if t.cols == len(row) && whole(t.name, row) {
			in.kept++
			_, err := in.stmts[i].ExecContext(in.ctx, row...)
			return err
		}
	}
	in.broken++
	return nil
}

func (in *intake) close() {
	for _, s := range in.stmts {
		_ = s.Close() // holds nothing back
	}
	in.stmts = nil
}

// meta reads a small fact; nil if there is none.
func meta(ctx context.Context, q querier, key string) ([]byte, error) {
	rows, err := q.QueryContext(ctx, "SELECT key, value, sum FROM meta WHERE key=?", []byte(key))
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	if !rows.Next() {
		return nil, rows.Err()
	}
	row := make([]any, 3)
	if err := rows.Scan(&row[0], &row[1], &row[2]); err != nil {
		return nil, err
	}
	value, ok := row[1].([]byte)
	if !ok || !whole("meta", row) {
		return nil, fmt.Errorf("meta: %w", errDamaged)
	}
	return value, nil
}

func putMeta(ctx context.Context, q querier, key string, value []byte) error {
	_, err := q.ExecContext(ctx, "INSERT OR REPLACE INTO meta VALUES(?,?,?)", []byte(key), value, sumOf("meta", []any{[]byte(key), value}))
	return err
}

func dropMeta(ctx context.Context, q querier, key string) error {
	_, err := q.ExecContext(ctx, "DELETE FROM meta WHERE key=?", []byte(key))
	return err
}
