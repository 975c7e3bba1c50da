package cred

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"io"

	"filippo.io/age"

	"gantry/remote"
)

// sealWork is the work factor of scrypt: about a second on a machine of today,
// which is what guessing one passphrase costs.
const sealWork = 18

const maxSealed = 64 << 10 // bytes of a secret

var (
	errSealed     = errors.New("the encrypted secret cannot be read")
	errPassphrase = errors.New("no passphrase")
)

// Seal encrypts a secret with a passphrase, as a file of age in base64, for
// secret_access_key_age.
func Seal(secret, passphrase remote.Secret) (string, error) {
	if passphrase.Empty() {
		return "", &remote.Error{Op: "encrypt", Kind: remote.Invalid, Err: errPassphrase, Hint: "A passphrase is needed to encrypt the secret. Choose one."}
	}
	r, err := age.NewScryptRecipient(passphrase.Reveal())
	if err != nil {
		return "", &remote.Error{Op: "encrypt", Kind: remote.Invalid, Err: errPassphrase, Hint: "This passphrase cannot be used. Choose another one."}
	}
	r.SetWorkFactor(sealWork)
	var out bytes.Buffer
	w, err := age.Encrypt(&out, r)
	if err == nil {
		if _, err = io.WriteString(w, secret.Reveal()); err == nil {
			err = w.Close()
		}
	}
	if err != nil {
		return "", &remote.Error{Op: "encrypt", Kind: remote.Other, Err: errSealed, Hint: "The secret could not be encrypted. Keep it elsewhere."}
	}
	return base64.StdEncoding.EncodeToString(out.Bytes()), nil
}

// Unseal decrypts what Seal made. A wrong passphrase is an error of kind Auth.
func Unseal(sealed string, passphrase remote.Secret) (remote.Secret, error) {
	raw, err := base64.StdEncoding.DecodeString(sealed)
	if err != nil {
		return remote.Secret{}, &remote.Error{Op: "decrypt", Kind: remote.Invalid, Err: errSealed, Hint: "The encrypted secret is damaged. Enter the secret again."}
	}
	id, err := age.NewScryptIdentity(passphrase.Reveal())
	if err != nil {
		return remote.Secret{}, wrongPassphrase()
	}
	// Whoever can write to the store must not make us count for ever.
	id.SetMaxWorkFactor(sealWork + 2)
	r, err := age.Decrypt(bytes.NewReader(raw), id)
	if err != nil {
		return remote.Secret{}, wrongPassphrase()
	}
	text, err := io.ReadAll(io.LimitReader(r, maxSealed))
	if err != nil {
		return remote.Secret{}, &remote.Error{Op: "decrypt", Kind: remote.Corrupt, Err: errSealed, Hint: "The encrypted secret is damaged. Enter the secret again."}
	}
	return remote.NewSecret(string(text)), nil
}

func wrongPassphrase() error {
	return &remote.Error{Op: "decrypt", Kind: remote.Auth, Err: errPassphrase, Hint: "The passphrase is not the one with which the secret was encrypted. Try again."}
}

// unsealed asks for the passphrase and gives the secret of the credential.
func (m *maker) unsealed(ctx context.Context) (string, error) {
	if m.o.Passphrase == nil {
		return "", m.failed(remote.Auth, errPassphrase,
			"The secret key of "+quote(m.c.Name)+" is encrypted, and nobody is there to type its passphrase. Run the command on a terminal, or give the passphrase in $GANTRY_PASSPHRASE.")
	}
	pass, err := m.o.Passphrase(ctx, m.c.Name)
	if err != nil {
		return "", m.failed(remote.Auth, err, "No passphrase was given for "+quote(m.c.Name)+". Try again and type the one with which its secret was encrypted.")
	}
	secret, err := Unseal(m.c.SecretAccessKeyAge, pass)
	if err != nil {
		return "", m.failed(remote.KindOf(err), err, "The secret key of "+quote(m.c.Name)+" stays encrypted. "+remote.HintOf(err))
	}
	return secret.Reveal(), nil
}
