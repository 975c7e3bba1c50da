package s3test

import (
	"bytes"
	"crypto/md5" // Content-MD5
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"gantry/remote/demo/sigv4"
)

const (
	maxKey       = 1024
	trailerWord  = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
	streamPrefix = "STREAMING-"
)

// authorize checks who signed the request, and that they really did.
func (s *Server) authorize(x *exchange) error {
	signed, some, bad := sigv4.Parse(x.r)
	switch {
	case bad != nil:
		return bad
	case !some:
		return errAccessDenied
	case signed.Service != "s3":
		return &sigv4.Error{Code: "AuthorizationHeaderMalformed", Message: "incorrect service", Status: http.StatusBadRequest}
	case !signed.Presigned && signed.Payload == "":
		return invalidRequest("Missing required header for this request: x-amz-content-sha256")
	}
	id, err := s.STS.Lookup(signed.Access, signed.Token)
	if err != nil {
		return err
	}
	if bad := signed.Check(x.r, id.Secret, time.Now()); bad != nil {
		return bad
	}
	x.access, x.region, x.payload = signed.Access, signed.Region, signed.Payload
	if len(x.key) > maxKey {
		return errKeyTooLong
	}
	return nil
}

// checkRegion sends a request to where its bucket lies, as AWS does: a request
// signed for the endpoint's own region is redirected, any other is malformed.
func (s *Server) checkRegion(x *exchange, b *bucket) error {
	if x.region == b.region {
		return nil
	}
	header := map[string]string{"X-Amz-Bucket-Region": b.region}
	if x.region == s.o.Region {
		return &apiError{
			code: "PermanentRedirect", status: http.StatusMovedPermanently, header: header,
			message: "The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests to this endpoint.",
			fields:  map[string]string{"Bucket": b.name, "Endpoint": b.name + ".s3." + b.region + ".amazonaws.com"},
		}
	}
	return &apiError{
		code: "AuthorizationHeaderMalformed", status: http.StatusBadRequest, header: header,
		message: fmt.Sprintf("The authorization header is malformed; the region '%s' is wrong; expecting '%s'", x.region, b.region),
		fields:  map[string]string{"Region": b.region},
	}
}

// checkBody compares the body with every sum that came with it.
func (x *exchange) checkBody() error {
	switch {
	case x.payload == trailerWord:
		if err := x.unchunk(); err != nil {
			return err
		}
	case strings.HasPrefix(x.payload, streamPrefix):
		return errNotImplemented
	case x.payload != sigv4.Unsigned:
		if sum := sha256.Sum256(x.body); hex.EncodeToString(sum[:]) != x.payload {
			return bad("XAmzContentSHA256Mismatch", "The provided 'x-amz-content-sha256' header does not match what was computed.", http.StatusBadRequest)
		}
	}
	if want := x.header("Content-Md5"); want != "" {
		if sum := md5.Sum(x.body); base64.StdEncoding.EncodeToString(sum[:]) != want {
			return errBadDigest
		}
	}
	if x.s.o.NoChecksums || x.op == "CompleteMultipartUpload" { // whose sum is that of the object
		return nil
	}
	for _, a := range algorithms {
		if want := x.header(checksumHeader(a)); want != "" && want != digest(a, x.body) {
			return errBadDigest
		}
	}
	return nil
}

// unchunk decodes aws-chunked framing; the trailer becomes headers.
func (x *exchange) unchunk() error {
	var out []byte
	rest := x.body
	for {
		line, after, found := bytes.Cut(rest, []byte("\r\n"))
		size, _, _ := bytes.Cut(line, []byte(";"))
		n, err := strconv.ParseInt(string(size), 16, 64)
		if !found || err != nil || n < 0 || n > int64(len(after)) {
			return errIncompleteBody
		}
		if n == 0 {
			rest = after
			break
		}
		out = append(out, after[:n]...)
		rest = bytes.TrimPrefix(after[n:], []byte("\r\n"))
	}
	for line := range bytes.SplitSeq(rest, []byte("\r\n")) {
		if k, v, found := strings.Cut(string(line), ":"); found {
			x.r.Header.Set(k, strings.TrimSpace(v))
		}
	}
	x.body = out
	if want := x.header("X-Amz-Decoded-Content-Length"); want != strconv.Itoa(len(out)) {
		return errIncompleteBody
	}
	return nil
}
