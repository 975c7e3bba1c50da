package app

import (
	"context"
	"strings"
	"time"

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
	var r remote.Report
	err := a.with(s, use, o, func(t *s3.Tree) error { r = t.Probe(ctx, remote.TestOptions{}, step); return nil })
	return r, err
}

// with opens a server for as long as f takes, with a credential of its own.
func (a *App) with(s remote.Server, use remote.Credential, o cred.Options, f func(*s3.Tree) error) error {
	p, err := cred.New(use, o)
	if err != nil {
		return err
	}
	defer p.Close()
	t, err := s3.New(a.resolved(s), p, a.s3Options())
	if err != nil {
		return err
	}
	defer t.Close()
	return f(t)
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

// TestCredential asks who signs with a credential, and until when. Where nobody
// tells that, servers that use it are asked whether they let it in; it only reads.
func (a *App) TestCredential(ctx context.Context, name string) (remote.Report, error) {
	c, ok := a.store.Credential(name)
	if !ok {
		return remote.Report{}, a.noCredential(name)
	}
	r, err := a.identity(ctx, c)
	if err == nil && r.Identity == "" && c.Type != remote.Anonymous && r.OK() {
		a.prove(ctx, c, &r)
	}
	return r, err
}

// identity asks who signs with c.
func (a *App) identity(ctx context.Context, c remote.Credential) (remote.Report, error) {
	p, err := a.pool.Get(c, "")
	if err != nil {
		return remote.Report{}, err
	}
	r := p.Probe(ctx, a.amazonian(c))
	a.known.setAccount(c.Name, accountOf(r.Identity))
	return r, nil
}

// proofs is how many servers are asked whether they let a key in.
const proofs = 3

// prove completes a report on keys whose owner nobody tells.
func (a *App) prove(ctx context.Context, c remote.Credential, r *remote.Report) {
	first := &r.Steps[0]
	first.State = remote.StepUnsupported
	asked := 0
	for _, s := range a.store.Servers() {
		use, ok := a.through(s.Credential, c)
		if !ok || asked == proofs {
			continue
		}
		asked++
		r.Steps = append(r.Steps, a.letsIn(ctx, s, use))
	}
	if asked == 0 {
		first.State = remote.StepSkipped
		if first.Hint == "" {
			first.Hint = "Nobody tells here whose key this is, and no server uses it that could let it in. Add a server with it, and test that."
		}
	}
}

// letsIn asks a server for a listing with a credential.
func (a *App) letsIn(ctx context.Context, s remote.Server, use remote.Credential) remote.Step {
	start := time.Now()
	step := remote.Step{ID: "list", Title: s.Name + ": List", State: remote.StepOK}
	err := a.with(s, use, a.credOptionsIn(s.Region), func(t *s3.Tree) error {
		_, err := t.List(ctx, "", "")
		return err
	})
	if err != nil {
		step.State, step.Kind, step.Hint, step.Missing = remote.StepFailed, remote.KindOf(err), remote.HintOf(err), remote.ActionOf(err)
	}
	if step.Kind == remote.Denied {
		step.State = remote.StepDenied
	}
	step.Took = time.Since(start)
	return step
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
