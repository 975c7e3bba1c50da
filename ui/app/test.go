package app

import (
	"context"
	"strings"

	"gantry/remote"
	"gantry/remote/cred"
	"gantry/remote/s3"
)

// TestServer asks a server step by step what works, and reports each step as it
// ends. Neither s nor c need be saved; c is nil for the credential that s names.
// Only with o.Write does it write, under a name of its own, which it removes.
// The error says why nothing could be asked at all; refusals are in the report.
func (a *App) TestServer(ctx context.Context, s remote.Server, c *remote.Credential, o remote.TestOptions, step func(remote.Step)) (remote.Report, error) {
	p, done, err := a.borrow(s, c)
	if err != nil {
		return remote.Report{}, err
	}
	defer done()
	t, err := s3.New(a.resolved(s), p, a.s3Options())
	if err != nil {
		return remote.Report{}, err
	}
	defer t.Close()
	r := t.Probe(ctx, o, step)
	if err := ctx.Err(); err != nil {
		return r, context.Cause(ctx)
	}
	a.remember(s, r)
	return r, nil
}

// borrow gives the provider for a test: that of the pool, or one for a
// credential that is not saved, which ends with done.
func (a *App) borrow(s remote.Server, c *remote.Credential) (p *cred.Provider, done func(), err error) {
	if c != nil {
		p, err := cred.New(*c, a.credOptionsIn(s.Region))
		if err != nil {
			return nil, nil, err
		}
		return p, p.Close, nil
	}
	saved, ok := a.store.Credential(s.Credential)
	if !ok {
		return nil, nil, a.noCredential(s.Credential)
	}
	p, err = a.pool.Get(saved, s.Region)
	return p, func() {}, err
}

// testWith tests a server with the credential use, while changed takes the place
// of its namesake in the store.
func (a *App) testWith(ctx context.Context, s remote.Server, use, changed remote.Credential, step func(remote.Step)) (remote.Report, error) {
	o := a.credOptionsIn(s.Region)
	o.Lookup = func(name string) (remote.Credential, bool) {
		if name == changed.Name {
			return changed, true
		}
		return a.store.Credential(name)
	}
	p, err := cred.New(use, o)
	if err != nil {
		return remote.Report{}, err
	}
	defer p.Close()
	t, err := s3.New(a.resolved(s), p, a.s3Options())
	if err != nil {
		return remote.Report{}, err
	}
	defer t.Close()
	return t.Probe(ctx, remote.TestOptions{}, step), nil
}

func (a *App) credOptionsIn(region string) cred.Options {
	o := a.credOptions()
	o.Region = region
	return o
}

func (a *App) noCredential(name string) error {
	return &remote.Error{
		Op: "sign in", Kind: remote.NotExist,
		Hint: "There is no credential \"" + name + "\" in " + a.store.Path() + ". Add it, or choose another one.",
	}
}

// remember keeps what a test of a saved server found.
func (a *App) remember(s remote.Server, r remote.Report) {
	if saved, _, err := a.store.Lookup(s.Name); err != nil || saved != s {
		return
	}
	a.known.learn(s, func(f *seen) { f.tested(r) })
	a.watch.notify()
}

// TestCredential asks who signs with a credential, and until when.
func (a *App) TestCredential(ctx context.Context, name string) (remote.Report, error) {
	c, ok := a.store.Credential(name)
	if !ok {
		return remote.Report{}, a.noCredential(name)
	}
	p, err := a.pool.Get(c, "")
	if err != nil {
		return remote.Report{}, err
	}
	r := p.Probe(ctx, a.amazonian(c))
	a.known.setAccount(name, accountOf(r.Identity))
	return r, nil
}

// FindRegion asks the bucket of a server, which need not be saved, where it is.
func (a *App) FindRegion(ctx context.Context, s remote.Server) (string, error) {
	s.Region = "auto"
	p, done, err := a.borrow(s, nil)
	if err != nil {
		return "", err
	}
	defer done()
	t, err := s3.New(a.resolved(s), p, a.s3Options())
	if err != nil {
		return "", err
	}
	defer t.Close()
	return t.FindRegion(ctx)
}

// accountOf is the number of the account in an ARN.
func accountOf(arn string) string {
	fields := strings.SplitN(arn, ":", 6)
	if len(fields) < 6 {
		return ""
	}
	return fields[4]
}

// amazonian tells whether Amazon's STS may be asked about a credential. The key
// of another service is not Amazon's business: not even its ID is sent there.
func (a *App) amazonian(c remote.Credential) bool {
	if c.Type != remote.AccessKey {
		return c.STSEndpoint == ""
	}
	used := false
	for _, s := range a.store.Servers() {
		if s.Credential != c.Name {
			continue
		}
		used = true
		if s3.Amazon(s) {
			return true
		}
	}
	for _, role := range a.store.Credentials() {
		if role.Source == c.Name {
			return role.STSEndpoint == ""
		}
	}
	return !used && (strings.HasPrefix(c.AccessKeyID, "AKIA") || strings.HasPrefix(c.AccessKeyID, "ASIA"))
}
