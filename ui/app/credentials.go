package app

import (
	"context"
	"fmt"
	"time"

	"gantry/remote"
	"gantry/remote/cred"
	"gantry/remote/store"
)

// Credentials are the credentials of the store, without their secrets, with
// what is known about them. It asks nobody.
func (a *App) Credentials() []remote.CredentialInfo {
	var out []remote.CredentialInfo
	for _, c := range a.store.Credentials() {
		i := remote.CredentialInfo{
			Credential: c.Blank(), Place: remote.PlaceOf(c), Users: a.store.UsersOfCredential(c.Name),
			Account: a.known.account(c.Name),
		}
		i.Ends, _ = a.pool.Expires(c.Name)
		if most := a.known.roleLimit(c.RoleARN, c.Duration); c.Type == remote.AssumeRole && most > 0 {
			i.Note = fmt.Sprintf("The role allows sessions of at most %s.", time.Duration(most)*time.Second)
		}
		out = append(out, i)
	}
	return out
}

// CheckCredential tells what is wrong with a credential that would take the
// place of old, or be added if old is "". The secret itself may still be
// missing. It asks nobody and never repeats a value.
func (a *App) CheckCredential(old string, c remote.Credential, p remote.SecretPlace) []remote.Problem {
	return a.store.Preview(setCredential(old, placed(c, p)))
}

// standAge stands for an encrypted secret that is not here: the beginning of a
// file of age, in base64.
const standAge = "YWdlLWVuY3J5cHRpb24ub3JnL3YxCg=="

// placed gives c as it would stand in the store with its secret in p.
func placed(c remote.Credential, p remote.SecretPlace) remote.Credential {
	if c.Type != remote.AccessKey {
		return c
	}
	const stand = "•" // stands for a secret that is not here
	was := c
	c.SecretAccessKey, c.SecretAccessKeyAge, c.SecretAccessKeyKeyring = remote.Secret{}, "", false
	c.SecretAccessKeyEnv, c.SecretAccessKeyCommand = "", nil
	switch p {
	case remote.InKeyring:
		c.SecretAccessKeyKeyring = true
	case remote.InEnv:
		c.SecretAccessKeyEnv = was.SecretAccessKeyEnv
	case remote.InCommand:
		c.SecretAccessKeyCommand = was.SecretAccessKeyCommand
	case remote.InAge:
		c.SecretAccessKeyAge = standAge
	default:
		if c.SecretAccessKey = was.SecretAccessKey; c.SecretAccessKey.Empty() {
			c.SecretAccessKey = remote.NewSecret(stand)
		}
	}
	return c
}

func setCredential(old string, c remote.Credential) store.Change {
	return saved(old, c.Name, c, store.AddCredential, store.SetCredential, store.RenameCredential)
}

// RemoveCredential takes a credential out of the store, and its secret out of
// the keyring if it is there. One that servers or roles use is refused, naming
// them.
func (a *App) RemoveCredential(ctx context.Context, name string) error {
	c, _ := a.store.Credential(name)
	if err := a.apply(ctx, store.RemoveCredential(name)); err != nil {
		return err
	}
	if c.SecretAccessKeyKeyring { // only now: the store does not name it any more
		return cred.ForgetKeyring(ctx, name)
	}
	return nil
}
