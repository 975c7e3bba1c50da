package s3test

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"gantry/remote/demo/sigv4"
)

// exchange is one request and its reply.
type exchange struct {
	s *Server
	w http.ResponseWriter
	r *http.Request

	op     string
	bucket string
	key    string // exact bytes
	query  url.Values

	access  string // who signed it
	region  string // that it was signed for
	payload string // x-amz-content-sha256, or its equivalent
	body    []byte
	read    int64 // bytes of the body on the wire

	faults  []*rule
	reply   *reply
	applied bool
	gone    bool // there will be no reply
	cut     bool // the connection is cut already
	wire    wire
	twist   twist
}

// reply is what goes back: status, headers, and a body of known size.
type reply struct {
	status int
	code   string // of an error
	header http.Header
	body   io.ReaderAt
	off, n int64 // of the body
	none   bool  // the answer to HEAD: the length of a body, without it
}

func (s *Server) newExchange(w http.ResponseWriter, r *http.Request) *exchange {
	x := &exchange{s: s, w: w, r: r, query: queryOf(r.URL.RawQuery), wire: newWire()}
	path := sigv4.RawPath(r)[1:]
	b, k, _ := strings.Cut(path, "/")
	x.bucket, x.key = unescape(b), unescape(k)
	x.op = operation(r, x)
	return x
}

// queryOf takes a query apart; unlike url.ParseQuery it never refuses one.
func queryOf(raw string) url.Values {
	v := url.Values{}
	for p := range strings.SplitSeq(raw, "&") {
		if p == "" {
			continue
		}
		k, val, _ := strings.Cut(p, "=")
		v.Add(unescape(k), unescape(strings.ReplaceAll(val, "+", " ")))
	}
	return v
}

// unescape decodes %XX and takes everything else as it is.
func unescape(s string) string {
	if t, err := url.PathUnescape(s); err == nil {
		return t
	}
	return s
}

// operation names the request as AWS does; "" is unknown.
func operation(r *http.Request, x *exchange) string {
	switch {
	case x.bucket == "":
		if r.Method == http.MethodGet {
			return "ListBuckets"
		}
		return ""
	case x.key == "":
		return bucketOperation(r.Method, x.query)
	}
	return objectOperation(r, x.query)
}

func bucketOperation(method string, q url.Values) string {
	switch {
	case method == http.MethodHead:
		return "HeadBucket"
	case method == http.MethodPost && q.Has("delete"):
		return "DeleteObjects"
	case q.Has("lifecycle"):
		return map[string]string{
			http.MethodGet: "GetBucketLifecycleConfiguration", http.MethodPut: "PutBucketLifecycleConfiguration", http.MethodDelete: "DeleteBucketLifecycle",
		}[method]
	case method != http.MethodGet:
		return ""
	case q.Has("location"):
		return "GetBucketLocation"
	case q.Has("versioning"):
		return "GetBucketVersioning"
	case q.Has("versions"):
		return "ListObjectVersions"
	case q.Has("uploads"):
		return "ListMultipartUploads"
	case q.Get("list-type") == "2":
		return "ListObjectsV2"
	}
	return ""
}

func objectOperation(r *http.Request, q url.Values) string {
	upload, copied := q.Has("uploadId"), r.Header.Get("X-Amz-Copy-Source") != ""
	type form struct {
		method string
		when   bool
		op     string
	}
	for _, f := range []form{
		{http.MethodGet, upload, "ListParts"},
		{http.MethodGet, q.Has("tagging"), "GetObjectTagging"},
		{http.MethodGet, q.Has("attributes"), "GetObjectAttributes"},
		{http.MethodGet, true, "GetObject"},
		{http.MethodHead, true, "HeadObject"},
		{http.MethodPut, upload && copied, "UploadPartCopy"},
		{http.MethodPut, upload, "UploadPart"},
		{http.MethodPut, q.Has("tagging"), "PutObjectTagging"},
		{http.MethodPut, copied, "CopyObject"},
		{http.MethodPut, true, "PutObject"},
		{http.MethodPost, q.Has("uploads"), "CreateMultipartUpload"},
		{http.MethodPost, upload, "CompleteMultipartUpload"},
		{http.MethodPost, q.Has("restore"), "RestoreObject"},
		{http.MethodDelete, upload, "AbortMultipartUpload"},
		{http.MethodDelete, q.Has("tagging"), "DeleteObjectTagging"},
		{http.MethodDelete, true, "DeleteObject"},
	} {
		if f.method == r.Method && f.when {
			return f.op
		}
	}
	return ""
}

// over tells whether the operation is not to be done any more.
func (x *exchange) over() bool { return x.gone || x.reply != nil }

func (x *exchange) partNumber() int {
	n, err := strconv.Atoi(x.query.Get("partNumber"))
	if err != nil {
		return 0
	}
	return n
}

func (x *exchange) header(name string) string { return x.r.Header.Get(name) }

// readBody reads the body, decodes its framing, and checks it against every
// sum that the request states.
func (x *exchange) readBody() error {
	raw, err := io.ReadAll(&bodyReader{x: x})
	x.read = int64(len(raw))
	if x.gone {
		return errInternal
	}
	if err != nil || x.r.ContentLength >= 0 && int64(len(raw)) != x.r.ContentLength {
		return errIncompleteBody
	}
	x.body = raw
	return x.checkBody()
}

func (x *exchange) failure(err error) *reply {
	e := asError(err)
	p := &reply{status: e.status, code: e.code, header: http.Header{}}
	for k, v := range e.header {
		p.header.Set(k, v)
	}
	if x.r.Method == http.MethodHead || e.status == http.StatusNotModified {
		p.body, p.none = bytes.NewReader(nil), true
		return p
	}
	b := e.document(x)
	p.header.Set("Content-Type", "application/xml")
	p.body, p.n = bytes.NewReader(b), int64(len(b))
	return p
}

// ok is the reply without a body.
func ok(status int) *reply {
	return &reply{status: status, header: http.Header{}, body: bytes.NewReader(nil)}
}

// document is the reply with an XML body.
func document(b *xmlBuilder) *reply {
	p := ok(http.StatusOK)
	p.header.Set("Content-Type", "application/xml")
	p.body, p.n = bytes.NewReader(b.Bytes()), int64(b.Len())
	return p
}
