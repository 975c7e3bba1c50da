package cred

import (
	"context"
	"errors"

	"github.com/zalando/go-keyring"

	"gantry/remote"
)

const keyringService = "gantry"

var errKeyring = errors.New("the keyring failed")

// fromKeyring asks the desktop's keyring for the secret of a credential.
func fromKeyring(ctx context.Context, name string) (string, error) {
	return withKeyring(ctx, func() (string, error) {
		s, err := keyring.Get(keyringService, name)
		if err == nil && s == "" {
			err = errNoSecret
		}
		return s, err
	})
}

// withKeyring runs f, which knows no context: the question may outlive the
// caller and ends when the keyring answers. What the keyring says may be
// anything, so that no error repeats it.
func withKeyring(ctx context.Context, f func() (string, error)) (string, error) {
	type answer struct {
		secret string
		err    error
	}
	ch := make(chan answer, 1)
	go func() {
		s, err := f()
		ch <- answer{s, err}
	}()
	select {
	case a := <-ch:
		if a.err != nil && !errors.Is(a.err, keyring.ErrNotFound) && !errors.Is(a.err, errNoSecret) {
			a.err = errKeyring
		}
		return a.secret, a.err
	case <-ctx.Done():
		return "", context.Cause(ctx)
	}
}

// KeepInKeyring puts the secret of a credential into the desktop's keyring.
// When that fails it is nowhere: the user chooses another place.
func KeepInKeyring(ctx context.Context, name string, secret remote.Secret) error {
	_, err := withKeyring(ctx, func() (string, error) { return "", keyring.Set(keyringService, name, secret.Reveal()) })
	if err != nil {
		return &remote.Error{
			Op: "keep the secret", Kind: remote.Unsupported, Err: err,
			Hint: "The keyring did not take the secret of " + quote(name) + ", so it was kept nowhere. Unlock the keyring, or choose another place for the secret.",
		}
	}
	return nil
}

// ForgetKeyring takes the secret of a credential out of the keyring. One that
// is not there is no error.
func ForgetKeyring(ctx context.Context, name string) error {
	_, err := withKeyring(ctx, func() (string, error) { return "", keyring.Delete(keyringService, name) })
	if err == nil || errors.Is(err, keyring.ErrNotFound) {
		return nil
	}
	return &remote.Error{
		Op: "forget the secret", Kind: remote.Unreachable, Err: err,
		Hint: "The secret of " + quote(name) + " is still in the keyring (service " + quote(keyringService) + "). Remove it there.",
	}
}
