package s3test_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"gantry/remote/s3/s3test"
)

const nvme = types.ChecksumAlgorithmCrc64nvme

func TestPartsBecomeAnObject(t *testing.T) {
	s, c := start(t, s3test.Options{MinPart: 4}, s3test.Bucket{})
	id, parts := upload(t, c, "k", nvme, "12345", "6789")
	out, err := complete(c, "k", id, parts, func(in *s3.CompleteMultipartUploadInput) {
		in.ChecksumCRC64NVME, in.MpuObjectSize = aws.String("rosUhgp5mIg="), aws.Int64(9)
	})
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "etag", *out.ETag, `"324730582f20c3f18cbb66d63a6137d2-2"`)
	equal(t, "sum", *out.ChecksumCRC64NVME, "rosUhgp5mIg=")
	o, _ := s.Object(bucket, "k")
	equal(t, "content", string(o.Content), "123456789")
	equal(t, "parts", o.Parts, 2)
	equal(t, "uploads left", len(s.Uploads(bucket)), 0)
	if _, _, err := get(c, "k", func(in *s3.GetObjectInput) { in.ChecksumMode = types.ChecksumModeEnabled }); err != nil {
		t.Errorf("the SDK does not agree with the sum: %v", err)
	}
	body, got, err := get(c, "k", func(in *s3.GetObjectInput) { in.PartNumber = aws.Int32(2) })
	if err != nil || body != "6789" || *got.PartsCount != 2 {
		t.Errorf("part 2: %q, %v", body, err)
	}
	a, err := c.GetObjectAttributes(t.Context(), &s3.GetObjectAttributesInput{
		Bucket: aws.String(bucket), Key: aws.String("k"), ObjectAttributes: []types.ObjectAttributes{"ObjectParts", "Checksum", "ObjectSize"},
	})
	if err != nil || *a.ObjectSize != 9 || len(a.ObjectParts.Parts) != 2 || a.Checksum.ChecksumType != types.ChecksumTypeFullObject {
		t.Errorf("attributes %+v, %v", a, err)
	}
	_, err = complete(c, "k", id, parts)
	wantCode(t, err, "NoSuchUpload")
}

func TestARepeatedCompleteMaySucceed(t *testing.T) {
	s, c := start(t, s3test.Options{RepeatComplete: true}, s3test.Bucket{})
	id, parts := upload(t, c, "k", "", "x")
	for range 2 {
		if _, err := complete(c, "k", id, parts); err != nil {
			t.Fatal(err)
		}
	}
	equal(t, "uploads left", len(s.Uploads(bucket)), 0)
	_, err := c.ListParts(t.Context(), &s3.ListPartsInput{Bucket: aws.String(bucket), Key: aws.String("k"), UploadId: &id})
	wantCode(t, err, "NoSuchUpload")
}

func TestCompleteRefusesWhatDoesNotFit(t *testing.T) {
	_, c := start(t, s3test.Options{MinPart: 4}, s3test.Bucket{})
	id, parts := upload(t, c, "k", nvme, "12345", "6", "7")
	swapped := []types.CompletedPart{parts[1], parts[0]}
	forged := []types.CompletedPart{{PartNumber: aws.Int32(1), ETag: aws.String(`"0"`)}}
	wrongSum := []types.CompletedPart{{PartNumber: aws.Int32(1), ETag: parts[0].ETag, ChecksumCRC64NVME: aws.String("AAAAAAAAAAA=")}}
	for _, x := range []struct {
		name   string
		parts  []types.CompletedPart
		change func(*s3.CompleteMultipartUploadInput)
		code   string
	}{
		{"order", swapped, nil, "InvalidPartOrder"},
		{"a part that is not there", forged, nil, "InvalidPart"},
		{"the sum of a part", wrongSum, nil, "InvalidPart"},
		{"a small part in the middle", parts, nil, "EntityTooSmall"},
		{"the sum of the whole", parts[:2], func(in *s3.CompleteMultipartUploadInput) { in.ChecksumCRC64NVME = aws.String("AAAAAAAAAAA=") }, "BadDigest"},
		{"the size of the whole", parts[:2], func(in *s3.CompleteMultipartUploadInput) { in.MpuObjectSize = aws.Int64(7) }, "InvalidRequest"},
		{"no parts", nil, nil, "MalformedXML"},
	} {
		t.Run(x.name, func(t *testing.T) {
			change := x.change
			if change == nil {
				change = func(*s3.CompleteMultipartUploadInput) {}
			}
			_, err := complete(c, "k", id, x.parts, change)
			wantCode(t, err, x.code)
		})
	}
	put(c, "k", "newer")
	_, err := complete(c, "k", id, parts[:2], func(in *s3.CompleteMultipartUploadInput) { in.IfNoneMatch = aws.String("*") })
	wantCode(t, err, "PreconditionFailed")
}

func TestPartSumsNeedADeclaredAlgorithm(t *testing.T) {
	_, c := start(t, s3test.Options{}, s3test.Bucket{})
	id, parts := upload(t, c, "k", "", "x")
	parts[0].ChecksumCRC64NVME = aws.String("AAAAAAAAAAA=")
	_, err := complete(c, "k", id, parts)
	wantCode(t, err, "InvalidPart")
}

func TestCompositeSumsAreOfTheParts(t *testing.T) {
	s, c := start(t, s3test.Options{MinPart: 1}, s3test.Bucket{})
	id, parts := upload(t, c, "k", types.ChecksumAlgorithmSha256, "a", "b")
	if _, err := complete(c, "k", id, parts); err != nil {
		t.Fatal(err)
	}
	o, _ := s.Object(bucket, "k")
	if !strings.HasPrefix(o.Checksum, "SHA256:") || !strings.HasSuffix(o.Checksum, "-2") {
		t.Errorf("checksum %s", o.Checksum)
	}
	_, err := c.CreateMultipartUpload(t.Context(), &s3.CreateMultipartUploadInput{
		Bucket: aws.String(bucket), Key: aws.String("k"), ChecksumAlgorithm: types.ChecksumAlgorithmSha256, ChecksumType: types.ChecksumTypeFullObject,
	})
	wantCode(t, err, "InvalidRequest")
}

func TestPartsCanBeListedReplacedAndThrownAway(t *testing.T) {
	s, c := start(t, s3test.Options{}, s3test.Bucket{})
	id, _ := upload(t, c, "k", nvme, "1", "2", "3")
	s.ReplacePart(bucket, id, 2, []byte("two"))
	var sizes []int64
	p := s3.NewListPartsPaginator(c, &s3.ListPartsInput{Bucket: aws.String(bucket), Key: aws.String("k"), UploadId: &id, MaxParts: aws.Int32(2)})
	for p.HasMorePages() {
		for _, part := range must[*s3.ListPartsOutput](t)(p.NextPage(t.Context())).Parts {
			sizes = append(sizes, *part.Size)
			if part.ChecksumCRC64NVME == nil {
				t.Error("a part without its sum")
			}
		}
	}
	if len(sizes) != 3 || sizes[1] != 3 {
		t.Errorf("sizes %v", sizes)
	}
	abort := &s3.AbortMultipartUploadInput{Bucket: aws.String(bucket), Key: aws.String("k"), UploadId: &id}
	must[*s3.AbortMultipartUploadOutput](t)(c.AbortMultipartUpload(t.Context(), abort))
	_, err := c.AbortMultipartUpload(t.Context(), abort)
	wantCode(t, err, "NoSuchUpload")
	_, err = c.UploadPart(t.Context(), &s3.UploadPartInput{
		Bucket: aws.String(bucket), Key: aws.String("k"), UploadId: &id, PartNumber: aws.Int32(10001), Body: bytes.NewReader(nil),
	})
	wantCode(t, err, "NoSuchUpload")
}

func TestPartsCanBeCopied(t *testing.T) {
	s, c := start(t, s3test.Options{MinPart: 1}, s3test.Bucket{})
	s.Put(bucket, "from +%", []byte("0123456789"))
	id, _ := upload(t, c, "k", nvme)
	var parts []types.CompletedPart
	for i, spec := range []string{"bytes=5-9", "bytes=0-4"} {
		n := aws.Int32(int32(i + 1))
		out, err := c.UploadPartCopy(t.Context(), &s3.UploadPartCopyInput{
			Bucket: aws.String(bucket), Key: aws.String("k"), UploadId: &id, PartNumber: n, CopySource: aws.String("b/from%20%2B%25"), CopySourceRange: &spec,
		})
		if err != nil {
			t.Fatal(err)
		}
		parts = append(parts, types.CompletedPart{PartNumber: n, ETag: out.CopyPartResult.ETag})
	}
	must[*s3.CompleteMultipartUploadOutput](t)(complete(c, "k", id, parts))
	o, _ := s.Object(bucket, "k")
	equal(t, "content", string(o.Content), "5678901234")
	_, err := c.CopyObject(t.Context(), &s3.CopyObjectInput{Bucket: aws.String(bucket), Key: aws.String("x"), CopySource: aws.String("b/from%20+%25")})
	wantCode(t, err, "NoSuchKey") // a plus sign in a copy source is a space
}
