package s3

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"net/http"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"gantry/remote/s3/wire"
)

const (
	unsigned  = "UNSIGNED-PAYLOAD"
	emptyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
)

// scope is a signing key and what it was made for: it serves a whole day.
type scope struct {
	day    string // 20060102
	id     string
	secret string
	macs   sync.Pool // of hash.Hash, keyed
	tail   string    // "/region/service/aws4_request"
}

// scopeFor gives the signing key for now, from the cache if it fits.
func (s *site) scopeFor(keys aws.Credentials, day string) *scope {
	sc := s.scope.Load()
	if sc != nil && sc.day == day && sc.id == keys.AccessKeyID && sc.secret == keys.SecretAccessKey {
		return sc
	}
	k := mac([]byte("AWS4"+keys.SecretAccessKey), day)
	k = mac(mac(mac(k, s.signIn), s.service), "aws4_request")
	sc = &scope{
		day: day, id: keys.AccessKeyID, secret: keys.SecretAccessKey,
		macs: sync.Pool{New: func() any { return hmac.New(sha256.New, k) }},
		tail: "/" + s.signIn + "/" + s.service + "/aws4_request",
	}
	s.scope.Store(sc)
	return sc
}

// mac signs text.
func (s *scope) mac(text []byte) (sum [sha256.Size]byte) {
	h := s.macs.Get().(hash.Hash)
	h.Reset()
	h.Write(text)
	h.Sum(sum[:0])
	s.macs.Put(h)
	return sum
}

func mac(key []byte, data string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(data))
	return h.Sum(nil)
}

// sign adds to r what AWS Signature Version 4 asks for. Every header of r is
// signed, so that none can be changed on the way; those that proxies change are
// added afterwards. The path and the query of r are in the form that is sent.
func (s *site) sign(r *wire.Request, keys aws.Credentials, now time.Time, payload string) {
	var stamp [16]byte
	date := string(now.UTC().AppendFormat(stamp[:0], "20060102T150405Z"))
	r.Set("x-amz-content-sha256", payload)
	if keys.AccessKeyID == "" {
		return
	}
	r.Set("x-amz-date", date)
	if keys.SessionToken != "" {
		r.Set("x-amz-security-token", keys.SessionToken)
	}
	r.Set("host", s.Host)
	r.Sort()

	scratch := s.scratch()
	defer s.texts.Put(scratch)
	buf := append(append((*scratch)[:0], r.Method...), '\n')
	buf = append(append(buf, r.Path...), '\n')
	buf = append(append(buf, r.Query...), '\n')
	for _, h := range r.Headers {
		buf = append(append(buf, h.Name...), ':')
		buf = append(appendTrimmed(buf, h.Value), '\n')
	}
	buf = append(buf, '\n')
	at := len(buf)
	buf = appendNames(buf, r.Headers)
	names := string(buf[at:])
	buf = append(append(buf, '\n'), payload...)
	sum := sha256.Sum256(buf)

	sc := s.scopeFor(keys, date[:8])
	buf = append(buf[:0], "AWS4-HMAC-SHA256\n"...)
	buf = append(append(buf, date...), '\n')
	buf = append(append(append(buf, date[:8]...), sc.tail...), '\n')
	buf = hex.AppendEncode(buf, sum[:])
	sum = sc.mac(buf)

	buf = append(buf[:0], "AWS4-HMAC-SHA256 Credential="...)
	buf = append(append(append(append(buf, keys.AccessKeyID...), '/'), date[:8]...), sc.tail...)
	buf = append(append(buf, ", SignedHeaders="...), names...)
	buf = append(buf, ", Signature="...)
	buf = hex.AppendEncode(buf, sum[:])
	r.Authorization, *scratch = string(buf), buf
}

// appendNames appends the names of headers as they are listed in a signature.
func appendNames(dst []byte, headers []wire.Header) []byte {
	for i, h := range headers {
		if i > 0 {
			dst = append(dst, ';')
		}
		dst = append(dst, h.Name...)
	}
	return dst
}

// scratch is memory for the texts that are signed.
func (s *site) scratch() *[]byte {
	if b, ok := s.texts.Get().(*[]byte); ok {
		return b
	}
	b := make([]byte, 0, 1024)
	return &b
}

// appendTrimmed appends a header's value as it is signed: without spaces at the
// ends, and inside one space for many.
func appendTrimmed(dst []byte, v string) []byte {
	start, space := len(dst), false
	for i := 0; i < len(v); i++ {
		if v[i] == ' ' {
			space = len(dst) > start
			continue
		}
		if space {
			dst, space = append(dst, ' '), false
		}
		dst = append(dst, v[i])
	}
	return dst
}

// skewed signs for the SDK at the time of the server's clock.
type skewed struct{ c *conn }

// SignHTTP is the SDK's signer with the corrected time.
func (k skewed) SignHTTP(ctx context.Context, keys aws.Credentials, r *http.Request, hash, service, region string, at time.Time, fns ...func(*v4.SignerOptions)) error {
	signer := v4.NewSigner(func(o *v4.SignerOptions) { o.DisableURIPathEscaping = true })
	return signer.SignHTTP(ctx, keys, r, hash, service, region, at.Add(time.Duration(k.c.skew.Load())), fns...)
}
