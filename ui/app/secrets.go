package app

import (
	"context"
	"errors"

	"gantry/remote"
	"gantry/remote/cred"
)

var errNoSecret = errors.New("no secret given")

// SaveCredential adds a credential, or changes and renames old, with its secret
// in the place p. An empty secret means the one that is there: that of from if
// it is not "", a credential whose secrets are inherited without being shown,
// else that of old. When the place does not take the secret it is kept nowhere
// and the store does not change.
func (a *App) SaveCredential(ctx context.Context, old string, c remote.Credential, p remote.SecretPlace, from string) error {
	if problems := a.CheckCredential(old, c, p); len(problems) > 0 {
		return &remote.Error{Op: "save the credential", Kind: remote.Invalid, Hint: "The credential " + c.Name + " was not saved: " + say(problems) + "."}
	}
	secret, err := a.inherit(ctx, old, &c, p, from)
	if err != nil {
		return err
	}
	c, undo, err := a.put(ctx, c, p, secret)
	if err != nil {
		return err
	}
	was, _ := a.store.Credential(old)
	a.pool.Rename(old, c.Name) // what runs keeps its keys
	if err := a.apply(ctx, setCredential(old, c)); err != nil {
		a.pool.Rename(c.Name, old)
		undo() // the store does not name it, so it must not lie about
		return err
	}
	return a.leave(ctx, was, c)
}

// inherit gives the secret that c is to have, and its session token.
func (a *App) inherit(ctx context.Context, old string, c *remote.Credential, p remote.SecretPlace, from string) (remote.Secret, error) {
	if c.Type != remote.AccessKey || p == remote.InEnv || p == remote.InCommand {
		return remote.Secret{}, nil
	}
	if !c.SecretAccessKey.Empty() {
		return c.SecretAccessKey, nil
	}
	if from == "" {
		from = old
	}
	was, ok := a.store.Credential(from)
	if !ok || was.Type != remote.AccessKey {
		return remote.Secret{}, &remote.Error{
			Op: "save the credential", Kind: remote.Invalid, Err: errNoSecret,
			Hint: "The secret key of " + c.Name + " is missing. Enter it, or choose where else it lives.",
		}
	}
	if c.SessionToken.Empty() && c.AccessKeyID == was.AccessKeyID {
		c.SessionToken = was.SessionToken
	}
	if remote.PlaceOf(was) == remote.InAge && p == remote.InAge {
		c.SecretAccessKeyAge = was.SecretAccessKeyAge // as it is: no passphrase needed
		return remote.Secret{}, nil
	}
	return a.Reveal(ctx, from)
}

// put brings the secret to its place; undo makes the place what it was.
func (a *App) put(ctx context.Context, c remote.Credential, p remote.SecretPlace, secret remote.Secret) (out remote.Credential, undo func(), err error) {
	sealed := c.SecretAccessKeyAge
	out, undo = placed(c, p), func() {}
	if c.Type != remote.AccessKey {
		return out, undo, nil
	}
	switch p {
	case remote.InKeyring:
		back := a.keyringAsItIs(ctx, c.Name)
		if err := cred.KeepInKeyring(ctx, c.Name, secret); err != nil {
			return out, undo, err
		}
		undo = back
	case remote.InAge:
		if out.SecretAccessKeyAge = sealed; !secret.Empty() {
			out.SecretAccessKeyAge, err = a.seal(ctx, c.Name, secret)
		}
	case remote.InEnv, remote.InCommand:
	default:
		out.SecretAccessKey = secret
	}
	return out, undo, err
}

// keyringAsItIs gives what puts the keyring back as it is now: a key whose change
// cannot be written into the store must go on working.
func (a *App) keyringAsItIs(ctx context.Context, name string) func() {
	ctx = context.WithoutCancel(ctx)
	if was, ok := a.store.Credential(name); ok && was.SecretAccessKeyKeyring {
		if secret, err := a.Reveal(ctx, name); err == nil {
			return func() { _ = cred.KeepInKeyring(ctx, name, secret) }
		}
	}
	return func() { _ = cred.ForgetKeyring(ctx, name) }
}

func (a *App) seal(ctx context.Context, name string, secret remote.Secret) (string, error) {
	if a.options.Passphrase == nil {
		return "", &remote.Error{
			Op: "encrypt the secret", Kind: remote.Invalid, Err: errNoSecret,
			Hint: "A passphrase is needed to encrypt the secret of " + name + ", and nobody is there to type it. Run the command on a terminal, or give the passphrase in $GANTRY_PASSPHRASE.",
		}
	}
	pass, err := a.options.Passphrase(ctx, name)
	if err != nil {
		return "", err
	}
	return cred.Seal(secret, pass)
}

// leave forgets the secret that was in the keyring and that nothing names any
// more. A keyring that held none is not asked: it may be locked, or not there.
func (a *App) leave(ctx context.Context, was, c remote.Credential) error {
	if !was.SecretAccessKeyKeyring || was.Name == c.Name && c.SecretAccessKeyKeyring {
		return nil
	}
	return cred.ForgetKeyring(ctx, was.Name)
}

// Reveal gives the secret key of a credential from wherever it lives, for who
// asked to see it. It may ask for a passphrase or unlock a keyring.
func (a *App) Reveal(ctx context.Context, credential string) (remote.Secret, error) {
	c, ok := a.store.Credential(credential)
	if !ok {
		return remote.Secret{}, a.noCredential(credential)
	}
	if c.Type != remote.AccessKey {
		return remote.Secret{}, &remote.Error{Op: "show the secret", Kind: remote.Invalid, Err: errNoSecret, Hint: "The credential " + c.Name + " has no secret of its own."}
	}
	p, err := cred.New(c, a.credOptions())
	if err != nil {
		return remote.Secret{}, err
	}
	defer p.Close()
	keys, err := p.Retrieve(ctx)
	if err != nil {
		return remote.Secret{}, err
	}
	return remote.NewSecret(keys.SecretAccessKey), nil
}

// say puts problems into one sentence.
func say(problems []remote.Problem) string {
	words := ""
	for i, p := range problems {
		if i > 0 {
			words += "; "
		}
		if p.Key != "" {
			words += p.Key + " "
		}
		words += p.Message
	}
	return words
}
