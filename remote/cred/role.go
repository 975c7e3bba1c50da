package cred

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"os"
	"os/user"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"

	"gantry/remote"
)

// readOnlyPolicy makes STS itself refuse everything but reading, whatever the
// role would allow.
const readOnlyPolicy = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow",` +
	`"Action":["s3:Get*","s3:List*","kms:Decrypt"],"Resource":"*"}]}`

// role prepares the fetch of an assumed role. seen are the credentials on the
// way here, so that a circle of sources is found.
func (p *Provider) role(seen []string) error {
	source, err := p.source(seen)
	if err != nil {
		return err
	}
	p.under = append(p.under, source)
	client := p.stsClient(source)
	p.fetch = func(ctx context.Context) (aws.Credentials, error) { return p.assume(ctx, client, source) }
	return nil
}

func (p *Provider) source(seen []string) (*Provider, error) {
	if p.c.Source == "" {
		amb := empty(remote.Credential{Name: "the AWS settings of this machine", Type: remote.Environment}, p.o)
		amb.fetch = amb.chain("", true)
		return amb, nil
	}
	if slices.Contains(seen, p.c.Source) {
		return nil, invalid(p.c, "its source %q leads back to itself", p.c.Source)
	}
	if p.o.Lookup == nil {
		return nil, invalid(p.c, "its source %q is not in the store", p.c.Source)
	}
	c, ok := p.o.Lookup(p.c.Source)
	if !ok {
		return nil, invalid(p.c, "its source %q is not in the store", p.c.Source)
	}
	return build(c, p.o, seen)
}

func (p *Provider) stsClient(source *Provider) *sts.Client {
	o := sts.Options{
		Region:           p.region(),
		Credentials:      source,
		HTTPClient:       p.http(),
		RetryMaxAttempts: 3,
	}
	if source.Anonymous() {
		o.Credentials = aws.AnonymousCredentials{}
	}
	if p.c.STSEndpoint != "" {
		o.BaseEndpoint = aws.String(p.c.STSEndpoint)
	}
	return sts.New(o)
}

func (p *Provider) region() string {
	for _, r := range []string{p.c.Region, p.o.Region} {
		if r != "" && r != "auto" {
			return r
		}
	}
	return "us-east-1"
}

// http is a client that follows no redirect: a redirect would carry the
// session token to a host that the user never named.
func (p *Provider) http() *http.Client {
	if p.o.HTTP != nil {
		return p.o.HTTP
	}
	return &http.Client{
		Transport:     &http.Transport{Proxy: http.ProxyFromEnvironment, TLSHandshakeTimeout: 10 * time.Second, DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Timeout:       30 * time.Second,
	}
}

// assume calls STS. A duration that the role does not allow, or that a chained
// role cannot have, is lowered to the hour that every role allows.
func (p *Provider) assume(ctx context.Context, client *sts.Client, source *Provider) (aws.Credentials, error) {
	seconds := p.c.Duration
	if seconds == 0 {
		seconds = remote.DefaultDuration
	}
	if seconds > remote.DefaultDuration {
		keys, err := source.Retrieve(ctx)
		if err != nil {
			return aws.Credentials{}, err
		}
		if keys.SessionToken != "" {
			seconds = remote.DefaultDuration
		}
	}
	out, err := p.callSTS(ctx, client, seconds)
	if seconds > remote.DefaultDuration && tooLong(err) {
		p.o.Log.Warn("role allows no session this long, using one hour", "credential", p.c.Name, "seconds", seconds)
		out, err = p.callSTS(ctx, client, remote.DefaultDuration)
	}
	if err != nil {
		return aws.Credentials{}, err
	}
	if out.Credentials == nil || out.Credentials.AccessKeyId == nil || out.Credentials.SecretAccessKey == nil {
		return aws.Credentials{}, errNoSecret
	}
	k := out.Credentials
	return aws.Credentials{
		AccessKeyID:     aws.ToString(k.AccessKeyId),
		SecretAccessKey: aws.ToString(k.SecretAccessKey),
		SessionToken:    aws.ToString(k.SessionToken),
		CanExpire:       k.Expiration != nil,
		Expires:         aws.ToTime(k.Expiration),
		Source:          "gantry role",
	}, nil
}

func (p *Provider) callSTS(ctx context.Context, client *sts.Client, seconds int) (*sts.AssumeRoleOutput, error) {
	in := &sts.AssumeRoleInput{
		RoleArn:         aws.String(p.c.RoleARN),
		RoleSessionName: aws.String(p.sessionName()),
		DurationSeconds: aws.Int32(int32(seconds)),
	}
	if p.c.ExternalID != "" {
		in.ExternalId = aws.String(p.c.ExternalID)
	}
	if p.c.SessionPolicy != "" {
		in.Policy = aws.String(readOnlyPolicy)
	}
	if p.c.MFASerial != "" {
		code, err := p.tokenCode(ctx, p.c.MFASerial)
		if err != nil {
			return nil, err
		}
		in.SerialNumber, in.TokenCode = aws.String(p.c.MFASerial), aws.String(code)
	}
	return client.AssumeRole(ctx, in)
}

func (p *Provider) tokenCode(ctx context.Context, serial string) (string, error) {
	if p.o.TokenCode == nil {
		return "", p.failed(remote.Auth, errNoCode,
			"MFA needed: "+quote(p.c.Name)+" asks for a code of the device "+serial+", and nobody is there to type it. Open the server on screen once.")
	}
	code, err := p.o.TokenCode(ctx, serial)
	if err != nil {
		return "", p.failed(remote.Auth, err, "No MFA code was given for "+quote(p.c.Name)+". Try again and type the six digits of the device.")
	}
	return strings.TrimSpace(code), nil
}

var errNoCode = errors.New("no MFA code")

// tooLong tells whether STS refused the duration. It answers ValidationError
// for any bad field; the others were checked before.
func tooLong(err error) bool {
	var api smithy.APIError
	return errors.As(err, &api) && api.ErrorCode() == "ValidationError"
}

// sessionName is what the audit log of the other side shows.
func (p *Provider) sessionName() string {
	if p.c.SessionName != "" {
		return p.c.SessionName
	}
	name := "user"
	if u, err := user.Current(); err == nil && u.Username != "" {
		name = u.Username
	}
	host, err := os.Hostname()
	if err != nil {
		host = "host"
	}
	return sanitise("gantry-" + name + "@" + host)
}

// sanitise replaces what STS does not take in a session name and cuts it to the
// 64 characters that it allows.
func sanitise(s string) string {
	out := strings.Map(func(r rune) rune {
		if nameRune(r) {
			return r
		}
		return '-'
	}, s)
	return out[:min(len(out), 64)]
}

func nameRune(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("_+=,.@-", r)
}

// plainHTTP tells whether the endpoint sends the keys' signature in the clear
// to another machine.
func plainHTTP(endpoint string) bool {
	u, err := url.Parse(endpoint)
	return err == nil && u.Scheme == "http" && !remote.Loopback(u.Hostname())
}
