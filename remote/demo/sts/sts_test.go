package sts_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	awssts "github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"

	"gantry/remote/demo/sts"
)

const arn = "arn:aws:iam::123456789012:role/team/reader"

type service struct {
	*sts.Service
	url  string
	late time.Duration
}

func start(t *testing.T) *service {
	t.Helper()
	s := &service{}
	s.Service = sts.New(sts.Options{Now: func() time.Time { return time.Now().Add(s.late) }})
	srv := httptest.NewServer(s)
	t.Cleanup(srv.Close)
	s.url = srv.URL
	s.AddUser("AKIAUSER", "secret")
	s.AddUser("AKIAOTHER", "secret")
	return s
}

func (s *service) client(access, secret, token string) *awssts.Client {
	return awssts.New(awssts.Options{
		Region: "eu-west-1", BaseEndpoint: &s.url, Retryer: aws.NopRetryer{},
		Credentials: credentials.NewStaticCredentialsProvider(access, secret, token),
	})
}

func assume(c *awssts.Client, change ...func(*awssts.AssumeRoleInput)) (*awssts.AssumeRoleOutput, error) {
	in := &awssts.AssumeRoleInput{RoleArn: aws.String(arn), RoleSessionName: aws.String("me@host")}
	for _, f := range change {
		f(in)
	}
	return c.AssumeRole(context.Background(), in)
}

func wantCode(t *testing.T, err error, code string) {
	t.Helper()
	var e smithy.APIError
	if !errors.As(err, &e) || e.ErrorCode() != code {
		t.Errorf("got %v, want code %s", err, code)
	}
}

func TestSessionsAreIssuedNamedAndExpire(t *testing.T) {
	s := start(t)
	s.AddRole(sts.Role{ARN: arn})
	out, err := assume(s.client("AKIAUSER", "secret", ""))
	if err != nil {
		t.Fatal(err)
	}
	c := out.Credentials
	if left := time.Until(*c.Expiration); left < 59*time.Minute || left > 61*time.Minute {
		t.Errorf("lives for %v", left)
	}
	if got := *out.AssumedRoleUser.Arn; got != "arn:aws:sts::123456789012:assumed-role/reader/me@host" {
		t.Errorf("called %s", got)
	}
	id, err := s.Lookup(*c.AccessKeyId, *c.SessionToken)
	if err != nil || id.Role != arn || id.Secret != *c.SecretAccessKey {
		t.Errorf("looked up %+v, %v", id, err)
	}
	who, err := s.client(*c.AccessKeyId, *c.SecretAccessKey, *c.SessionToken).GetCallerIdentity(t.Context(), &awssts.GetCallerIdentityInput{})
	if err != nil || *who.Arn != id.ARN || *who.Account != sts.Account {
		t.Errorf("caller %v, %v", who, err)
	}
	s.late = 61 * time.Minute
	_, err = s.Lookup(*c.AccessKeyId, *c.SessionToken)
	if err == nil || !strings.HasPrefix(err.Error(), "ExpiredToken") {
		t.Errorf("after an hour: %v", err)
	}
	_, err = assume(s.client(*c.AccessKeyId, *c.SecretAccessKey, *c.SessionToken))
	wantCode(t, err, "ExpiredToken")
	if s.Calls() != 1 {
		t.Errorf("%d calls", s.Calls())
	}
}

func TestAssumeRoleRefusesWhatAWSRefuses(t *testing.T) {
	s := start(t)
	s.AddRole(sts.Role{ARN: arn, ExternalID: "ext", MaxSession: 2 * time.Hour, Trust: []string{"AKIAUSER"}})
	ext := func(in *awssts.AssumeRoleInput) { in.ExternalId = aws.String("ext") }
	for name, x := range map[string]struct {
		client *awssts.Client
		change func(*awssts.AssumeRoleInput)
		code   string
	}{
		"wrong external id":   {s.client("AKIAUSER", "secret", ""), func(in *awssts.AssumeRoleInput) { in.ExternalId = aws.String("no") }, "AccessDenied"},
		"no external id":      {s.client("AKIAUSER", "secret", ""), func(in *awssts.AssumeRoleInput) { in.ExternalId = nil }, "AccessDenied"},
		"bad external id":     {s.client("AKIAUSER", "secret", ""), func(in *awssts.AssumeRoleInput) { in.ExternalId = aws.String("a b") }, "ValidationError"},
		"unknown role":        {s.client("AKIAUSER", "secret", ""), func(in *awssts.AssumeRoleInput) { in.RoleArn = aws.String(arn + "x") }, "AccessDenied"},
		"not trusted":         {s.client("AKIAOTHER", "secret", ""), nil, "AccessDenied"},
		"session name":        {s.client("AKIAUSER", "secret", ""), func(in *awssts.AssumeRoleInput) { in.RoleSessionName = aws.String("my name") }, "ValidationError"},
		"too short":           {s.client("AKIAUSER", "secret", ""), func(in *awssts.AssumeRoleInput) { in.DurationSeconds = aws.Int32(899) }, "ValidationError"},
		"longer than allowed": {s.client("AKIAUSER", "secret", ""), func(in *awssts.AssumeRoleInput) { in.DurationSeconds = aws.Int32(7201) }, "ValidationError"},
		"too long at all":     {s.client("AKIAUSER", "secret", ""), func(in *awssts.AssumeRoleInput) { in.DurationSeconds = aws.Int32(43201) }, "ValidationError"},
		"policy":              {s.client("AKIAUSER", "secret", ""), func(in *awssts.AssumeRoleInput) { in.Policy = aws.String("{") }, "MalformedPolicyDocument"},
		"secret":              {s.client("AKIAUSER", "wrong", ""), nil, "SignatureDoesNotMatch"},
		"unknown key":         {s.client("AKIANONE", "secret", ""), nil, "InvalidClientTokenId"},
		"stray token":         {s.client("AKIAUSER", "secret", "token"), nil, "InvalidClientTokenId"},
	} {
		t.Run(name, func(t *testing.T) {
			change := x.change
			if change == nil {
				change = func(*awssts.AssumeRoleInput) {}
			}
			_, err := assume(x.client, ext, change)
			wantCode(t, err, x.code)
			if err != nil && strings.Contains(err.Error(), "ext\"") {
				t.Errorf("the external id is in %v", err)
			}
		})
	}
}

func TestMFAIsAskedFor(t *testing.T) {
	s := start(t)
	const device = "arn:aws:iam::123456789012:mfa/me"
	s.AddRole(sts.Role{ARN: arn, MFASerial: device, MFACode: "123456"})
	c := s.client("AKIAUSER", "secret", "")
	_, err := assume(c)
	wantCode(t, err, "AccessDenied")
	code := func(v string) func(*awssts.AssumeRoleInput) {
		return func(in *awssts.AssumeRoleInput) { in.SerialNumber, in.TokenCode = aws.String(device), &v }
	}
	_, err = assume(c, code("000000"))
	wantCode(t, err, "AccessDenied")
	if _, err = assume(c, code("123456")); err != nil {
		t.Error(err)
	}
}

func TestChainedSessionsEndAfterAnHour(t *testing.T) {
	s := start(t)
	const second = "arn:aws:iam::123456789012:role/second"
	s.AddRole(sts.Role{ARN: arn, Trust: []string{"AKIAUSER"}})
	s.AddRole(sts.Role{ARN: second, MaxSession: sts.MaxSession, Trust: []string{arn}})
	first, err := assume(s.client("AKIAUSER", "secret", ""))
	if err != nil {
		t.Fatal(err)
	}
	c := s.client(*first.Credentials.AccessKeyId, *first.Credentials.SecretAccessKey, *first.Credentials.SessionToken)
	to := func(seconds int32) func(*awssts.AssumeRoleInput) {
		return func(in *awssts.AssumeRoleInput) { in.RoleArn, in.DurationSeconds = aws.String(second), &seconds }
	}
	_, err = assume(c, to(3601))
	wantCode(t, err, "ValidationError")
	if _, err = assume(c, to(3600)); err != nil {
		t.Error(err)
	}
}

func TestFailuresCanBeOrdered(t *testing.T) {
	s := start(t)
	s.AddRole(sts.Role{ARN: arn})
	s.FailNext("Throttling", "Rate exceeded", http.StatusBadRequest)
	s.FailNext("RegionDisabledException", "STS is not activated in this region", http.StatusForbidden)
	c := s.client("AKIAUSER", "secret", "")
	_, err := assume(c)
	wantCode(t, err, "Throttling")
	_, err = assume(c)
	wantCode(t, err, "RegionDisabledException")
	out, err := assume(c)
	if err != nil {
		t.Fatal(err)
	}
	s.ExpireAll()
	if _, err := s.Lookup(*out.Credentials.AccessKeyId, *out.Credentials.SessionToken); err == nil {
		t.Error("the session is still good")
	}
	if _, err := s.Lookup("AKIAUSER", ""); err != nil {
		t.Errorf("the user has ended too: %v", err)
	}
}

func TestUnsignedRequestsAreRefused(t *testing.T) {
	s := start(t)
	resp, err := http.Post(s.url, "application/x-www-form-urlencoded", strings.NewReader("Action=AssumeRole"))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusForbidden || s.Calls() != 0 {
		t.Errorf("status %d", resp.StatusCode)
	}
}

func TestPoliciesDecide(t *testing.T) {
	p, err := sts.ParsePolicy(`{"Version":"2012-10-17","Statement":[
		{"Effect":"Allow","Action":["s3:Get*","S3:list?ucket"],"Resource":"arn:aws:s3:::b*"},
		{"Effect":"Allow","NotAction":"s3:Delete*","Resource":["arn:aws:s3:::free/*"]},
		{"Effect":"Deny","Action":"*","Resource":"*/secret/*"}]}`)
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct {
		action, resource string
		want             sts.Decision
	}{
		{"s3:GetObject", "arn:aws:s3:::bucket/k", sts.Allow},
		{"s3:ListBucket", "arn:aws:s3:::bucket", sts.Allow},
		{"s3:PutObject", "arn:aws:s3:::bucket/k", sts.Silent},
		{"s3:PutObject", "arn:aws:s3:::free/k", sts.Allow},
		{"s3:DeleteObject", "arn:aws:s3:::free/k", sts.Silent},
		{"s3:GetObject", "arn:aws:s3:::bucket/secret/k", sts.Deny},
		{"s3:GetObject", "arn:aws:s3:::other/k", sts.Silent},
	} {
		if got := p.Decide(x.action, x.resource); got != x.want {
			t.Errorf("%s on %s: %v, want %v", x.action, x.resource, got, x.want)
		}
	}
	for _, doc := range []string{
		"", "[]", `{"Statement":[{"Effect":"Maybe","Action":"*"}]}`, `{"Statement":{"Effect":"Allow"}}`,
		`{"Statement":{"Effect":"Allow","Action":"*","Condition":{"Bool":{}}}}`,
	} {
		if _, err := sts.ParsePolicy(doc); err == nil {
			t.Errorf("%q passed", doc)
		}
	}
}
