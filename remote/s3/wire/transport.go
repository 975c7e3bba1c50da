package wire

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"

	"gantry/remote"
)

// idleConn is a connection that fails when nothing moves for a while, in either
// direction. A limit on the whole request, or on reads alone, would cut uploads
// that are slow but alive.
type idleConn struct {
	net.Conn
	limit time.Duration
	last  atomic.Int64 // unix nanoseconds of the last move of the deadline
}

// Watched is c, failing after limit without progress.
func Watched(c net.Conn, limit time.Duration) net.Conn { return &idleConn{Conn: c, limit: limit} }

func (c *idleConn) bump() {
	now := time.Now()
	p := c.last.Load()
	if now.UnixNano()-p > int64(c.limit/8) && c.last.CompareAndSwap(p, now.UnixNano()) {
		_ = c.Conn.SetDeadline(now.Add(c.limit)) // fails only on a closed connection
	}
}

func (c *idleConn) Read(p []byte) (int, error) {
	c.bump()
	return c.Conn.Read(p)
}

// Write goes out in pieces, so that each of them counts as progress.
func (c *idleConn) Write(p []byte) (int, error) {
	done := 0
	for {
		c.bump()
		n, err := c.Conn.Write(p[done:min(len(p), done+writePiece)])
		if done += n; err != nil || done == len(p) {
			return done, err
		}
	}
}

const (
	writePiece  = 256 << 10
	writeBuffer = 128 << 10
)

// NewTransport makes connections of HTTP/1.1 that end after limit without
// progress. conns limits them for each host; 0 means no limit. Redirects are
// never followed, since only RoundTrip is used or the client says so.
func NewTransport(limit time.Duration, conns int, roots *x509.CertPool, proxy func(*http.Request) (*url.URL, error)) *http.Transport {
	dialer := &net.Dialer{Timeout: min(limit, 15*time.Second), KeepAlive: 30 * time.Second, Control: aheadLittle}
	http1 := new(http.Protocols)
	http1.SetHTTP1(true) // HTTP/2 would squeeze all parts through one connection
	dial := func(ctx context.Context, network, addr string) (net.Conn, error) {
		nc, err := dialer.DialContext(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		return Watched(nc, limit), nil
	}
	cfg := &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}
	return &http.Transport{
		Proxy:       proxy,
		DialContext: dial,
		DialTLSContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
			host, _, err := net.SplitHostPort(addr)
			if err != nil {
				return nil, err
			}
			nc, err := dial(ctx, network, addr)
			if err != nil {
				return nil, err
			}
			return secure(ctx, nc, cfg, host)
		},
		OnProxyConnectResponse: func(_ context.Context, _ *url.URL, _ *http.Request, res *http.Response) error {
			if res.StatusCode != http.StatusOK {
				return &remote.ProxyRefusal{Status: res.StatusCode}
			}
			return nil
		},
		TLSClientConfig:     cfg, // behind a proxy, and for a Pool
		MaxIdleConnsPerHost: 256,
		MaxConnsPerHost:     conns,
		// Less than limit, or the watchdog would cut connections that rest.
		IdleConnTimeout:     min(limit*3/4, 45*time.Second),
		TLSHandshakeTimeout: 15 * time.Second,
		ReadBufferSize:      64 << 10,
		WriteBufferSize:     writeBuffer,
		DisableCompression:  true, // what is stored is what we want
		Protocols:           http1,
	}
}
