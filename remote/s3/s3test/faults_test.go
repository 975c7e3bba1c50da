package s3test_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	awssts "github.com/aws/aws-sdk-go-v2/service/sts"

	"gantry/remote/demo/sts"
	"gantry/remote/s3/s3test"
)

func TestRulesStrikeTheRequestsTheyName(t *testing.T) {
	s, c := start(t, s3test.Options{}, s3test.Bucket{})
	s.Fault(s3test.Rule{ID: "N01", Op: "PutObject", Key: "a/*.txt", Nth: 2, Times: 2, Action: s3test.Status(500, "InternalError")})
	var failed []int
	for i := range 5 {
		if _, err := put(c, "a/b/c.txt", "x"); err != nil {
			wantCode(t, err, "InternalError")
			failed = append(failed, i)
		}
		if _, err := put(c, "a/b/c.bin", "x"); err != nil {
			t.Error("another key was struck")
		}
	}
	if len(failed) != 2 || failed[0] != 1 || failed[1] != 2 {
		t.Errorf("struck %v", failed)
	}
	equal(t, "fired", s.Fired()["N01"], 2)
	equal(t, "requests", s.Count("PutObject"), 10)
	e := s.Events()[2]
	if e.Applied || e.Status != 500 || e.Code != "InternalError" || e.Key != "a/b/c.txt" || e.Faults[0] != "N01" {
		t.Errorf("event %+v", e)
	}
	s.ClearFaults()
	s.Fault(s3test.Rule{ID: "N02", Chance: 0.5, Times: s3test.All, Action: s3test.Status(503, "SlowDown")})
	slow := 0
	for range 200 {
		if _, err := put(c, "k", "x"); err != nil {
			slow++
		}
	}
	if slow < 60 || slow > 140 {
		t.Errorf("%d of 200 struck with a chance of a half", slow)
	}
}

func TestRefusalsApplyNothing(t *testing.T) {
	for name, x := range map[string]struct {
		action s3test.Action
		status int
		code   string
	}{
		"deny":     {s3test.Deny(), 403, "AccessDenied"},
		"html":     {s3test.HTML(502), 502, ""},
		"200":      {s3test.ErrorIn200("InternalError"), 200, ""},
		"skew":     {s3test.DateSkew(time.Hour), 403, "RequestTimeTooSkewed"},
		"redirect": {s3test.Redirect(307, "http://127.0.0.1:1/x", ""), 307, "TemporaryRedirect"},
		"empty":    {s3test.Empty200(false), 200, ""},
	} {
		t.Run(name, func(t *testing.T) {
			s, c := start(t, s3test.Options{}, s3test.Bucket{})
			s.Fault(s3test.Rule{ID: name, Action: x.action})
			_, err := put(c, "k", "x")
			if x.code != "" {
				wantCode(t, err, x.code)
			}
			e := s.Events()[0]
			if e.Status != x.status || e.Applied || len(s.Keys(bucket)) != 0 {
				t.Errorf("event %+v", e)
			}
		})
	}
}

func TestRegionIsInTheHeaderOfARedirect(t *testing.T) {
	s, c := start(t, s3test.Options{}, s3test.Bucket{})
	s.Fault(s3test.Rule{ID: "S08", Action: s3test.Redirect(301, "", "eu-south-2")})
	_, _, err := get(c, "k")
	var re *awshttp.ResponseError
	if !errors.As(err, &re) || re.Response.Header.Get("X-Amz-Bucket-Region") != "eu-south-2" {
		t.Errorf("got %v", err)
	}
}

func TestLostRepliesWereApplied(t *testing.T) {
	s, c := start(t, s3test.Options{}, s3test.Bucket{})
	id, parts := upload(t, c, "k", "", "x")
	s.Fault(
		s3test.Rule{ID: "S03", Op: "CompleteMultipartUpload", Action: s3test.DropReply()},
		s3test.Rule{ID: "S04", Op: "PutObject", Action: s3test.Empty200(true)},
		s3test.Rule{ID: "X", Op: "DeleteObject", Action: s3test.StatusAfter(500, "InternalError")},
	)
	if _, err := complete(c, "k", id, parts); err == nil {
		t.Error("the reply came")
	}
	if _, found := s.Object(bucket, "k"); !found {
		t.Error("Complete was not applied")
	}
	out, err := put(c, "p", "x")
	if err != nil || out.ETag != nil {
		t.Errorf("empty 200: %v, %v", out, err)
	}
	if _, found := s.Object(bucket, "p"); !found {
		t.Error("PutObject was not applied")
	}
	_, err = c.DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: aws.String(bucket), Key: aws.String("p")})
	wantCode(t, err, "InternalError")
	if _, found := s.Object(bucket, "p"); found {
		t.Error("DeleteObject was not applied")
	}
}

func TestBrokenBodies(t *testing.T) {
	content := strings.Repeat("0123456789", 10000)
	for name, x := range map[string]struct {
		action s3test.Action
		bytes  int
		failed bool
	}{
		"reset":  {s3test.ResetAt(50000), -1, true},
		"close":  {s3test.CloseAt(50000), 50000, true},
		"short":  {s3test.ShortLength(50000), 50000, false},
		"flip":   {s3test.FlipBit(70000), 100000, false},
		"gzip":   {s3test.Gzip(), -1, false},
		"before": {s3test.ResetBeforeHeaders(), 0, true},
	} {
		t.Run(name, func(t *testing.T) {
			s, _ := start(t, s3test.Options{}, s3test.Bucket{})
			c := clientOf(s, "us-east-1", keys(s), func(o *s3.Options) {
				o.ResponseChecksumValidation = aws.ResponseChecksumValidationWhenRequired
			})
			s.Put(bucket, "k", []byte(content))
			s.Fault(s3test.Rule{ID: name, Op: "GetObject", Action: x.action})
			body, _, err := get(c, "k")
			if (err != nil) != x.failed || x.bytes >= 0 && len(body) != x.bytes || body == content {
				t.Errorf("%d bytes, %v", len(body), err)
			}
			if body, _, err = get(c, "k"); err != nil || body != content {
				t.Errorf("the next one: %d bytes, %v", len(body), err)
			}
		})
	}
}

func TestChecksumsFindAFlippedBit(t *testing.T) {
	s, c := start(t, s3test.Options{}, s3test.Bucket{})
	s.Put(bucket, "k", []byte("0123456789"))
	s.Fault(s3test.Rule{ID: "N20", Op: "GetObject", Action: s3test.FlipBit(3)})
	_, _, err := get(c, "k", func(in *s3.GetObjectInput) { in.ChecksumMode = types.ChecksumModeEnabled })
	if err == nil || !strings.Contains(err.Error(), "checksum") {
		t.Errorf("got %v", err)
	}
}

func TestIgnoredHeadersAndMissingTags(t *testing.T) {
	s, c := start(t, s3test.Options{}, s3test.Bucket{})
	s.Put(bucket, "k", []byte("0123456789"))
	s.Fault(
		s3test.Rule{ID: "D04", Op: "GetObject", Nth: 1, Action: s3test.IgnoreRange()},
		s3test.Rule{ID: "D02", Op: "GetObject", Nth: 2, Action: s3test.IgnoreIfMatch()},
		s3test.Rule{ID: "D03", Op: "GetObject", Nth: 3, Action: s3test.NoETag()},
		s3test.Rule{ID: "S35", Op: "ListObjectsV2", Action: s3test.BadETag()},
		s3test.Rule{ID: "D05", Op: "GetObject", Nth: 4, Action: s3test.Header("Content-Range", "bytes 0-1/2")},
	)
	body, out, err := get(c, "k", func(in *s3.GetObjectInput) { in.Range = aws.String("bytes=3-") })
	if err != nil || body != "0123456789" || out.ContentRange != nil {
		t.Errorf("ignored range: %q, %v", body, err)
	}
	if _, _, err = get(c, "k", func(in *s3.GetObjectInput) { in.IfMatch = aws.String(`"no"`) }); err != nil {
		t.Errorf("ignored If-Match: %v", err)
	}
	if _, out, err = get(c, "k"); err != nil || out.ETag != nil {
		t.Errorf("no ETag: %v", err)
	}
	if _, out, err = get(c, "k"); err != nil || aws.ToString(out.ContentRange) != "bytes 0-1/2" {
		t.Errorf("wrong Content-Range: %v", err)
	}
	l, err := c.ListObjectsV2(t.Context(), &s3.ListObjectsV2Input{Bucket: aws.String(bucket)})
	if err != nil || *l.Contents[0].ETag != `"opaque/ListObjectsV2:1"` {
		t.Errorf("bad ETag: %v, %v", l, err)
	}
}

func TestSpacesComeBeforeTheDocument(t *testing.T) {
	s, c := start(t, s3test.Options{}, s3test.Bucket{})
	id, parts := upload(t, c, "k", "", "x")
	s.Fault(
		s3test.Rule{ID: "S06", Op: "CompleteMultipartUpload", Action: s3test.Spaces(5, true)},
		s3test.Rule{ID: "S05", Op: "CompleteMultipartUpload", Nth: 2, Action: s3test.Spaces(5, false)},
	)
	if _, err := complete(c, "k", id, parts); err == nil {
		t.Error("the cut was not noticed")
	}
	id, parts = upload(t, c, "k2", "", "x")
	if out, err := complete(c, "k2", id, parts); err != nil || out.ETag == nil {
		t.Errorf("got %v, %v", out, err)
	}
}

func TestStallsEndWithReleaseOrTheClient(t *testing.T) {
	s, c := start(t, s3test.Options{}, s3test.Bucket{})
	s.Put(bucket, "k", bytes.Repeat([]byte("x"), 1<<20))
	s.Fault(
		s3test.Rule{ID: "N09", Op: "GetObject", Nth: 1, Times: 2, Action: s3test.StallAt(1 << 19)},
		s3test.Rule{ID: "N11", Op: "PutObject", Action: s3test.StallUpload(10)},
		s3test.Rule{ID: "N10", Op: "HeadObject", Action: s3test.StallBeforeHeaders()},
	)
	ctx, cancel := context.WithCancel(t.Context())
	out, err := c.GetObject(ctx, &s3.GetObjectInput{Bucket: aws.String(bucket), Key: aws.String("k")})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.CopyN(io.Discard, out.Body, 1<<19); err != nil {
		t.Fatal(err)
	}
	cancel()
	if _, err := out.Body.Read(make([]byte, 1)); err == nil {
		t.Error("the stalled body went on")
	}
	done := make(chan error, 3)
	go func() { _, _, err := get(c, "k"); done <- err }()
	go func() { _, err := put(c, "up", strings.Repeat("x", 100)); done <- err }()
	go func() {
		_, err := c.HeadObject(t.Context(), &s3.HeadObjectInput{Bucket: aws.String(bucket), Key: aws.String("k")})
		done <- err
	}()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for n := 0; n < 3; {
		select {
		case err := <-done:
			if n++; err != nil {
				t.Error(err)
			}
			if s.Fired()["N09"] < 2 || s.Fired()["N10"] < 1 || s.Fired()["N11"] < 1 {
				t.Fatal("a request did not stall")
			}
		case <-tick.C: // again and again: a request that was struck may not wait yet
			if f := s.Fired(); f["N09"] == 2 && f["N10"] == 1 && f["N11"] == 1 {
				s.Release()
			}
		}
	}
}

func TestSlowRequestsStayAlive(t *testing.T) {
	s, c := start(t, s3test.Options{}, s3test.Bucket{})
	s.Fault(
		s3test.Rule{ID: "N12", Op: "PutObject", Action: s3test.SlowUpload(100, time.Millisecond)},
		s3test.Rule{ID: "N12", Op: "GetObject", Action: s3test.Slow(100, time.Millisecond), When: func(r *http.Request) bool {
			return r.Header.Get("Range") != ""
		}},
	)
	content := strings.Repeat("0123456789", 300)
	if _, err := put(c, "k", content); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		body, _, err := get(c, "k", func(in *s3.GetObjectInput) { in.Range = aws.String("bytes=10-") })
		if err != nil || body != content[10:] {
			t.Errorf("%d bytes, %v", len(body), err)
		}
		if _, _, err := get(c, "k"); err != nil {
			t.Error(err)
		}
	}
	equal(t, "fired", s.Fired()["N12"], 2)
}

func TestCallsComeBetween(t *testing.T) {
	s, c := start(t, s3test.Options{}, s3test.Bucket{})
	etag := s.Put(bucket, "k", []byte("old"))
	s.Fault(s3test.Rule{ID: "D01", Op: "GetObject", Action: s3test.Call(func() { s.Put(bucket, "k", []byte("new")) })})
	_, _, err := get(c, "k", func(in *s3.GetObjectInput) { in.IfMatch = &etag })
	wantCode(t, err, "PreconditionFailed")
}

func TestUploadsCanBeCut(t *testing.T) {
	s, c := start(t, s3test.Options{}, s3test.Bucket{})
	s.Fault(s3test.Rule{ID: "N08", Op: "PutObject", Action: s3test.ResetUpload(1000)})
	if _, err := put(c, "k", strings.Repeat("x", 1<<20)); err == nil {
		t.Error("the reset was not noticed")
	}
	equal(t, "keys", len(s.Keys(bucket)), 0)
	if _, err := put(c, "k", "x"); err != nil {
		t.Error(err)
	}
}

func TestSessionsComeFromTheSTS(t *testing.T) {
	// Longer than a busy machine takes for a request, and short enough for a server
	// whose clock has gone on by it to take signatures.
	const life = 10 * time.Minute
	late := time.Duration(0)
	s := s3test.New(t, s3test.Options{MinSession: time.Minute, Now: func() time.Time { return time.Now().Add(late) }})
	s.AddBucket(bucket, s3test.Bucket{})
	const arn = "arn:aws:iam::123456789012:role/r"
	s.STS.AddRole(sts.Role{ARN: arn, ExternalID: "e1"})
	cfg := aws.Config{Region: "us-east-1", Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) { return keys(s), nil })}
	p := stscreds.NewAssumeRoleProvider(awssts.NewFromConfig(cfg, func(o *awssts.Options) { o.BaseEndpoint = &s.STSURL }), arn,
		func(o *stscreds.AssumeRoleOptions) {
			o.ExternalID, o.Duration, o.RoleSessionName = aws.String("e1"), life, "me@host"
		})
	session, err := p.Retrieve(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	c := clientOf(s, "us-east-1", session)
	if _, err := put(c, "k", "x"); err != nil {
		t.Fatal(err)
	}
	equal(t, "signed by", s.Events()[0].Access, session.AccessKeyID)
	late = life + time.Second
	_, err = put(c, "k", "x")
	wantCode(t, err, "ExpiredToken")
	equal(t, "calls", s.STS.Calls(), 1)
}

func TestOldStoresKnowNoChecksumsAndNoConditions(t *testing.T) {
	s, c := start(t, s3test.Options{NoChecksums: true, IgnorePuts: true}, s3test.Bucket{})
	for range 2 {
		if _, err := put(c, "k", "x", func(in *s3.PutObjectInput) { in.IfNoneMatch = aws.String("*") }); err != nil {
			t.Fatal(err)
		}
	}
	_, out, err := get(c, "k", func(in *s3.GetObjectInput) { in.ChecksumMode = types.ChecksumModeEnabled })
	if err != nil || out.ChecksumCRC32 != nil || out.ChecksumCRC64NVME != nil {
		t.Errorf("%+v, %v", out, err)
	}
	resp, err := http.Get(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
}
