package sqlite_test

import "golang.org/x/sys/unix"

func mountSmall(dir string) error { return unix.Mount("tmpfs", dir, "tmpfs", 0, "size=8m") }
func readOnly(dir string) error {
	return unix.Mount("tmpfs", dir, "tmpfs", unix.MS_REMOUNT|unix.MS_RDONLY, "size=8m")
}
func unmount(dir string) { _ = unix.Unmount(dir, unix.MNT_DETACH) }
