package wire

import (
	"context"
	"crypto/tls"
	"net"
	"sync"
	"time"
)

const (
	handshakeLimit = 15 * time.Second
	gatherMost     = 256 << 10         // bytes of records that wait for each other
	bulk           = 64 << 10          // whoever reads so much at a time is reading something large
	recordMost     = 5 + 16<<10 + 1<<8 // bytes of a record at most (RFC 8446, section 5.2)
)

// secureConn is TLS of which the records of one Write go out together, and those
// of a large Read come in together. TLS has records of 16 KiB, and the standard
// library makes a system call for each.
type secureConn struct {
	*tls.Conn
	out *gathered
}

// secure makes raw a connection of TLS with host. It closes raw if that fails.
func secure(ctx context.Context, raw net.Conn, cfg *tls.Config, host string) (*secureConn, error) {
	cfg = cfg.Clone()
	cfg.ServerName = host
	cfg.DynamicRecordSizingDisabled = true // small records are for pages that are drawn while they come
	out := &gathered{Conn: raw}
	c := tls.Client(out, cfg)
	ctx, cancel := context.WithTimeout(ctx, handshakeLimit)
	defer cancel()
	if err := c.HandshakeContext(ctx); err != nil {
		_ = raw.Close() // the failure to report is the first one
		return nil, err
	}
	out.gather()
	return &secureConn{c, out}, nil
}

// Write sends p.
func (c *secureConn) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	if ferr := c.out.flush(); err == nil {
		err = ferr
	}
	return n, err
}

// Read reads into p, and goes on while it need not wait.
func (c *secureConn) Read(p []byte) (n int, err error) {
	if len(p) >= bulk {
		c.out.readAhead()
	}
	for {
		var m int
		m, err = c.Conn.Read(p[n:])
		if n += m; err != nil || n == len(p) || !c.out.hasRecord() {
			return n, err
		}
	}
}

// gathered holds back what is written until flush, after gather. What TLS writes
// of its own accord meanwhile goes out with the next flush, or with Close.
type gathered struct {
	net.Conn
	mu   sync.Mutex
	on   bool
	held []byte

	// Only for who reads: what was read and not asked for yet, and where it lies
	// for the next time; nil until readAhead.
	ahead, room []byte
}

func (g *gathered) readAhead() {
	if g.room == nil {
		g.room = make([]byte, 2*bulk)
	}
}

// hasRecord tells whether another record can be read without waiting.
func (g *gathered) hasRecord() bool { return len(g.ahead) >= recordMost }

func (g *gathered) Read(p []byte) (int, error) {
	if len(g.ahead) == 0 {
		if len(p) >= len(g.room) {
			return g.Conn.Read(p)
		}
		n, err := g.Conn.Read(g.room)
		if g.ahead = g.room[:n]; n == 0 {
			return 0, err
		}
	}
	n := copy(p, g.ahead)
	g.ahead = g.ahead[n:]
	return n, nil
}

func (g *gathered) gather() {
	g.mu.Lock()
	g.on = true
	g.mu.Unlock()
}

func (g *gathered) Write(p []byte) (int, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.on {
		return g.Conn.Write(p)
	}
	if len(g.held)+len(p) > gatherMost {
		if err := g.send(); err != nil {
			return 0, err
		}
	}
	g.held = append(g.held, p...)
	return len(p), nil
}

func (g *gathered) flush() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.send()
}

// send writes what is held. The caller holds the lock.
func (g *gathered) send() error {
	if len(g.held) == 0 {
		return nil
	}
	_, err := g.Conn.Write(g.held)
	g.held = g.held[:0]
	return err
}

// Close sends the farewell of TLS, if nobody is writing.
func (g *gathered) Close() error {
	if g.mu.TryLock() {
		_ = g.send() // the connection ends in either case
		g.mu.Unlock()
	}
	return g.Conn.Close()
}
