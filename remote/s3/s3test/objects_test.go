package s3test_test

import (
	"bytes"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"gantry/remote/s3/s3test"
)

func hostileKeys() []string {
	return []string{
		"plain", "a b+c%20d&e=f?g#h", "/leading", "a//b", "//", "../x", "a/../../x", "..", ".", "dir/", "x", "x/y", "ünï/船/🏗️",
		"tab\tnew\nline\r", "\x01\x1b[31m\x7f", "bad\xff\xfeutf8", "'\"<>&\\`$()*[]{}|^", strings.Repeat("k", 1024),
	}
}

func TestKeysAreExactBytes(t *testing.T) {
	s, c := start(t, s3test.Options{}, s3test.Bucket{})
	for _, k := range hostileKeys() {
		if _, err := put(c, k, "content of "+k); err != nil {
			t.Fatalf("put %q: %v", k, err)
		}
		body, _, err := get(c, k)
		if err != nil || body != "content of "+k {
			t.Errorf("get %q: %q, %v", k, body, err)
		}
		if _, found := s.Object(bucket, k); !found {
			t.Errorf("key %q is not stored as it is; have %q", k, s.Keys(bucket))
		}
	}
	equal(t, "keys", len(s.Keys(bucket)), len(hostileKeys()))
	_, err := put(c, strings.Repeat("k", 1025), "")
	wantCode(t, err, "KeyTooLongError")
}

func TestSignaturesAreChecked(t *testing.T) {
	s, _ := start(t, s3test.Options{}, s3test.Bucket{})
	for _, x := range []struct {
		credentials aws.Credentials
		code        string
	}{
		{aws.Credentials{AccessKeyID: s.Access, SecretAccessKey: "wrong"}, "SignatureDoesNotMatch"},
		{aws.Credentials{AccessKeyID: "AKIANOBODY", SecretAccessKey: s.Secret}, "InvalidAccessKeyId"},
		{aws.Credentials{AccessKeyID: s.Access, SecretAccessKey: s.Secret, SessionToken: "stray"}, "InvalidToken"},
	} {
		_, err := put(clientOf(s, "us-east-1", x.credentials), "k", "")
		wantCode(t, err, x.code)
	}
	resp, err := http.Get(s.URL + "/b/k")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	equal(t, "anonymous", resp.StatusCode, http.StatusForbidden)
}

func TestPresignedLinksWorkUntilTheyExpire(t *testing.T) {
	s, c := start(t, s3test.Options{}, s3test.Bucket{})
	s.Put(bucket, "a b", []byte("x"))
	p := s3.NewPresignClient(c)
	in := &s3.GetObjectInput{Bucket: aws.String(bucket), Key: aws.String("a b")}
	good := must[*v4.PresignedHTTPRequest](t)(p.PresignGetObject(t.Context(), in))
	for link, want := range map[string]int{
		good.URL: http.StatusOK,
		strings.Replace(good.URL, "X-Amz-Signature=", "X-Amz-Signature=0", 1):                 http.StatusForbidden,
		strings.Replace(good.URL, "a%20b", "c", 1):                                            http.StatusForbidden,
		strings.Replace(good.URL, "X-Amz-Expires=900", "X-Amz-Expires=1000000", 1):            http.StatusBadRequest,
		strings.Replace(good.URL, "X-Amz-Algorithm=AWS4-HMAC-SHA256", "X-Amz-Algorithm=X", 1): http.StatusBadRequest,
	} {
		resp, err := http.Get(link)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		equal(t, link, resp.StatusCode, want)
	}
}

func TestConditionsOfReadsAndWritesHold(t *testing.T) {
	s, c := start(t, s3test.Options{}, s3test.Bucket{})
	out := must[*s3.PutObjectOutput](t)(put(c, "k", "one", func(in *s3.PutObjectInput) { in.IfNoneMatch = aws.String("*") }))
	_, err := put(c, "k", "two", func(in *s3.PutObjectInput) { in.IfNoneMatch = aws.String("*") })
	wantCode(t, err, "PreconditionFailed")
	_, err = put(c, "k", "two", func(in *s3.PutObjectInput) { in.IfMatch = aws.String(`"0123"`) })
	wantCode(t, err, "PreconditionFailed")
	_, err = put(c, "none", "two", func(in *s3.PutObjectInput) { in.IfMatch = out.ETag })
	wantCode(t, err, "NoSuchKey")
	must[*s3.PutObjectOutput](t)(put(c, "k", "two", func(in *s3.PutObjectInput) { in.IfMatch = out.ETag }))
	_, _, err = get(c, "k", func(in *s3.GetObjectInput) { in.IfMatch = out.ETag })
	wantCode(t, err, "PreconditionFailed")
	now, _ := s.Object(bucket, "k")
	_, _, err = get(c, "k", func(in *s3.GetObjectInput) { in.IfNoneMatch = &now.ETag })
	wantCode(t, err, "NotModified")
	_, err = c.DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: aws.String(bucket), Key: aws.String("k"), IfMatch: out.ETag})
	wantCode(t, err, "PreconditionFailed")
}

func TestRangesAreCutAndNeverSummed(t *testing.T) {
	s, c := start(t, s3test.Options{}, s3test.Bucket{})
	s.Put(bucket, "k", []byte("0123456789"))
	for spec, want := range map[string]string{
		"bytes=2-4": "234", "bytes=7-": "789", "bytes=-3": "789", "bytes=0-99": "0123456789", "bytes=5-2": "0123456789",
	} {
		body, out, err := get(c, "k", func(in *s3.GetObjectInput) { in.Range = &spec })
		if err != nil || body != want {
			t.Errorf("%s: %q, %v", spec, body, err)
			continue
		}
		if spec != "bytes=5-2" && out.ChecksumCRC64NVME != nil {
			t.Errorf("%s has the checksum of the whole", spec)
		}
	}
	spec := "bytes=10-"
	_, _, err := get(c, "k", func(in *s3.GetObjectInput) { in.Range = &spec })
	wantCode(t, err, "InvalidRange")
}

func TestDamagedBodiesAreRefused(t *testing.T) {
	s, c := start(t, s3test.Options{}, s3test.Bucket{})
	s.Fault(s3test.Rule{ID: "N22", Op: "PutObject", Action: s3test.FlipUpload(1)})
	_, err := put(c, "k", "content")
	wantCode(t, err, "XAmzContentSHA256Mismatch")
	_, err = put(c, "k", "content", func(in *s3.PutObjectInput) { in.ChecksumCRC32 = aws.String("AAAAAA==") })
	wantCode(t, err, "BadDigest")
	_, err = put(c, "k", "content", func(in *s3.PutObjectInput) { in.ContentMD5 = aws.String("AAAAAAAAAAAAAAAAAAAAAA==") })
	wantCode(t, err, "BadDigest")
	equal(t, "keys", len(s.Keys(bucket)), 0)
}

func TestEveryChecksumIsKeptAndReturned(t *testing.T) {
	s, c := start(t, s3test.Options{}, s3test.Bucket{})
	for _, a := range []types.ChecksumAlgorithm{"CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"} {
		must[*s3.PutObjectOutput](t)(put(c, string(a), "content", func(in *s3.PutObjectInput) { in.ChecksumAlgorithm = a }))
		o, _ := s.Object(bucket, string(a))
		if !strings.HasPrefix(o.Checksum, string(a)+":") {
			t.Errorf("%s: stored %q", a, o.Checksum)
		}
		if _, _, err := get(c, string(a), func(in *s3.GetObjectInput) { in.ChecksumMode = types.ChecksumModeEnabled }); err != nil {
			t.Errorf("%s: the SDK does not agree: %v", a, err)
		}
	}
	plain := clientOf(s, "us-east-1", keys(s), func(o *s3.Options) {
		o.RequestChecksumCalculation = aws.RequestChecksumCalculationWhenRequired
	})
	must[*s3.PutObjectOutput](t)(put(plain, "plain", "123456789"))
	o, _ := s.Object(bucket, "plain")
	equal(t, "checksum of its own", o.Checksum, "CRC64NVME:rosUhgp5mIg=")
}

func TestTrailersAreDecodedOverTLS(t *testing.T) {
	s := s3test.New(t, s3test.Options{TLS: true})
	s.AddBucket(bucket, s3test.Bucket{})
	c := clientOf(s, "us-east-1", keys(s))
	body := strings.Repeat("streamed ", 20000)
	_, err := put(c, "k", "", func(in *s3.PutObjectInput) {
		in.Body, in.ContentLength = &onlyReader{strings.NewReader(body)}, aws.Int64(int64(len(body)))
	})
	if err != nil {
		t.Fatal(err)
	}
	o, _ := s.Object(bucket, "k")
	if string(o.Content) != body || !strings.HasPrefix(o.Checksum, "CRC32:") {
		t.Errorf("%d bytes, %s", len(o.Content), o.Checksum)
	}
}

type onlyReader struct{ r *strings.Reader }

func (o *onlyReader) Read(b []byte) (int, error) { return o.r.Read(b) }

func TestMetadataTagsAndClassesStay(t *testing.T) {
	s, c := start(t, s3test.Options{}, s3test.Bucket{})
	must[*s3.PutObjectOutput](t)(put(c, "k", "x", func(in *s3.PutObjectInput) {
		in.ContentType, in.Metadata, in.Tagging = aws.String("text/plain"), map[string]string{"mtime": "1.5"}, aws.String("a=1&b=2")
	}))
	copySource := func(in *s3.CopyObjectInput) *s3.CopyObjectInput {
		in.Bucket, in.CopySource = aws.String(bucket), aws.String(bucket+"/k")
		return in
	}
	must[*s3.CopyObjectOutput](t)(c.CopyObject(t.Context(), copySource(&s3.CopyObjectInput{Key: aws.String("copy")})))
	_, out, err := get(c, "copy")
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "type", *out.ContentType, "text/plain")
	equal(t, "mtime", out.Metadata["mtime"], "1.5")
	equal(t, "tags", *out.TagCount, 2)
	_, err = c.CopyObject(t.Context(), copySource(&s3.CopyObjectInput{Key: aws.String("k")}))
	wantCode(t, err, "InvalidRequest")
	_, err = c.CopyObject(t.Context(), copySource(&s3.CopyObjectInput{Key: aws.String("c2"), CopySourceIfMatch: aws.String(`"no"`)}))
	wantCode(t, err, "PreconditionFailed")
	_, err = c.CopyObject(t.Context(), copySource(&s3.CopyObjectInput{Key: aws.String("copy"), IfNoneMatch: aws.String("*")}))
	wantCode(t, err, "PreconditionFailed")

	must[*s3.PutObjectTaggingOutput](t)(c.PutObjectTagging(t.Context(), &s3.PutObjectTaggingInput{
		Bucket: aws.String(bucket), Key: aws.String("k"), Tagging: &types.Tagging{TagSet: []types.Tag{{Key: aws.String("ü"), Value: aws.String("<>")}}},
	}))
	tags := must[*s3.GetObjectTaggingOutput](t)(c.GetObjectTagging(t.Context(), &s3.GetObjectTaggingInput{Bucket: aws.String(bucket), Key: aws.String("k")}))
	if len(tags.TagSet) != 1 || *tags.TagSet[0].Key != "ü" || *tags.TagSet[0].Value != "<>" {
		t.Errorf("tags %v", tags.TagSet)
	}

	s.SetClass(bucket, "k", "GLACIER")
	_, _, err = get(c, "k")
	wantCode(t, err, "InvalidObjectState")
	_, err = c.CopyObject(t.Context(), copySource(&s3.CopyObjectInput{Key: aws.String("c3")}))
	wantCode(t, err, "InvalidObjectState")
	must[*s3.RestoreObjectOutput](t)(c.RestoreObject(t.Context(), &s3.RestoreObjectInput{Bucket: aws.String(bucket), Key: aws.String("k")}))
	s.Restore(bucket, "k")
	if _, out, err = get(c, "k"); err != nil || out.Restore == nil || out.StorageClass != types.StorageClassGlacier {
		t.Errorf("after the restore: %+v, %v", out, err)
	}
}

func TestVersionsAndDeleteMarkers(t *testing.T) {
	s, c := start(t, s3test.Options{}, s3test.Bucket{Versioned: true})
	first := must[*s3.PutObjectOutput](t)(put(c, "k", "one"))
	must[*s3.PutObjectOutput](t)(put(c, "k", "two"))
	del := must[*s3.DeleteObjectOutput](t)(c.DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: aws.String(bucket), Key: aws.String("k")}))
	equal(t, "marker", *del.DeleteMarker, true)
	_, _, err := get(c, "k")
	wantCode(t, err, "NoSuchKey")
	_, _, err = get(c, "k", func(in *s3.GetObjectInput) { in.VersionId = del.VersionId })
	wantCode(t, err, "MethodNotAllowed")
	body, _, err := get(c, "k", func(in *s3.GetObjectInput) { in.VersionId = first.VersionId })
	if err != nil || body != "one" {
		t.Errorf("old version: %q, %v", body, err)
	}
	var seen []string
	p := s3.NewListObjectVersionsPaginator(c, &s3.ListObjectVersionsInput{Bucket: aws.String(bucket), MaxKeys: aws.Int32(1)})
	for p.HasMorePages() {
		page := must[*s3.ListObjectVersionsOutput](t)(p.NextPage(t.Context()))
		for _, v := range page.Versions {
			seen = append(seen, *v.VersionId)
		}
		for _, m := range page.DeleteMarkers {
			seen = append(seen, *m.VersionId)
		}
	}
	if len(seen) != 3 || seen[0] != *del.VersionId || seen[2] != *first.VersionId {
		t.Errorf("versions %q", seen)
	}
	must[*s3.DeleteObjectOutput](t)(c.DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: aws.String(bucket), Key: aws.String("k"), VersionId: del.VersionId}))
	body, _, err = get(c, "k")
	if err != nil || body != "two" || s.Versions(bucket, "k") != 2 {
		t.Errorf("undeleted: %q, %v", body, err)
	}
}

func TestWrongRegionsAreToldTheRightOne(t *testing.T) {
	s, _ := start(t, s3test.Options{}, s3test.Bucket{Region: "eu-central-1"})
	_, err := put(clientOf(s, "us-east-1", keys(s)), "k", "")
	wantCode(t, err, "PermanentRedirect")
	_, err = put(clientOf(s, "ap-south-1", keys(s)), "k", "")
	wantCode(t, err, "AuthorizationHeaderMalformed")
	if !strings.Contains(err.Error(), "expecting 'eu-central-1'") {
		t.Errorf("%v does not name the region", err)
	}
	_, err = clientOf(s, "us-east-1", keys(s)).HeadBucket(t.Context(), &s3.HeadBucketInput{Bucket: aws.String(bucket)})
	wantCode(t, err, "MovedPermanently")
	if _, err = put(clientOf(s, "eu-central-1", keys(s)), "k", ""); err != nil {
		t.Error(err)
	}
	r, err := http.NewRequest(http.MethodHead, s.URL+"/b", nil)
	if err != nil {
		t.Fatal(err)
	}
	c := keys(s)
	r.Header.Set("X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD")
	if err := v4.NewSigner().SignHTTP(t.Context(), c, r, "UNSIGNED-PAYLOAD", "s3", "us-east-1", time.Now()); err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	equal(t, "header of HEAD", resp.Header.Get("X-Amz-Bucket-Region"), "eu-central-1")
}

func TestBatchDeletesReportEveryKey(t *testing.T) {
	s, c := start(t, s3test.Options{}, s3test.Bucket{})
	for _, k := range []string{"a", "b", "c"} {
		s.Put(bucket, k, nil)
	}
	s.Fault(s3test.Rule{ID: "S30", Op: "DeleteObjects", Action: s3test.RefuseKeys("AccessDenied", "b")})
	var ids []types.ObjectIdentifier
	for _, k := range []string{"a", "b", "gone"} {
		ids = append(ids, types.ObjectIdentifier{Key: &k})
	}
	out, err := c.DeleteObjects(t.Context(), &s3.DeleteObjectsInput{Bucket: aws.String(bucket), Delete: &types.Delete{Objects: ids}})
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "deleted", len(out.Deleted), 2)
	equal(t, "refused", *out.Errors[0].Key, "b")
	equal(t, "left", strings.Join(s.Keys(bucket), " "), "b c")
}

func TestPatternsReadTheSameAtEveryOffset(t *testing.T) {
	s, c := start(t, s3test.Options{}, s3test.Bucket{})
	p := s3test.Pattern(7, 1000003)
	s.PutContent(bucket, "k", p)
	body, _, err := get(c, "k")
	if err != nil || len(body) != 1000003 {
		t.Fatalf("%d bytes, %v", len(body), err)
	}
	for _, off := range []int64{0, 1, 7, 8, 9, 4095, 999990} {
		b := make([]byte, 13)
		if _, err := p.ReadAt(b, off); err != nil || !bytes.Equal(b, []byte(body[off:off+13])) {
			t.Errorf("offset %d differs: %v", off, err)
		}
	}
	var tail [20]byte
	if n, err := p.ReadAt(tail[:], 1000000); n != 3 || err == nil {
		t.Errorf("at the end: %d, %v", n, err)
	}
}
