package app

import (
	"context"

	"gantry/remote"
	"gantry/remote/policy"
)

// Policy writes the least that a server needs as policies to paste. Who signs
// is asked of STS if that can be; without an answer the policy of the bucket has
// a place to fill in.
func (a *App) Policy(ctx context.Context, server string, o remote.PolicyOptions) (remote.PolicyText, error) {
	s, c, err := a.store.Lookup(server)
	if err != nil {
		return remote.PolicyText{}, err
	}
	region := a.Region(server)
	if region == "" {
		region = a.known.server(s).Region
	}
	subject := policy.Subject{Server: s, Region: region, Options: o}
	if c.Type == remote.AssumeRole {
		subject.Principal = c.RoleARN
	} else if r, err := a.identity(ctx, c); err == nil {
		subject.Principal = r.Identity
	}
	t := policy.For(subject)
	if c.Type == remote.AssumeRole {
		t.Sources = a.sources(c)
		t.Trust, err = a.TrustPolicy(ctx, c.Name)
	}
	return t, err
}

// longestChain is more roles on top of each other than anybody has.
const longestChain = 16

// sources are the policies of all whose keys a role needs, one below the other.
func (a *App) sources(c remote.Credential) (out []remote.SourcePolicy) {
	for c.Type == remote.AssumeRole && len(out) < longestChain {
		out = append(out, remote.SourcePolicy{Credential: c.Source, Assumes: c.Name, Policy: policy.Source(c)})
		c, _ = a.store.Credential(c.Source)
	}
	return out
}

// TrustPolicy writes what the owner of a role has to paste as its trust policy:
// the ARN of whoever assumes it here, and the external id.
func (a *App) TrustPolicy(ctx context.Context, credential string) (string, error) {
	c, ok := a.store.Credential(credential)
	if !ok {
		return "", a.noCredential(credential)
	}
	if c.Type != remote.AssumeRole {
		return "", &remote.Error{
			Op: "write the trust policy", Kind: remote.Invalid,
			Hint: "The credential " + credential + " assumes no role, so nobody has to trust it. Its own policy is shown by: gantry server policy NAME",
		}
	}
	p, err := a.pool.Get(c, "")
	if err != nil {
		return "", err
	}
	caller := ""
	if source, ok := p.Source(); ok {
		if id, err := source.IdentityAt(ctx, c); err == nil {
			caller = id.ARN
		}
	}
	return policy.Trust(c, caller), nil
}
