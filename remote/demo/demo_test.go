package demo_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	awssts "github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"

	"gantry/remote/demo"
	"gantry/remote/demo/sts"
)

// world is the one gateway of this test binary and its clock.
type world struct {
	*demo.Gateway
	mu   sync.Mutex
	late time.Duration
}

func (w *world) now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return time.Now().Add(w.late)
}

func (w *world) advance(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.late += d
}

var gate world

func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == childArg {
		os.Exit(child())
	}
	if len(os.Args) > 1 && os.Args[1] == parentArg {
		os.Exit(parent())
	}
	os.Exit(run(m))
}

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "gantry-test-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	g, err := demo.NewGateway(demo.GatewayOptions{Dir: dir, MinSession: 10 * time.Minute, Now: gate.now})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	gate.Gateway = g
	code := m.Run()
	if err := g.Close(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return code
}

func config(provider aws.CredentialsProvider) aws.Config {
	return aws.Config{
		Region: gate.Region(), Credentials: provider, Retryer: func() aws.Retryer { return aws.NopRetryer{} },
		RequestChecksumCalculation: aws.RequestChecksumCalculationWhenSupported,
		ResponseChecksumValidation: aws.ResponseChecksumValidationWhenSupported,
	}
}

func clientWith(provider aws.CredentialsProvider) *s3.Client {
	return s3.NewFromConfig(config(provider), func(o *s3.Options) {
		o.BaseEndpoint, o.UsePathStyle = aws.String(gate.Endpoint()), true
	})
}

func client(access, secret string) *s3.Client {
	return clientWith(credentials.NewStaticCredentialsProvider(access, secret, ""))
}

func role(access, secret, arn, externalID string, d time.Duration, policy *string) *stscreds.AssumeRoleProvider {
	c := awssts.NewFromConfig(config(credentials.NewStaticCredentialsProvider(access, secret, "")), func(o *awssts.Options) {
		o.BaseEndpoint = aws.String(gate.STSEndpoint())
	})
	return stscreds.NewAssumeRoleProvider(c, arn, func(o *stscreds.AssumeRoleOptions) {
		o.Duration, o.RoleSessionName, o.Policy = d, "test", policy
		if externalID != "" {
			o.ExternalID = aws.String(externalID)
		}
	})
}

func put(t *testing.T, c *s3.Client, bucket, key, content string) {
	t.Helper()
	if err := tryPut(c, bucket, key, content); err != nil {
		t.Fatal(err)
	}
}

func tryPut(c *s3.Client, bucket, key, content string) error {
	_, err := c.PutObject(context.Background(), &s3.PutObjectInput{
		Bucket: &bucket, Key: &key, Body: bytes.NewReader([]byte(content)),
	})
	return err
}

func get(c *s3.Client, bucket, key string) (string, error) {
	out, err := c.GetObject(context.Background(), &s3.GetObjectInput{Bucket: &bucket, Key: &key})
	if err != nil {
		return "", err
	}
	defer out.Body.Close()
	b, err := io.ReadAll(out.Body)
	return string(b), err
}

func bucket(t *testing.T, versioned bool) string {
	t.Helper()
	name := "b-" + fmt.Sprint(time.Now().UnixNano())
	if err := gate.MakeBucket(name, versioned); err != nil {
		t.Fatal(err)
	}
	return name
}

func wantCode(t *testing.T, err error, code string) {
	t.Helper()
	var e smithy.APIError
	if !errors.As(err, &e) || e.ErrorCode() != code {
		t.Fatalf("got %v, want code %s", err, code)
	}
}

func TestRootWritesAndReads(t *testing.T) {
	b := bucket(t, false)
	c := client(gate.RootKey())
	put(t, c, b, "folder/naïve name +%.txt", "content")
	if s, err := get(c, b, "folder/naïve name +%.txt"); err != nil || s != "content" {
		t.Fatalf("got %q, %v", s, err)
	}
}

func TestUserIsConfinedToItsBuckets(t *testing.T) {
	mine, other := bucket(t, false), bucket(t, false)
	access, secret := sts.NewKey()
	if err := gate.AddUser(access, secret, false, mine); err != nil {
		t.Fatal(err)
	}
	c := client(access, secret)
	put(t, c, mine, "a", "1")
	wantCode(t, tryPut(c, other, "a", "1"), "AccessDenied")
	_, err := c.ListObjectsV2(t.Context(), &s3.ListObjectsV2Input{Bucket: &other})
	wantCode(t, err, "AccessDenied")
}

func TestReadOnlyUserReadsAndIsRefusedEveryWrite(t *testing.T) {
	b := bucket(t, false)
	put(t, client(gate.RootKey()), b, "a", "1")
	access, secret := sts.NewKey()
	if err := gate.AddUser(access, secret, true, b); err != nil {
		t.Fatal(err)
	}
	c := client(access, secret)
	if s, err := get(c, b, "a"); err != nil || s != "1" {
		t.Fatalf("got %q, %v", s, err)
	}
	wantCode(t, tryPut(c, b, "b", "1"), "AccessDenied")
	_, err := c.DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: &b, Key: aws.String("a")})
	wantCode(t, err, "AccessDenied")
	_, err = c.CreateMultipartUpload(t.Context(), &s3.CreateMultipartUploadInput{Bucket: &b, Key: aws.String("c")})
	wantCode(t, err, "AccessDenied")
}

func TestWrongKeysAreRefusedByName(t *testing.T) {
	b := bucket(t, false)
	_, err := get(client("AKIANOBODY", "secret"), b, "a")
	wantCode(t, err, "InvalidAccessKeyId")
	access, _ := gate.RootKey()
	_, err = get(client(access, "wrong"), b, "a")
	wantCode(t, err, "SignatureDoesNotMatch")
}

func TestSessionWorksUntilItExpires(t *testing.T) {
	b := bucket(t, false)
	access, secret := sts.NewKey()
	arn := "arn:aws:iam::123456789012:role/" + b
	if err := errors.Join(gate.AddUser(access, secret, true, "none"), gate.AddRole(arn, "ext-1", false, b)); err != nil {
		t.Fatal(err)
	}
	calls := gate.STSCalls()
	// Longer than a busy machine takes for a request, and short enough for a
	// gateway whose clock has gone on by it to take signatures.
	const life = 10 * time.Minute
	p := aws.NewCredentialsCache(role(access, secret, arn, "ext-1", life, nil))
	creds, err := p.Retrieve(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	// The client believes in an hour, so that only the server can refuse.
	c := clientWith(credentials.StaticCredentialsProvider{Value: aws.Credentials{
		AccessKeyID: creds.AccessKeyID, SecretAccessKey: creds.SecretAccessKey, SessionToken: creds.SessionToken,
	}})
	put(t, c, b, "a", "1")
	gate.advance(life + time.Second)
	defer gate.advance(-life - time.Second)
	wantCode(t, tryPut(c, b, "a", "2"), "ExpiredToken")
	if n := gate.STSCalls() - calls; n != 1 {
		t.Errorf("%d calls of AssumeRole, want 1", n)
	}
	renewed, err := role(access, secret, arn, "ext-1", life, nil).Retrieve(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	put(t, clientWith(credentials.StaticCredentialsProvider{Value: renewed}), b, "a", "2")
}

func TestSessionNeedsItsOwnToken(t *testing.T) {
	b := bucket(t, false)
	access, secret := gate.RootKey()
	arn := "arn:aws:iam::123456789012:role/" + b
	if err := gate.AddRole(arn, "", false, b); err != nil {
		t.Fatal(err)
	}
	creds, err := role(access, secret, arn, "", 900*time.Second, nil).Retrieve(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, token := range []string{"", "another"} {
		c := clientWith(credentials.NewStaticCredentialsProvider(creds.AccessKeyID, creds.SecretAccessKey, token))
		wantCode(t, tryPut(c, b, "a", "1"), "InvalidToken")
	}
}

func TestSessionPolicyNarrowsTheRole(t *testing.T) {
	b := bucket(t, false)
	access, secret := gate.RootKey()
	arn := "arn:aws:iam::123456789012:role/" + b
	if err := gate.AddRole(arn, "", false, b); err != nil {
		t.Fatal(err)
	}
	put(t, client(access, secret), b, "a", "1")
	policy := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:Get*","s3:List*"],"Resource":"*"}]}`
	p := role(access, secret, arn, "", 900*time.Second, &policy)
	creds, err := p.Retrieve(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	c := clientWith(credentials.StaticCredentialsProvider{Value: creds})
	if s, err := get(c, b, "a"); err != nil || s != "1" {
		t.Fatalf("got %q, %v", s, err)
	}
	wantCode(t, tryPut(c, b, "a", "2"), "AccessDenied")
}

func TestFilesPutByHandAreObjectsAndDirsAreSafe(t *testing.T) {
	b := bucket(t, false)
	info, err := os.Stat(gate.BucketDir(b))
	if err != nil || !info.IsDir() {
		t.Fatalf("no folder for the bucket: %v", err)
	}
	if err := os.WriteFile(gate.BucketDir(b)+"/by hand", []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if s, err := get(client(gate.RootKey()), b, "by hand"); err != nil || s != "x" {
		t.Fatalf("got %q, %v", s, err)
	}
}
