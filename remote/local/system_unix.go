//go:build unix

package local

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"gantry/remote"
)

// noFollow refuses a link as the last segment.
const noFollow = syscall.O_NOFOLLOW

// badNative adds nothing: every other byte may be in a name.
func badNative(string) string { return "" }

func classifyNative(error) (remote.Kind, string) { return remote.Other, "" }

// openFolder opens dir for reading names. It does not block, and does not open
// what is no folder.
func openFolder(dir string, follow bool) (*os.File, error) {
	flags := os.O_RDONLY | syscall.O_DIRECTORY | syscall.O_NONBLOCK
	if !follow {
		flags |= noFollow
	}
	return os.OpenFile(dir, flags, 0)
}

// openFile opens without blocking: a FIFO that took the place of a file does
// not hold us up.
func openFile(name string) (*os.File, error) {
	return os.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
}

func factsOf(fi fs.FileInfo) facts {
	f := facts{mode: fi.Mode().Type(), size: fi.Size(), mtime: fi.ModTime(), written: fi.ModTime().UnixNano()}
	if st, ok := fi.Sys().(*syscall.Stat_t); ok {
		f.dev, f.ino, f.changed = uint64(st.Dev), st.Ino, ctime(st) //nolint:gosec,unconvert // widths differ by system
	}
	return f
}

// begun is when a temporary file was last changed in any way, which is not
// before it was made, and cannot be set by anybody.
func begun(fi fs.FileInfo) time.Time { return time.Unix(0, factsOf(fi).changed) }

// factsAt looks at name in the folder f, without walking the path again.
func factsAt(f *os.File, name string) (facts, error) {
	var st unix.Stat_t
	for {
		err := unix.Fstatat(int(f.Fd()), name, &st, unix.AT_SYMLINK_NOFOLLOW) //nolint:gosec // a descriptor
		if errors.Is(err, unix.EINTR) {
			continue
		}
		if err != nil {
			return facts{}, err
		}
		break
	}
	mtime := time.Unix(st.Mtim.Unix())
	return facts{
		mode: typeOf(uint32(st.Mode)), size: st.Size, mtime: mtime, written: mtime.UnixNano(), //nolint:unconvert // widths differ by system
		identity: identity{uint64(st.Dev), st.Ino}, changed: time.Unix(st.Ctim.Unix()).UnixNano(), //nolint:gosec,unconvert // widths differ by system
	}, nil
}

// identity tells which file it is.
type identity struct{ dev, ino uint64 }

// same tells whether both are about the same file.
func (f facts) same(o facts) bool { return f.identity == o.identity }

// lookAt looks at name in the folder of at.
func lookAt(at *spot, name string) (facts, error) {
	folder, err := at.in.file()
	if err != nil {
		return facts{}, err
	}
	return factsAt(folder, name)
}

// createNew makes the file name in the folder of at, which nobody had before.
// That is os.Root's OpenFile for a name without folders, less the five calls by
// which it learns that a file is no network connection.
func createNew(at *spot, name string, perm fs.FileMode) (*os.File, error) {
	folder, err := at.in.file()
	if err != nil {
		return nil, err
	}
	for {
		fd, err := unix.Openat(int(folder.Fd()), name, unix.O_RDWR|unix.O_CREAT|unix.O_EXCL|unix.O_NOFOLLOW|unix.O_CLOEXEC, uint32(perm.Perm())) //nolint:gosec // a descriptor
		if errors.Is(err, unix.EINTR) {
			continue
		}
		if err != nil {
			return nil, &fs.PathError{Op: "create", Path: name, Err: err}
		}
		return os.NewFile(uintptr(fd), name), nil //nolint:gosec // a descriptor
	}
}

func typeOf(mode uint32) fs.FileMode {
	switch mode & unix.S_IFMT {
	case unix.S_IFREG:
		return 0
	case unix.S_IFDIR:
		return fs.ModeDir
	case unix.S_IFLNK:
		return fs.ModeSymlink
	}
	return fs.ModeIrregular
}

// readRows reads up to n entries of f, the folder dir. n2 counts what was read,
// also what vanished. The end is io.EOF, together with the last entries.
func readRows(f *os.File, dir string, n int) (rows []remote.Entry, n2 int, err error) {
	names, err := f.Readdirnames(n)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, 0, err
	}
	rows = make([]remote.Entry, 0, len(names))
	for _, name := range names {
		x, err := factsAt(f, name)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			continue
		case err != nil: // shown all the same, so that nothing is missing unseen
			p, base := below(dir, name)
			rows = append(rows, remote.Entry{Path: p, Name: base, Type: remote.Special, Size: -1})
			continue
		}
		p, base := below(dir, name)
		rows = append(rows, x.entry(p, base))
	}
	if len(names) < n {
		return rows, len(names), io.EOF
	}
	return rows, len(names), nil
}

// setTime gives the file name in the folder of at its time of modification.
func setTime(at *spot, name string, when time.Time) error {
	folder, err := at.in.file()
	if err != nil {
		return err
	}
	ts, err := unix.TimeToTimespec(when)
	if err != nil {
		return err
	}
	return unix.UtimesNanoAt(int(folder.Fd()), name, []unix.Timespec{ts, ts}, unix.AT_SYMLINK_NOFOLLOW) //nolint:gosec // a descriptor
}

// singleName tells whether a file has one name only.
func singleName(fi fs.FileInfo) bool {
	st, ok := fi.Sys().(*syscall.Stat_t)
	return ok && st.Nlink == 1
}

// renameOver renames and replaces what is at the new name.
func renameOver(from *os.File, a string, to *os.File, b string) error {
	return renameError(a, b, unix.Renameat(int(from.Fd()), a, int(to.Fd()), b)) //nolint:gosec // descriptors
}

func renameError(a, b string, err error) error {
	if err == nil {
		return nil
	}
	return &os.LinkError{Op: "rename", Old: a, New: b, Err: err}
}

// unsupported tells whether the disk lacks an operation.
func unsupported(err error) bool {
	return errors.Is(err, unix.ENOSYS) || errors.Is(err, unix.EINVAL) || errors.Is(err, unix.ENOTSUP) ||
		errors.Is(err, unix.EOPNOTSUPP) || errors.Is(err, errors.ErrUnsupported)
}

// syncFolder makes the names in a folder durable, where the disk can do so.
func syncFolder(f *os.File) error {
	if err := f.Sync(); err != nil && !unsupported(err) {
		return err
	}
	return nil
}
