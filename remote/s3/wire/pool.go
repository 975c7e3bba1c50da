package wire

import (
	"bufio"
	"context"
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
	bodyMost   = 64 << 10 // bytes of a body that go out together with its request
	headMost   = 1 << 20  // bytes that the head of an answer may have
	readBuffer = 16 << 10
)

// SlowFactor is how many times as long nothing may move while the server may think
// for minutes.
const SlowFactor = 10

// Pool sends requests over connections of HTTP/1.1 in the goroutine of the
// caller: one write, then the answer is read. For small objects that is half of
// what net/http costs, which has two goroutines for each connection to hand
// everything over to. Requests with a long body stay with net/http, because it
// sees an answer that comes before the body has ended; so do those that pass a
// proxy. Answers are parsed by net/http in either case.
type Pool struct {
	tr    *http.Transport          // whose dialer, TLS, proxy and rest it has
	limit time.Duration            // how long nothing may move before a connection is cut
	saw   func(took time.Duration) // nil for nobody

	mu    sync.Mutex
	idle  map[string][]*conn // by scheme and host, the last used one at the end
	ahead warmUp
	bufs  sync.Pool
}

// New makes a Pool with the dialer, the TLS and the proxy of tr, whose connections
// end after limit without progress. saw is told how long each request takes from
// its sending to the head of its answer; nil for nobody.
func New(tr *http.Transport, limit time.Duration, saw func(took time.Duration)) *Pool {
	return &Pool{tr: tr, limit: limit, saw: saw, idle: map[string][]*conn{}}
}

// Takes tells whether r can go to s this way.
func (p *Pool) Takes(s *Place, r *Request) bool {
	if r.Body != nil && r.Body.Size > bodyMost || len(r.Small) > 4*bodyMost {
		return false
	}
	s.direct.Do(func() {
		u, err := p.tr.Proxy(&http.Request{URL: &url.URL{Scheme: s.Scheme, Host: s.Host}})
		s.noProxy = err == nil && u == nil
	})
	return s.noProxy
}

// conn is one connection. It belongs to one request at a time.
type conn struct {
	pool  *Pool
	key   string
	conn  net.Conn // with TLS inside of it
	raw   net.Conn // without
	br    *bufio.Reader
	since time.Time // when it was put aside
	used  bool      // for a request before this one
	room  int64     // bytes that may still be read, while a head is
}

func (c *conn) Read(p []byte) (int, error) {
	if c.room >= 0 {
		if c.room == 0 {
			return 0, errHead
		}
		p = p[:min(int64(len(p)), c.room)]
	}
	n, err := c.conn.Read(p)
	if c.room > 0 {
		c.room -= int64(n)
	}
	return n, err
}

// RoundTrip sends r to s and reads the head of the answer, whatever it is. The
// connection is free when its body has been read or closed.
func (p *Pool) RoundTrip(ctx context.Context, s *Place, r *Request, agent string) (*http.Response, error) {
	buf, err := p.encode(s, r, agent)
	if err != nil {
		return nil, err
	}
	defer p.bufs.Put(buf)
	for {
		c, err := p.get(ctx, s)
		if err == nil && ctx.Err() != nil { // nothing is sent any more
			p.put(c)
			err = ctx.Err()
		}
		if err != nil {
			return nil, err
		}
		c.allow(p.limit, r.Slow)
		stop := context.AfterFunc(ctx, func() { _ = c.raw.Close() }) // ends whatever waits
		start := time.Now()                                          // the way, without what a new connection costs
		res, err := c.exchange(*buf, r.Method)
		if err == nil && p.saw != nil {
			p.saw(time.Since(start))
		}
		if err != nil {
			stop()
			_ = c.raw.Close() // it failed
			// Only what changes nothing is sent again unseen: for the rest the
			// caller has to find out what became of it.
			if c.used && errors.Is(err, errNoAnswer) && ctx.Err() == nil && (r.Method == http.MethodGet || r.Method == http.MethodHead) {
				continue
			}
			if ctx.Err() != nil {
				err = ctx.Err()
			}
			return nil, err
		}
		body := &answer{ReadCloser: res.Body, c: c, stop: stop, keep: !res.Close}
		if res.Body == http.NoBody {
			body.end(true)
		}
		res.Body = body
		return res, nil
	}
}

// allow sets how long nothing may move; SlowFactor times as long where the server
// may think.
func (c *conn) allow(limit time.Duration, slow bool) {
	if slow {
		limit *= SlowFactor
	}
	if i, ok := c.raw.(*idleConn); ok && i.limit != limit {
		i.limit = limit
		i.last.Store(0) // the deadline is set anew
	}
}

// errHead is the end of a head that does not end.
var errHead = errors.New("the head of the answer is too long")

// errNoAnswer is how a connection ends that the server had closed while it
// was not used. It is an io.EOF to everybody else.
var errNoAnswer = &closedError{}

type closedError struct{}

func (*closedError) Error() string { return "the server closed the connection" }
func (*closedError) Unwrap() error { return io.EOF }

// exchange writes a request and reads the head of its answer.
func (c *conn) exchange(request []byte, method string) (*http.Response, error) {
	_, werr := c.conn.Write(request)
	// A server that refuses early answers and closes: its answer counts more
	// than the failure to write.
	c.room = headMost
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
func (p *Pool) encode(s *Place, r *Request, agent string) (*[]byte, error) {
	buf, ok := p.bufs.Get().(*[]byte)
	if !ok {
		buf = new([]byte)
	}
	b := append(append((*buf)[:0], r.Method...), ' ')
	b = append(b, r.Path...)
	if r.Query != "" {
		b = append(append(b, '?'), r.Query...)
	}
	b = append(b, " HTTP/1.1\r\nHost: "...)
	b = append(b, s.Host...)
	for _, h := range r.Headers {
		if h.Name != "host" {
			b = appendHeader(b, h.Name, h.Value)
		}
	}
	if r.Authorization != "" {
		b = appendHeader(b, "Authorization", r.Authorization)
	}
	b = appendHeader(appendHeader(b, "User-Agent", agent), "Accept-Encoding", "identity")
	size := int64(len(r.Small))
	if r.Body != nil {
		size = r.Body.Size
	}
	if size > 0 || r.Method == http.MethodPut || r.Method == http.MethodPost {
		b = appendHeader(b, "Content-Length", strconv.FormatInt(size, 10))
	}
	b = append(append(b, "\r\n\r\n"...), r.Small...)
	if r.Small == nil && size > 0 {
		from := len(b)
		if need := from + int(size); cap(b) < need {
			b = append(make([]byte, 0, need), b...)
		}
		b = b[:from+int(size)]
		body, err := r.Body.open()
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
func (p *Pool) get(ctx context.Context, s *Place) (*conn, error) {
	key := s.Scheme + "://" + s.Host
	for {
		p.mu.Lock()
		list := p.idle[key]
		if len(list) == 0 {
			m := p.promise(key)
			p.mu.Unlock()
			if m != nil {
				if c := p.comes(ctx, m); c != nil {
					return c, nil
				}
			}
			return p.connect(ctx, s, key)
		}
		c := list[len(list)-1]
		p.idle[key] = list[:len(list)-1]
		p.mu.Unlock()
		if time.Since(c.since) < p.tr.IdleConnTimeout && quiet(c.raw) {
			c.used = true
			return c, nil
		}
		_ = c.raw.Close() // it rested too long, or the server has closed it
	}
}

func (p *Pool) connect(ctx context.Context, s *Place, key string) (*conn, error) {
	host, port := s.Host, "80"
	if s.Scheme == "https" {
		port = "443"
	}
	if h, p, err := net.SplitHostPort(s.Host); err == nil {
		host, port = h, p
	}
	raw, err := p.tr.DialContext(ctx, "tcp", net.JoinHostPort(host, port))
	if err != nil {
		return nil, err
	}
	c := &conn{pool: p, key: key, conn: raw, raw: raw, room: -1}
	if s.Scheme == "https" {
		if c.conn, err = secure(ctx, raw, p.tr.TLSClientConfig, host); err != nil {
			return nil, err
		}
	}
	c.br = bufio.NewReaderSize(c, readBuffer)
	return c, nil
}

// put keeps c for the next request.
func (p *Pool) put(c *conn) {
	c.since = time.Now()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.idle[c.key] = append(p.idle[c.key], c)
}

// Close ends all connections that rest, and those that are made ahead.
func (p *Pool) Close() {
	p.mu.Lock()
	stop := p.ahead.stop
	p.mu.Unlock()
	if stop != nil {
		stop()
		p.ahead.wg.Wait()
	}
	p.MakeRoom()
}

// MakeRoom ends all connections that rest.
func (p *Pool) MakeRoom() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, list := range p.idle {
		for _, c := range list {
			_ = c.raw.Close() // nothing is on the way
		}
	}
	clear(p.idle)
}

// answer is the body of an answer; at its end the connection is free.
type answer struct {
	io.ReadCloser
	c    *conn
	stop func() bool
	keep bool
	over bool
}

func (a *answer) Read(p []byte) (int, error) {
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
func (a *answer) Close() error {
	a.end(false)
	return nil
}

func (a *answer) end(whole bool) {
	if a.over {
		return
	}
	a.over = true
	// stop is false when the context has ended: the connection is being closed.
	if a.stop() && whole && a.keep && a.c.br.Buffered() == 0 {
		a.c.pool.put(a.c)
		return
	}
	_ = a.c.raw.Close() // what is left of the answer is not wanted
}
