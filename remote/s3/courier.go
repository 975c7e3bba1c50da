package s3

import (
	"io"
	"net/http"
	"strings"
)

// courier carries the requests of the SDK over the connections that our own ones
// have, where those take them: what begins or completes an upload need not wait
// for a connection of its own.
type courier struct {
	c    *conn
	rest *http.Transport // for what they do not take
	slow bool            // the server may think for minutes
}

// RoundTrip sends req.
func (m courier) RoundTrip(req *http.Request) (*http.Response, error) {
	w := m.c.quick
	if w == nil || req.ContentLength < 0 || req.ContentLength > wireBody {
		return m.rest.RoundTrip(req)
	}
	s := &site{scheme: req.URL.Scheme, host: req.Host}
	if s.host == "" {
		s.host = hostOf(*req.URL)
	}
	r := &request{method: req.Method, slow: m.slow}
	r.path, r.query, _ = strings.Cut(req.URL.RequestURI(), "?")
	if !w.takes(s, r) {
		return m.rest.RoundTrip(req)
	}
	for name, values := range req.Header {
		switch name {
		case "User-Agent", "Accept-Encoding", "Content-Length": // the wire's own
			continue
		}
		for _, v := range values {
			r.headers = append(r.headers, header{name, v})
		}
	}
	if req.Body != nil {
		body, err := io.ReadAll(req.Body)
		_ = req.Body.Close() // only read from
		if err != nil {
			return nil, err
		}
		r.small = body
	}
	res, err := w.roundTrip(req.Context(), s, r, req.UserAgent())
	if err != nil {
		return nil, err
	}
	res.Request = req
	return res, nil
}
