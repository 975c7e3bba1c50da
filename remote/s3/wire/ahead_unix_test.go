//go:build linux || darwin

package wire

import (
	"context"
	"net"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func smallBuffer(_, _ string, c syscall.RawConn) error {
	return c.Control(func(fd uintptr) { _ = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_RCVBUF, 64<<10) })
}

// A server that does not read is not sent megabytes that count as moved. The
// buffers of a receiver are its own affair: here they are small.
func TestAConnectionTakesLittleThatDoesNotLeave(t *testing.T) {
	ln, err := (&net.ListenConfig{Control: smallBuffer}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close() //nolint:errcheck // nothing was written
	d := net.Dialer{Control: aheadLittle}
	c, err := d.DialContext(context.Background(), "tcp", ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close() //nolint:errcheck // what was written is not wanted
	piece, taken := make([]byte, 64<<10), 0
	for taken < 64<<20 {
		// The deadline ends a write that waits for a reader; it decides nothing else.
		if err := c.SetWriteDeadline(time.Now().Add(100 * time.Millisecond)); err != nil {
			t.Fatal(err)
		}
		n, err := c.Write(piece)
		if taken += n; err != nil {
			break
		}
	}
	if taken > unsentMost+1<<20 {
		t.Errorf("%d bytes were taken", taken)
	}
}
