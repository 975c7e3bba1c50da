package cred_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"gantry/remote"
	"gantry/remote/cred"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const canary = "SECRETCANARY-1234567890"

// fakeSTS answers AssumeRole in memory, so that tests can run on a clock that
// does not wait.
type fakeSTS struct {
	mu     sync.Mutex
	calls  []url.Values
	life   time.Duration
	refuse func(n int, in url.Values) (status int, code string)
	gate   chan struct{} // closed: answers go out; nil: at once
}

func (s *fakeSTS) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	in, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, err
	}
	if s.gate != nil {
		select {
		case <-s.gate:
		case <-r.Context().Done():
			return nil, r.Context().Err()
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = append(s.calls, in)
	n := len(s.calls)
	if s.refuse != nil {
		if status, code := s.refuse(n, in); status != 0 {
			if status < 0 {
				return nil, io.ErrUnexpectedEOF
			}
			return reply(r, status, "<ErrorResponse><Error><Code>"+code+"</Code><Message>"+canary+"</Message></Error></ErrorResponse>"), nil
		}
	}
	return reply(r, http.StatusOK, fmt.Sprintf(`<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIA%d</AccessKeyId>
		<SecretAccessKey>secret</SecretAccessKey><SessionToken>token%d</SessionToken><Expiration>%s</Expiration></Credentials>
		</AssumeRoleResult></AssumeRoleResponse>`, n, n, time.Now().Add(s.life).UTC().Format(time.RFC3339))), nil
}

func reply(r *http.Request, status int, body string) *http.Response {
	return &http.Response{
		StatusCode: status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: r, Body: io.NopCloser(strings.NewReader(body)),
		Header: http.Header{"Content-Type": {"text/xml"}}, ContentLength: int64(len(body)),
	}
}

func (s *fakeSTS) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.calls)
}

func (s *fakeSTS) last() url.Values {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls[len(s.calls)-1]
}

var ops = remote.Credential{Name: "ops", Type: remote.AccessKey, AccessKeyID: "AKIDEXAMPLE", SecretAccessKey: remote.NewSecret(canary)}

func role(change func(*remote.Credential)) remote.Credential {
	c := remote.Credential{Name: "partner", Type: remote.AssumeRole, RoleARN: "arn:aws:iam::123456789012:role/exchange", Source: "ops"}
	if change != nil {
		change(&c)
	}
	return c
}

func (s *fakeSTS) open(t *testing.T, c remote.Credential) *cred.Provider {
	t.Helper()
	p, err := cred.New(c, s.options())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p
}

func (s *fakeSTS) options() cred.Options {
	return cred.Options{HTTP: &http.Client{Transport: s}, Region: "eu-central-1", Lookup: func(name string) (remote.Credential, bool) {
		return ops, name == "ops"
	}}
}

// wantKind fails unless err is of kind k, with a sentence and without a secret.
func wantKind(t *testing.T, err error, k remote.Kind) {
	t.Helper()
	if got := remote.KindOf(err); err == nil || got != k {
		t.Fatalf("kind %v, want %v: %v", got, k, err)
	}
	hint := remote.HintOf(err)
	if !strings.HasSuffix(hint, ".") || strings.Contains(err.Error()+hint, canary) {
		t.Errorf("hint %q of %v", hint, err)
	}
}

// TestA08AThousandRequestsCostOneCall, at first and at every renewal: A08, A09.
func TestA08AThousandRequestsCostOneCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &fakeSTS{life: time.Hour}
		p, err := cred.New(role(nil), s.options())
		if err != nil {
			t.Fatal(err)
		}
		defer p.Close()
		for round := 1; round <= 3; round++ {
			var wg sync.WaitGroup
			for range 1000 {
				wg.Go(func() {
					if _, err := p.Retrieve(t.Context()); err != nil {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			if s.count() != round {
				t.Fatalf("%d calls after %d rounds", s.count(), round)
			}
			p.Invalidate()
		}
	})
}

// TestA01RefusedKeysAreDroppedOnce however many callers report them.
func TestA01RefusedKeysAreDroppedOnce(t *testing.T) {
	s := &fakeSTS{life: time.Hour}
	p := s.open(t, role(nil))
	keys, err := p.Retrieve(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 100 {
		wg.Go(func() {
			p.Refused(keys)
			if got, err := p.Retrieve(t.Context()); err != nil || got.AccessKeyID != "ASIA2" {
				t.Errorf("%s, %v", got.AccessKeyID, err)
			}
		})
	}
	wg.Wait()
	if s.count() != 2 {
		t.Errorf("%d calls", s.count())
	}
}

// TestA02SessionsAreRenewedAheadAsLongAsTheyAreUsed and nobody waits for it.
func TestA02SessionsAreRenewedAheadAsLongAsTheyAreUsed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &fakeSTS{life: time.Hour}
		p, err := cred.New(role(nil), s.options())
		if err != nil {
			t.Fatal(err)
		}
		defer p.Close()
		if _, ok := p.Expires(); ok {
			t.Error("an end is known before there are keys")
		}
		use := func() {
			keys, err := p.Retrieve(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if left := time.Until(keys.Expires); left < 5*time.Minute {
				t.Fatalf("keys with %v left were given out", left)
			}
		}
		for range 100 {
			use()
			<-time.After(6 * time.Minute)
		}
		if n := s.count(); n < 10 || n > 14 {
			t.Errorf("%d calls in ten hours", n)
		}
		// Nobody uses it: it is renewed once more at most, then left to expire.
		before := s.count()
		<-time.After(24 * time.Hour)
		if n := s.count() - before; n > 1 {
			t.Errorf("%d calls for nobody", n)
		}
		use()
		if end, ok := p.Expires(); !ok || time.Until(end) < 59*time.Minute {
			t.Errorf("ends %v", end)
		}
	})
}

// TestA03KeysAreKeptWhileValidWhenARenewalFails and not a moment longer.
func TestA03KeysAreKeptWhileValidWhenARenewalFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &fakeSTS{life: time.Hour, refuse: func(n int, _ url.Values) (int, string) {
			if n == 1 {
				return 0, ""
			}
			return http.StatusForbidden, "AccessDenied"
		}}
		p, err := cred.New(role(nil), s.options())
		if err != nil {
			t.Fatal(err)
		}
		defer p.Close()
		start := time.Now()
		for time.Since(start) < 59*time.Minute {
			if _, err := p.Retrieve(t.Context()); err != nil {
				t.Fatalf("after %v: %v", time.Since(start), err)
			}
			<-time.After(10 * time.Second)
		}
		if n := s.count(); n > 60 {
			t.Errorf("%d calls: failures are repeated too fast", n)
		}
		<-time.After(2 * time.Minute)
		_, err = p.Retrieve(t.Context())
		wantKind(t, err, remote.Auth)
	})
}

func TestWhatAssumeRoleIsAskedFor(t *testing.T) {
	s := &fakeSTS{life: time.Hour}
	p := s.open(t, role(nil))
	if _, err := p.Retrieve(t.Context()); err != nil {
		t.Fatal(err)
	}
	in := s.last()
	if in.Get("DurationSeconds") != "3600" || in.Has("ExternalId") || in.Has("Policy") || in.Has("SerialNumber") {
		t.Errorf("%v", in)
	}
	if name := in.Get("RoleSessionName"); !strings.HasPrefix(name, "gantry-") || !strings.Contains(name, "@") || len(name) > 64 || strings.Contains(name, " ") {
		t.Errorf("session name %q", name)
	}
	o := s.options()
	o.TokenCode = func(_ context.Context, _, serial string) (string, error) { return " 123456\n", nil }
	q, err := cred.New(role(func(c *remote.Credential) {
		c.ExternalID, c.SessionName, c.SessionPolicy, c.MFASerial = "our/id:7", "me@here", "read-only", "arn:aws:iam::1:mfa/me"
	}), o)
	if err != nil {
		t.Fatal(err)
	}
	defer q.Close()
	if _, err := q.Retrieve(t.Context()); err != nil {
		t.Fatal(err)
	}
	in = s.last()
	for k, want := range map[string]string{"ExternalId": "our/id:7", "RoleSessionName": "me@here", "TokenCode": "123456", "SerialNumber": "arn:aws:iam::1:mfa/me"} {
		if in.Get(k) != want {
			t.Errorf("%s is %q", k, in.Get(k))
		}
	}
	if !strings.Contains(in.Get("Policy"), "s3:Get*") || strings.Contains(in.Get("Policy"), "Put") {
		t.Errorf("policy %s", in.Get("Policy"))
	}
}

func TestA06MFAWithNobodyToAskSaysSo(t *testing.T) {
	s := &fakeSTS{life: time.Hour}
	p := s.open(t, role(func(c *remote.Credential) { c.MFASerial = "serial" }))
	_, err := p.Retrieve(t.Context())
	wantKind(t, err, remote.Auth)
	if !strings.Contains(remote.HintOf(err), "MFA needed") || s.count() != 0 {
		t.Errorf("%d calls, %q", s.count(), remote.HintOf(err))
	}
}

// A07, A12: and what would be right.
func TestEveryRefusalOfSTSHasItsSentence(t *testing.T) {
	for code, word := range map[string]string{
		"AccessDenied": "trust policy", "InvalidClientTokenId": "does not exist", "SignatureDoesNotMatch": "secret key", "ExpiredToken": "expired",
		"ValidationError": "role_arn", "RegionDisabledException": "eu-central-1", "PackedPolicyTooLarge": "session policy", "SomethingNew": "SomethingNew",
	} {
		s := &fakeSTS{refuse: func(int, url.Values) (int, string) { return http.StatusBadRequest, code }}
		_, err := s.open(t, role(nil)).Retrieve(t.Context())
		if err == nil || !strings.Contains(remote.HintOf(err), word) {
			t.Errorf("%s: %q", code, remote.HintOf(err))
		}
		wantKind(t, err, remote.KindOf(err))
	}
	s := &fakeSTS{refuse: func(int, url.Values) (int, string) { return -1, "" }}
	_, err := s.open(t, role(nil)).Retrieve(t.Context())
	wantKind(t, err, remote.Unreachable)
}

// TestACallerThatGivesUpTakesNothingFromTheOthers.
func TestACallerThatGivesUpTakesNothingFromTheOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &fakeSTS{life: time.Hour, gate: make(chan struct{})}
		p, err := cred.New(role(nil), s.options())
		if err != nil {
			t.Fatal(err)
		}
		defer p.Close()
		ctx, cancel := context.WithCancel(t.Context())
		gone := make(chan error, 1)
		stays := make(chan error, 1)
		go func() { _, err := p.Retrieve(ctx); gone <- err }()
		synctest.Wait()
		go func() { _, err := p.Retrieve(t.Context()); stays <- err }()
		synctest.Wait()
		cancel()
		if err := <-gone; !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		close(s.gate)
		if err := <-stays; err != nil || s.count() != 1 {
			t.Errorf("%d calls, %v", s.count(), err)
		}
	})
}

func TestAClosedProviderGivesNoKeys(t *testing.T) {
	s := &fakeSTS{life: time.Hour}
	p := s.open(t, role(nil))
	if _, err := p.Retrieve(t.Context()); err != nil {
		t.Fatal(err)
	}
	p.Close()
	p.Close()
	_, err := p.Retrieve(t.Context())
	wantKind(t, err, remote.Auth)
}

func TestAnonymousSignsNothing(t *testing.T) {
	p, err := cred.New(remote.Credential{Name: "open", Type: remote.Anonymous}, cred.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	keys, err := p.Retrieve(t.Context())
	if err != nil || keys.HasKeys() || !p.Anonymous() || p.Name() != "open" {
		t.Errorf("%+v, %v", keys.AccessKeyID, err)
	}
}

// TestAReadOnlySessionIsAskedForAsTheServiceUnderstandsIt: only Amazon knows keys
// of KMS, which reading may need there.
func TestAReadOnlySessionIsAskedForAsTheServiceUnderstandsIt(t *testing.T) {
	for endpoint, kms := range map[string]bool{"": true, "https://vpce-1.sts.us-east-1.vpce.amazonaws.com": true, "https://minio.example.com": false} {
		var asked string
		o := cred.Options{
			Region: "us-east-1", Lookup: func(string) (remote.Credential, bool) { return ops, true },
			HTTP: &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
				_ = r.ParseForm()
				asked = r.PostForm.Get("Policy")
				return reply(r, http.StatusForbidden, "<ErrorResponse><Error><Code>AccessDenied</Code></Error></ErrorResponse>"), nil
			})},
		}
		p, err := cred.New(role(func(c *remote.Credential) { c.SessionPolicy, c.STSEndpoint = "read-only", endpoint }), o)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = p.Retrieve(t.Context())
		p.Close()
		if strings.Contains(asked, "kms:Decrypt") != kms || !strings.Contains(asked, "s3:Get*") || strings.Contains(asked, `"*"`) != kms {
			t.Errorf("%q is asked for %s", endpoint, asked)
		}
	}
}
