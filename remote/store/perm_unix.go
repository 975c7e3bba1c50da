//go:build unix

package store

import (
	"io/fs"
	"os"
	"syscall"
)

// loose tells whether anybody but the owner may do anything with it.
func loose(info fs.FileInfo) bool { return info.Mode().Perm()&0o077 != 0 }

// foreign tells whether it belongs to another user than this process.
func foreign(info fs.FileInfo) bool {
	st, ok := info.Sys().(*syscall.Stat_t)
	return ok && int64(st.Uid) != int64(os.Geteuid())
}

// syncFolder makes a rename in the folder durable.
func syncFolder(root *os.Root) error {
	f, err := root.Open(".")
	if err != nil {
		return err
	}
	err = f.Sync()
	if closed := f.Close(); err == nil {
		err = closed
	}
	return err
}
