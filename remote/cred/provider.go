package cred

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"gantry/remote"
)

// Options say what a Provider works with. The zero value is useful for every
// credential that needs no other one.
type Options struct {
	// Lookup finds the source of a role by its name in the store.
	Lookup func(name string) (remote.Credential, bool)
	// Region is where STS is asked when the credential names no region.
	Region string
	// HTTP is the client for STS; nil means one that follows no redirects.
	HTTP *http.Client
	// TokenCode asks the user for the six digits of the MFA device serial. nil
	// makes every credential with MFA fail with an error that says so.
	TokenCode func(ctx context.Context, credential, serial string) (string, error)
	// Passphrase asks the user for the passphrase of a credential whose secret is
	// encrypted. nil makes every such credential fail with an error that says so.
	Passphrase func(ctx context.Context, credential string) (remote.Secret, error)
	// Log gets renewals and their failures; nil logs nothing.
	Log *slog.Logger
	// Limit and SetLimit remember how many seconds a role's sessions may last, by
	// its ARN, since so many were wanted and refused; 0 means that nobody knows. nil
	// remembers nothing.
	Limit    func(role string, wanted int) int
	SetLimit func(role string, wanted, seconds int)
	// Now is the clock; nil means time.Now.
	Now func() time.Time

	pool *Pool // shares the sources of roles; nil outside of one
}

func (o Options) withDefaults() Options {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return o
}

const (
	fetchTimeout = 60 * time.Second // one request for keys, with its own retries
	codeTimeout  = 5 * time.Minute  // the same when a person must type a code
	maxWindow    = 5 * time.Minute  // keys this near to their end are renewed before use
	retryPause   = 30 * time.Second // between renewals that fail while the old keys are valid
	lastMoment   = 10 * time.Second // keys this near to their end are not kept
)

// fetch gets fresh keys from where they come from.
type fetch func(ctx context.Context) (aws.Credentials, error)

// Provider gives keys to sign with. It implements aws.CredentialsProvider. All
// methods may be called from several goroutines.
type Provider struct {
	o     Options
	maker atomic.Pointer[maker] // changes when the credential does

	life context.Context // ends with Close
	end  context.CancelFunc
	wg   sync.WaitGroup

	mu      sync.Mutex
	keys    aws.Credentials
	issued  time.Time // when keys came; zero when there are none
	window  time.Duration
	bad     bool      // the server refused keys
	quiet   time.Time // no renewal before this, unless the keys are useless
	flight  *flight
	used    bool // keys were asked for since the last renewal ahead
	renewer bool // the goroutine that renews ahead is running
}

// maker makes the keys of one credential. It never changes once it is in use.
type maker struct {
	c     remote.Credential
	o     Options
	life  context.Context // of its provider
	fetch fetch
	under []*Provider // the sources of a role
	owned []*Provider // those of them that end with it
	note  atomic.Pointer[string]
}

// flight is one request for keys that any number of callers wait for.
type flight struct {
	done chan struct{}
	keys aws.Credentials
	err  error
}

var _ aws.CredentialsProvider = (*Provider)(nil)

// New checks c and makes its provider. It asks nobody: no network, no keyring,
// no command. The error is a *remote.Error of kind Invalid.
func New(c remote.Credential, o Options) (*Provider, error) {
	return build(c, o.withDefaults(), nil)
}

func build(c remote.Credential, o Options, seen []string) (*Provider, error) {
	p := empty(c, o)
	m, err := p.prepare(c, seen)
	if err != nil {
		p.Close()
		return nil, err
	}
	p.maker.Store(m)
	return p, nil
}

// prepare makes the maker of c for p. It asks nobody.
func (p *Provider) prepare(c remote.Credential, seen []string) (*maker, error) {
	if err := check(c); err != nil {
		return nil, err
	}
	m := &maker{c: c, o: p.o, life: p.life}
	switch c.Type {
	case remote.AccessKey:
		m.fetch = m.accessKey
	case remote.AssumeRole:
		if err := m.role(append(seen, c.Name)); err != nil {
			m.close()
			return nil, err
		}
	case remote.Profile:
		m.fetch = func(ctx context.Context) (aws.Credentials, error) { return m.fromProfile(ctx, c.Profile) }
	case remote.Environment:
		m.fetch = m.surroundings
	case remote.Anonymous:
		m.fetch = func(context.Context) (aws.Credentials, error) { return aws.Credentials{}, nil }
	default:
		return nil, invalid(c, "the type %q is none that gantry knows", c.Type)
	}
	return m, nil
}

func empty(c remote.Credential, o Options) *Provider {
	p := &Provider{o: o}
	p.life, p.end = context.WithCancel(context.Background())
	p.maker.Store(&maker{c: c, o: o, life: p.life})
	return p
}

func (m *maker) close() {
	for _, u := range m.owned {
		u.Close()
	}
}

func (p *Provider) made() *maker { return p.maker.Load() }

// replace makes p the provider of c, of the same name: whoever uses p gets the
// new keys from its next request on. The old keys are dropped. When c cannot be
// used nothing changes; the error is a *remote.Error of kind Invalid.
func (p *Provider) replace(c remote.Credential) error {
	m, err := p.prepare(c, nil)
	if err != nil {
		return err
	}
	p.mu.Lock()
	old := p.maker.Swap(m)
	p.keys, p.issued, p.bad, p.quiet = aws.Credentials{}, time.Time{}, false, time.Time{}
	p.mu.Unlock()
	old.close()
	return nil
}

// Name is the credential's name in the store.
func (p *Provider) Name() string { return p.made().c.Name }

// Anonymous tells whether requests go unsigned.
func (p *Provider) Anonymous() bool { return p.made().c.Type == remote.Anonymous }

// Retrieve gives the keys, asking for them if there are none or if they are
// about to end. The error is a *remote.Error.
func (p *Provider) Retrieve(ctx context.Context) (aws.Credentials, error) {
	p.mu.Lock()
	p.used = true
	if p.fresh(p.o.Now()) {
		keys := p.keys
		p.mu.Unlock()
		return keys, nil
	}
	f := p.start()
	p.mu.Unlock()
	select {
	case <-f.done:
		return f.keys, f.err
	case <-ctx.Done():
		return aws.Credentials{}, context.Cause(ctx)
	}
}

// Expires tells when the current keys end; false when there are none yet or
// when they last.
func (p *Provider) Expires() (time.Time, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.keys.Expires, !p.issued.IsZero() && p.keys.CanExpire
}

// Invalidate drops the keys, so that the next Retrieve asks for new ones.
func (p *Provider) Invalidate() {
	p.mu.Lock()
	p.bad = !p.issued.IsZero()
	p.quiet = time.Time{}
	p.mu.Unlock()
	for _, u := range p.made().under {
		u.Invalidate()
	}
}

// Refused says that the server did not accept keys although they looked valid.
// They are dropped if they are still the current ones, so that any number of
// callers may report the same keys and only one renewal follows.
func (p *Provider) Refused(keys aws.Credentials) {
	p.mu.Lock()
	defer p.mu.Unlock()
	same := p.keys.AccessKeyID == keys.AccessKeyID && p.keys.SessionToken == keys.SessionToken
	if !same || p.issued.IsZero() {
		return
	}
	// Keys without an end come from the user: asking for them again helps when
	// they were changed, but not for every request that fails.
	if p.keys.CanExpire || p.o.Now().Sub(p.issued) > retryPause {
		p.bad = true
	}
}

// Close ends the goroutine that renews ahead and drops the keys. A closed
// provider gives no keys.
func (p *Provider) Close() {
	p.end()
	p.wg.Wait()
	p.made().close()
	p.mu.Lock()
	p.keys, p.issued = aws.Credentials{}, time.Time{}
	p.mu.Unlock()
}

// fresh tells whether the keys can be used without asking. mu is held.
func (p *Provider) fresh(now time.Time) bool {
	if p.issued.IsZero() || p.bad {
		return false
	}
	if !p.keys.CanExpire || now.Before(p.keys.Expires.Add(-p.window)) {
		return true
	}
	return now.Before(p.quiet) && p.valid(now)
}

// valid tells whether keys that could not be renewed are still good. mu is held.
func (p *Provider) valid(now time.Time) bool {
	if p.issued.IsZero() || p.bad {
		return false
	}
	return now.Before(p.keys.Expires.Add(-min(lastMoment, p.window/2)))
}

// start joins the request for keys that is under way or begins one. mu is held.
func (p *Provider) start() *flight {
	if p.flight != nil {
		return p.flight
	}
	f := &flight{done: make(chan struct{})}
	if p.life.Err() != nil {
		f.err = &remote.Error{Op: "sign in", Kind: remote.Auth, Hint: "The credential " + quote(p.made().c.Name) + " is no longer in use.", Err: errClosed}
		close(f.done)
		return f
	}
	p.flight = f
	p.wg.Go(func() { p.land(f) }) // ended by fetchTimeout or Close
	return f
}

var errClosed = errors.New("credential closed")

// land makes the request for all who wait for f. It runs on the provider's own
// context: a caller that gives up does not take the keys away from the others.
func (p *Provider) land(f *flight) {
	for {
		m := p.made()
		limit := fetchTimeout
		if m.asks() {
			limit = codeTimeout
		}
		ctx, cancel := context.WithTimeout(p.life, limit)
		keys, err := m.fetch(ctx)
		cancel()
		if p.settle(f, m, keys, err) {
			return
		}
	}
}

// asks tells whether a person may have to type something.
func (m *maker) asks() bool {
	return m.c.MFASerial != "" || m.c.SecretAccessKeyAge != "" || m.c.Type == remote.Profile
}

// settle ends f with what m's fetch gave. false means that the credential was
// replaced meanwhile: its keys are not wanted any more.
func (p *Provider) settle(f *flight, m *maker, keys aws.Credentials, err error) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.made() != m && p.life.Err() == nil {
		return false
	}
	now := p.o.Now()
	switch {
	case err == nil:
		p.keys, p.issued, p.bad, p.quiet = keys, now, false, time.Time{}
		p.window = min(maxWindow, keys.Expires.Sub(now)/10)
		f.keys = keys
		if keys.CanExpire {
			p.o.Log.Info("credential renewed", "credential", m.c.Name, "expires", keys.Expires)
			p.renewAhead()
		}
	case p.valid(now):
		p.quiet = now.Add(min(retryPause, p.window))
		f.keys = p.keys
		p.o.Log.Warn("credential kept, its renewal failed", "credential", m.c.Name, "expires", p.keys.Expires, "error", m.fault(err, !p.issued.IsZero()))
	default:
		f.err = m.fault(err, !p.issued.IsZero())
		p.o.Log.Warn("credential refused", "credential", m.c.Name, "error", f.err)
	}
	p.flight = nil
	close(f.done)
	return true
}
