//go:build unix

package wire

import (
	"errors"
	"net"
	"syscall"
)

// quiet tells whether a connection that rests is still open and has nothing to
// say: a server that closes one does so without a word.
func quiet(c net.Conn) bool {
	if i, ok := c.(*idleConn); ok {
		c = i.Conn
	}
	s, ok := c.(syscall.Conn)
	if !ok {
		return true
	}
	raw, err := s.SyscallConn()
	if err != nil {
		return false
	}
	still := false
	err = raw.Control(func(fd uintptr) {
		var b [1]byte
		_, _, err := syscall.Recvfrom(int(fd), b[:], syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
		still = errors.Is(err, syscall.EAGAIN) || errors.Is(err, syscall.EWOULDBLOCK)
	})
	return err == nil && still
}
