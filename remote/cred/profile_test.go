package cred_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"gantry/remote"
	"gantry/remote/cred"
)

// awsFiles makes text the shared config file of this machine.
func awsFiles(t *testing.T, dir, text string) {
	t.Helper()
	file := filepath.Join(dir, "aws-config")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("AWS_CONFIG_FILE", file)
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", filepath.Join(dir, "none"))
	for _, name := range []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE", "AWS_CA_BUNDLE"} {
		t.Setenv(name, "")
	}
}

// roles is an STS of its own that gives a key named after each role.
type roles struct {
	*httptest.Server
	mu   sync.Mutex
	seen []string // "signing key: role, external id"
}

func newRoles(t *testing.T) *roles {
	t.Helper()
	s := &roles{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		in, _ := url.ParseQuery(string(body))
		_, name, _ := strings.Cut(in.Get("RoleArn"), "role/")
		_, signer, _ := strings.Cut(r.Header.Get("Authorization"), "Credential=")
		signer, _, _ = strings.Cut(signer, "/")
		s.mu.Lock()
		s.seen = append(s.seen, signer+": "+name+", "+in.Get("ExternalId"))
		s.mu.Unlock()
		_, _ = io.WriteString(w, `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials><AccessKeyId>ASIA`+
			strings.ToUpper(name)+`</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`)
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *roles) asked() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Join(s.seen, "; ")
}

// keyOf is the access key that a profile of the store signs with.
func keyOf(t *testing.T, profile string) string {
	t.Helper()
	p, err := cred.New(remote.Credential{Name: "p", Type: remote.Profile, Profile: profile, Region: "eu-west-1"}, cred.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	keys, err := p.Retrieve(t.Context())
	if err != nil {
		t.Fatalf("%s: %v: %s", profile, err, remote.HintOf(err))
	}
	return keys.AccessKeyID
}

// TestSEC30TheEnvironmentDoesNotMoveTheRoleOfAProfile to another STS; what the
// profile itself says holds.
func TestSEC30TheEnvironmentDoesNotMoveTheRoleOfAProfile(t *testing.T) {
	own, elsewhere := newRoles(t), newRoles(t)
	keys := "[profile base]\naws_access_key_id = AKIDBASE\naws_secret_access_key = s\n"
	role := "role_arn = arn:aws:iam::111122223333:role/reader\nsource_profile = base\n"
	here := "services = here\n"
	services := "[services here]\nsts =\n  endpoint_url = " + own.URL + "\n"
	for _, name := range []string{"AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL_SSO"} {
		t.Setenv(name, elsewhere.URL)
	}
	t.Setenv("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true")
	awsFiles(t, t.TempDir(), "[profile work]\n"+role+here+keys+services+
		"[profile sso]\nsso_account_id = 111122223333\nsso_role_name = r\nsso_region = eu-west-1\nsso_start_url = https://example.com/start\n")
	if got := keyOf(t, "work"); got != "ASIAREADER" || own.asked() != "AKIDBASE: reader, " || elsewhere.asked() != "" {
		t.Errorf("signs with %s; elsewhere was asked %q", got, elsewhere.asked())
	}
	// What the SDK would ask wherever the environment says is refused.
	p, err := cred.New(remote.Credential{Name: "p", Type: remote.Profile, Profile: "sso"}, cred.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	_, err = p.Retrieve(t.Context())
	wantKind(t, err, remote.Auth)
	if hint := remote.HintOf(err); !strings.Contains(hint, "AWS_ENDPOINT_URL_STS would send") || elsewhere.asked() != "" {
		t.Errorf("%q; elsewhere was asked %q", hint, elsewhere.asked())
	}
}

// TestSEC26ACommandBehindASourceProfileRunsWithoutAShell, with any number of
// roles between.
func TestSEC26ACommandBehindASourceProfileRunsWithoutAShell(t *testing.T) {
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("no shell to write the command in")
	}
	dir := t.TempDir()
	t.Chdir(dir)
	script := filepath.Join(dir, "give")
	if err := os.WriteFile(script, []byte("#!"+sh+"\nenv > '"+dir+"/seen'\necho '{\"Version\":1,\"AccessKeyId\":\"AKIDPROCESS\",\"SecretAccessKey\":\"s\"}'\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	s := newRoles(t)
	awsFiles(t, dir, "[profile base]\ncredential_process = \""+script+"\" '; touch x' ; touch x\n"+
		"[profile one]\nrole_arn = arn:aws:iam::111122223333:role/one\nsource_profile = base\nexternal_id = id-1\n"+
		"[profile two]\nrole_arn = arn:aws:iam::111122223333:role/two\nsource_profile = one\nservices = here\n[services here]\nsts =\n  endpoint_url = "+s.URL+"\n")
	t.Setenv("AWS_SECRET_ACCESS_KEY", canary)
	if got := keyOf(t, "two"); got != "ASIATWO" || s.asked() != "AKIDPROCESS: one, id-1; ASIAONE: two, " {
		t.Errorf("signs with %s after %s", got, s.asked())
	}
	if _, err := os.Stat("x"); err == nil {
		t.Error("a shell has run the command")
	}
	if env, err := os.ReadFile("seen"); err != nil || strings.Contains(string(env), canary) {
		t.Errorf("the command saw %s, %v", env, err)
	}
}

// TestSEC30TheEnvironmentGivesKeysButDoesNotMoveWhereTheyComeFrom: a credential of
// the store that takes the AWS default chain, and a role without a source, sign in
// where the AWS files say.
func TestSEC30TheEnvironmentGivesKeysButDoesNotMoveWhereTheyComeFrom(t *testing.T) {
	own, elsewhere := newRoles(t), newRoles(t)
	awsFiles(t, t.TempDir(), "[profile work]\nrole_arn = arn:aws:iam::111122223333:role/reader\nsource_profile = base\nservices = here\n"+
		"[profile base]\naws_access_key_id = AKIDBASE\naws_secret_access_key = s\n"+
		"[services here]\nsts =\n  endpoint_url = "+own.URL+"\n")
	for _, name := range []string{"AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_STS"} {
		t.Setenv(name, elsewhere.URL)
	}
	signer := func(c remote.Credential) (string, error) {
		t.Helper()
		p, err := cred.New(c, cred.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer p.Close()
		keys, err := p.Retrieve(t.Context())
		return keys.AccessKeyID, err
	}
	env := remote.Credential{Name: "around", Type: remote.Environment}

	t.Setenv("AWS_PROFILE", "work")
	if got, err := signer(env); err != nil || got != "ASIAREADER" || own.asked() != "AKIDBASE: reader, " {
		t.Errorf("the role of AWS_PROFILE signs with %q, %v: %s", got, err, remote.HintOf(err))
	}
	partner := remote.Credential{Name: "partner", Type: remote.AssumeRole, RoleARN: "arn:aws:iam::111122223333:role/partner", STSEndpoint: own.URL, Region: "eu-west-1"}
	if got, err := signer(partner); err != nil || got != "ASIAPARTNER" {
		t.Errorf("a role on the settings around signs with %q, %v: %s", got, err, remote.HintOf(err))
	}

	t.Setenv("AWS_PROFILE", "")
	t.Setenv("AWS_WEB_IDENTITY_TOKEN_FILE", "/dev/null")
	t.Setenv("AWS_ROLE_ARN", "arn:aws:iam::111122223333:role/pod")
	_, err := signer(env)
	wantKind(t, err, remote.Auth)
	if hint := remote.HintOf(err); !strings.Contains(hint, `AWS_ENDPOINT_URL_STS would send the sign-in of the credential "around"`) {
		t.Errorf("%q", hint)
	}

	t.Setenv("AWS_ACCESS_KEY_ID", "AKIDENV")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "s")
	if got, err := signer(env); err != nil || got != "AKIDENV" {
		t.Errorf("the keys of the environment are %q, %v", got, err)
	}
	if asked := elsewhere.asked(); asked != "" {
		t.Errorf("another server was asked: %s", asked)
	}
}
