package s3_test

import (
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"gantry/remote"
	"gantry/remote/s3"
)

// fake is a server that gives the answers that no real one gives when asked.
// The handler sees every request with its operation's name.
type fake struct {
	*httptest.Server
	mu  sync.Mutex
	log []string // "OP region" of every request
	do  func(f *fake, op string, w http.ResponseWriter, r *http.Request)
}

func newFake(t testing.TB, do func(f *fake, op string, w http.ResponseWriter, r *http.Request)) *fake {
	t.Helper()
	f := &fake{do: do}
	f.Server = httptest.NewServer(f)
	t.Cleanup(f.Close)
	return f
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	op := operation(r)
	f.mu.Lock()
	f.log = append(f.log, strings.TrimSpace(op+" "+signedRegion(r)))
	f.mu.Unlock()
	f.do(f, op, w, r)
}

// count tells how many requests of op came so far.
func (f *fake) count(op string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := 0
	for _, l := range f.log {
		if strings.HasPrefix(l, op) {
			n++
		}
	}
	return n
}

func (f *fake) lines() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]string(nil), f.log...)
}

func (f *fake) tree(t testing.TB, change func(*remote.Server), o s3.Options) *s3.Tree {
	t.Helper()
	srv := remote.Server{Name: "srv", Type: "s3", Region: "us-east-1", Bucket: "bucket", Credential: "k", Endpoint: f.URL, PathStyle: true}
	if change != nil {
		change(&srv)
	}
	return open(t, srv, key(t, "AKIDEXAMPLEWXYZ", "secret-of-the-example"), o)
}

// operation names a request as S3 does.
func operation(r *http.Request) string {
	q := r.URL.Query()
	_, key, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	switch {
	case r.Method == http.MethodHead && key == "":
		return "HeadBucket"
	case r.Method == http.MethodHead:
		return "HeadObject"
	case q.Has("list-type"):
		return "List"
	case q.Has("delete"):
		return "DeleteObjects"
	case r.Method == http.MethodDelete && q.Has("uploadId"):
		return "Abort"
	case r.Method == http.MethodDelete:
		return "DeleteObject"
	case r.Method == http.MethodPost && q.Has("uploads"):
		return "CreateUpload"
	case r.Method == http.MethodPost:
		return "Complete"
	case r.Method == http.MethodPut && q.Has("partNumber"):
		return "UploadPart"
	case r.Header.Get("X-Amz-Copy-Source") != "":
		return "Copy"
	case r.Method == http.MethodPut:
		return "Put"
	case q.Has("uploadId"):
		return "ListParts"
	default:
		return "Get"
	}
}

func signedRegion(r *http.Request) string {
	if f := strings.Split(r.Header.Get("Authorization"), "/"); len(f) > 2 {
		return f[2]
	}
	return ""
}

// refuse answers with an error document.
func refuse(w http.ResponseWriter, status int, code string) {
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(status)
	fmt.Fprintf(w, `<?xml version="1.0" encoding="UTF-8"?><Error><Code>%s</Code><Message>secret-of-the-example</Message></Error>`, code)
}

// listing answers with a page of keys, each of one byte.
func listing(w io.Writer, truncated bool, next string, keys ...string) {
	fmt.Fprint(w, `<?xml version="1.0" encoding="UTF-8"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>bucket</Name>`)
	fmt.Fprintf(w, "<IsTruncated>%v</IsTruncated>", truncated)
	if next != "" {
		fmt.Fprintf(w, "<NextContinuationToken>%s</NextContinuationToken>", next)
	}
	for _, k := range keys {
		var b strings.Builder
		_ = xml.EscapeText(&b, []byte(k))
		fmt.Fprintf(w, `<Contents><Key>%s</Key><LastModified>2026-11-23T18:04:05.000Z</LastModified><ETag>&quot;e&quot;</ETag><Size>1</Size></Contents>`, b.String())
	}
	fmt.Fprint(w, `</ListBucketResult>`)
}

// names lists all of dir.
func names(t *testing.T, tree remote.Tree, dir remote.Path) ([]string, error) {
	t.Helper()
	var out []string
	for e, err := range remote.All(t.Context(), tree, dir) {
		if err != nil {
			return out, err
		}
		out = append(out, e.Name)
	}
	return out, nil
}
