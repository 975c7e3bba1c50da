package cred_test

import (
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gantry/remote"
	"gantry/remote/cred"
)

// around is a portal of SSO, a container's credentials and an instance's metadata
// in one, each of which gives a key of its own.
func around(t *testing.T) *httptest.Server {
	t.Helper()
	keys := func(w io.Writer, id string) {
		_, _ = fmt.Fprintf(w, `{"Code":"Success","AccessKeyId":%q,"SecretAccessKey":"s","Token":"t","Expiration":"2099-01-01T00:00:00Z"}`, id)
	}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/federation/credentials":
			if r.Header.Get("X-Amz-Sso_bearer_token") != "token-of-sso" || r.URL.Query().Get("role_name") != "reader" {
				w.WriteHeader(http.StatusUnauthorized)
				return
			}
			_, _ = io.WriteString(w, `{"roleCredentials":{"accessKeyId":"ASIASSO","secretAccessKey":"s","sessionToken":"t","expiration":4070908800000}}`)
		case r.URL.Path == "/container":
			keys(w, "ASIACONTAINER")
		case r.URL.Path == "/latest/api/token":
			w.Header().Set("X-Aws-Ec2-Metadata-Token-Ttl-Seconds", "300")
			_, _ = io.WriteString(w, "token-of-imds")
		case strings.HasSuffix(r.URL.Path, "/security-credentials/"):
			_, _ = io.WriteString(w, "role")
		case strings.HasSuffix(r.URL.Path, "/security-credentials/role"):
			keys(w, "ASIAINSTANCE")
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(s.Close)
	return s
}

// TestTheWaysOfTheAWSToolsLeadToKeysIfTheCredentialSaysSo: SSO through a profile,
// containers and instances through the environment, and none of them by itself.
func TestTheWaysOfTheAWSToolsLeadToKeysIfTheCredentialSaysSo(t *testing.T) {
	s := around(t)
	home := t.TempDir()
	t.Setenv("HOME", home)
	awsFiles(t, home, "[profile sso]\nsso_session = corp\nsso_account_id = 111122223333\nsso_role_name = reader\nservices = here\n"+
		"[sso-session corp]\nsso_region = eu-west-1\nsso_start_url = https://example.com/start\n"+
		"[services here]\nsso =\n  endpoint_url = "+s.URL+"\n[profile empty]\nregion = eu-west-1\n")
	for _, name := range []string{"AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_EC2_METADATA_DISABLED"} {
		t.Setenv(name, "")
	}
	t.Setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", s.URL)
	sum := sha1.Sum([]byte("corp")) // how the AWS tools name the file
	cache := filepath.Join(home, ".aws", "sso", "cache")
	if err := os.MkdirAll(cache, 0o700); err != nil {
		t.Fatal(err)
	}
	token := `{"accessToken":"token-of-sso","expiresAt":"2099-01-01T00:00:00Z","region":"eu-west-1","startUrl":"https://example.com/start"}`
	if err := os.WriteFile(filepath.Join(cache, hex.EncodeToString(sum[:])+".json"), []byte(token), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := keyOf(t, "sso"); got != "ASIASSO" {
		t.Errorf("the profile of SSO signs with %s", got)
	}
	here := func(what, want string) {
		t.Helper()
		p, err := cred.New(remote.Credential{Name: "here", Type: remote.Environment, Region: "eu-west-1"}, cred.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer p.Close()
		if keys, err := p.Retrieve(t.Context()); err != nil || keys.AccessKeyID != want || !keys.CanExpire {
			t.Errorf("%s: %q, %v: %s", what, keys.AccessKeyID, err, remote.HintOf(err))
		}
	}
	here("an instance", "ASIAINSTANCE")
	t.Setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", s.URL+"/container")
	here("a container", "ASIACONTAINER")

	p, err := cred.New(remote.Credential{Name: "p", Type: remote.Profile, Profile: "empty"}, cred.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if keys, err := p.Retrieve(t.Context()); err == nil {
		t.Errorf("a profile without keys signs with %s", keys.AccessKeyID)
	}
}

// TestAnEndedSignOnSaysHowToSignOnAgain: the AWS tools open the browser, gantry
// does not.
func TestAnEndedSignOnSaysHowToSignOnAgain(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HOME", home)
	awsFiles(t, home, "[profile sso]\nsso_session = corp\nsso_account_id = 111122223333\nsso_role_name = reader\n[sso-session corp]\nsso_region = eu-west-1\nsso_start_url = https://example.com/start\n")
	p, err := cred.New(remote.Credential{Name: "p", Type: remote.Profile, Profile: "sso"}, cred.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	_, err = p.Retrieve(t.Context())
	if hint := remote.HintOf(err); !strings.Contains(hint, "aws sso login --profile sso") {
		t.Errorf("%v: %q", err, hint)
	}
}
