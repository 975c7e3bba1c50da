package sqlite

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"

	"gantry/remote"
)

// errClosed is the cause of what is asked of a journal after Close.
var errClosed = errors.New("the journal is closed")

// errDamaged is the cause when a row is not as it was written.
var errDamaged = errors.New("a checksum does not match")

// fail says what err means for the user; nil stays nil, and what has been told
// already stays as it is. op is a verb.
func (f *folder) fail(op string, err error) error {
	var told *remote.Error
	if err == nil || errors.As(err, &told) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	kind, hint := f.explain(err)
	return &remote.Error{
		Op: op + " the journal", Path: remote.Path(filepath.Join(f.dir, fileName)), Kind: kind, Hint: hint, Err: err,
		Final: kind == remote.Unreachable && !isBusy(err) || kind == remote.Crowded,
	}
}

func (f *folder) explain(err error) (remote.Kind, string) {
	code := codeOf(err)
	if hint := f.crowd(err); hint != "" {
		return remote.Crowded, hint
	}
	switch {
	case isFull(err):
		return remote.Full, fmt.Sprintf("The disk of the state folder %s is full, so nothing can be put on record. Free some space.", f.dir)
	case errors.Is(err, errClosed), errors.Is(err, os.ErrClosed):
		return remote.Invalid, "gantry is closing."
	case isDamage(err):
		return remote.Corrupt, fmt.Sprintf("The journal in %s is damaged. Close every gantry and start one again: it repairs the journal and keeps the damaged file.", f.dir)
	case isBusy(err):
		return remote.Unreachable, fmt.Sprintf("Another gantry has been keeping the journal in %s busy for too long. Try again.", f.dir)
	case code == lib.SQLITE_READONLY, code == lib.SQLITE_PERM, code == lib.SQLITE_AUTH, code == lib.SQLITE_CANTOPEN,
		errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return remote.Denied, fmt.Sprintf("gantry may not write to its state folder %s, so it cannot keep a journal. Make the folder writable, or choose another one with --state.", f.dir)
	case code == lib.SQLITE_IOERR, errors.Is(err, syscall.EIO):
		return remote.Unreachable, fmt.Sprintf("The disk of the state folder %s fails, so nothing can be put on record. Look at the system's log, or choose another folder with --state.", f.dir)
	case errors.Is(err, syscall.ENOTDIR), errors.Is(err, fs.ErrExist):
		return remote.Invalid, fmt.Sprintf("The state folder %s cannot be made: something else has that name. Choose another one with --state.", f.dir)
	case errors.Is(err, fs.ErrNotExist):
		return remote.NotExist, fmt.Sprintf("The state folder %s is gone. Start gantry again, or choose another one with --state.", f.dir)
	}
	return remote.Other, fmt.Sprintf("The journal in %s cannot be used. Choose another state folder with --state.", f.dir)
}

// crowd says of an error that too many files are open; "" for others. SQLite does not
// tell why it cannot open one.
func (f *folder) crowd(err error) string {
	hint := remote.Crowd(err)
	if hint != "" || codeOf(err) != lib.SQLITE_CANTOPEN {
		return hint
	}
	dir, err := os.Open(f.dir)
	if err != nil {
		return remote.Crowd(err)
	}
	_ = dir.Close() // only opened
	return ""
}

// codeOf is SQLite's primary result code, 0 if err is none of its errors.
func codeOf(err error) int { return fullCode(err) & 0xff }

// fullCode is SQLite's extended result code.
func fullCode(err error) int {
	var e *sqlite.Error
	if errors.As(err, &e) {
		return e.Code()
	}
	return 0
}

func isFull(err error) bool {
	return codeOf(err) == lib.SQLITE_FULL || fullCode(err) == lib.SQLITE_IOERR_SHMSIZE ||
		errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}

func isBusy(err error) bool {
	code := codeOf(err)
	return code == lib.SQLITE_BUSY || code == lib.SQLITE_LOCKED || code == lib.SQLITE_PROTOCOL
}

// isDamage tells whether the file is not what SQLite or we have written.
func isDamage(err error) bool {
	switch codeOf(err) {
	case lib.SQLITE_CORRUPT, lib.SQLITE_NOTADB, lib.SQLITE_FORMAT:
		return true
	}
	return errors.Is(err, errDamaged) || errors.Is(err, errChunk)
}

// doubtful tells, while a file is being checked, whether err may come from what
// is in the file, rather than from the disk or from others.
func doubtful(err error) bool {
	switch codeOf(err) {
	case 0, lib.SQLITE_BUSY, lib.SQLITE_LOCKED, lib.SQLITE_PROTOCOL, lib.SQLITE_NOMEM, lib.SQLITE_READONLY, lib.SQLITE_PERM,
		lib.SQLITE_INTERRUPT, lib.SQLITE_IOERR, lib.SQLITE_FULL, lib.SQLITE_CANTOPEN, lib.SQLITE_AUTH:
		return isDamage(err)
	}
	return true
}

// gone tells that a file is not there.
func gone(err error) bool { return errors.Is(err, os.ErrNotExist) }
