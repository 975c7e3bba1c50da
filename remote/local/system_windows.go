package local

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/windows"

	"gantry/remote"
)

// noFollow has no counterpart here; the file is compared after it was opened.
const noFollow = 0

// badNative refuses what the system would take for something else or change.
func badNative(s string) string {
	switch {
	case strings.ContainsAny(s, `<>:"|?*/\`):
		return `it holds one of < > : " | ? * / \`
	case strings.IndexFunc(s, func(r rune) bool { return r < ' ' }) >= 0:
		return "it holds a control character"
	case strings.HasSuffix(s, ".") || strings.HasSuffix(s, " "):
		return "it ends in a dot or a space"
	case !filepath.IsLocal(s):
		return "it is the name of a device"
	}
	return ""
}

func classifyNative(err error) (remote.Kind, string) {
	var no syscall.Errno
	_ = errors.As(err, &no)
	switch no {
	case windows.ERROR_DISK_FULL, windows.ERROR_HANDLE_DISK_FULL:
		return remote.Full, "The disk is full. Free some space and try again."
	case windows.ERROR_SHARING_VIOLATION, windows.ERROR_LOCK_VIOLATION:
		return remote.Denied, "Another program uses this file. Close it there and try again."
	case windows.ERROR_WRITE_PROTECT:
		return remote.Denied, "This disk is write-protected."
	case windows.ERROR_NOT_SAME_DEVICE:
		return remote.Unsupported, "The target is on another disk, so it cannot be renamed; move it instead."
	case windows.ERROR_DIR_NOT_EMPTY:
		return remote.Invalid, "The folder is not empty."
	case windows.ERROR_DIRECTORY:
		return remote.Invalid, "This is a file and not a folder."
	case windows.ERROR_INVALID_NAME, windows.ERROR_FILENAME_EXCED_RANGE:
		return remote.Invalid, "The disk cannot hold this name."
	}
	return remote.Other, ""
}

func openFolder(dir string, follow bool) (*os.File, error) {
	if !follow {
		fi, err := os.Lstat(dir)
		if err == nil && !fi.IsDir() {
			err = &fs.PathError{Op: "open", Path: dir, Err: syscall.ENOTDIR}
		}
		if err != nil {
			return nil, err
		}
	}
	return os.Open(dir)
}

func openFile(name string) (*os.File, error) { return os.Open(name) }

// begun is when a temporary file was made.
func begun(fi fs.FileInfo) time.Time {
	if d, ok := fi.Sys().(*syscall.Win32FileAttributeData); ok {
		return time.Unix(0, d.CreationTime.Nanoseconds())
	}
	return fi.ModTime()
}

func factsOf(fi fs.FileInfo) facts {
	return facts{mode: fi.Mode().Type(), size: fi.Size(), mtime: fi.ModTime(), written: fi.ModTime().UnixNano(), identity: identity{info: fi}}
}

// identity is what the system compares to tell which file it is; it has no
// numbers without another call.
type identity struct {
	dev, ino uint64
	info     fs.FileInfo
}

// same tells whether both are about the same file.
func (f facts) same(o facts) bool { return os.SameFile(f.info, o.info) }

// lookAt looks at name in the folder of at.
func lookAt(at *spot, name string) (facts, error) {
	fi, err := at.root.Lstat(name)
	if err != nil {
		return facts{}, err
	}
	return factsOf(fi), nil
}

// createNew makes the file name in the folder of at, which nobody had before.
func createNew(at *spot, name string, perm fs.FileMode) (*os.File, error) {
	return at.root.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, perm)
}

// readRows reads up to n entries of f, the folder dir. The end is io.EOF,
// together with the last entries.
func readRows(f *os.File, dir string, n int) (rows []remote.Entry, n2 int, err error) {
	es, err := f.ReadDir(n)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, 0, err
	}
	rows = make([]remote.Entry, 0, len(es))
	for _, e := range es {
		fi, err := e.Info() // known already, no call
		if err != nil {
			continue
		}
		p, name := below(dir, e.Name())
		rows = append(rows, entryOf(p, name, fi))
	}
	if len(es) < n {
		return rows, len(es), io.EOF
	}
	return rows, len(es), nil
}

func setTime(at *spot, name string, when time.Time) error { return at.root.Chtimes(name, when, when) }

// singleName cannot be told cheaply; files with several names are rare here.
func singleName(fs.FileInfo) bool { return true }

// renameNoReplace fails if something is at the new name. The system renames by
// path; that the folders are the ones meant was checked when they were opened.
func renameNoReplace(from *os.File, a string, to *os.File, b string) error {
	old, err := windows.UTF16PtrFromString(filepath.Join(from.Name(), a))
	if err != nil {
		return err
	}
	fresh, err := windows.UTF16PtrFromString(filepath.Join(to.Name(), b))
	if err != nil {
		return err
	}
	if err := windows.MoveFileEx(old, fresh, windows.MOVEFILE_WRITE_THROUGH); err != nil {
		return &os.LinkError{Op: "rename", Old: a, New: b, Err: err}
	}
	return nil
}

// renameOver renames and replaces what is at the new name.
func renameOver(from *os.File, a string, to *os.File, b string) error {
	return os.Rename(filepath.Join(from.Name(), a), filepath.Join(to.Name(), b))
}

func unsupported(err error) bool { return errors.Is(err, errors.ErrUnsupported) }

// syncFolder does nothing: folders cannot be flushed here, renames are written
// through.
func syncFolder(*os.File) error { return nil }

// reserve does nothing: it would change the size.
func reserve(*os.File, int64) error { return nil }

// keepFolders is how many folders of a target stay open between files. An open
// folder cannot be renamed or deleted here, so none does.
const keepFolders = 0
