package wire

import (
	"io"
	"net/http"
	"strings"
)

// Courier carries the requests of the SDK over the connections that our own ones
// have, where those take them: what begins or completes an upload need not wait
// for a connection of its own.
type Courier struct {
	Pool *Pool           // nil for none
	Rest *http.Transport // for what they do not take
	Slow bool            // the server may think for minutes
}

// RoundTrip sends req.
func (m Courier) RoundTrip(req *http.Request) (*http.Response, error) {
	w := m.Pool
	if w == nil || req.ContentLength < 0 || req.ContentLength > bodyMost {
		return m.Rest.RoundTrip(req)
	}
	s := &Place{Scheme: req.URL.Scheme, Host: req.Host}
	if s.Host == "" {
		s.Host = HostOf(*req.URL)
	}
	r := &Request{Method: req.Method, Slow: m.Slow}
	r.Path, r.Query, _ = strings.Cut(req.URL.RequestURI(), "?")
	if !w.Takes(s, r) {
		return m.Rest.RoundTrip(req)
	}
	for name, values := range req.Header {
		switch name {
		case "User-Agent", "Accept-Encoding", "Content-Length": // the wire's own
			continue
		}
		for _, v := range values {
			r.Headers = append(r.Headers, Header{name, v})
		}
	}
	if req.Body != nil {
		body, err := io.ReadAll(req.Body)
		_ = req.Body.Close() // only read from
		if err != nil {
			return nil, err
		}
		r.Small = body
	}
	res, err := w.RoundTrip(req.Context(), s, r, req.UserAgent())
	if err != nil {
		return nil, err
	}
	res.Request = req
	return res, nil
}
