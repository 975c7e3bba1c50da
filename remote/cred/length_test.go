package cred_test

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"gantry/remote"
	"gantry/remote/cred"
)

// maximum is a role whose sessions last at most so many seconds.
func maximum(seconds int) func(int, url.Values) (int, string) {
	return func(_ int, in url.Values) (int, string) {
		if n, _ := strconv.Atoi(in.Get("DurationSeconds")); n > seconds {
			return http.StatusBadRequest, "ValidationError"
		}
		return 0, ""
	}
}

// TestA04TheMaximumOfARoleIsFoundOnceAndRemembered: of a refused duration the
// longest that the role allows is found; the next run knows it.
func TestA04TheMaximumOfARoleIsFoundOnceAndRemembered(t *testing.T) {
	for _, tt := range []struct{ most, want, calls int }{{4 * 3600, 4 * 3600, 4}, {3600, 3600, 5}, {11 * 3600, 11 * 3600, 4}} {
		s := &fakeSTS{life: 12 * 3600e9, refuse: maximum(tt.most)}
		known := map[string][2]int{}
		o := s.options()
		o.Limit = func(role string, wanted int) int {
			if l := known[role]; l[0] == wanted {
				return l[1]
			}
			return 0
		}
		o.SetLimit = func(role string, wanted, seconds int) { known[role] = [2]int{wanted, seconds} }
		c := role(func(c *remote.Credential) { c.Duration = 43200 })
		p, err := cred.New(c, o)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := p.Retrieve(t.Context()); err != nil || s.count() > tt.calls+1 {
			t.Errorf("most %d: %d calls, %v", tt.most, s.count(), err)
		}
		if got := known[c.RoleARN]; got != [2]int{43200, tt.want} || !strings.Contains(p.Note(), "MaxSessionDuration") {
			t.Errorf("most %d: remembered %v, note %q", tt.most, got, p.Note())
		}
		p.Close()
		before := s.count()
		again, err := cred.New(c, o)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := again.Retrieve(t.Context()); err != nil || s.count() != before+1 || s.last().Get("DurationSeconds") != strconv.Itoa(tt.want) {
			t.Errorf("most %d: the next run made %d calls for %s s, %v", tt.most, s.count()-before, s.last().Get("DurationSeconds"), err)
		}
		again.Close()
	}
}

// TestA05AChainedRoleGetsAnHourAndSaysWhy without a call that is bound to fail.
func TestA05AChainedRoleGetsAnHourAndSaysWhy(t *testing.T) {
	s := &fakeSTS{life: 3600e9, refuse: maximum(3600)}
	chained := ops
	chained.SessionToken = remote.NewSecret("token")
	o := s.options()
	o.Lookup = func(string) (remote.Credential, bool) { return chained, true }
	p, err := cred.New(role(func(c *remote.Credential) { c.Duration = 7200 }), o)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if _, err := p.Retrieve(t.Context()); err != nil || s.count() != 1 || s.last().Get("DurationSeconds") != "3600" {
		t.Errorf("%d calls, %v", s.count(), err)
	}
	if !strings.Contains(p.Note(), "another session") {
		t.Errorf("note %q", p.Note())
	}
}

// TestACodeIsNotSpentOnASearch: a code of an MFA device serves once, so the hour
// that every role allows has to do.
func TestACodeIsNotSpentOnASearch(t *testing.T) {
	s := &fakeSTS{life: 3600e9, refuse: maximum(7200)}
	asked := 0
	o := s.options()
	o.TokenCode = func(_ context.Context, credential, _ string) (string, error) {
		asked++
		if credential != "partner" {
			t.Errorf("asked for %q", credential)
		}
		return "123456", nil
	}
	p, err := cred.New(role(func(c *remote.Credential) { c.Duration, c.MFASerial = 43200, "arn:aws:iam::1:mfa/me" }), o)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if _, err := p.Retrieve(t.Context()); err != nil || s.count() != 2 || asked != 1 {
		t.Errorf("%d calls, asked %d times, %v", s.count(), asked, err)
	}
}

// TestA11STSIsAskedInThePartitionOfTheRole, wherever the server is.
func TestA11STSIsAskedInThePartitionOfTheRole(t *testing.T) {
	for arn, want := range map[string]string{
		"arn:aws:iam::123456789012:role/x":        "sts.eu-central-1.amazonaws.com",
		"arn:aws-cn:iam::123456789012:role/x":     "sts.cn-north-1.amazonaws.com.cn",
		"arn:aws-us-gov:iam::123456789012:role/x": "sts.us-gov-east-1.amazonaws.com",
		"arn:aws-eusc:iam::123456789012:role/x":   "sts.eusc-de-east-1.amazonaws.eu",
	} {
		var host string
		o := cred.Options{
			Region: "eu-central-1", Lookup: func(string) (remote.Credential, bool) { return ops, true },
			HTTP: &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
				host = r.URL.Host
				return reply(r, http.StatusForbidden, "<ErrorResponse><Error><Code>AccessDenied</Code></Error></ErrorResponse>"), nil
			})},
		}
		p, err := cred.New(role(func(c *remote.Credential) { c.RoleARN = arn }), o)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := p.Retrieve(t.Context()); err == nil || host != want {
			t.Errorf("%s: asked %s, want %s (%v)", arn, host, want, err)
		}
		p.Close()
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
