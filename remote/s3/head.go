package s3

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"gantry/remote"
	"gantry/remote/s3/wire"
)

// headers are the headers of an object, from HEAD or from a GET that stands in
// for it.
type headers struct {
	header http.Header
	size   int64
}

// errNoSize says that a GET refused to tell the size that a HEAD had left out.
var errNoSize = errors.New("the server does not tell the size")

// head asks for the headers of key. A refusal of HEAD has no body and so no
// reason; a GET of one byte finds it, or finds that reading is allowed after
// all. What comes without a checksum then is that of an object that may not be
// looked at, never that of a fault in passing: with it a flipped bit would pass
// unseen.
func (a attempt) head(key string) (headers, error) {
	h, err := a.headBy(http.MethodHead, key)
	if err == nil {
		return a.sized(key, h)
	}
	flt := inspect(err)
	switch {
	case flt.status == http.StatusForbidden && flt.ownWords(), flt.status == http.StatusMovedPermanently && flt.region == "":
		return a.headByGet(key, err)
	case flt.status == http.StatusForbidden, flt.status == http.StatusBadRequest:
		if _, err := a.headByGet(key, err); err != nil {
			return headers{}, err
		}
		return a.headAgain(key)
	}
	return headers{}, err
}

// headBy asks for the headers of the whole object, its checksum among them.
func (a attempt) headBy(method, key string) (headers, error) {
	r := a.site.newRequest(method, key, "")
	r.Set("x-amz-checksum-mode", "ENABLED")
	res, err := a.do(r)
	if err != nil {
		return headers{}, err
	}
	if res.ContentLength > wire.DrainMost {
		_ = res.Body.Close() // a connection costs less than the content
	} else {
		wire.Drain(res)
	}
	return headers{res.Header, res.ContentLength}, nil
}

// sized asks for the size too where HEAD does not tell it: some servers say
// nothing of that of an empty object.
func (a attempt) sized(key string, h headers) (headers, error) {
	if h.size >= 0 {
		return h, nil
	}
	got, err := a.headByGet(key, errNoSize)
	switch {
	case err == nil:
		h.size = got.size
	case !errors.Is(err, errNoSize) && inspect(err).retryable():
		return headers{}, err // a fault in passing is no unknown size
	}
	return h, nil
}

// headAgain is for an object that can be read although HEAD was refused by
// nobody knows whom. If that does not pass, a GET of the whole decides, which is
// given up once its headers are there.
func (a attempt) headAgain(key string) (headers, error) {
	h, err := a.headBy(http.MethodHead, key)
	if err == nil {
		return a.sized(key, h)
	}
	if inspect(err).retryable() {
		return headers{}, err
	}
	h, err = a.headBy(http.MethodGet, key)
	if flt := inspect(err); flt.status/100 == 4 && flt.code == "" && !flt.retryable() {
		// A byte of it could be read a moment ago.
		return headers{}, &remote.Error{
			Op: "read", Kind: remote.Unreachable, Err: flt.cause(),
			Hint: fmt.Sprintf("Something on the way to the server refuses requests and does not say why (%d). Try again.", flt.status),
		}
	}
	return h, err
}

func (a attempt) headByGet(key string, refused error) (headers, error) {
	r := a.site.newRequest(http.MethodGet, key, "")
	r.Set("range", "bytes=0-0")
	res, err := a.do(r)
	if err != nil {
		if flt := inspect(err); flt.code == "InvalidRange" || flt.status == http.StatusRequestedRangeNotSatisfiable {
			return headers{flt.header, 0}, nil // an empty object
		} else if flt.code == "" && !flt.retryable() { // else it is asked once more
			return headers{}, refused
		}
		return headers{}, err
	}
	wire.Drain(res)
	size := res.ContentLength
	if _, total, ok := contentRange(res.Header.Get("Content-Range")); ok {
		size = total
	}
	// A checksum here would be of the one byte.
	h := res.Header.Clone()
	for _, name := range []string{"Sha256", "Sha1", "Crc64nvme", "Crc32c", "Crc32"} {
		h.Del("X-Amz-Checksum-" + name)
	}
	return headers{h, size}, nil
}

// attributes are the headers of a server's settings and of an object's Attrs
// that go with everything that makes an object.
func (t *Tree) attributes(r *wire.Request, a object) {
	srv := t.c.srv
	if a.class != "" {
		r.Set("x-amz-storage-class", a.class)
	}
	if srv.ACL != "" {
		r.Set("x-amz-acl", srv.ACL)
	}
	if srv.Encryption != "" && srv.Encryption != "none" {
		r.Set("x-amz-server-side-encryption", srv.Encryption)
	}
	if srv.KMSKeyID != "" {
		r.Set("x-amz-server-side-encryption-aws-kms-key-id", srv.KMSKeyID)
	}
	if a.contentType != "" {
		r.Set("content-type", a.contentType)
	}
	for name, value := range a.headers {
		r.Set(name, value)
	}
	if a.tags != "" {
		r.Set("x-amz-tagging", a.tags)
	}
	for name, value := range a.meta {
		r.Set("x-amz-meta-"+name, value)
	}
}

// payer is how SDK calls say that we pay.
func (c *conn) payer() types.RequestPayer {
	if c.srv.RequesterPays {
		return types.RequestPayerRequester
	}
	return ""
}

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return aws.String(s)
}

func itoa(n int) string { return strconv.Itoa(n) }
