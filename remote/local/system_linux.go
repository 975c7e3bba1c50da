package local

import (
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// reserveFrom is the size from which reserving space is worth a system call.
const reserveFrom = 1 << 20

// keepFolders is how many folders of a target stay open between files.
const keepFolders = 32

func ctime(st *syscall.Stat_t) int64 { return time.Unix(st.Ctim.Unix()).UnixNano() }

// renameNoReplace fails with EEXIST if something is at the new name.
func renameNoReplace(from *os.File, a string, to *os.File, b string) error {
	return renameError(a, b, unix.Renameat2(int(from.Fd()), a, int(to.Fd()), b, unix.RENAME_NOREPLACE)) //nolint:gosec // descriptors
}

// reserve asks for space, so that a disk that is too small says so before the
// transfer and the file lies in one piece. The size of the file stays. In memory
// there are no pieces, and taking it would keep everything waiting for as long as
// a third of the writing takes: there it only looks.
func reserve(f *os.File, size int64) error {
	if size < reserveFrom {
		return nil
	}
	if yes, enough := inMemory(f, size); yes {
		if !enough {
			return unix.ENOSPC
		}
		return nil
	}
	err := unix.Fallocate(int(f.Fd()), unix.FALLOC_FL_KEEP_SIZE, 0, size) //nolint:gosec // a descriptor
	if errors.Is(err, unix.ENOSPC) || errors.Is(err, unix.EDQUOT) || errors.Is(err, unix.EFBIG) {
		return err
	}
	return nil // where it cannot be done it is not needed
}

// inMemory tells whether f is on a tmpfs, and if so whether there is room for the
// rest of its size.
func inMemory(f *os.File, size int64) (yes, enough bool) {
	var vol unix.Statfs_t
	var st unix.Stat_t
	if unix.Fstatfs(int(f.Fd()), &vol) != nil || int64(vol.Type) != unix.TMPFS_MAGIC { //nolint:gosec,unconvert // a descriptor; widths differ by system
		return false, false
	}
	if vol.Blocks == 0 || unix.Fstat(int(f.Fd()), &st) != nil { //nolint:gosec // a descriptor; 0 blocks: no limit
		return true, true
	}
	missing := size - st.Blocks*512                            // stat(2): whatever the file system's own are
	return true, missing <= int64(vol.Bavail)*int64(vol.Bsize) //nolint:gosec,unconvert // bytes of a memory
}

// startWriting makes the system begin to write n bytes from off to the disk,
// without waiting for them: left to itself it would begin only when much memory
// is dirty, and make every writer wait then. It is a hint; whether the bytes
// arrived is told by fsync.
func startWriting(f *os.File, off, n int64) {
	_ = unix.SyncFileRange(int(f.Fd()), off, n, unix.SYNC_FILE_RANGE_WRITE) //nolint:gosec // a descriptor; a failure shows in fsync
}

// flushable tells whether one call makes all of f's volume durable, and tells
// of every failure: disks of this machine, under a kernel from 5.8 on. What is
// behind a network or another program has to be asked file by file.
func flushable(f *os.File) bool {
	var st unix.Statfs_t
	if unix.Fstatfs(int(f.Fd()), &st) != nil { //nolint:gosec // a descriptor
		return false
	}
	switch int64(st.Type) { //nolint:unconvert // widths differ by system
	case unix.EXT4_SUPER_MAGIC, unix.XFS_SUPER_MAGIC, unix.BTRFS_SUPER_MAGIC, unix.F2FS_SUPER_MAGIC:
	default:
		return false
	}
	var u unix.Utsname
	var major, minor int
	if unix.Uname(&u) != nil {
		return false
	}
	n, _ := fmt.Sscanf(unix.ByteSliceToString(u.Release[:]), "%d.%d", &major, &minor)
	return n == 2 && (major > 5 || major == 5 && minor >= 8)
}

func flushVolume(f *os.File) error { return unix.Syncfs(int(f.Fd())) } //nolint:gosec // a descriptor

// caseFolded is the attribute of a folder of ext4 or f2fs that folds case.
const caseFolded = 0x40000000

// foldsCase tells whether names in dir that differ only in case are one: on the
// volumes of cameras and sticks, on shares of Windows, and in folders that were
// made so.
func foldsCase(dir string) bool {
	f, err := os.Open(dir)
	if err != nil {
		return false
	}
	defer f.Close() //nolint:errcheck // only looked at
	var st unix.Statfs_t
	if unix.Fstatfs(int(f.Fd()), &st) != nil { //nolint:gosec // a descriptor
		return false
	}
	switch uint32(st.Type) { //nolint:gosec // widths differ by system
	case unix.MSDOS_SUPER_MAGIC, unix.EXFAT_SUPER_MAGIC, unix.SMB_SUPER_MAGIC, unix.SMB2_SUPER_MAGIC, unix.CIFS_SUPER_MAGIC:
		return true
	case unix.EXT4_SUPER_MAGIC, unix.F2FS_SUPER_MAGIC:
		flags, err := unix.IoctlGetUint32(int(f.Fd()), unix.FS_IOC_GETFLAGS) //nolint:gosec // a descriptor
		return err == nil && flags&caseFolded != 0
	}
	return false
}
