package wire

import (
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// Header is one header of a request. Name is in lower case, as it is signed.
type Header struct{ Name, Value string }

// Request is one lean request: everything in the form that is sent.
type Request struct {
	Method        string
	Path          string // escaped, with the bucket if the place has it there
	Query         string // escaped and sorted
	Headers       []Header
	Authorization string
	Body          *Replay // nil for none
	Small         []byte  // a body that is signed; used instead of Body
	Slow          bool    // the server may think for minutes
}

// Set adds a header or replaces its value.
func (r *Request) Set(name, value string) {
	for i := range r.Headers {
		if r.Headers[i].Name == name {
			r.Headers[i].Value = value
			return
		}
	}
	r.Headers = append(r.Headers, Header{name, value})
}

// Sort orders the headers by name, as they are signed.
func (r *Request) Sort() {
	slices.SortFunc(r.Headers, func(a, b Header) int { return strings.Compare(a.Name, b.Name) })
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

// HTTP is r for a transport of net/http.
func (r *Request) HTTP(to *Place, agent string) (*http.Request, error) {
	path, err := url.PathUnescape(r.Path)
	if err != nil {
		return nil, err
	}
	h := make(http.Header, len(r.Headers)+4)
	values := make([]string, len(r.Headers)+3)
	put := func(name, value string) {
		values[0] = value
		h[name], values = values[:1:1], values[1:]
	}
	for _, x := range r.Headers {
		if x.Name == "host" {
			continue
		}
		name, ok := canonical[x.Name]
		if !ok {
			name = http.CanonicalHeaderKey(x.Name)
		}
		put(name, x.Value)
	}
	if r.Authorization != "" {
		put("Authorization", r.Authorization)
	}
	req := &http.Request{
		Method: r.Method, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: h, Host: to.Host,
		URL: &url.URL{Scheme: to.Scheme, Host: to.Host, Path: path, RawPath: r.Path, RawQuery: r.Query},
	}
	h["User-Agent"] = []string{agent}
	// What is stored compressed is delivered as it is stored.
	h["Accept-Encoding"] = []string{"identity"}
	switch {
	case r.Small != nil:
		req.ContentLength = int64(len(r.Small))
		req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(string(r.Small))), nil }
	case r.Body != nil && r.Body.Size > 0:
		req.ContentLength = r.Body.Size
		req.GetBody = r.Body.open
	case r.Method == http.MethodPut || r.Method == http.MethodPost:
		req.Body = http.NoBody
	}
	if req.GetBody != nil {
		req.Body, err = req.GetBody()
	}
	return req, err
}

// DrainMost is how much of a body is read to use its connection again.
const DrainMost = 64 << 10

// Drain reads what is left of a body, so that the connection can be used again.
func Drain(res *http.Response) {
	_, _ = io.CopyN(io.Discard, res.Body, DrainMost) // best effort: a failure only costs the connection
	_ = res.Body.Close()
}
