package s3test_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"

	"gantry/remote/s3/s3test"
)

const bucket = "b"

// clientOf is the SDK without retries, signing for the region.
func clientOf(s *s3test.Server, region string, c aws.Credentials, change ...func(*s3.Options)) *s3.Client {
	o := s3.Options{
		BaseEndpoint: aws.String(s.URL), UsePathStyle: true, Region: region, Retryer: aws.NopRetryer{},
		Credentials:                credentials.StaticCredentialsProvider{Value: c},
		RequestChecksumCalculation: aws.RequestChecksumCalculationWhenSupported,
		ResponseChecksumValidation: aws.ResponseChecksumValidationWhenSupported,
		HTTPClient:                 &http.Client{Transport: s.Client().Transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }},
	}
	return s3.New(o, change...)
}

func keys(s *s3test.Server) aws.Credentials {
	return aws.Credentials{AccessKeyID: s.Access, SecretAccessKey: s.Secret}
}

// start is a server with one bucket and a client of it.
func start(t *testing.T, o s3test.Options, b s3test.Bucket) (*s3test.Server, *s3.Client) {
	t.Helper()
	s := s3test.New(t, o)
	s.AddBucket(bucket, b)
	return s, clientOf(s, "us-east-1", keys(s))
}

func put(c *s3.Client, key, content string, change ...func(*s3.PutObjectInput)) (*s3.PutObjectOutput, error) {
	in := &s3.PutObjectInput{Bucket: aws.String(bucket), Key: &key, Body: bytes.NewReader([]byte(content))}
	for _, f := range change {
		f(in)
	}
	return c.PutObject(context.Background(), in)
}

func get(c *s3.Client, key string, change ...func(*s3.GetObjectInput)) (string, *s3.GetObjectOutput, error) {
	in := &s3.GetObjectInput{Bucket: aws.String(bucket), Key: &key}
	for _, f := range change {
		f(in)
	}
	out, err := c.GetObject(context.Background(), in)
	if err != nil {
		return "", nil, err
	}
	defer out.Body.Close()
	b, err := io.ReadAll(out.Body)
	return string(b), out, err
}

func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func wantCode(t *testing.T, err error, code string) {
	t.Helper()
	var e smithy.APIError
	if !errors.As(err, &e) || e.ErrorCode() != code {
		t.Errorf("got %v, want code %s", err, code)
	}
}

func equal[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

// upload makes a multipart object of parts.
func upload(t *testing.T, c *s3.Client, key string, algorithm types.ChecksumAlgorithm, parts ...string) (id string, done []types.CompletedPart) {
	t.Helper()
	u, err := c.CreateMultipartUpload(t.Context(), &s3.CreateMultipartUploadInput{
		Bucket: aws.String(bucket), Key: &key, ChecksumAlgorithm: algorithm,
	})
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range parts {
		n := aws.Int32(int32(i + 1))
		out, err := c.UploadPart(t.Context(), &s3.UploadPartInput{
			Bucket: aws.String(bucket), Key: &key, UploadId: u.UploadId, PartNumber: n,
			Body: bytes.NewReader([]byte(p)), ChecksumAlgorithm: algorithm,
		})
		if err != nil {
			t.Fatal(err)
		}
		p := types.CompletedPart{PartNumber: n, ETag: out.ETag}
		if algorithm != "" {
			p.ChecksumCRC64NVME, p.ChecksumSHA256 = out.ChecksumCRC64NVME, out.ChecksumSHA256
		}
		done = append(done, p)
	}
	return *u.UploadId, done
}

func complete(c *s3.Client, key, id string, parts []types.CompletedPart, change ...func(*s3.CompleteMultipartUploadInput)) (*s3.CompleteMultipartUploadOutput, error) {
	in := &s3.CompleteMultipartUploadInput{
		Bucket: aws.String(bucket), Key: &key, UploadId: &id, MultipartUpload: &types.CompletedMultipartUpload{Parts: parts},
	}
	for _, f := range change {
		f(in)
	}
	return c.CompleteMultipartUpload(context.Background(), in)
}
