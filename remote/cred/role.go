package cred

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/user"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"

	"gantry/remote"
	"gantry/remote/preset"
)

// readOnlyPolicy makes STS itself refuse everything but reading, whatever the
// role would allow. Amazon must be told that keys of KMS may be used for that;
// MinIO refuses a policy that speaks of them, and any resource but S3's.
func readOnlyPolicy(endpoint string) string {
	if endpoint == "" || remote.OfAmazon(endpoint) {
		return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:Get*","s3:List*","kms:Decrypt"],"Resource":"*"}]}`
	}
	return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:Get*","s3:List*"],"Resource":"arn:aws:s3:::*"}]}`
}

// role prepares the fetch of an assumed role. seen are the credentials on the
// way here, so that a circle of sources is found.
func (m *maker) role(seen []string) error {
	source, err := m.source(seen)
	if err != nil {
		return err
	}
	m.under = append(m.under, source)
	client := m.stsClient(source)
	m.fetch = func(ctx context.Context) (aws.Credentials, error) {
		keys, note, err := m.assume(ctx, client, source)
		if err == nil {
			m.note.Store(&note)
		}
		return keys, err
	}
	return nil
}

// source is the provider of the keys that ask STS. That of a pool is shared;
// any other one belongs to m.
func (m *maker) source(seen []string) (*Provider, error) {
	if m.c.Source == "" {
		amb := empty(ambientCredential(), m.o)
		amb.made().fetch = amb.made().surroundings
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

// region is where STS is asked: in the partition of the role, whatever region
// the server is in.
func (m *maker) region() string {
	partition := m.partition()
	for _, r := range []string{m.c.Region, m.o.Region} {
		if r != "" && r != "auto" && (m.c.RoleARN == "" || preset.Partition(r) == partition) {
			return r
		}
	}
	return preset.FirstRegion(partition)
}

// partition is the part of AWS that the credential belongs to.
func (m *maker) partition() string {
	if fields := strings.SplitN(m.c.RoleARN, ":", 3); len(fields) == 3 {
		return fields[1]
	}
	for _, r := range []string{m.c.Region, m.o.Region} {
		if r != "" && r != "auto" {
			return preset.Partition(r)
		}
	}
	return "aws"
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

// assume calls STS for a session as long as is wanted, or as long as the role
// allows: a chained role has an hour at most, and a maximum that AWS enforces by
// refusing is found once and remembered.
func (m *maker) assume(ctx context.Context, client *sts.Client, source *Provider) (aws.Credentials, string, error) {
	want := m.c.Duration
	if want == 0 {
		want = remote.DefaultDuration
	}
	seconds, note, err := m.allowed(ctx, source, want)
	if err != nil {
		return aws.Credentials{}, "", err
	}
	in, err := m.request(ctx)
	if err != nil {
		return aws.Credentials{}, "", err
	}
	out, err := call(ctx, client, in, seconds)
	if seconds > remote.DefaultDuration && tooLong(err) {
		if out, seconds, err = m.longest(ctx, client, in, seconds); err == nil {
			m.remember(want, seconds)
			note = atMost(seconds)
		}
	}
	if err != nil {
		return aws.Credentials{}, "", err
	}
	k := out.Credentials
	if k == nil || k.AccessKeyId == nil || k.SecretAccessKey == nil {
		return aws.Credentials{}, "", errNoSecret
	}
	return aws.Credentials{
		AccessKeyID:     aws.ToString(k.AccessKeyId),
		SecretAccessKey: aws.ToString(k.SecretAccessKey),
		SessionToken:    aws.ToString(k.SessionToken),
		CanExpire:       k.Expiration != nil,
		Expires:         aws.ToTime(k.Expiration),
		Source:          "gantry role",
	}, note, nil
}

// allowed is how long a session can be as far as is known, and why it is
// shorter than wanted.
func (m *maker) allowed(ctx context.Context, source *Provider, want int) (seconds int, note string, err error) {
	if want <= remote.DefaultDuration {
		return want, "", nil
	}
	keys, err := source.Retrieve(ctx)
	if err != nil {
		return 0, "", err
	}
	if keys.SessionToken != "" {
		return remote.DefaultDuration, "Sessions of " + quote(m.c.Name) + " last one hour: a role that is assumed with another session gets no longer ones. Only a source with an access key of its own can have longer ones.", nil
	}
	if m.o.Limit != nil {
		if most := m.o.Limit(m.c.RoleARN, want); most > 0 && most < want {
			return most, atMost(most), nil
		}
	}
	return want, "", nil
}

func atMost(seconds int) string {
	return fmt.Sprintf("The role allows sessions of at most %s, so that is what is used. Its owner can raise the maximum, MaxSessionDuration.", (time.Duration(seconds) * time.Second).String())
}

// longest finds the longest session that the role allows, in hours as people
// set it, and opens it. refused is what AWS has refused already. A code of an MFA
// device serves once: then it is an hour, which every role allows.
func (m *maker) longest(ctx context.Context, client *sts.Client, in *sts.AssumeRoleInput, refused int) (*sts.AssumeRoleOutput, int, error) {
	var best *sts.AssumeRoleOutput
	low, high := 1, (refused+3599)/3600
	for high-low > 1 && in.TokenCode == nil {
		middle := (low + high) / 2
		out, err := call(ctx, client, in, middle*3600)
		switch {
		case err == nil:
			best, low = out, middle
		case tooLong(err):
			high = middle
		default:
			return nil, 0, err
		}
	}
	if best != nil {
		return best, low * 3600, nil
	}
	out, err := call(ctx, client, in, remote.DefaultDuration)
	return out, remote.DefaultDuration, err
}

func (m *maker) remember(want, most int) {
	m.o.Log.Warn("role allows no session this long", "credential", m.c.Name, "wanted", want, "allowed", most)
	if m.o.SetLimit != nil {
		m.o.SetLimit(m.c.RoleARN, want, most)
	}
}

// request is what STS is asked, but for the duration.
func (m *maker) request(ctx context.Context) (*sts.AssumeRoleInput, error) {
	in := &sts.AssumeRoleInput{RoleArn: aws.String(m.c.RoleARN), RoleSessionName: aws.String(m.sessionName())}
	if m.c.ExternalID != "" {
		in.ExternalId = aws.String(m.c.ExternalID)
	}
	if m.c.SessionPolicy != "" {
		in.Policy = aws.String(readOnlyPolicy(m.c.STSEndpoint))
	}
	if m.c.MFASerial != "" {
		code, err := m.tokenCode(ctx, m.c.MFASerial)
		if err != nil {
			return nil, err
		}
		in.SerialNumber, in.TokenCode = aws.String(m.c.MFASerial), aws.String(code)
	}
	return in, nil
}

func call(ctx context.Context, client *sts.Client, in *sts.AssumeRoleInput, seconds int) (*sts.AssumeRoleOutput, error) {
	asked := *in
	asked.DurationSeconds = aws.Int32(int32(seconds))
	return client.AssumeRole(ctx, &asked)
}

func (m *maker) tokenCode(ctx context.Context, serial string) (string, error) {
	if m.o.TokenCode == nil {
		return "", m.failed(remote.Auth, errNoCode,
			"MFA needed: "+quote(m.c.Name)+" asks for a code of the device "+serial+", and nobody is there to type it. Run gantry on a terminal.")
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
