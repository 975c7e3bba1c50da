package app_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/zalando/go-keyring"

	"gantry/remote"
	"gantry/ui/app"
)

// inKeyring is a world whose credential keeps its secret in a keyring of the test.
func inKeyring(t *testing.T) *world {
	t.Helper()
	keyring.MockInit()
	w := newWorld(t)
	w.place(t, remote.InKeyring)
	return w
}

// place moves the secret of ops.
func (w *world) place(t *testing.T, p remote.SecretPlace) {
	t.Helper()
	if err := w.SaveCredential(t.Context(), "ops", ops(t, w.App), p, ""); err != nil {
		t.Fatalf("to %s: %v: %s", p, err, remote.HintOf(err))
	}
}

func ops(t *testing.T, a *app.App) remote.Credential {
	t.Helper()
	for _, i := range a.Credentials() {
		if i.Credential.Name == "ops" {
			return i.Credential
		}
	}
	t.Fatal("ops is not in the store")
	return remote.Credential{}
}

func TestASecretMovesIntoTheKeyringAndOutOfIt(t *testing.T) {
	w := inKeyring(t)
	if kept, err := keyring.Get("gantry", "ops"); err != nil || kept != w.s3.Secret {
		t.Errorf("the keyring holds %q, %v", kept, err)
	}
	if text := w.read(t); strings.Contains(text, w.s3.Secret) || !strings.Contains(text, "secret_access_key_keyring = true") {
		t.Errorf("the store says\n%s", text)
	}
	if err := w.list(t, "acme:"); err != nil {
		t.Errorf("with the secret in the keyring: %v", err)
	}
	w.place(t, remote.InStore)
	if _, err := keyring.Get("gantry", "ops"); !errors.Is(err, keyring.ErrNotFound) {
		t.Errorf("the keyring still holds it: %v", err)
	}
	if text := w.read(t); !strings.Contains(text, w.s3.Secret) || strings.Contains(text, "keyring") {
		t.Errorf("the store says\n%s", text)
	}
	if err := w.list(t, "acme:"); err != nil {
		t.Errorf("with the secret back in the store: %v", err)
	}
}

func TestARenamedCredentialTakesItsSecretInTheKeyringAlong(t *testing.T) {
	w := inKeyring(t)
	c := ops(t, w.App)
	c.Name = "team"
	if err := w.SaveCredential(t.Context(), "ops", c, remote.InKeyring, ""); err != nil {
		t.Fatal(err)
	}
	if kept, err := keyring.Get("gantry", "team"); err != nil || kept != w.s3.Secret {
		t.Errorf("the keyring holds %q, %v", kept, err)
	}
	if _, err := keyring.Get("gantry", "ops"); !errors.Is(err, keyring.ErrNotFound) {
		t.Errorf("under the old name too: %v", err)
	}
	if err := w.RemoveServer(t.Context(), "acme"); err != nil {
		t.Fatal(err)
	}
	if err := w.RemoveCredential(t.Context(), "team"); err != nil {
		t.Fatal(err)
	}
	if _, err := keyring.Get("gantry", "team"); !errors.Is(err, keyring.ErrNotFound) {
		t.Errorf("the secret of a removed credential stays: %v", err)
	}
}

// TestAKeyWhoseChangeTheStoreDoesNotTakeGoesOnWorking: what was put into the
// keyring for the change is taken back.
func TestAKeyWhoseChangeTheStoreDoesNotTakeGoesOnWorking(t *testing.T) {
	w := inKeyring(t)
	good := w.read(t)
	w.write(t, good+"\n[[server]]\nname = 7\n") // an editor has left it so
	next := ops(t, w.App)
	next.SecretAccessKey = remote.NewSecret("another-secret")
	if err := w.SaveCredential(t.Context(), "ops", next, remote.InKeyring, ""); err == nil {
		t.Fatal("a broken store was written")
	}
	if kept, err := keyring.Get("gantry", "ops"); err != nil || kept != w.s3.Secret {
		t.Errorf("the keyring holds %q, %v", kept, err)
	}
	fresh := next
	fresh.Name = "fresh"
	if err := w.SaveCredential(t.Context(), "", fresh, remote.InKeyring, ""); err == nil {
		t.Fatal("a broken store was written")
	}
	if _, err := keyring.Get("gantry", "fresh"); !errors.Is(err, keyring.ErrNotFound) {
		t.Errorf("a secret that no credential names lies about: %v", err)
	}
}
