//go:build unix && !linux && !darwin

package local

import (
	"errors"
	"os"
	"syscall"
	"time"
)

func ctime(st *syscall.Stat_t) int64 { return time.Unix(st.Ctimespec.Unix()).UnixNano() }

// renameNoReplace is not to be had; callers fall back.
func renameNoReplace(_ *os.File, a string, _ *os.File, b string) error {
	return renameError(a, b, errors.ErrUnsupported)
}

// reserve does nothing: the system has no call that keeps the size.
func reserve(*os.File, int64) error { return nil }

// keepFolders is how many folders of a target stay open between files.
const keepFolders = 32
