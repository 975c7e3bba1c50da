package s3_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"gantry/remote"
	"gantry/remote/s3"
	"gantry/remote/s3/s3test"
)

// states are the steps of a report by their IDs.
func states(r remote.Report) string {
	var words []string
	for _, s := range r.Steps {
		words = append(words, s.ID+"="+string(s.State))
	}
	return strings.Join(words, " ")
}

func step(t *testing.T, r remote.Report, id string) remote.Step {
	t.Helper()
	s, ok := r.Step(id)
	if !ok {
		t.Fatalf("no step %s in %s", id, states(r))
	}
	return s
}

func TestATestFindsAllThatWorksAndLeavesNothingBehind(t *testing.T) {
	for _, versioned := range []bool{false, true} {
		tree, s := strict(t, s3test.Bucket{Versioned: versioned}, s3.Options{})
		s.Put("bucket", "there", []byte("x"))
		var told int
		r := tree.Probe(t.Context(), remote.TestOptions{Write: true}, func(remote.Step) { told++ })
		want := "name=ok tls=skipped clock=ok identity=ok region=ok list=ok read=ok write=ok multipart=ok abort=ok tagging=ok delete=ok versions=ok lifecycle=ok"
		if got := states(r); got != want || told != len(r.Steps) || !r.OK() {
			t.Errorf("versioned %v: %s\n%+v", versioned, got, r)
		}
		if keys := s.Keys("bucket"); len(keys) != 1 || len(s.Uploads("bucket")) != 0 {
			t.Errorf("left behind: %v, %v", keys, s.Uploads("bucket"))
		}
		for _, e := range s.Events() {
			if strings.Contains(e.Key, "gantry-probe") && s.Versions("bucket", e.Key) != 0 {
				t.Errorf("versioned %v: versions of %s are left behind", versioned, e.Key)
			}
		}
	}
}

func TestAnUnattendedTestChangesNothing(t *testing.T) {
	tree, s := strict(t, s3test.Bucket{}, s3.Options{})
	r := tree.Probe(t.Context(), remote.TestOptions{}, nil)
	if got := step(t, r, "write"); got.State != remote.StepSkipped || !r.OK() {
		t.Errorf("%+v", r)
	}
	readOnly, s2 := strict(t, s3test.Bucket{}, s3.Options{}, func(s *remote.Server) { s.ReadOnly = true })
	readOnly.Probe(t.Context(), remote.TestOptions{Write: true}, nil)
	for _, e := range append(s.Events(), s2.Events()...) {
		if strings.HasPrefix(e.Op, "Put") || strings.HasPrefix(e.Op, "Delete") || strings.HasPrefix(e.Op, "Create") {
			t.Errorf("%s of %s", e.Op, e.Key)
		}
	}
}

// TestEveryRefusalNamesTheActionAndWhatWorksWithoutIt denies one operation after
// the other.
func TestEveryRefusalNamesTheActionAndWhatWorksWithoutIt(t *testing.T) {
	for op, want := range map[string]struct{ step, action string }{
		"ListObjectsV2": {"list", "s3:ListBucket"}, "GetObject": {"read", "s3:GetObject"}, "PutObject": {"write", "s3:PutObject"},
		"UploadPart": {"multipart", "s3:PutObject"}, "AbortMultipartUpload": {"abort", "s3:AbortMultipartUpload"},
		"PutObjectTagging": {"tagging", "s3:PutObjectTagging"}, "DeleteObject": {"delete", "s3:DeleteObject"},
		"GetBucketVersioning": {"versions", "s3:GetBucketVersioning"}, "GetBucketLifecycleConfiguration": {"lifecycle", "s3:GetLifecycleConfiguration"},
	} {
		var refused []string
		tree, s := strict(t, s3test.Bucket{}, s3.Options{Refused: func(action string) { refused = append(refused, action) }})
		s.Fault(s3test.Rule{Op: op, Times: s3test.All, Action: s3test.Deny()})
		r := tree.Probe(t.Context(), remote.TestOptions{Write: true}, nil)
		got := step(t, r, want.step)
		if got.State != remote.StepDenied || got.Missing != want.action || got.Without == "" || !strings.Contains(got.Hint, want.action) {
			t.Errorf("%s denied: %+v", op, got)
		}
		if len(refused) == 0 || r.OK() {
			t.Errorf("%s denied: told %v", op, refused)
		}
	}
}

func TestAProbeThatFailsMidwayCleansUp(t *testing.T) {
	tree, s := strict(t, s3test.Bucket{}, s3.Options{})
	s.Fault(s3test.Rule{Op: "CompleteMultipartUpload", Times: s3test.All, Action: s3test.Deny()})
	r := tree.Probe(t.Context(), remote.TestOptions{Write: true}, nil)
	if got := step(t, r, "multipart"); got.State != remote.StepDenied {
		t.Errorf("%+v", got)
	}
	if len(s.Uploads("bucket")) != 0 || len(s.Keys("bucket")) != 0 {
		t.Errorf("left behind: %v %v", s.Uploads("bucket"), s.Keys("bucket"))
	}
}

// TestWhatIsWrongHasItsOwnSentence: wrong region, endpoint, secret, key, bucket,
// clock, protocol and proxy each end the test at their step.
func TestWhatIsWrongHasItsOwnSentence(t *testing.T) {
	plain := s3test.New(t, s3test.Options{})
	plain.AddBucket("bucket", s3test.Bucket{})
	plain.AddBucket("elsewhere", s3test.Bucket{Region: "eu-west-3"})
	secure := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(secure.Close)
	secure.Config.ErrorLog = quiet()
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusProxyAuthRequired) }))
	t.Cleanup(proxy.Close)
	late := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Date", time.Now().Add(time.Hour).UTC().Format(http.TimeFormat))
		w.WriteHeader(http.StatusForbidden)
	}))
	t.Cleanup(late.Close)
	good := remote.Server{Name: "srv", Type: "s3", Region: "us-east-1", Bucket: "bucket", Credential: "k", Endpoint: plain.URL, PathStyle: true}
	for _, tt := range []struct {
		what, step, says string
		change           func(*remote.Server)
		id, secret       string
		o                s3.Options
	}{
		{what: "wrong secret", step: "list", says: "secret key", secret: "wrong"},
		{what: "wrong key", step: "list", says: "…ONE1 ", id: "AKIDNOSUCHONE1"},
		{what: "wrong region", step: "region", says: "eu-west-3, not in us-east-1", change: func(s *remote.Server) { s.Bucket = "elsewhere" }},
		{what: "wrong bucket", step: "list", says: "does not exist", change: func(s *remote.Server) { s.Bucket = "nowhere" }},
		{what: "wrong host", step: "name", says: "no host named", change: func(s *remote.Server) { s.Endpoint = "https://no-such-host.invalid" }},
		{what: "wrong port", step: "clock", says: "Nothing answers at " + nobody, change: func(s *remote.Server) { s.Endpoint = "http://" + nobody }},
		{what: "http where https is", step: "clock", says: "Begin the endpoint with https://", change: func(s *remote.Server) { s.Endpoint = "http://" + secure.Listener.Addr().String() }},
		{what: "https where http is", step: "tls", says: "does not speak TLS", change: func(s *remote.Server) { s.Endpoint = strings.Replace(plain.URL, "http:", "https:", 1) }},
		{what: "unknown authority", step: "tls", says: "ca_bundle", change: func(s *remote.Server) { s.Endpoint = secure.URL }},
		{what: "a proxy in the way", step: "clock", says: "proxy", o: s3.Options{Proxy: proxy.URL}},
		{what: "a clock an hour off", step: "clock", says: "60 minutes off", change: func(s *remote.Server) { s.Endpoint = late.URL }},
	} {
		srv, id, secret := good, plain.Access, plain.Secret
		if tt.change != nil {
			tt.change(&srv)
		}
		if tt.id != "" {
			id = tt.id
		}
		if tt.secret != "" {
			secret = tt.secret
		}
		r := open(t, srv, key(t, id, secret), tt.o).Probe(t.Context(), remote.TestOptions{}, nil)
		got := step(t, r, tt.step)
		if got.State != remote.StepFailed || !strings.Contains(got.Hint, tt.says) || !strings.HasSuffix(got.Hint, ".") || strings.Contains(got.Hint, secret) {
			t.Errorf("%s: %s %+v", tt.what, states(r), got)
		}
	}
}

// TestARefusalWithoutACodeIsRememberedIfTheServerItselfSaidIt: that of a HEAD has
// no body. What has no number of a request either may be a proxy's.
func TestARefusalWithoutACodeIsRememberedIfTheServerItselfSaidIt(t *testing.T) {
	for id, want := range map[string]string{"4442587FB7D0A2F9": "s3:GetObject", "": ""} {
		dumb := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			if id != "" {
				w.Header().Set("X-Amz-Request-Id", id)
			}
			w.WriteHeader(http.StatusForbidden)
		}))
		t.Cleanup(dumb.Close)
		var refused []string
		srv := remote.Server{Name: "srv", Region: "us-east-1", Bucket: "bucket", Endpoint: dumb.URL, PathStyle: true}
		tree := open(t, srv, key(t, "AKIDEXAMPLE", "secret"), s3.Options{Refused: func(action string) { refused = append(refused, action) }})
		_, err := tree.Stat(t.Context(), "k")
		if remote.KindOf(err) != remote.Denied {
			t.Errorf("request %q: %v", id, err)
		}
		if got := strings.Join(slices.Compact(refused), " "); got != want {
			t.Errorf("request %q: remembered %q, want %q", id, got, want)
		}
	}
}
