package cred_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"gantry/remote"
	"gantry/remote/cred"
)

// TestEveryRefusalOfSTSHasItsOwnSentence with a remedy, and none echoes what the
// server said.
func TestEveryRefusalOfSTSHasItsOwnSentence(t *testing.T) {
	seen := map[string]string{}
	for code, want := range map[string]struct {
		kind remote.Kind
		says string
	}{
		"AccessDenied":            {remote.Auth, "trust policy"},
		"InvalidClientTokenId":    {remote.Auth, "does not exist (any more)"},
		"SignatureDoesNotMatch":   {remote.Auth, "Enter it again"},
		"ExpiredToken":            {remote.Auth, "has expired"},
		"ValidationError":         {remote.Invalid, "role_arn"},
		"RegionDisabledException": {remote.Invalid, "eu-central-1"},
		"MalformedPolicyDocument": {remote.Invalid, "session_policy"},
	} {
		p, err := cred.New(role(nil), answering(time.Now(), http.StatusForbidden, code))
		if err != nil {
			t.Fatal(err)
		}
		_, err = p.Retrieve(t.Context())
		wantKind(t, err, want.kind)
		hint := remote.HintOf(err)
		if !strings.Contains(hint, want.says) || seen[hint] != "" {
			t.Errorf("%s: %q (also of %q)", code, hint, seen[hint])
		}
		seen[hint] = code
		p.Close()
	}
}

func TestAClockThatIsOffIsToldApartFromAWrongSecret(t *testing.T) {
	p, err := cred.New(role(nil), answering(time.Now().Add(time.Hour), http.StatusForbidden, "SignatureDoesNotMatch"))
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	_, err = p.Retrieve(t.Context())
	wantKind(t, err, remote.Auth)
	if hint := remote.HintOf(err); !strings.Contains(hint, "60 minutes off") {
		t.Error(hint)
	}
}

// answering is an STS that knows one answer.
func answering(date time.Time, status int, code string) cred.Options {
	return cred.Options{
		Region: "eu-central-1", Lookup: func(string) (remote.Credential, bool) { return ops, true },
		HTTP: &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			res := reply(r, status, "<ErrorResponse><Error><Code>"+code+"</Code><Message>"+canary+"</Message></Error></ErrorResponse>")
			res.Header.Set("Date", date.UTC().Format(http.TimeFormat))
			return res, nil
		})},
	}
}
