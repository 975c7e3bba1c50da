package local

import (
	"errors"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// reserveFrom is the size from which reserving space is worth a system call.
const reserveFrom = 1 << 20

func ctime(st *syscall.Stat_t) int64 { return time.Unix(st.Ctim.Unix()).UnixNano() }

// renameNoReplace fails with EEXIST if something is at the new name.
func renameNoReplace(from *os.File, a string, to *os.File, b string) error {
	return renameError(a, b, unix.Renameat2(int(from.Fd()), a, int(to.Fd()), b, unix.RENAME_NOREPLACE)) //nolint:gosec // descriptors
}

// reserve asks for space, so that a disk that is too small says so before the
// transfer and the file lies in one piece. The size of the file stays.
func reserve(f *os.File, size int64) error {
	if size < reserveFrom {
		return nil
	}
	err := unix.Fallocate(int(f.Fd()), unix.FALLOC_FL_KEEP_SIZE, 0, size) //nolint:gosec // a descriptor
	if errors.Is(err, unix.ENOSPC) || errors.Is(err, unix.EDQUOT) || errors.Is(err, unix.EFBIG) {
		return err
	}
	return nil // where it cannot be done it is not needed
}
