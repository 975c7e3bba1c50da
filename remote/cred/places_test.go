package cred_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"io"
	"strings"
	"testing"

	"filippo.io/age"
	"github.com/zalando/go-keyring"

	"gantry/remote"
	"gantry/remote/cred"
)

// sealedCheaply is what Seal makes, at a thousandth of what guessing costs.
func sealedCheaply(t *testing.T) string {
	t.Helper()
	r, err := age.NewScryptRecipient("right")
	if err != nil {
		t.Fatal(err)
	}
	r.SetWorkFactor(8)
	var out bytes.Buffer
	w, err := age.Encrypt(&out, r)
	if err == nil {
		_, err = io.WriteString(w, canary)
	}
	if err = errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(out.Bytes())
}

// TestSEC34NoPlaceOfASecretFallsBackToAnother: when the keyring, the passphrase,
// the variable or the command gives nothing, the credential fails and says so,
// also when the same secret could be had elsewhere.
func TestSEC34NoPlaceOfASecretFallsBackToAnother(t *testing.T) {
	keyring.MockInitWithError(errors.New("locked " + canary))
	t.Setenv("AWS_ACCESS_KEY_ID", "AKIDAMBIENT")
	t.Setenv("AWS_SECRET_ACCESS_KEY", canary)
	sealed := sealedCheaply(t)
	if raw, err := base64.StdEncoding.DecodeString(sealed); err != nil || strings.Contains(string(raw), canary) {
		t.Errorf("sealed %q", sealed)
	}
	base := remote.Credential{Name: "ops", Type: remote.AccessKey, AccessKeyID: "AKID"}
	for name, change := range map[string]func(*remote.Credential){
		"keyring":    func(c *remote.Credential) { c.SecretAccessKeyKeyring = true },
		"passphrase": func(c *remote.Credential) { c.SecretAccessKeyAge = sealed },
		"variable":   func(c *remote.Credential) { c.SecretAccessKeyEnv = "GANTRY_TEST_NOT_SET" },
		"command":    func(c *remote.Credential) { c.SecretAccessKeyCommand = []string{"false"} },
	} {
		c := base
		change(&c)
		p, err := cred.New(c, cred.Options{Passphrase: func(context.Context, string) (remote.Secret, error) { return remote.NewSecret("wrong"), nil }})
		if err != nil {
			t.Fatal(err)
		}
		keys, err := p.Retrieve(t.Context())
		if keys.HasKeys() {
			t.Errorf("%s: keys came from %s", name, keys.Source)
		}
		wantKind(t, err, remote.Auth)
		p.Close()
	}
	if err := cred.KeepInKeyring(t.Context(), "ops", remote.NewSecret(canary)); err == nil {
		t.Error("a locked keyring took the secret")
	} else {
		wantKind(t, err, remote.Unsupported)
	}
}

func TestTheKeyringKeepsAndForgets(t *testing.T) {
	keyring.MockInit()
	if err := cred.KeepInKeyring(t.Context(), "ops", remote.NewSecret(canary)); err != nil {
		t.Fatal(err)
	}
	p, err := cred.New(remote.Credential{Name: "ops", Type: remote.AccessKey, AccessKeyID: "AKID", SecretAccessKeyKeyring: true}, cred.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if k, err := p.Retrieve(t.Context()); err != nil || k.SecretAccessKey != canary {
		t.Errorf("%v", err)
	}
	for range 2 { // what is not there any more is forgotten already
		if err := cred.ForgetKeyring(t.Context(), "ops"); err != nil {
			t.Error(err)
		}
	}
}

func TestAnEncryptedSecretIsAskedForOnceInARun(t *testing.T) {
	sealed, err := cred.Seal(remote.NewSecret(canary), remote.NewSecret("right"))
	if err != nil {
		t.Fatal(err)
	}
	asked := 0
	p, err := cred.New(remote.Credential{Name: "ops", Type: remote.AccessKey, AccessKeyID: "AKID", SecretAccessKeyAge: sealed}, cred.Options{
		Passphrase: func(_ context.Context, name string) (remote.Secret, error) {
			asked++
			return remote.NewSecret("right"), nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	for range 3 {
		if k, err := p.Retrieve(t.Context()); err != nil || k.SecretAccessKey != canary {
			t.Errorf("%v", err)
		}
	}
	if asked != 1 {
		t.Errorf("asked %d times", asked)
	}
	if _, err := cred.Seal(remote.NewSecret(canary), remote.Secret{}); remote.KindOf(err) != remote.Invalid {
		t.Errorf("sealed without a passphrase: %v", err)
	}
	if _, err := cred.Unseal("not base64", remote.NewSecret("right")); remote.KindOf(err) != remote.Invalid {
		t.Errorf("%v", err)
	}
}
