package cred_test

import (
	"testing"

	"gantry/remote"
	"gantry/remote/cred"
)

// TestA07BadCredentialsAreRefusedBeforeAnybodyIsAsked.
func TestA07BadCredentialsAreRefusedBeforeAnybodyIsAsked(t *testing.T) {
	key := func(change func(*remote.Credential)) remote.Credential {
		c := ops
		change(&c)
		return c
	}
	for name, c := range map[string]remote.Credential{
		"no type":            {Name: "x"},
		"no key id":          key(func(c *remote.Credential) { c.AccessKeyID = "" }),
		"a space in the id":  key(func(c *remote.Credential) { c.AccessKeyID += " " }),
		"no secret":          key(func(c *remote.Credential) { c.SecretAccessKey = remote.Secret{} }),
		"two secrets":        key(func(c *remote.Credential) { c.SecretAccessKeyKeyring = true }),
		"a newline":          key(func(c *remote.Credential) { c.SecretAccessKey = remote.NewSecret(canary + "\n") }),
		"no profile":         {Name: "x", Type: remote.Profile},
		"no ARN":             role(func(c *remote.Credential) { c.RoleARN = "role/x" }),
		"an unknown source":  role(func(c *remote.Credential) { c.Source = "nobody" }),
		"its own source":     role(func(c *remote.Credential) { c.Source = "partner" }),
		"duration":           role(func(c *remote.Credential) { c.Duration = 50000 }),
		"external id":        role(func(c *remote.Credential) { c.ExternalID = "with space" }),
		"session name":       role(func(c *remote.Credential) { c.SessionName = "with space" }),
		"session policy":     role(func(c *remote.Credential) { c.SessionPolicy = "everything" }),
		"STS in plain sight": role(func(c *remote.Credential) { c.STSEndpoint = "http://sts.example.com" }),
	} {
		o := (&fakeSTS{}).options()
		o.Lookup = func(name string) (remote.Credential, bool) {
			if name == "partner" {
				return role(func(c *remote.Credential) { c.Source = "partner" }), true
			}
			return ops, name == "ops"
		}
		p, err := cred.New(c, o)
		if err == nil {
			p.Close()
			t.Errorf("%s: accepted", name)
			continue
		}
		wantKind(t, err, remote.Invalid)
	}
}
