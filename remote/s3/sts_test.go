package s3_test

import (
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"gantry/remote"
	"gantry/remote/cred"
)

// sts gives sessions with the token that it is told to.
type sts struct {
	*httptest.Server
	token atomic.Value
	calls atomic.Int64
}

func newSTS(t *testing.T) *sts {
	t.Helper()
	s := &sts{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		n := s.calls.Add(1)
		fmt.Fprintf(w, `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>
			<AccessKeyId>ASIA%d</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>%s</SessionToken><Expiration>%s</Expiration>
			</Credentials></AssumeRoleResult></AssumeRoleResponse>`, n, s.token.Load(), time.Now().Add(time.Hour).UTC().Format(time.RFC3339))
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *sts) role(t *testing.T) *cred.Provider {
	t.Helper()
	source := remote.Credential{Name: "ops", Type: remote.AccessKey, AccessKeyID: "AKIDEXAMPLE", SecretAccessKey: remote.NewSecret("x")}
	p, err := cred.New(remote.Credential{
		Name: "partner", Type: remote.AssumeRole, RoleARN: "arn:aws:iam::123456789012:role/r", Source: "ops", STSEndpoint: s.URL,
	}, cred.Options{Lookup: func(string) (remote.Credential, bool) { return source, true }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p
}

// nobody is an address where nothing listens and nothing ever will: a port that
// was free a moment ago may be given to a server of a test beside this one.
const nobody = "127.0.0.1:1"

func quiet() *log.Logger { return log.New(io.Discard, "", 0) }
