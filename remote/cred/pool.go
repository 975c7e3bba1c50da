package cred

import (
	"reflect"
	"sync"
	"time"

	"gantry/remote"
)

// Pool keeps one Provider for each credential of a store, so that all servers
// and roles that use it share its session: one call of STS for all of them. Its
// methods may be called from several goroutines.
type Pool struct {
	o Options

	mu        sync.Mutex
	providers map[string]*Provider
}

// NewPool makes a pool. o.Lookup finds credentials, o.Region is not used: STS is
// asked where the first server is that uses a role.
func NewPool(o Options) *Pool {
	p := &Pool{o: o, providers: map[string]*Provider{}}
	p.o.pool = p
	return p
}

// Get gives the provider of c. region is where STS is asked when the credential
// names no region. It asks nobody; the error is a *remote.Error of kind Invalid.
func (p *Pool) Get(c remote.Credential, region string) (*Provider, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.get(c, region, nil)
}

// get is Get for who holds p.mu, on the way from the credentials seen.
func (p *Pool) get(c remote.Credential, region string, seen []string) (*Provider, error) {
	if known, ok := p.providers[c.Name]; ok {
		return known, nil
	}
	o := p.o
	o.Region = region
	made, err := build(c, o.withDefaults(), seen)
	if err != nil {
		return nil, err
	}
	p.providers[c.Name] = made
	return made, nil
}

// Expires tells when the session of a credential ends; false when it has none,
// or was not used yet.
func (p *Pool) Expires(name string) (time.Time, bool) {
	p.mu.Lock()
	made, ok := p.providers[name]
	p.mu.Unlock()
	if !ok {
		return time.Time{}, false
	}
	return made.Expires()
}

// Follow makes the providers give the keys of what the credentials say now.
// Whoever holds a provider goes on with it: running work picks up a changed
// credential with its next request. Those that are gone give no keys any more.
// A credential that cannot be used any more is an error; the others follow.
func (p *Pool) Follow(now []remote.Credential) []error {
	p.mu.Lock()
	defer p.mu.Unlock()
	there := map[string]bool{}
	var errs []error
	for _, c := range now {
		there[c.Name] = true
		made, ok := p.providers[c.Name]
		if !ok || reflect.DeepEqual(made.made().c, c) {
			continue
		}
		if err := made.replace(c); err != nil {
			errs = append(errs, err)
		}
	}
	for name, made := range p.providers {
		if !there[name] {
			delete(p.providers, name)
			made.Close()
		}
	}
	return errs
}

// Rename keeps the provider of a credential that gets another name, for Follow to
// change. It does nothing when there is none, or when the new name has one.
func (p *Pool) Rename(from, to string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	made, ok := p.providers[from]
	if _, taken := p.providers[to]; !ok || taken {
		return
	}
	delete(p.providers, from)
	p.providers[to] = made
}

// Close closes every provider.
func (p *Pool) Close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, made := range p.providers {
		made.Close()
	}
	clear(p.providers)
}
