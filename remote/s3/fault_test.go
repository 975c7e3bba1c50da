package s3_test

import (
	"crypto/tls"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"gantry/remote"
	"gantry/remote/s3"
)

// S12, S24, S32, S33, A10: refusals that are not tried again, each with its sentence.
// TestEveryCodeHasItsKindAndSentence is the table of faults.md 3.8.
func TestEveryCodeHasItsKindAndSentence(t *testing.T) {
	for _, c := range []struct {
		status int
		code   string
		kind   remote.Kind
		word   string
	}{
		{500, "InternalError", remote.Unreachable, "internal error"},
		{503, "ServiceUnavailable", remote.Unreachable, "unavailable"},
		{503, "SlowDown", remote.Throttled, "slow down"},
		{429, "TooManyRequests", remote.Throttled, "slow down"},
		{429, "", remote.Throttled, "slow down"},
		{400, "RequestTimeout", remote.Unreachable, "idle"},
		{502, "", remote.Unreachable, "gateway"},
		{504, "", remote.Unreachable, "gateway"},
		{520, "", remote.Unreachable, "gateway"},
		{499, "", remote.Unreachable, "gateway"},
		{409, "OperationAborted", remote.Changed, "changing"},
		{409, "ConditionalRequestConflict", remote.Changed, "changing"},
		{412, "PreconditionFailed", remote.Changed, "changed"},
		{403, "RequestTimeTooSkewed", remote.Auth, "too long on its way"}, // its clock says the same
		{400, "ExpiredToken", remote.Auth, "expired"},
		{400, "TokenRefreshRequired", remote.Auth, "session token"},
		{400, "InvalidToken", remote.Auth, "session token"},
		{403, "InvalidAccessKeyId", remote.Auth, "…WXYZ"},
		{403, "SignatureDoesNotMatch", remote.Auth, "secret key"},
		{403, "AccessDenied", remote.Denied, "s3:GetObject"},
		{403, "", remote.Denied, "s3:GetObject"},
		{403, "AllAccessDisabled", remote.Denied, "closed"},
		{403, "InvalidObjectState", remote.Denied, "archived"},
		{404, "NoSuchBucket", remote.NotExist, "bucket"},
		{404, "NoSuchKey", remote.NotExist, "no object"},
		{404, "NoSuchUpload", remote.NotExist, "upload"},
		{404, "NoSuchVersion", remote.NotExist, "version"},
		{405, "MethodNotAllowed", remote.NotExist, "deleted"},
		{400, "BadDigest", remote.Corrupt, "damaged"},
		{400, "IncompleteBody", remote.Corrupt, "cut short"},
		{400, "EntityTooSmall", remote.Corrupt, "parts"},
		{400, "EntityTooLarge", remote.Invalid, "too big"},
		{416, "InvalidRange", remote.Changed, "shorter"},
		{400, "KeyTooLongError", remote.Invalid, "1024"},
		{400, "InvalidURI", remote.Invalid, "name"},
		{400, "MetadataTooLarge", remote.Invalid, "metadata"},
		{501, "NotImplemented", remote.Unsupported, "support"},
		{501, "", remote.Unsupported, "support"},
		{400, "InvalidArgument", remote.Invalid, "InvalidArgument"},
		{400, "KMS.DisabledException", remote.Denied, "kms:Decrypt"},
		{403, "ObjectLocked", remote.Denied, "retention"},
		{507, "InsufficientStorage", remote.Full, "full"},
		{401, "", remote.Auth, "credential"},
	} {
		t.Run(fmt.Sprint(c.status, c.code), func(t *testing.T) {
			f := newFake(t, func(_ *fake, _ string, w http.ResponseWriter, _ *http.Request) {
				if c.code == "" {
					w.WriteHeader(c.status)
					_, _ = io.WriteString(w, "<html><b>secret-of-the-example</b></html>")
					return
				}
				refuse(w, c.status, c.code)
			})
			_, err := f.tree(t, nil, s3.Options{}).Open(t.Context(), remote.Entry{Path: "k", Size: 3, Version: "v"}, 0, -1)
			wantKind(t, err, c.kind)
			for _, text := range []string{remote.HintOf(err), err.Error()} {
				if strings.Contains(text, "secret-of") {
					t.Errorf("what the server echoed is repeated: %q", text)
				}
			}
			if !strings.Contains(remote.HintOf(err), c.word) {
				t.Errorf("hint %q does not speak of %q", remote.HintOf(err), c.word)
			}
			if strings.Contains(remote.HintOf(err), "Refresh") {
				t.Errorf("hint %q makes no sense without a screen", remote.HintOf(err))
			}
			if want := c.kind == remote.Throttled || c.kind == remote.Unreachable; remote.Retryable(err) != want {
				t.Errorf("retryable: %v", !want)
			}
		})
	}
}

// TestMetadataCallsRetry: N01 to N06, S26.
func TestMetadataCallsRetry(t *testing.T) {
	for _, c := range []struct {
		status int
		code   string
	}{{500, "InternalError"}, {503, "SlowDown"}, {429, ""}, {502, ""}, {520, ""}, {400, "RequestTimeout"}, {409, "OperationAborted"}, {0, "reset"}} {
		f := newFake(t, func(f *fake, _ string, w http.ResponseWriter, _ *http.Request) {
			switch {
			case f.count("List") > 2:
				listing(w, false, "", "a")
			case c.status == 0:
				hangUp(w)
			default:
				refuse(w, c.status, c.code)
			}
		})
		tree := f.tree(t, nil, s3.Options{})
		var slower atomic.Int64
		tree.OnSlowDown(func() { slower.Add(1) })
		if got, err := names(t, tree, ""); err != nil || len(got) != 1 {
			t.Errorf("%d %s: %v, %v", c.status, c.code, got, err)
		}
		if told := slower.Load() == 2; told != (c.code == "SlowDown" || c.status == 429) {
			t.Errorf("%d %s: asked to slow down %d times", c.status, c.code, slower.Load())
		}
	}
	for _, code := range []string{"AccessDenied", "SignatureDoesNotMatch", "NoSuchBucket"} {
		f := newFake(t, func(_ *fake, _ string, w http.ResponseWriter, _ *http.Request) { refuse(w, 403, code) })
		if _, err := names(t, f.tree(t, nil, s3.Options{}), ""); err == nil || f.count("List") != 1 {
			t.Errorf("%s: %d requests, %v", code, f.count("List"), err)
		}
	}
}

// TestS11AWrongClockIsCorrectedOnce.
func TestS11AWrongClockIsCorrectedOnce(t *testing.T) {
	real := time.Now().Add(-2 * time.Hour)
	f := newFake(t, func(_ *fake, op string, w http.ResponseWriter, r *http.Request) {
		at, err := time.Parse("20060102T150405Z", r.Header.Get("X-Amz-Date"))
		if err != nil || at.Sub(real).Abs() > 15*time.Minute {
			w.Header().Set("Date", real.UTC().Format(http.TimeFormat))
			refuse(w, http.StatusForbidden, "RequestTimeTooSkewed")
			return
		}
		switch op {
		case "List":
			listing(w, false, "")
		case "CreateUpload":
			fmt.Fprint(w, "<R><UploadId>id</UploadId></R>")
		}
	})
	tree := f.tree(t, nil, s3.Options{})
	if _, err := names(t, tree, ""); err != nil {
		t.Fatal(err)
	}
	if _, err := tree.Create(t.Context(), "k", remote.CreateOptions{Size: 20 << 20, PartSize: 5 << 20}); err != nil {
		t.Fatal(err)
	}
	if len(f.lines()) != 3 {
		t.Errorf("the correction was not kept: %q", f.lines())
	}
}

// TestUnreachableServersEachGetTheirSentence: N15, N16, N17.
func TestUnreachableServersEachGetTheirSentence(t *testing.T) {
	plain := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { listing(w, false, "") }))
	t.Cleanup(plain.Close)
	secure := httptest.NewUnstartedServer(plain.Config.Handler)
	secure.Config.ErrorLog = quiet()
	secure.StartTLS()
	t.Cleanup(secure.Close)
	old := httptest.NewUnstartedServer(plain.Config.Handler)
	old.Config.ErrorLog = quiet()
	old.TLS = &tls.Config{MaxVersion: tls.VersionTLS11, MinVersion: tls.VersionTLS10}
	old.StartTLS()
	t.Cleanup(old.Close)

	bundle := filepath.Join(t.TempDir(), "ca.pem")
	cert := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: secure.Certificate().Raw})
	if err := os.WriteFile(bundle, cert, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		endpoint, bundle, word string
	}{
		"refused":      {"http://" + nobody, "", "Nothing answers"},
		"no such host": {"https://nowhere.invalid", "", "nowhere.invalid"},
		"unknown CA":   {secure.URL, "", "nobody known signed it"},
		"wrong host":   {strings.Replace(secure.URL, "127.0.0.1", "localhost", 1), bundle, "another host"},
		"no TLS there": {strings.Replace(plain.URL, "http:", "https:", 1), "", "does not speak TLS"},
		"old TLS":      {old.URL, "", "TLS 1.2"},
		"trusted":      {secure.URL, bundle, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := remote.Server{Name: "srv", Region: "us-east-1", Bucket: "bucket", Endpoint: c.endpoint, CABundle: c.bundle, PathStyle: true}
			tree := open(t, srv, nil, s3.Options{})
			_, err := tree.List(t.Context(), "", "")
			if c.word == "" {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			wantKind(t, err, remote.Unreachable)
			if !strings.Contains(remote.HintOf(err), c.word) {
				t.Errorf("hint %q does not say %q", remote.HintOf(err), c.word)
			}
		})
	}
}

func TestN17AProxyThatRefusesIsNamedWithoutItsPassword(t *testing.T) {
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusProxyAuthRequired)
	}))
	t.Cleanup(proxy.Close)
	// The environment of proxies is read once for a process, so it is handed in.
	tree := open(t, remote.Server{Name: "srv", Region: "eu-west-1", Bucket: "bucket"}, nil, s3.Options{
		Proxy: strings.Replace(proxy.URL, "http://", "http://user:secret-of-proxy@", 1),
	})
	_, err := tree.List(t.Context(), "", "")
	wantKind(t, err, remote.Unreachable)
	if all := err.Error() + remote.HintOf(err); !strings.Contains(all, "proxy") || strings.Contains(all, "secret-of-proxy") {
		t.Errorf("%q", all)
	}
}

// TestA01AnExpiredSessionIsRenewedOnce, with any number of requests at a time.
func TestA01AnExpiredSessionIsRenewedOnce(t *testing.T) {
	var good atomic.Value
	good.Store("first")
	f := newFake(t, func(_ *fake, _ string, w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.Header.Get("X-Amz-Security-Token"), good.Load().(string)) {
			refuse(w, http.StatusBadRequest, "ExpiredToken")
			return
		}
		w.Header().Set("ETag", `"e"`)
	})
	sts := newSTS(t)
	sts.token.Store("first")
	tree := open(t, remote.Server{Name: "srv", Region: "us-east-1", Bucket: "bucket", Endpoint: f.URL, PathStyle: true}, sts.role(t), s3.Options{})
	send := func() error {
		_, err := tryPut(t.Context(), tree, "k", "x", remote.CreateOptions{})
		return err
	}
	if err := send(); err != nil {
		t.Fatal(err)
	}
	good.Store("second")
	sts.token.Store("second")
	errs := make(chan error)
	for range 50 {
		go func() { errs <- send() }()
	}
	for range 50 {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	if n := sts.calls.Load(); n != 2 {
		t.Errorf("%d calls of STS for two sessions", n)
	}
	good.Store("third") // but STS goes on giving the second
	err := send()
	wantKind(t, err, remote.Auth)
}
