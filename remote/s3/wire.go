package s3

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"syscall"
	"time"
)

const (
	wireBody   = 64 << 10 // bytes of a body that go out together with its request
	wireHeader = 1 << 20  // bytes that the head of an answer may have
	wireReader = 16 << 10
	slowFactor = 10 // for answers that take the server minutes
)

// wire sends requests over connections of HTTP/1.1 in the goroutine of the
// caller: one write, then the answer is read. For small objects that is half of
// what net/http costs, which has two goroutines for each connection to hand
// everything over to. Requests with a long body stay with net/http, because it
// sees an answer that comes before the body has ended; so do those that pass a
// proxy. Answers are parsed by net/http in either case.
type wire struct {
	dial  func(ctx context.Context, network, addr string) (net.Conn, error)
	tls   *tls.Config
	proxy func(*http.Request) (*url.URL, error)
	rest  time.Duration // how long an unused connection is kept
	limit time.Duration // how long nothing may move before a connection is cut
	away  *distance     // is told how long requests take; nil for nobody

	mu    sync.Mutex
	idle  map[string][]*wireConn // by scheme and host, the last used one at the end
	ahead warmUp
	bufs  sync.Pool
}

func newWire(tr *http.Transport, limit time.Duration, away *distance) *wire {
	return &wire{
		away: away, limit: limit,
		dial: tr.DialContext, tls: tr.TLSClientConfig, proxy: tr.Proxy, rest: tr.IdleConnTimeout,
		idle: map[string][]*wireConn{},
	}
}

// takes tells whether r can go this way.
func (w *wire) takes(s *site, r *request) bool {
	if r.body != nil && r.body.size > wireBody || len(r.small) > 4*wireBody {
		return false
	}
	s.direct.Do(func() {
		u, err := w.proxy(&http.Request{URL: &url.URL{Scheme: s.scheme, Host: s.host}})
		s.noProxy = err == nil && u == nil
	})
	return s.noProxy
}

// wireConn is one connection. It belongs to one request at a time.
type wireConn struct {
	w     *wire
	key   string
	conn  net.Conn // with TLS inside of it
	raw   net.Conn // without
	br    *bufio.Reader
	since time.Time // when it was put aside
	used  bool      // for a request before this one
	room  int64     // bytes that may still be read, while a head is
}

func (c *wireConn) Read(p []byte) (int, error) {
	if c.room >= 0 {
		if c.room == 0 {
			return 0, errTooLong
		}
		p = p[:min(int64(len(p)), c.room)]
	}
	n, err := c.conn.Read(p)
	if c.room > 0 {
		c.room -= int64(n)
	}
	return n, err
}

// roundTrip sends r and reads the head of the answer.
func (w *wire) roundTrip(ctx context.Context, s *site, r *request, agent string) (*http.Response, error) {
	buf, err := w.encode(s, r, agent)
	if err != nil {
		return nil, err
	}
	defer w.bufs.Put(buf)
	for {
		c, err := w.get(ctx, s)
		if err == nil && ctx.Err() != nil { // nothing is sent any more
			w.put(c)
			err = ctx.Err()
		}
		if err != nil {
			return nil, err
		}
		c.allow(w.limit, r.slow)
		stop := context.AfterFunc(ctx, func() { _ = c.raw.Close() }) // ends whatever waits
		start := time.Now()                                          // the way, without what a new connection costs
		res, err := c.exchange(*buf, r.method)
		if err == nil && w.away != nil {
			w.away.saw(time.Since(start))
		}
		if err != nil {
			stop()
			_ = c.raw.Close() // it failed
			// Only what changes nothing is sent again unseen: for the rest the
			// caller has to find out what became of it.
			if c.used && errors.Is(err, errNoAnswer) && ctx.Err() == nil && (r.method == http.MethodGet || r.method == http.MethodHead) {
				continue
			}
			if ctx.Err() != nil {
				err = ctx.Err()
			}
			return nil, err
		}
		body := &wireAnswer{ReadCloser: res.Body, c: c, stop: stop, keep: !res.Close}
		if res.Body == http.NoBody {
			body.end(true)
		}
		res.Body = body
		return res, nil
	}
}

// allow sets how long nothing may move; slowFactor times as long where the server
// may think.
func (c *wireConn) allow(limit time.Duration, slow bool) {
	if slow {
		limit *= slowFactor
	}
	if i, ok := c.raw.(*idleConn); ok && i.limit != limit {
		i.limit = limit
		i.last.Store(0) // the deadline is set anew
	}
}

// errNoAnswer is how a connection ends that the server had closed while it
// was not used. It is an io.EOF to everybody else.
var errNoAnswer = &closedError{}

type closedError struct{}

func (*closedError) Error() string { return "the server closed the connection" }
func (*closedError) Unwrap() error { return io.EOF }

// exchange writes a request and reads the head of its answer.
func (c *wireConn) exchange(request []byte, method string) (*http.Response, error) {
	_, werr := c.conn.Write(request)
	// A server that refuses early answers and closes: its answer counts more
	// than the failure to write.
	c.room = wireHeader
	defer func() { c.room = -1 }()
	for {
		if _, err := c.br.Peek(1); err != nil {
			// The news that it is closed may come after it was taken, as a reset.
			for _, gone := range []error{io.EOF, net.ErrClosed, syscall.ECONNRESET, syscall.EPIPE} {
				if errors.Is(err, gone) && (werr == nil || errors.Is(werr, syscall.ECONNRESET) || errors.Is(werr, syscall.EPIPE)) {
					return nil, errNoAnswer
				}
			}
			if werr != nil {
				return nil, werr
			}
			return nil, err
		}
		res, err := http.ReadResponse(c.br, &http.Request{Method: method})
		if err != nil {
			if errors.Is(err, io.EOF) {
				err = io.ErrUnexpectedEOF
			}
			return nil, err
		}
		if res.StatusCode >= 200 {
			res.Close = res.Close || werr != nil
			return res, nil
		}
	}
}

// encode is r as it is sent, with its body.
func (w *wire) encode(s *site, r *request, agent string) (*[]byte, error) {
	buf, ok := w.bufs.Get().(*[]byte)
	if !ok {
		buf = new([]byte)
	}
	b := append(append((*buf)[:0], r.method...), ' ')
	b = append(b, r.path...)
	if r.query != "" {
		b = append(append(b, '?'), r.query...)
	}
	b = append(b, " HTTP/1.1\r\nHost: "...)
	b = append(b, s.host...)
	for _, h := range r.headers {
		if h.name != "host" {
			b = appendHeader(b, h.name, h.value)
		}
	}
	if r.authorization != "" {
		b = appendHeader(b, "Authorization", r.authorization)
	}
	b = appendHeader(appendHeader(b, "User-Agent", agent), "Accept-Encoding", "identity")
	size := int64(len(r.small))
	if r.body != nil {
		size = r.body.size
	}
	if size > 0 || r.method == http.MethodPut || r.method == http.MethodPost {
		b = appendHeader(b, "Content-Length", strconv.FormatInt(size, 10))
	}
	b = append(append(b, "\r\n\r\n"...), r.small...)
	if r.small == nil && size > 0 {
		from := len(b)
		if need := from + int(size); cap(b) < need {
			b = append(make([]byte, 0, need), b...)
		}
		b = b[:from+int(size)]
		body, err := r.body.open()
		if err == nil {
			_, err = io.ReadFull(body, b[from:])
		}
		if err != nil {
			return nil, err
		}
	}
	*buf = b
	return buf, nil
}

// appendHeader appends a line. What would end it early is replaced, as
// net/http does.
func appendHeader(b []byte, name, value string) []byte {
	b = append(append(append(b, "\r\n"...), name...), ": "...)
	for i := range len(value) {
		if c := value[i]; c == '\r' || c == '\n' {
			b = append(b, ' ')
		} else {
			b = append(b, c)
		}
	}
	return b
}

// get gives a connection that rests, or a new one.
func (w *wire) get(ctx context.Context, s *site) (*wireConn, error) {
	key := s.scheme + "://" + s.host
	for {
		w.mu.Lock()
		list := w.idle[key]
		if len(list) == 0 {
			m := w.promise(key)
			w.mu.Unlock()
			if m != nil {
				if c := w.comes(ctx, m); c != nil {
					return c, nil
				}
			}
			return w.connect(ctx, s, key)
		}
		c := list[len(list)-1]
		w.idle[key] = list[:len(list)-1]
		w.mu.Unlock()
		if time.Since(c.since) < w.rest && quiet(c.raw) {
			c.used = true
			return c, nil
		}
		_ = c.raw.Close() // it rested too long, or the server has closed it
	}
}

func (w *wire) connect(ctx context.Context, s *site, key string) (*wireConn, error) {
	host, port := s.host, "80"
	if s.scheme == "https" {
		port = "443"
	}
	if h, p, err := net.SplitHostPort(s.host); err == nil {
		host, port = h, p
	}
	raw, err := w.dial(ctx, "tcp", net.JoinHostPort(host, port))
	if err != nil {
		return nil, err
	}
	c := &wireConn{w: w, key: key, conn: raw, raw: raw, room: -1}
	if s.scheme == "https" {
		if c.conn, err = secure(ctx, raw, w.tls, host); err != nil {
			return nil, err
		}
	}
	c.br = bufio.NewReaderSize(c, wireReader)
	return c, nil
}

// put keeps c for the next request.
func (w *wire) put(c *wireConn) {
	c.since = time.Now()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.idle[c.key] = append(w.idle[c.key], c)
}

// close ends all connections that rest, and those that are made ahead.
func (w *wire) close() {
	w.mu.Lock()
	stop := w.ahead.stop
	w.mu.Unlock()
	if stop != nil {
		stop()
		w.ahead.wg.Wait()
	}
	w.makeRoom()
}

// makeRoom ends all connections that rest.
func (w *wire) makeRoom() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, list := range w.idle {
		for _, c := range list {
			_ = c.raw.Close() // nothing is on the way
		}
	}
	clear(w.idle)
}

// wireAnswer is the body of an answer; at its end the connection is free.
type wireAnswer struct {
	io.ReadCloser
	c    *wireConn
	stop func() bool
	keep bool
	over bool
}

func (a *wireAnswer) Read(p []byte) (int, error) {
	if a.over {
		return 0, io.EOF
	}
	n, err := a.ReadCloser.Read(p)
	if err != nil {
		a.end(err == io.EOF)
	}
	return n, err
}

// Close before the end gives the connection up.
func (a *wireAnswer) Close() error {
	a.end(false)
	return nil
}

func (a *wireAnswer) end(whole bool) {
	if a.over {
		return
	}
	a.over = true
	// stop is false when the context has ended: the connection is being closed.
	if a.stop() && whole && a.keep && a.c.br.Buffered() == 0 {
		a.c.w.put(a.c)
		return
	}
	_ = a.c.raw.Close() // what is left of the answer is not wanted
}
