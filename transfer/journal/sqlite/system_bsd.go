//go:build darwin || freebsd

package sqlite

import (
	"bytes"

	"golang.org/x/sys/unix"
)

// isNetwork tells whether the folder is on a file system that other machines
// may serve.
func isNetwork(dir string) bool {
	var st unix.Statfs_t
	if unix.Statfs(dir, &st) != nil {
		return false
	}
	name, _, _ := bytes.Cut(st.Fstypename[:], []byte{0})
	switch string(name) {
	case "nfs", "smbfs", "afpfs", "webdav", "ftp", "osxfuse", "macfuse", "fusefs", "p9fs":
		return true
	}
	return false
}
