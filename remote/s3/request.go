package s3

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"

	"gantry/remote/s3/wire"
)

// newRequest begins a request for key in the bucket of s; an empty key is the
// bucket itself.
func (s *site) newRequest(method, key, query string) *wire.Request {
	dst := make([]byte, 0, len(s.base)+1+len(key)+16)
	dst = append(append(dst, s.base...), '/')
	return &wire.Request{Method: method, Path: string(appendPath(dst, key)), Query: query, Headers: make([]wire.Header, 0, 12)}
}

// do signs r and sends it. An answer of 2xx is returned with its body open;
// every other one is an *answer error and its body is closed.
func (a attempt) do(r *wire.Request) (*http.Response, error) {
	s, c := a.site, a.c
	if c.srv.RequesterPays {
		r.Set("x-amz-request-payer", "requester")
	}
	payload := unsigned
	if r.Body == nil {
		payload = emptyHash
		if r.Small != nil {
			sum := sha256.Sum256(r.Small)
			payload = hex.EncodeToString(sum[:])
		}
	}
	s.sign(r, a.keys, c.now(), payload)
	res, err := a.send(r)
	if r.Body != nil {
		r.Body.Stop() // the transport may still be reading; the caller's bytes are the caller's again
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
func (a attempt) send(r *wire.Request) (*http.Response, error) {
	c := a.c
	if c.quick != nil && c.quick.Takes(&a.site.Place, r) {
		return c.quick.RoundTrip(a.ctx, &a.site.Place, r, c.o.UserAgent)
	}
	tr := c.fast
	if r.Slow {
		tr = c.slow
	}
	req, err := r.HTTP(&a.site.Place, c.o.UserAgent)
	if err != nil {
		return nil, err
	}
	return tr.RoundTrip(req.WithContext(a.ctx))
}

// attempt is one try of an operation: where, with which keys.
type attempt struct {
	ctx  context.Context
	c    *conn
	b    *bucket
	site *site
	keys aws.Credentials
}
