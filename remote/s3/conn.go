package s3

import (
	"context"
	"crypto/x509"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"gantry/remote"
	"gantry/remote/cred"
	"gantry/remote/s3/wire"
)

// conn is what all buckets of one server share: settings, keys, connections,
// and what was learnt about the server.
type conn struct {
	srv     remote.Server
	o       Options
	keys    *cred.Provider // nil when anonymous
	profile string         // the credential's name in sentences
	fast    *http.Transport
	slow    *http.Transport // for answers that take the server minutes
	quick   *wire.Pool      // for short requests in place of both; nil when connections are limited
	quirks  quirks

	health    atomic.Pointer[string] // why the server does not work, "" when it does; nil when nobody asked it
	skew      atomic.Int64           // nanoseconds that the server's clock is ahead of ours
	readOnly  atomic.Bool            // nothing but reads leaves
	reached   atomic.Bool            // the server has done what it was asked for, at least once
	slowDowns atomic.Int64           // how often the server has asked to slow down
	onSlow    atomic.Pointer[func()] // told each time; nil for nobody
	spare     spare
	away      distance

	mu      sync.Mutex
	buckets map[string]*bucket
}

// quirks are what a server turned out not to know. They only ever become true.
type quirks struct {
	noCRC        atomic.Bool // CRC-64/NVME: Content-MD5 is sent instead
	noConditions atomic.Bool // conditional writes: HEAD comes first instead
	noMulti      atomic.Bool // DeleteObjects: one request for each key instead
	noRemoveIf   atomic.Bool // conditional deletions: the HEAD before is all
	noBatchIf    atomic.Bool // the same in DeleteObjects
}

func newConn(srv remote.Server, p *cred.Provider, o Options) (*conn, error) {
	c := &conn{srv: srv, o: o, buckets: map[string]*bucket{}, profile: srv.Credential}
	if p != nil && !p.Anonymous() {
		c.keys = p
		c.profile = p.Name()
	}
	if err := c.check(); err != nil {
		return nil, err
	}
	roots, err := c.roots()
	if err != nil {
		return nil, err
	}
	if err := c.connections(roots); err != nil {
		return nil, err
	}
	c.readOnly.Store(srv.ReadOnly)
	c.quirks.noCRC.Store(srv.Integrity == "compatible")
	// Older stores take conditions and ignore them, or refuse a good ETag.
	c.quirks.noConditions.Store(srv.Integrity == "compatible")
	return c, nil
}

// connections makes the two transports. The slow one is for answers that take
// the server minutes, and few at a time, so that no limit is needed for it.
func (c *conn) connections(roots *x509.CertPool) error {
	proxy := http.ProxyFromEnvironment
	if c.o.Proxy != "" {
		u, err := url.Parse(c.o.Proxy)
		if err != nil {
			return c.invalid("its proxy is no URL")
		}
		proxy = http.ProxyURL(u)
	}
	c.fast = wire.NewTransport(c.o.Patience, c.srv.MaxConnections, roots, proxy)
	c.slow = wire.NewTransport(wire.SlowFactor*c.o.Patience, 0, roots, proxy)
	if c.srv.MaxConnections == 0 { // a limit is kept by one pool only
		c.quick = wire.New(c.fast, c.o.Patience, c.away.saw)
	}
	return nil
}

// check refuses settings that do not fit each other, so that the user reads it
// in the form and not after the first request.
func (c *conn) check() error {
	s := c.srv
	virtual := s.Bucket != "" && !s.PathStyle
	switch {
	case s.Accelerate && s.PathStyle:
		return c.invalid("accelerate does not go with path_style")
	case s.Accelerate && virtual && strings.Contains(s.Bucket, "."):
		return c.invalid("accelerate does not work for a bucket with a dot in its name")
	case s.Accelerate && s.Endpoint != "":
		return c.invalid("accelerate does not go with an endpoint of its own")
	case s.Accelerate && s.FIPS:
		return c.invalid("accelerate does not go with fips")
	case s.FIPS && s.Endpoint != "":
		return c.invalid("fips does not go with an endpoint of its own")
	case s.DualStack && s.Endpoint != "":
		return c.invalid("dual_stack does not go with an endpoint of its own")
	case s.KMSKeyID != "" && s.Encryption != "aws:kms":
		return c.invalid(`kms_key_id needs encryption = "aws:kms"`)
	}
	switch s.Encryption {
	case "", "none", "AES256", "aws:kms":
	default:
		return c.invalid(`encryption must be "none", "AES256" or "aws:kms"`)
	}
	switch s.Integrity {
	case "", "auto", "strict", "compatible":
	default:
		return c.invalid(`integrity must be "auto", "strict" or "compatible"`)
	}
	return c.checkEndpoint()
}

func (c *conn) checkEndpoint() error {
	if c.srv.Endpoint == "" {
		return nil
	}
	u, err := url.Parse(c.srv.Endpoint)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https":
		return c.invalid("its endpoint does not look like https://host:port")
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return c.invalid("its endpoint must hold no user, password or query")
	case !c.srv.AllowHTTP && remote.InTheClear(c.srv.Endpoint):
		return c.invalid("its endpoint is plain http, which anyone on the way can read and change. Use https, or set allow_http")
	}
	return nil
}

func (c *conn) invalid(what string) error {
	return &remote.Error{
		Op: "connect", Kind: remote.Invalid, Err: remote.BadSettings("invalid settings"),
		Hint: "The server " + c.name() + " cannot be used: " + what + ".",
	}
}

// name is how sentences call the server.
func (c *conn) name() string {
	if c.srv.Name == "" {
		return "s3://"
	}
	return `"` + c.srv.Name + `"`
}

// credential is the name of the credential; "" for none.
func (c *conn) credential() string {
	if c.keys == nil {
		return ""
	}
	return c.profile
}

func (c *conn) bucket(name string) *bucket {
	c.mu.Lock()
	defer c.mu.Unlock()
	b := c.buckets[name]
	if b == nil {
		b = &bucket{c: c, name: name, glance: glance{turn: make(chan struct{}, 1)}}
		if c.srv.Region != "auto" {
			b.region = c.srv.Region
		}
		c.buckets[name] = b
	}
	return b
}

// sign gives the keys for one attempt; the zero value when anonymous.
func (c *conn) sign(ctx context.Context) (aws.Credentials, error) {
	if c.keys == nil {
		return aws.Credentials{}, nil
	}
	return c.keys.Retrieve(ctx)
}

// now is the server's time as far as it is known.
func (c *conn) now() time.Time { return time.Now().Add(time.Duration(c.skew.Load())) }

// makeRoom ends the connections that rest.
func (c *conn) makeRoom() {
	c.fast.CloseIdleConnections()
	c.slow.CloseIdleConnections()
	if c.quick != nil {
		c.quick.MakeRoom()
	}
}

func (c *conn) close() {
	c.fast.CloseIdleConnections()
	c.slow.CloseIdleConnections()
	if c.quick != nil {
		c.quick.Close()
	}
}

// roots are the authorities that may sign the server's certificate: the
// system's and those of ca_bundle; nil means the system's.
func (c *conn) roots() (*x509.CertPool, error) {
	// Reading them takes longer than many a request; without TLS nobody asks.
	if c.srv.CABundle == "" || strings.HasPrefix(c.srv.Endpoint, "http://") {
		return nil, nil
	}
	pem, err := os.ReadFile(c.srv.CABundle)
	if err != nil {
		return nil, c.invalid("its ca_bundle " + c.srv.CABundle + " cannot be read")
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	if !pool.AppendCertsFromPEM(pem) {
		return nil, c.invalid("its ca_bundle " + c.srv.CABundle + " holds no certificate in PEM form")
	}
	return pool, nil
}
