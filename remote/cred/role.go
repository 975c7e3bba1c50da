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
func (m *maker) role(seen []string) error {
	source, err := m.source(seen)
	if err != nil {
		return err
	}
	m.under = append(m.under, source)
	client := m.stsClient(source)
	m.fetch = func(ctx context.Context) (aws.Credentials, error) { return m.assume(ctx, client, source) }
	return nil
}

// source is the provider of the keys that ask STS. That of a pool is shared;
// any other one belongs to m.
func (m *maker) source(seen []string) (*Provider, error) {
	if m.c.Source == "" {
		amb := empty(ambientCredential(), m.o)
		amb.made().fetch = amb.made().chain("", true)
		m.owned = append(m.owned, amb)
		return amb, nil
	}
	if slices.Contains(seen, m.c.Source) {
		return nil, invalid(m.c, "its source %q leads back to itself", m.c.Source)
	}
	if m.o.Lookup == nil {
		return nil, invalid(m.c, "its source %q is not in the store", m.c.Source)
	}
	c, ok := m.o.Lookup(m.c.Source)
	if !ok {
		return nil, invalid(m.c, "its source %q is not in the store", m.c.Source)
	}
	if m.o.pool != nil {
		return m.o.pool.get(c, m.o.Region, seen)
	}
	p, err := build(c, m.o, seen)
	if err == nil {
		m.owned = append(m.owned, p)
	}
	return p, err
}

func (m *maker) stsClient(source *Provider) *sts.Client {
	o := sts.Options{
		Region:           m.region(),
		Credentials:      source,
		HTTPClient:       m.http(),
		RetryMaxAttempts: 3,
	}
	if source.Anonymous() {
		o.Credentials = aws.AnonymousCredentials{}
	}
	if m.c.STSEndpoint != "" {
		o.BaseEndpoint = aws.String(m.c.STSEndpoint)
	}
	return sts.New(o)
}

func (m *maker) region() string {
	for _, r := range []string{m.c.Region, m.o.Region} {
		if r != "" && r != "auto" {
			return r
		}
	}
	return "us-east-1"
}

// http is a client that follows no redirect: a redirect would carry the
// session token to a host that the user never named.
func (m *maker) http() *http.Client {
	if m.o.HTTP != nil {
		return m.o.HTTP
	}
	return &http.Client{
		Transport:     &http.Transport{Proxy: http.ProxyFromEnvironment, TLSHandshakeTimeout: 10 * time.Second, DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Timeout:       30 * time.Second,
	}
}

// assume calls STS. A duration that the role does not allow, or that a chained
// role cannot have, is lowered to the hour that every role allows.
func (m *maker) assume(ctx context.Context, client *sts.Client, source *Provider) (aws.Credentials, error) {
	seconds := m.c.Duration
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
	out, err := m.callSTS(ctx, client, seconds)
	if seconds > remote.DefaultDuration && tooLong(err) {
		m.o.Log.Warn("role allows no session this long, using one hour", "credential", m.c.Name, "seconds", seconds)
		out, err = m.callSTS(ctx, client, remote.DefaultDuration)
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

func (m *maker) callSTS(ctx context.Context, client *sts.Client, seconds int) (*sts.AssumeRoleOutput, error) {
	in := &sts.AssumeRoleInput{
		RoleArn:         aws.String(m.c.RoleARN),
		RoleSessionName: aws.String(m.sessionName()),
		DurationSeconds: aws.Int32(int32(seconds)),
	}
	if m.c.ExternalID != "" {
		in.ExternalId = aws.String(m.c.ExternalID)
	}
	if m.c.SessionPolicy != "" {
		in.Policy = aws.String(readOnlyPolicy)
	}
	if m.c.MFASerial != "" {
		code, err := m.tokenCode(ctx, m.c.MFASerial)
		if err != nil {
			return nil, err
		}
		in.SerialNumber, in.TokenCode = aws.String(m.c.MFASerial), aws.String(code)
	}
	return client.AssumeRole(ctx, in)
}

func (m *maker) tokenCode(ctx context.Context, serial string) (string, error) {
	if m.o.TokenCode == nil {
		return "", m.failed(remote.Auth, errNoCode,
			"MFA needed: "+quote(m.c.Name)+" asks for a code of the device "+serial+", and nobody is there to type it. Open the server on screen once.")
	}
	code, err := m.o.TokenCode(ctx, m.c.Name, serial)
	if err != nil {
		return "", m.failed(remote.Auth, err, "No MFA code was given for "+quote(m.c.Name)+". Try again and type the six digits of the device.")
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
func (m *maker) sessionName() string {
	if m.c.SessionName != "" {
		return m.c.SessionName
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
