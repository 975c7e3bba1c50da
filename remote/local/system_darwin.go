package local

import (
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

func ctime(st *syscall.Stat_t) int64 { return time.Unix(st.Ctimespec.Unix()).UnixNano() }

// renameNoReplace fails with EEXIST if something is at the new name.
func renameNoReplace(from *os.File, a string, to *os.File, b string) error {
	return renameError(a, b, unix.RenameatxNp(int(from.Fd()), a, int(to.Fd()), b, unix.RENAME_EXCL))
}

// reserve does nothing: the system has no call that keeps the size.
func reserve(*os.File, int64) error { return nil }

// keepFolders is how many folders of a target stay open between files.
const keepFolders = 32
