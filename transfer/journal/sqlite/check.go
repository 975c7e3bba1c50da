package sqlite

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"

	"gantry/remote"
)

// checkMost is the size in bytes up to which all items are read when the
// journal is opened. In a larger one they are verified when they are needed.
const checkMost = 256 << 20

// versionMost is more than the number of any version to come in years.
const versionMost = 1000

// finding is what a check has found.
type finding struct {
	version int
	damage  string // what is wrong, in a few words; "" if nothing is
	cut     bool   // the log ends in what is no whole transaction
	short   bool   // the log was longer
}

// inspect looks at the journal while nobody else has it open, and changes
// nothing in it. The error is about reading as such, or about a version that is
// newer than we are.
func (f *folder) inspect(ctx context.Context) (finding, error) {
	var found finding
	header, size, err := f.header()
	switch {
	case err != nil:
		return found, err
	case size == 0:
		found.damage = "the file is empty"
		return found, nil
	case f.isNewer(header):
		return found, f.tooNew(int(binary.BigEndian.Uint32(header[versionAt:])))
	case !startsWell(header):
		found.damage = "the file does not begin as a journal does"
		return found, nil
	}
	if err := f.rollBack(ctx); err != nil {
		return f.doubt(found, err)
	}
	s, err := f.scanLog()
	if err != nil {
		return found, err
	}
	if s.bad > 0 {
		found.damage = "the log has been changed"
		return found, nil
	}
	found.cut = s.cut
	if s.salt != [8]byte{} {
		_, found.short = f.behind(math.MaxInt64, s)
	}
	deep := size <= f.checkMost
	if _, marked, err := f.there(suspect); err != nil {
		return found, err
	} else if marked {
		deep = true
	}
	have, err := f.examine(ctx, &found, deep)
	if err == nil && found.damage == "" {
		found.damage, err = f.verifyRows(have, s, deep)
	}
	return f.doubt(found, err)
}

// examine has SQLite look at the file, for reading only: else it would tidy up
// its log.
func (f *folder) examine(ctx context.Context, found *finding, deep bool) (have []table, err error) {
	db, err := sql.Open("sqlite", f.dsn(fileName, "mode", "ro", "_pragma", "busy_timeout(10000)"))
	if err != nil {
		return nil, err
	}
	defer func() {
		if cerr := db.Close(); err == nil {
			err = cerr
		}
	}()
	db.SetMaxOpenConns(1)
	if found.version, err = versionOf(ctx, db); err != nil {
		return nil, err
	}
	switch {
	case found.version > versionMost || found.version < 1:
		found.damage = fmt.Sprintf("its version cannot be %d", found.version)
		return nil, nil
	case found.version > len(f.steps):
		return nil, f.tooNew(found.version)
	}
	found.damage, have, err = f.verify(ctx, db, found.version, deep)
	return have, err
}

// versionAt is where in its header a file has its version.
const versionAt = 60

// isNewer tells whether a file is of a newer version, whatever else is the
// matter with it: what we know of journals may not hold for it.
func (f *folder) isNewer(header [100]byte) bool {
	v := binary.BigEndian.Uint32(header[versionAt:])
	return string(header[:16]) == magic && v <= versionMost && int(v) > len(f.steps)
}

// startsWell tells whether a file begins as one of ours: some wrong values make
// SQLite take it for one that may only be read.
func startsWell(b [100]byte) bool {
	return string(b[:16]) == magic && binary.BigEndian.Uint16(b[16:]) == pageSize &&
		(b[18] == 1 || b[18] == 2) && b[18] == b[19] && [4]byte(b[20:24]) == [4]byte{0, 64, 32, 32}
}

// doubt turns an error that may come from what is in the file into a finding.
func (f *folder) doubt(found finding, err error) (finding, error) {
	if err == nil {
		return found, nil
	}
	if doubtful(err) {
		found.damage = err.Error()
		return found, nil
	}
	return found, f.fail("check", err)
}

func (f *folder) tooNew(version int) error {
	return &remote.Error{
		Op: "open the journal", Path: remote.Path(filepath.Join(f.dir, fileName)), Kind: remote.Unsupported,
		Hint: fmt.Sprintf("The journal in %s is of version %d, this gantry knows version %d. It was not touched: use a newer gantry, or another state folder with --state.", f.dir, version, len(f.steps)),
	}
}

// header reads the first bytes of the file. Nobody has it open: closing a file
// of ours would let go of the locks that SQLite has on it.
func (f *folder) header() (b [100]byte, size int64, err error) {
	file, err := f.root.Open(fileName)
	if err != nil {
		return b, 0, f.fail("open", err)
	}
	defer func() { _ = file.Close() }() // only read from
	st, err := file.Stat()
	if err != nil {
		return b, 0, f.fail("open", err)
	}
	if _, err := file.ReadAt(b[:], 0); err != nil && !errors.Is(err, io.EOF) {
		return b, 0, f.fail("read", err)
	}
	return b, st.Size(), nil
}

// scanLog reads the log, if there is one.
func (f *folder) scanLog() (scan, error) {
	file, err := f.root.Open(fileName + "-wal")
	if gone(err) {
		return scan{}, nil
	}
	if err != nil {
		return scan{}, f.fail("open", err)
	}
	defer func() { _ = file.Close() }() // only read from
	st, err := file.Stat()
	if err != nil {
		return scan{}, f.fail("open", err)
	}
	s, err := scanLog(file, st.Size())
	return s, f.fail("read", err)
}

// rollBack undoes the transaction that a kill has left in a rollback journal,
// which the mode for reading only cannot do. Opening the file for writing brings
// the log into it as well, so the log is looked at afterwards.
func (f *folder) rollBack(ctx context.Context) error {
	hot, err := f.isHot(fileName + "-journal")
	if err != nil || !hot {
		return err
	}
	db, err := f.openRaw(fileName)
	if err != nil {
		return err
	}
	_, err = versionOf(ctx, db)
	if cerr := db.Close(); err == nil {
		err = cerr
	}
	return err
}

// isHot tells whether a rollback journal holds a transaction: when that has
// ended, or was not begun for good, the first byte is zero.
func (f *folder) isHot(name string) (bool, error) {
	file, err := f.root.Open(name)
	if gone(err) {
		return false, nil
	}
	if err != nil {
		return false, f.fail("open", err)
	}
	defer func() { _ = file.Close() }() // only read from
	var b [1]byte
	n, err := file.ReadAt(b[:], 0)
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return n == 1 && b[0] != 0, f.fail("read", err)
}

func versionOf(ctx context.Context, q querier) (v int, err error) {
	return v, scanOne(ctx, q, "PRAGMA user_version", &v)
}

// scanOne reads the only row of a query.
func scanOne(ctx context.Context, q querier, query string, dst ...any) error {
	rows, err := q.QueryContext(ctx, query)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	if !rows.Next() {
		return errors.Join(rows.Err(), sql.ErrNoRows)
	}
	return rows.Scan(dst...)
}

// verify compares the tables with what they should be and has SQLite check the
// structure; that of items only if deep.
func (f *folder) verify(ctx context.Context, db *sql.DB, version int, deep bool) (damage string, have []table, err error) {
	want, err := expected(ctx, f.steps[:version])
	if err != nil {
		return "", nil, err
	}
	if have, err = tables(ctx, db); err != nil {
		return "", nil, err
	}
	if len(have) != len(want) {
		return "tables are missing", nil, nil
	}
	checks := []string{"PRAGMA quick_check(1)"}
	if !deep {
		checks = nil
	}
	for i, t := range want {
		if have[i].name != t.name || have[i].sql != t.sql {
			return "the tables are not those of a journal", nil, nil
		}
		if !deep && !isBig(t.name) {
			checks = append(checks, fmt.Sprintf("PRAGMA quick_check(%s)", t.name))
		}
	}
	for _, check := range checks {
		var said string
		if err := scanOne(ctx, db, check, &said); err != nil {
			return "", nil, err
		}
		if said != "ok" {
			return strings.ReplaceAll(said, "\n", "; "), nil, nil
		}
	}
	return "", have, nil
}

// isBig tells whether most of a large journal may be in the table.
func isBig(table string) bool { return table == "chunk" || table == "source" }

// verifyRows verifies the sum of every row; of items only if deep. It reads the
// pages as a repair would, which takes a third of the time that SQLite takes.
func (f *folder) verifyRows(have []table, s scan, deep bool) (damage string, err error) {
	if f.unused() != nil {
		return "", nil // somebody may be writing: locks do not tell
	}
	im, done, err := f.openImage(s)
	if err != nil {
		return "", err
	}
	defer done()
	for _, t := range have {
		if isBig(t.name) && !deep {
			continue
		}
		err := im.tree(t.root, 0, func(row []any) error {
			if len(row) != t.cols || !whole(t.name, row) {
				return errDamaged
			}
			return nil
		})
		if err != nil || im.holes {
			return "an entry in the table " + t.name + " has been changed", nil //nolint:nilerr // that is the finding
		}
	}
	return "", nil
}

// mark remembers that damage was met, so that the next one who opens the
// journal checks all of it. It is only a hint: that it fails changes nothing.
func (f *folder) mark() {
	file, err := f.root.OpenFile(suspect, os.O_CREATE|os.O_WRONLY, 0o600)
	if err == nil {
		err = file.Close()
	}
	if err != nil {
		f.log.Warn("the damaged journal could not be marked", "err", err)
	}
}
