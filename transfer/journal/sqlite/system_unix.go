//go:build unix

package sqlite

import (
	"io/fs"
	"os"
	"syscall"
)

const (
	canChmod   = true
	canSyncDir = true
)

// ours tells whether the file belongs to the user we work for.
func ours(st fs.FileInfo) bool {
	sys, ok := st.Sys().(*syscall.Stat_t)
	return !ok || int(sys.Uid) == os.Geteuid()
}
