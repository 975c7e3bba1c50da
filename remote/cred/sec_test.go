package cred_test

import (
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gantry/remote"
	"gantry/remote/cred"
)

// TestSEC22AssumeRoleSendsTheExternalIDAndNeverEchoesIt: what STS would refuse is
// refused before the call, and the error of a wrong one names the remedy.
func TestSEC22AssumeRoleSendsTheExternalIDAndNeverEchoesIt(t *testing.T) {
	const id = "our/own:id-CANARY"
	s := &fakeSTS{life: time.Hour, refuse: func(_ int, in url.Values) (int, string) {
		if in.Get("ExternalId") != id {
			return http.StatusForbidden, "AccessDenied"
		}
		return 0, ""
	}}
	p := s.open(t, role(func(c *remote.Credential) { c.ExternalID = id }))
	if _, err := p.Retrieve(t.Context()); err != nil {
		t.Fatal(err)
	}
	if name := s.last().Get("RoleSessionName"); strings.Contains(name, ops.AccessKeyID) || strings.Contains(name, canary) {
		t.Errorf("session name %q", name)
	}
	for given, says := range map[string]string{"": "set external_id", "another-CANARY": "must be exactly"} {
		q := s.open(t, role(func(c *remote.Credential) { c.ExternalID = given }))
		_, err := q.Retrieve(t.Context())
		wantKind(t, err, remote.Auth)
		if hint := remote.HintOf(err); strings.Contains(hint, "CANARY") || !strings.Contains(hint, says) {
			t.Errorf("with %q: %s", given, hint)
		}
	}
	for _, bad := range []string{"x", "with space", "tab\t1", strings.Repeat("x", 1225)} {
		if _, err := cred.New(role(func(c *remote.Credential) { c.ExternalID = bad }), s.options()); remote.KindOf(err) != remote.Invalid {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

// TestSEC26CommandsRunWithoutAShellInACleanEnvironment: of the store, and of
// credential_process in an AWS profile.
func TestSEC26CommandsRunWithoutAShellInACleanEnvironment(t *testing.T) {
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("no shell to write the command in")
	}
	dir := t.TempDir()
	t.Chdir(dir)
	t.Setenv("GANTRY_TEST_CANARY", canary)
	t.Setenv("AWS_SECRET_ACCESS_KEY", canary)
	script := filepath.Join(dir, "give")
	seen := filepath.Join(dir, "seen")
	text := "#!" + sh + "\n{ env; printf '%s\\n' \"$@\"; } > '" + seen + "'\ncase \"$1\" in\njson) echo '{\"Version\":1,\"AccessKeyId\":\"AKIDPROCESS\",\"SecretAccessKey\":\"" + canary + "\"}';;\n*) echo " + canary + ";;\nesac\necho noise " + canary + " >&2\n"
	if err := os.WriteFile(script, []byte(text), 0o700); err != nil {
		t.Fatal(err)
	}
	config := filepath.Join(dir, "config")
	if err := os.WriteFile(config, []byte("[profile proc]\ncredential_process = \""+script+"\" json '; touch x' $(touch y) -rf\nregion = eu-west-1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("AWS_CONFIG_FILE", config)
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", filepath.Join(dir, "none"))
	for what, c := range map[string]remote.Credential{
		"AKID":        {Name: "c", Type: remote.AccessKey, AccessKeyID: "AKID", SecretAccessKeyCommand: []string{script, "; touch x", "$(touch y)", "-rf"}},
		"AKIDPROCESS": {Name: "p", Type: remote.Profile, Profile: "proc"},
	} {
		p, err := cred.New(c, cred.Options{})
		if err != nil {
			t.Fatal(err)
		}
		keys, err := p.Retrieve(t.Context())
		if err != nil || keys.AccessKeyID != what || keys.SecretAccessKey != canary {
			t.Errorf("%s: %q, %v", what, keys.AccessKeyID, err)
		}
		p.Close()
		env, err := os.ReadFile(seen)
		if err != nil || strings.Contains(string(env), canary) || !strings.Contains(string(env), "; touch x\n") {
			t.Errorf("%s saw %s, %v", what, env, err)
		}
		for _, made := range []string{"x", "y"} {
			if _, err := os.Stat(made); err == nil {
				t.Errorf("%s: a shell has run %s", what, made)
			}
		}
	}
}

// TestSEC30TheEnvironmentDoesNotMoveARoleOfTheStore to another STS.
func TestSEC30TheEnvironmentDoesNotMoveARoleOfTheStore(t *testing.T) {
	for _, name := range []string{"AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL_S3"} {
		t.Setenv(name, "http://elsewhere.example.com")
	}
	t.Setenv("AWS_REGION", "us-west-2")
	t.Setenv("AWS_STS_REGIONAL_ENDPOINTS", "legacy")
	var hosts []string
	o := cred.Options{
		Region: "eu-central-1", Lookup: func(string) (remote.Credential, bool) { return ops, true },
		HTTP: &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			hosts = append(hosts, r.URL.Scheme+"://"+r.URL.Host)
			return reply(r, http.StatusForbidden, "<ErrorResponse><Error><Code>AccessDenied</Code></Error></ErrorResponse>"), nil
		})},
	}
	p, err := cred.New(role(nil), o)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if _, err := p.Retrieve(t.Context()); err == nil || len(hosts) != 1 || hosts[0] != "https://sts.eu-central-1.amazonaws.com" {
		t.Errorf("asked %v, %v", hosts, err)
	}
}
