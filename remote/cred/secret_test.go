package cred_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/zalando/go-keyring"

	"gantry/remote"
	"gantry/remote/cred"
)

func TestWhereASecretComesFrom(t *testing.T) {
	keyring.MockInit()
	if err := keyring.Set("gantry", "ops", canary); err != nil {
		t.Fatal(err)
	}
	t.Setenv("GANTRY_TEST_SECRET", canary)
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("no shell to be the command")
	}
	for name, change := range map[string]func(*remote.Credential){
		"store":   func(c *remote.Credential) { c.SecretAccessKey = remote.NewSecret(canary) },
		"env":     func(c *remote.Credential) { c.SecretAccessKeyEnv = "GANTRY_TEST_SECRET" },
		"keyring": func(c *remote.Credential) { c.SecretAccessKeyKeyring = true },
		"command": func(c *remote.Credential) {
			// SEC-26: our environment does not reach it, arguments are taken as they are.
			c.SecretAccessKeyCommand = []string{sh, "-c", `echo "$1$GANTRY_TEST_SECRET"; echo more`, "sh", canary}
		},
	} {
		c := remote.Credential{Name: "ops", Type: remote.AccessKey, AccessKeyID: "AKIDEXAMPLE"}
		change(&c)
		p, err := cred.New(c, cred.Options{})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		keys, err := p.Retrieve(t.Context())
		if err != nil || keys.SecretAccessKey != canary || keys.AccessKeyID != "AKIDEXAMPLE" {
			t.Errorf("%s: %q, %v", name, keys.SecretAccessKey, err)
		}
		if _, ok := p.Expires(); ok {
			t.Errorf("%s: keys that last have an end", name)
		}
		p.Close()
	}
}

// TestA14ASecretThatDoesNotComeIsNamedWithoutItsText.
func TestA14ASecretThatDoesNotComeIsNamedWithoutItsText(t *testing.T) {
	keyring.MockInitWithError(errors.New("locked " + canary))
	defer keyring.MockInit()
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("no shell to be the command")
	}
	for name, change := range map[string]func(*remote.Credential){
		"env":     func(c *remote.Credential) { c.SecretAccessKeyEnv = "GANTRY_TEST_UNSET" },
		"keyring": func(c *remote.Credential) { c.SecretAccessKeyKeyring = true },
		"fails": func(c *remote.Credential) {
			c.SecretAccessKeyCommand = []string{sh, "-c", "echo " + canary + " >&2; exit 3"}
		},
		"prints none":   func(c *remote.Credential) { c.SecretAccessKeyCommand = []string{sh, "-c", "echo"} },
		"not a command": func(c *remote.Credential) { c.SecretAccessKeyCommand = []string{filepath.Join(t.TempDir(), "x")} },
	} {
		t.Run(name, func(t *testing.T) {
			c := remote.Credential{Name: "ops", Type: remote.AccessKey, AccessKeyID: "AKIDEXAMPLE"}
			change(&c)
			p, err := cred.New(c, cred.Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer p.Close()
			_, err = p.Retrieve(t.Context())
			wantKind(t, err, remote.Auth)
		})
	}
}

// A15: and nothing else around us is asked for keys.
func TestProfilesAndTheEnvironment(t *testing.T) {
	dir := t.TempDir()
	config, shared := filepath.Join(dir, "config"), filepath.Join(dir, "credentials")
	write := func(path, text string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(config, "[profile work]\nregion = eu-west-3\n[profile empty]\nregion = eu-west-3\n")
	write(shared, "[work]\naws_access_key_id = AKIDWORK\naws_secret_access_key = "+canary+"\n")
	for name, value := range map[string]string{
		"AWS_CONFIG_FILE": config, "AWS_SHARED_CREDENTIALS_FILE": shared, "AWS_PROFILE": "", "AWS_ACCESS_KEY_ID": "AKIDENV",
		"AWS_SECRET_ACCESS_KEY": canary, "AWS_REGION": "", "AWS_DEFAULT_REGION": "", "AWS_ENDPOINT_URL": "https://s3.example.com",
	} {
		t.Setenv(name, value)
	}
	for want, c := range map[string]remote.Credential{
		"AKIDWORK": {Name: "p", Type: remote.Profile, Profile: "work"},
		"AKIDENV":  {Name: "e", Type: remote.Environment},
	} {
		p, err := cred.New(c, cred.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if keys, err := p.Retrieve(t.Context()); err != nil || keys.AccessKeyID != want {
			t.Errorf("%s: %q, %v", want, keys.AccessKeyID, err)
		}
		p.Close()
	}
	p, cfg, err := cred.Ambient(t.Context(), cred.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if cfg.BaseEndpoint == nil || *cfg.BaseEndpoint != "https://s3.example.com" {
		t.Errorf("the endpoint of the environment is lost: %v", cfg.BaseEndpoint)
	}
	for name, profile := range map[string]string{"none": "nobody", "without keys": "empty"} {
		q, err := cred.New(remote.Credential{Name: "p", Type: remote.Profile, Profile: profile}, cred.Options{})
		if err != nil {
			t.Fatal(err)
		}
		_, err = q.Retrieve(t.Context())
		if name == "none" {
			wantKind(t, err, remote.Auth)
		}
		if err == nil && name != "without keys" {
			t.Errorf("%s: no error", name)
		}
		q.Close()
	}
}
