package s3

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// header is one header of a request. name is in lower case, as it is signed.
type header struct{ name, value string }

// request is one lean request: everything in the form that is sent.
type request struct {
	method        string
	path          string // escaped, with the bucket if the site has it there
	query         string // escaped and sorted
	headers       []header
	authorization string
	body          *replay // nil for none
	small         []byte  // a body that is signed; used instead of body
	slow          bool    // the server may think for minutes
}

// set adds a header or replaces its value.
func (r *request) set(name, value string) {
	for i := range r.headers {
		if r.headers[i].name == name {
			r.headers[i].value = value
			return
		}
	}
	r.headers = append(r.headers, header{name, value})
}

func (r *request) sort() {
	slices.SortFunc(r.headers, func(a, b header) int { return strings.Compare(a.name, b.name) })
}

func (r *request) appendNames(dst []byte) []byte {
	for i, h := range r.headers {
		if i > 0 {
			dst = append(dst, ';')
		}
		dst = append(dst, h.name...)
	}
	return dst
}

// canonical are the names of the headers as net/http keeps them, so that no
// request has to work them out again. It is never written to.
var canonical = map[string]string{
	"x-amz-content-sha256": "X-Amz-Content-Sha256", "x-amz-date": "X-Amz-Date", "x-amz-security-token": "X-Amz-Security-Token",
	"x-amz-checksum-crc64nvme": "X-Amz-Checksum-Crc64nvme", "x-amz-checksum-mode": "X-Amz-Checksum-Mode",
	"x-amz-copy-source": "X-Amz-Copy-Source", "x-amz-copy-source-if-match": "X-Amz-Copy-Source-If-Match",
	"x-amz-meta-mtime": "X-Amz-Meta-Mtime", "x-amz-storage-class": "X-Amz-Storage-Class", "x-amz-acl": "X-Amz-Acl",
	"x-amz-request-payer": "X-Amz-Request-Payer", "content-type": "Content-Type", "content-md5": "Content-Md5",
	"range": "Range", "if-match": "If-Match", "if-none-match": "If-None-Match",
}

// newRequest begins a request for key in the bucket of s; an empty key is the
// bucket itself.
func (s *site) newRequest(method, key, query string) *request {
	dst := make([]byte, 0, len(s.base)+1+len(key)+16)
	dst = append(append(dst, s.base...), '/')
	return &request{method: method, path: string(appendPath(dst, key)), query: query, headers: make([]header, 0, 12)}
}

// do signs r and sends it. An answer of 2xx is returned with its body open;
// every other one is an *answer error and its body is closed.
func (a attempt) do(r *request) (*http.Response, error) {
	s, c := a.site, a.c
	if c.srv.RequesterPays {
		r.set("x-amz-request-payer", "requester")
	}
	payload := unsigned
	if r.body == nil {
		payload = emptyHash
		if r.small != nil {
			sum := sha256.Sum256(r.small)
			payload = hex.EncodeToString(sum[:])
		}
	}
	s.sign(r, a.keys, c.now(), payload)
	res, err := a.send(r)
	if r.body != nil {
		r.body.stop() // the transport may still be reading; the caller's bytes are the caller's again
	}
	if err != nil {
		return nil, err
	}
	if res.StatusCode/100 != 2 {
		return nil, failedAnswer(res)
	}
	a.b.traits.learn(res.Header)
	return res, nil
}

// send sends what is signed, the quick way where that can be.
func (a attempt) send(r *request) (*http.Response, error) {
	c := a.c
	if c.quick != nil && c.quick.takes(a.site, r) {
		return c.quick.roundTrip(a.ctx, a.site, r, c.o.UserAgent)
	}
	tr := c.fast
	if r.slow {
		tr = c.slow
	}
	req, err := a.site.httpRequest(r, c.o.UserAgent)
	if err != nil {
		return nil, err
	}
	return tr.RoundTrip(req.WithContext(a.ctx))
}

// httpRequest is r for the transport.
func (s *site) httpRequest(r *request, agent string) (*http.Request, error) {
	path, err := url.PathUnescape(r.path)
	if err != nil {
		return nil, err
	}
	h := make(http.Header, len(r.headers)+4)
	values := make([]string, len(r.headers)+3)
	put := func(name, value string) {
		values[0] = value
		h[name], values = values[:1:1], values[1:]
	}
	for _, x := range r.headers {
		if x.name == "host" {
			continue
		}
		name, ok := canonical[x.name]
		if !ok {
			name = http.CanonicalHeaderKey(x.name)
		}
		put(name, x.value)
	}
	if r.authorization != "" {
		put("Authorization", r.authorization)
	}
	req := &http.Request{
		Method: r.method, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: h, Host: s.host,
		URL: &url.URL{Scheme: s.scheme, Host: s.host, Path: path, RawPath: r.path, RawQuery: r.query},
	}
	h["User-Agent"] = []string{agent}
	// What is stored compressed is delivered as it is stored.
	h["Accept-Encoding"] = []string{"identity"}
	switch {
	case r.small != nil:
		req.ContentLength = int64(len(r.small))
		req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(string(r.small))), nil }
	case r.body != nil && r.body.size > 0:
		req.ContentLength = r.body.size
		req.GetBody = r.body.open
	case r.method == http.MethodPut || r.method == http.MethodPost:
		req.Body = http.NoBody
	}
	if req.GetBody != nil {
		req.Body, err = req.GetBody()
	}
	return req, err
}

// replay is a body that can be sent several times. The transport may go on
// reading an old attempt while a new one has begun, or after the request has
// ended; such a reader is cut off.
type replay struct {
	mu   sync.Mutex
	src  io.ReadSeeker
	size int64
	turn int // only the reader of this turn may read
}

var errStale = errors.New("body of an earlier attempt")

func (p *replay) open() (io.ReadCloser, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.turn++
	if _, err := p.src.Seek(0, io.SeekStart); err != nil {
		return nil, &sourceError{err}
	}
	return &playing{p: p, turn: p.turn, left: p.size}, nil
}

func (p *replay) stop() {
	p.mu.Lock()
	p.turn++
	p.mu.Unlock()
}

// playing is one attempt to send a replay.
type playing struct {
	p    *replay
	turn int
	left int64
}

// Read reads at most the planned size: a source that grew must not spoil the
// framing, a source that shrank is an error of its own.
func (r *playing) Read(b []byte) (int, error) {
	r.p.mu.Lock()
	defer r.p.mu.Unlock()
	if r.turn != r.p.turn {
		return 0, errStale
	}
	if r.left == 0 {
		return 0, io.EOF
	}
	n, err := r.p.src.Read(b[:min(int64(len(b)), r.left)])
	r.left -= int64(n)
	switch {
	case err == io.EOF && r.left > 0:
		err = &sourceError{io.ErrUnexpectedEOF}
	case err != nil && err != io.EOF:
		err = &sourceError{err}
	}
	return n, err
}

// Close lets go of the source.
func (r *playing) Close() error { return nil }

// sourceError is a failure of the bytes to be sent, not of the server.
type sourceError struct{ err error }

func (e *sourceError) Error() string { return "reading the source: " + e.err.Error() }
func (e *sourceError) Unwrap() error { return e.err }

// drainMost is how much of a body is read to use its connection again.
const drainMost = 64 << 10

// drain reads what is left of a body, so that the connection can be used again.
func drain(res *http.Response) {
	_, _ = io.CopyN(io.Discard, res.Body, drainMost) // best effort: a failure only costs the connection
	_ = res.Body.Close()
}

// attempt is one try of an operation: where, with which keys.
type attempt struct {
	ctx  context.Context
	c    *conn
	b    *bucket
	site *site
	keys aws.Credentials
}
