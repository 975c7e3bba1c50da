package s3

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"gantry/remote/s3/wire"
)

// hostile are keys that a URL, a header or an XML document would change.
var hostile = []string{
	"a", "a b", " lead", "trail ", "a+b", "a%2Fb", "%", "a//b", "//", "/lead", "../x", "a/../b", "./", ".", "..", "q?x=1&y#z",
	"a;b:c@d$e,f!g*h(i)j'k", "漢字/naïve/😀.png", "bad\xff\xfeutf8", "nul\x00byte", "tab\there", "line\nbreak", "cr\rhere", "del\x7f",
	`quo"te`, "<x>&amp;", "[a]{b}|c^d`e\\f", "~tilde_under-dash.dot", strings.Repeat("é", 500),
}

// TestSignatureIsTheSDKs compares our signature with the one of the SDK for the
// request as it is sent.
func TestSignatureIsTheSDKs(t *testing.T) {
	now := time.Date(2026, 11, 23, 18, 4, 5, 0, time.UTC)
	keys := aws.Credentials{AccessKeyID: "AKIDEXAMPLE", SecretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", SessionToken: "tok en+/="}
	signer := v4.NewSigner(func(o *v4.SignerOptions) { o.DisableURIPathEscaping = true })
	for _, base := range []string{"", "/bucket"} {
		s := &site{Place: wire.Place{Scheme: "https", Host: "bucket.s3.eu-central-1.amazonaws.com"}, base: base, signIn: "eu-central-1", service: "s3"}
		for _, key := range hostile {
			for _, query := range []string{"", "delete=", cursor{token: "t+/= \x01" + key}.query(key, "/", maxPerPage), "partNumber=7&uploadId=" + string(appendQuery(nil, key))} {
				r := s.newRequest(http.MethodPut, key, query)
				r.Set("content-type", "text/plain;  charset=utf-8 ")
				r.Set("x-amz-meta-mtime", "1.5")
				r.Set("x-amz-copy-source", copySource("other", key))
				r.Set("if-match", `"e"`)
				s.sign(r, keys, now, unsigned)
				req, err := r.HTTP(&s.Place, "gantry")
				if err != nil {
					t.Fatalf("%q: %v", key, err)
				}
				if got := wirePath(req.URL); got != r.Path {
					t.Errorf("%q is sent as %q, signed as %q", key, got, r.Path)
				}
				ours := req.Header.Get("Authorization")
				for _, name := range []string{"Authorization", "User-Agent", "Accept-Encoding", "X-Amz-Date", "X-Amz-Security-Token"} {
					req.Header.Del(name)
				}
				if err := signer.SignHTTP(context.Background(), keys, req, unsigned, "s3", "eu-central-1", now); err != nil {
					t.Fatal(err)
				}
				if sdk := req.Header.Get("Authorization"); sdk != ours {
					t.Errorf("%q with query %q:\nours %s\n sdk %s", key, query, ours, sdk)
				}
			}
		}
	}
}

// wirePath is the path in the request line.
func wirePath(u *url.URL) string {
	path, _, _ := strings.Cut(u.RequestURI(), "?")
	return path
}

func TestSigningKeyServesADay(t *testing.T) {
	s := &site{signIn: "r", service: "s3"}
	a := aws.Credentials{AccessKeyID: "A", SecretAccessKey: "s"}
	first := s.scopeFor(a, "20261123")
	if s.scopeFor(a, "20261123") != first {
		t.Error("the key of the day was made again")
	}
	if s.scopeFor(a, "20261124") == first {
		t.Error("the key of yesterday was used")
	}
	a.SecretAccessKey = "t"
	if s.scopeFor(a, "20261124").secret != "t" {
		t.Error("the key of another secret was used")
	}
}

func TestAnonymousRequestsCarryNoSignature(t *testing.T) {
	s := &site{Place: wire.Place{Scheme: "https", Host: "h"}, signIn: "r", service: "s3"}
	r := s.newRequest(http.MethodGet, "k", "")
	s.sign(r, aws.Credentials{}, time.Now(), emptyHash)
	req, err := r.HTTP(&s.Place, "gantry")
	if err != nil {
		t.Fatal(err)
	}
	if req.Header.Get("Authorization") != "" || req.Header.Get("X-Amz-Date") != "" {
		t.Errorf("signed all the same: %v", req.Header)
	}
}

func BenchmarkSign(b *testing.B) {
	s := &site{Place: wire.Place{Scheme: "https", Host: "bucket.s3.eu-central-1.amazonaws.com"}, signIn: "eu-central-1", service: "s3"}
	keys := aws.Credentials{AccessKeyID: "AKIDEXAMPLE", SecretAccessKey: "secret"}
	now := time.Now()
	b.ReportAllocs()
	for b.Loop() {
		r := s.newRequest(http.MethodPut, "some/folder/with/file-00042.txt", "")
		r.Set("x-amz-checksum-crc64nvme", "AAAAAAAAAAA=")
		r.Set("x-amz-meta-mtime", "1700000000.123456789")
		s.sign(r, keys, now, unsigned)
		if _, err := r.HTTP(&s.Place, "gantry"); err != nil {
			b.Fatal(err)
		}
	}
}
