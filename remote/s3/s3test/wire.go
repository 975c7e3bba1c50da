package s3test

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"
)

// wire says how the reply is sent, and the body read. Negative means never.
type wire struct {
	drop        bool
	resetAt     int64
	closeAt     int64
	stallAt     int64
	flip        int64
	spaces      int
	cut         bool
	uploadStall int64
	uploadReset int64
	uploadFlip  int64
	slow        pace
	uploadSlow  pace
}

// pace is so many bytes every so often; the zero pace is as fast as can be.
type pace struct {
	n     int64
	every time.Duration
}

// wait cuts b to one piece, when it is time for it.
func (p pace) wait(x *exchange, b []byte) []byte {
	if p.n == 0 || len(b) == 0 {
		return b
	}
	next := time.NewTimer(p.every)
	defer next.Stop()
	select {
	case <-next.C:
	case <-x.s.stop:
	}
	return b[:min(int64(len(b)), p.n)]
}

// slowReader reads at a pace, and lets the client have every piece at once.
type slowReader struct {
	r io.Reader
	x *exchange
}

func (s slowReader) Read(b []byte) (int, error) {
	s.x.flush()
	return s.r.Read(s.x.wire.slow.wait(s.x, b))
}

func newWire() wire {
	return wire{resetAt: -1, closeAt: -1, stallAt: -1, flip: -1, uploadStall: -1, uploadReset: -1, uploadFlip: -1}
}

// twist changes what an operation does.
type twist struct {
	ignoreRange   bool
	ignoreIfMatch bool
	nextToken     func(given, next string) string
	refused       map[string]string // codes by key
}

func (t twist) refuse(key string) string { return t.refused[key] }

// stall waits until it is released, the client has gone, or the server ends.
func (x *exchange) stall() {
	select {
	case <-x.s.released():
	case <-x.r.Context().Done():
	case <-x.s.stop:
	}
}

// reset ends the connection with a RST.
func (x *exchange) reset() {
	x.gone, x.cut = true, true
	h, ok := x.w.(http.Hijacker)
	if !ok {
		panic(http.ErrAbortHandler)
	}
	conn, _, err := h.Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	raw := conn
	if t, ok := conn.(*tls.Conn); ok {
		raw = t.NetConn()
	}
	if tcp, ok := raw.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = raw.Close()
}

// send writes the reply, with all its faults.
func (x *exchange) send() {
	if x.cut {
		return
	}
	if x.reply == nil || x.wire.drop {
		x.reset()
		return
	}
	p, h := x.reply, x.w.Header()
	for k, v := range p.header {
		h[k] = v
	}
	h.Set("X-Amz-Request-Id", "TESTREQUEST")
	if x.r.Method == http.MethodHead || p.none {
		if p.n > 0 {
			h.Set("Content-Length", strconv.FormatInt(p.n, 10))
		}
		x.w.WriteHeader(p.status)
		return
	}
	if x.wire.spaces > 0 {
		x.w.WriteHeader(p.status)
		for range x.wire.spaces {
			_, _ = io.WriteString(x.w, " ")
			x.flush()
		}
		if x.wire.cut {
			panic(http.ErrAbortHandler)
		}
	} else {
		if p.status != http.StatusNoContent {
			h.Set("Content-Length", strconv.FormatInt(p.n, 10))
		}
		x.w.WriteHeader(p.status)
	}
	x.sendBody(io.NewSectionReader(p.body, p.off, p.n))
}

func (x *exchange) sendBody(body io.Reader) {
	if x.wire.flip >= 0 && x.reply.n > 0 {
		body = &flipper{r: body, at: x.wire.flip % x.reply.n}
	}
	if x.wire.slow.n > 0 {
		body = slowReader{body, x}
	}
	if n := x.wire.stallAt; n >= 0 {
		x.copy(io.LimitReader(body, n))
		x.stall()
	}
	if n := x.wire.closeAt; n >= 0 {
		x.copy(io.LimitReader(body, n))
		panic(http.ErrAbortHandler)
	}
	if n := x.wire.resetAt; n >= 0 {
		x.copy(io.LimitReader(body, n))
		x.reset()
		return
	}
	_, _ = io.Copy(x.w, body)
}

func (x *exchange) copy(r io.Reader) {
	_, _ = io.Copy(x.w, r)
	x.flush()
}

func (x *exchange) flush() {
	if f, ok := x.w.(http.Flusher); ok {
		f.Flush()
	}
}

// flipper damages the lowest bit of one byte.
type flipper struct {
	r   io.Reader
	at  int64
	pos int64
}

func (f *flipper) Read(b []byte) (int, error) {
	n, err := f.r.Read(b)
	if i := f.at - f.pos; i >= 0 && i < int64(n) {
		b[i] ^= 1
	}
	f.pos += int64(n)
	return n, err
}

var errCut = errors.New("the connection was reset by a fault")

// bodyReader reads the request's body, with its faults.
type bodyReader struct {
	x *exchange
	n int64
}

func (r *bodyReader) Read(b []byte) (int, error) {
	w := &r.x.wire
	for _, at := range []int64{w.uploadStall, w.uploadReset} {
		if at > r.n {
			b = b[:min(int64(len(b)), at-r.n)]
		}
	}
	if w.uploadStall >= 0 && r.n >= w.uploadStall {
		w.uploadStall = -1
		r.x.stall()
	}
	if w.uploadReset >= 0 && r.n >= w.uploadReset {
		r.x.reset()
		return 0, errCut
	}
	n, err := r.x.r.Body.Read(w.uploadSlow.wait(r.x, b))
	if i := w.uploadFlip - r.n; w.uploadFlip >= 0 && i >= 0 && i < int64(n) {
		b[i] ^= 1
	}
	r.n += int64(n)
	return n, err
}
