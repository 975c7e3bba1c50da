package sqlite

import "golang.org/x/sys/unix"

// isNetwork tells whether the folder is on a file system that other machines,
// or a program in between, may serve: there memory that is shared through a
// file cannot be relied on.
func isNetwork(dir string) bool {
	var st unix.Statfs_t
	if unix.Statfs(dir, &st) != nil {
		return false
	}
	switch uint32(st.Type) { //nolint:gosec // a number of 32 bits, signed on some machines
	case 0x6969, // NFS
		0x517B, 0xFF534D42, 0xFE534D42, // SMB in three ages
		0x65735546,             // FUSE: sshfs and the like
		0x01021997,             // 9P: a folder of the host
		0x786F4256,             // VirtualBox's shared folders
		0x00C36400,             // Ceph
		0x0BD00BD0,             // Lustre
		0x47504653,             // GPFS
		0x5346414F, 0x6B414653, // AFS
		0x73757245,             // Coda
		0x01161970, 0x7461636F: // GFS2, OCFS2
		return true
	}
	return false
}
