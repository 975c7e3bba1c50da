package sigv4_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"gantry/remote/demo/sigv4"
)

const (
	access = "AKIATEST"
	secret = "a secret/with+marks"
)

// signed is a request as the SDK signs it for S3, and as a server receives it.
func signed(t *testing.T, method, uri string, at time.Time, change func(*http.Request)) *http.Request {
	t.Helper()
	r, err := http.NewRequest(method, "http://s3.example.com"+uri, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("X-Amz-Content-Sha256", sigv4.Unsigned)
	r.Header.Set("X-Amz-Meta-Note", "  two   words ")
	signer := v4.NewSigner(func(o *v4.SignerOptions) { o.DisableURIPathEscaping = true })
	c := aws.Credentials{AccessKeyID: access, SecretAccessKey: secret, SessionToken: "token"}
	if err := signer.SignHTTP(t.Context(), c, r, sigv4.Unsigned, "s3", "eu-west-1", at); err != nil {
		t.Fatal(err)
	}
	got := httptest.NewRequest(method, r.URL.String(), nil)
	got.Header, got.Host = r.Header, r.Host
	got.RequestURI = strings.TrimPrefix(r.URL.String(), "http://s3.example.com")
	if change != nil {
		change(got)
	}
	return got
}

func TestRequestsOfTheSDKPass(t *testing.T) {
	now := time.Now()
	for _, uri := range []string{
		"/", "/bucket", "/bucket/a%20b%2Bc%25d", "/bucket//x", "/bucket/../x", "/bucket/%C3%BC/%E2%9C%93", "/bucket/%FF%01",
		"/bucket?list-type=2&prefix=a%20b%2Fc&key-marker=1&key=2&delimiter=%2F", "/bucket/k?uploads", "/bucket/k?x=b&x=a",
	} {
		r := signed(t, http.MethodGet, uri, now, nil)
		s, ok, err := sigv4.Parse(r)
		if err != nil || !ok {
			t.Errorf("%s: %v", uri, err)
			continue
		}
		if s.Access != access || s.Token != "token" || s.Region != "eu-west-1" || s.Service != "s3" || s.Payload != sigv4.Unsigned {
			t.Errorf("%s: parsed as %+v", uri, s)
		}
		if err := s.Check(r, secret, now); err != nil {
			t.Errorf("%s: %v", uri, err)
		}
	}
}

func TestChangedRequestsAreRefused(t *testing.T) {
	now := time.Now()
	for name, x := range map[string]struct {
		at     time.Time
		secret string
		change func(*http.Request)
		code   string
	}{
		"secret":          {now, "another", nil, "SignatureDoesNotMatch"},
		"path":            {now, secret, func(r *http.Request) { r.RequestURI = "/bucket/other?a=b" }, "SignatureDoesNotMatch"},
		"query":           {now, secret, func(r *http.Request) { r.URL.RawQuery = "a=c" }, "SignatureDoesNotMatch"},
		"method":          {now, secret, func(r *http.Request) { r.Method = http.MethodDelete }, "SignatureDoesNotMatch"},
		"host":            {now, secret, func(r *http.Request) { r.Host = "elsewhere" }, "SignatureDoesNotMatch"},
		"header":          {now, secret, func(r *http.Request) { r.Header.Set("X-Amz-Meta-Note", "other") }, "SignatureDoesNotMatch"},
		"unsigned header": {now, secret, func(r *http.Request) { r.Header.Set("X-Amz-Acl", "public-read") }, "AccessDenied"},
		"early":           {now.Add(20 * time.Minute), secret, nil, "RequestTimeTooSkewed"},
		"late":            {now.Add(-20 * time.Minute), secret, nil, "RequestTimeTooSkewed"},
		"date": {now, secret, func(r *http.Request) {
			r.Header.Set("X-Amz-Date", now.Add(48*time.Hour).UTC().Format("20060102T150405Z"))
		}, "AuthorizationHeaderMalformed"},
		"form":      {now, secret, func(r *http.Request) { r.Header.Set("Authorization", "Basic abc") }, "InvalidRequest"},
		"truncated": {now, secret, func(r *http.Request) { r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=a/b") }, "AuthorizationHeaderMalformed"},
	} {
		t.Run(name, func(t *testing.T) {
			r := signed(t, http.MethodGet, "/bucket/key?a=b", x.at, x.change)
			s, ok, err := sigv4.Parse(r)
			if !ok {
				t.Fatal("taken for anonymous")
			}
			if err == nil {
				err = s.Check(r, x.secret, now)
			}
			if err == nil || err.Code != x.code {
				t.Errorf("got %v, want %s", err, x.code)
			}
		})
	}
}

func TestPresignedRequests(t *testing.T) {
	now := time.Now()
	r, err := http.NewRequest(http.MethodGet, "http://s3.example.com/bucket/a%20b?X-Amz-Expires=60", nil)
	if err != nil {
		t.Fatal(err)
	}
	signer := v4.NewSigner(func(o *v4.SignerOptions) { o.DisableURIPathEscaping = true })
	link, _, err := signer.PresignHTTP(t.Context(), aws.Credentials{AccessKeyID: access, SecretAccessKey: secret}, r, sigv4.Unsigned, "s3", "eu-west-1", now)
	if err != nil {
		t.Fatal(err)
	}
	got := httptest.NewRequest(http.MethodGet, link, nil)
	got.RequestURI = strings.TrimPrefix(link, "http://s3.example.com")
	s, ok, bad := sigv4.Parse(got)
	if !ok || bad != nil || !s.Presigned || s.Expires != time.Minute {
		t.Fatalf("parsed as %+v, %v", s, bad)
	}
	if bad := s.Check(got, secret, now); bad != nil {
		t.Error(bad)
	}
	if bad := s.Check(got, secret, now.Add(2*time.Minute)); bad == nil || bad.Message != "Request has expired" {
		t.Errorf("after its time: %v", bad)
	}
}

func TestSignIsWhatCheckExpects(t *testing.T) {
	r, err := http.NewRequest(http.MethodPut, "http://127.0.0.1:1/b/k%20+?partNumber=1&uploadId=x", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "text/plain")
	now := time.Now()
	sigv4.Sign(r, access, secret, "us-east-1", "s3", sigv4.Unsigned, now)
	s, ok, bad := sigv4.Parse(r)
	if !ok || bad != nil {
		t.Fatal(bad)
	}
	if bad := s.Check(r, secret, now); bad != nil {
		t.Error(bad)
	}
}

func TestNoSignatureIsAnonymous(t *testing.T) {
	if _, ok, err := sigv4.Parse(httptest.NewRequest(http.MethodGet, "/b", nil)); ok || err != nil {
		t.Errorf("%v, %v", ok, err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add("AWS4-HMAC-SHA256 Credential=a/20260101/r/s3/aws4_request, SignedHeaders=host, Signature=00", "/b?X-Amz-Signature=1", "20260101T000000Z")
	f.Fuzz(func(t *testing.T, authorization, uri, date string) {
		r := &http.Request{Method: http.MethodGet, RequestURI: uri, Header: http.Header{"Authorization": {authorization}, "X-Amz-Date": {date}}}
		u, err := http.NewRequest(http.MethodGet, "http://x/", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.URL = u.URL
		_, r.URL.RawQuery, _ = strings.Cut(uri, "?")
		if s, ok, err := sigv4.Parse(r); ok && err == nil {
			if s.Check(r, "never", s.Time) == nil {
				t.Error("a forged signature passed")
			}
		}
	})
}
