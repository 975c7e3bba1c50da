//go:build linux || darwin

package wire

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// unsentMost is how many bytes a connection takes before they have left. Without
// it the kernel takes 4 MiB and more for each, so that on a slow way nothing is
// true that is told about progress, and decided by it. Less costs speed over TLS.
const unsentMost = 2 << 20

// aheadLittle is for a net.Dialer. What is not known there is done without.
func aheadLittle(_, _ string, c syscall.RawConn) error {
	return c.Control(func(fd uintptr) {
		_ = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_NOTSENT_LOWAT, unsentMost)
	})
}
