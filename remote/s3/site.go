package s3

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go/auth"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"gantry/remote"
	"gantry/remote/preset"
	"gantry/remote/s3/wire"
)

// firstRegion is asked when nothing is known: it answers with the right one for
// every bucket of its partition. Without a credential that says otherwise that
// is the commercial one.
func (c *conn) firstRegion() string {
	if c.keys == nil {
		return preset.FirstRegion("aws")
	}
	return preset.FirstRegion(c.keys.Partition())
}

var errAddress = errors.New("no address")

// bucket is one bucket and where it is.
type bucket struct {
	c    *conn
	name string // "" for requests to the service itself

	mu        sync.Mutex
	versioned *bool  // nil until somebody asked
	region    string // "" until somebody was asked
	at        atomic.Pointer[site]
	glance    glance
	traits    traits
}

// site is a bucket seen from one region: where requests go and how they are
// signed. It never changes.
type site struct {
	region string // of the bucket
	wire.Place
	base    string // escaped path before the key, without a slash at the end
	signIn  string // region in the signature
	service string // service in the signature
	client  *s3.Client
	slow    *s3.Client
	scope   atomic.Pointer[scope] // the signing key of the day
	texts   sync.Pool             // of *[]byte: memory of sign
}

func (b *bucket) known() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.region
}

// ready gives the site of the bucket, asking for the region the first time if
// it is to be found.
func (b *bucket) ready(ctx context.Context) (*site, error) {
	if s := b.at.Load(); s != nil {
		return s, nil
	}
	region := b.known()
	if region == "" {
		region = b.c.firstRegion()
		if b.name != "" {
			if found := b.ask(ctx); found != "" {
				region = found
			}
		}
	}
	return b.move(ctx, region)
}

// move makes region the one that the bucket lives in.
func (b *bucket) move(ctx context.Context, region string) (*site, error) {
	s, err := b.resolve(ctx, region)
	if err != nil {
		return nil, err
	}
	b.mu.Lock()
	b.region = region
	b.mu.Unlock()
	b.at.Store(s)
	return s, nil
}

// resolve asks the SDK's rules for the endpoint; no network.
func (b *bucket) resolve(ctx context.Context, region string) (*site, error) {
	srv := b.c.srv
	params := s3.EndpointParameters{
		Region: aws.String(region), UseFIPS: aws.Bool(srv.FIPS), UseDualStack: aws.Bool(srv.DualStack),
		ForcePathStyle: aws.Bool(srv.PathStyle), Accelerate: aws.Bool(srv.Accelerate && b.name != ""),
		UseArnRegion: aws.Bool(true),
	}
	if b.name != "" {
		params.Bucket = aws.String(b.name)
	}
	if srv.Endpoint != "" {
		params.Endpoint = aws.String(srv.Endpoint)
	}
	ep, err := s3.NewDefaultEndpointResolverV2().ResolveEndpoint(ctx, params)
	if err != nil {
		return nil, &remote.Error{
			Op: "connect", Kind: remote.Invalid, Err: errAddress,
			Hint: "There is no address for the bucket " + b.name + " with these settings. Check its name, region and endpoint.",
		}
	}
	s := &site{
		region: region, Place: wire.Place{Scheme: ep.URI.Scheme, Host: wire.HostOf(ep.URI)}, signIn: region, service: "s3",
		base: strings.TrimSuffix(ep.URI.EscapedPath(), "/"),
	}
	if opts, ok := auth.GetAuthOptions(&ep.Properties); ok && len(opts) > 0 {
		if opts[0].SchemeID != "sigv4" {
			return nil, &remote.Error{
				Op: "connect", Kind: remote.Unsupported, Err: errAddress,
				Hint: "The bucket " + b.name + " is a directory bucket or an access point of many regions, which gantry cannot sign for. Use a general purpose bucket.",
			}
		}
		if r, ok := smithyhttp.GetSigV4SigningRegion(&opts[0].SignerProperties); ok && r != "" {
			s.signIn = r
		}
		if n, ok := smithyhttp.GetSigV4SigningName(&opts[0].SignerProperties); ok && n != "" {
			s.service = n
		}
	}
	s.client = b.c.sdk(region, wire.Courier{Pool: b.c.quick, Rest: b.c.fast})
	s.slow = b.c.sdk(region, wire.Courier{Pool: b.c.quick, Rest: b.c.slow, Slow: true})
	return s, nil
}

// sdk makes the client for what is not hot. It neither retries nor adds
// checksums: both are ours.
func (c *conn) sdk(region string, tr http.RoundTripper) *s3.Client {
	o := s3.Options{
		Region: region, UsePathStyle: c.srv.PathStyle, UseAccelerate: c.srv.Accelerate, UseARNRegion: true,
		HTTPClient: &http.Client{
			Transport:     tr,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		HTTPSignerV4:                 skewed{c},
		Retryer:                      aws.NopRetryer{},
		RequestChecksumCalculation:   aws.RequestChecksumCalculationWhenRequired,
		ResponseChecksumValidation:   aws.ResponseChecksumValidationWhenRequired,
		ContinueHeaderThresholdBytes: -1,
		AppID:                        "gantry",
		Credentials:                  aws.AnonymousCredentials{},
	}
	if c.keys != nil {
		o.Credentials = c.keys
	}
	if c.srv.Endpoint != "" {
		o.BaseEndpoint = aws.String(c.srv.Endpoint)
	}
	if c.srv.FIPS {
		o.EndpointOptions.UseFIPSEndpoint = aws.FIPSEndpointStateEnabled
	}
	if c.srv.DualStack {
		o.EndpointOptions.UseDualStackEndpoint = aws.DualStackEndpointStateEnabled
	}
	return s3.New(o)
}

// nearby tells whether an endpoint is an address or this machine, where buckets
// have no host names of their own.
func nearby(endpoint string) bool {
	u, err := url.Parse(endpoint)
	if err != nil {
		return false
	}
	return remote.Loopback(u.Hostname()) || net.ParseIP(u.Hostname()) != nil
}
