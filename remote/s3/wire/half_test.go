package wire

import (
	"bufio"
	"context"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// halfConn loses the second half of the first thing that is written to it.
type halfConn struct {
	net.Conn
	lost *atomic.Bool
}

func (c halfConn) Write(p []byte) (int, error) {
	if c.lost.Swap(true) {
		return c.Conn.Write(p)
	}
	n, _ := c.Conn.Write(p[:len(p)/2])
	return n, syscall.EPIPE
}

// N08: what follows a request of which only a part was sent would be taken for the
// rest of its body; so its connection is not used again, even if it was answered.
func TestAConnectionWithHalfARequestOnItIsNotUsedAgain(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close() //nolint:errcheck // of the test
	var conns atomic.Int32
	go func() { // ends with the listener
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			conns.Add(1)
			go func() { // ends with the connection
				defer c.Close() //nolint:errcheck // of the test
				for br := bufio.NewReader(c); ; {
					r, err := http.ReadRequest(br)
					if err != nil || !ok(c, r.Method) { // its body is not waited for
						return
					}
				}
			}()
		}
	}()
	s := &script{
		site: &Place{Scheme: "http", Host: l.Addr().String()},
		wire: New(NewTransport(10*time.Second, 0, nil, http.ProxyFromEnvironment), 10*time.Second, nil),
	}
	defer s.wire.Close()
	dial, lost := s.wire.tr.DialContext, new(atomic.Bool)
	s.wire.tr.DialContext = func(ctx context.Context, network, addr string) (net.Conn, error) {
		c, err := dial(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		return halfConn{c, lost}, nil
	}
	if got, err := s.send(t.Context(), put(strings.Repeat("x", 10_000))); err != nil || got != http.MethodPut {
		t.Fatalf("%q, %v", got, err)
	}
	if got, err := s.send(t.Context(), get()); err != nil || got != http.MethodGet {
		t.Fatalf("the answer to %.20q, %v", got, err)
	}
	if n := conns.Load(); n != 2 {
		t.Errorf("%d connections", n)
	}
	r := put("x")
	r.Body.Size = 2 // the source is shorter than was planned: nothing goes out
	if _, err := s.send(t.Context(), r); err == nil {
		t.Error("a body that is too short was sent")
	}
	if got, err := s.send(t.Context(), get()); err != nil || got != http.MethodGet || conns.Load() != 2 {
		t.Errorf("%q, %v, %d connections", got, err, conns.Load())
	}
}
