package s3test_test

import (
	"fmt"
	"net/url"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"gantry/remote/s3/s3test"
)

// list reads every page, and decodes the keys if the answer says so.
func list(t *testing.T, c *s3.Client, in s3.ListObjectsV2Input) (names []string, pages int) {
	t.Helper()
	in.Bucket = aws.String(bucket)
	for {
		out, err := c.ListObjectsV2(t.Context(), &in)
		if err != nil {
			t.Fatal(err)
		}
		pages++
		var page []string
		for _, o := range out.Contents {
			page = append(page, *o.Key)
		}
		for _, p := range out.CommonPrefixes {
			page = append(page, *p.Prefix)
		}
		for i, k := range page {
			if out.EncodingType == types.EncodingTypeUrl {
				if page[i], err = url.QueryUnescape(k); err != nil {
					t.Fatal(err)
				}
			}
		}
		if int(*out.KeyCount) != len(page) {
			t.Errorf("KeyCount %d for %d rows", *out.KeyCount, len(page))
		}
		sort.Strings(page) // S3 writes prefixes behind the keys of their page
		names = append(names, page...)
		if !*out.IsTruncated {
			return names, pages
		}
		in.ContinuationToken = out.NextContinuationToken
	}
}

func TestListingGivesEveryKeyInByteOrder(t *testing.T) {
	s, c := start(t, s3test.Options{}, s3test.Bucket{})
	for _, k := range hostileKeys() {
		s.Put(bucket, k, nil)
	}
	want := slices.Sorted(slices.Values(hostileKeys()))
	for _, max := range []int32{1, 3, 1000} {
		got, _ := list(t, c, s3.ListObjectsV2Input{EncodingType: types.EncodingTypeUrl, MaxKeys: &max})
		if !slices.Equal(got, want) {
			t.Errorf("pages of %d: got %q, want %q", max, got, want)
		}
	}
	_, err := c.ListObjectsV2(t.Context(), &s3.ListObjectsV2Input{Bucket: aws.String(bucket)})
	if err == nil {
		t.Error("a control character did not break a listing that is not encoded")
	}
}

// reference lists by brute force.
func reference(keys []string, prefix, delimiter, after string) []string {
	var rows []string
	for _, k := range slices.Sorted(slices.Values(keys)) {
		if !strings.HasPrefix(k, prefix) || k <= after {
			continue
		}
		if i := strings.Index(k[len(prefix):], delimiter); delimiter != "" && i >= 0 {
			k = k[:len(prefix)+i+len(delimiter)]
			if k == after {
				continue
			}
		}
		if !slices.Contains(rows, k) {
			rows = append(rows, k)
		}
	}
	return rows
}

func TestDelimitersPrefixesAndStartsAgreeWithTheReference(t *testing.T) {
	s, c := start(t, s3test.Options{}, s3test.Bucket{})
	keys := []string{"a", "a/", "a/1", "a/2/x", "a/2/y", "a0", "b//c", "b//d", "b/e", "c-d-e", "dir/\xff", "dir/\xff\xff/z", "e/f", "\xff\xffz/1", "\xff\xffz/2"}
	for _, k := range keys {
		s.Put(bucket, k, nil)
	}
	for _, prefix := range []string{"", "a", "a/", "b/", "dir/", "none", "\xff"} {
		for _, delimiter := range []string{"", "/", "-", "//"} {
			for _, after := range []string{"", "a", "a/", "a/2/x", "b//c", "zz"} {
				for _, max := range []int32{1, 2, 1000} {
					in := s3.ListObjectsV2Input{Prefix: &prefix, MaxKeys: &max, EncodingType: types.EncodingTypeUrl}
					if delimiter != "" {
						in.Delimiter = &delimiter
					}
					if after != "" {
						in.StartAfter = &after
					}
					got, _ := list(t, c, in)
					if want := reference(keys, prefix, delimiter, after); !slices.Equal(got, want) {
						t.Errorf("prefix %q delimiter %q after %q pages of %d: got %q, want %q", prefix, delimiter, after, max, got, want)
					}
				}
			}
		}
	}
}

func TestAMillionKeysNeedNoMemory(t *testing.T) {
	s, c := start(t, s3test.Options{}, s3test.Bucket{Prefix: "flat/key-", Count: 1_000_000, Size: 10})
	s.Put(bucket, "flat/key-500000/below", nil)
	s.Put(bucket, "zzz", nil)
	in := s3.ListObjectsV2Input{Prefix: aws.String("flat/"), StartAfter: aws.String("flat/key-499998"), Delimiter: aws.String("/"), MaxKeys: aws.Int32(4)}
	in.Bucket = aws.String(bucket)
	out, err := c.ListObjectsV2(t.Context(), &in)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "first", *out.Contents[0].Key, "flat/key-499999")
	equal(t, "prefix", *out.CommonPrefixes[0].Prefix, "flat/key-500000/")
	equal(t, "last", *out.Contents[2].Key, "flat/key-500001")
	top, _ := list(t, c, s3.ListObjectsV2Input{Delimiter: aws.String("/")})
	equal(t, "rows on top", strings.Join(top, " "), "flat/ zzz")
	body, got, err := get(c, "flat/key-999999", func(in *s3.GetObjectInput) { in.ChecksumMode = types.ChecksumModeEnabled })
	if err != nil || len(body) != 10 || got.ETag == nil {
		t.Errorf("a generated object: %q, %v", body, err)
	}
	_, _, err = get(c, "flat/key-1000000")
	wantCode(t, err, "NoSuchKey")
	names, pages := list(t, c, s3.ListObjectsV2Input{Prefix: aws.String("flat/key-9999")})
	if len(names) != 100 || pages != 1 || !slices.IsSorted(names) {
		t.Errorf("%d names in %d pages", len(names), pages)
	}
}

func TestForeignTokensAreRefused(t *testing.T) {
	_, c := start(t, s3test.Options{}, s3test.Bucket{})
	_, err := c.ListObjectsV2(t.Context(), &s3.ListObjectsV2Input{Bucket: aws.String(bucket), ContinuationToken: aws.String("nonsense")})
	wantCode(t, err, "InvalidArgument")
}

func TestBrokenTokens(t *testing.T) {
	for id, action := range map[string]s3test.Action{"L01": s3test.RepeatToken(), "L02": s3test.CycleTokens(), "L03": s3test.NoToken()} {
		t.Run(id, func(t *testing.T) {
			s, c := start(t, s3test.Options{}, s3test.Bucket{Prefix: "k", Count: 100})
			s.Fault(s3test.Rule{ID: id, Op: "ListObjectsV2", Times: s3test.All, Action: action})
			var tokens []string
			in := s3.ListObjectsV2Input{Bucket: aws.String(bucket), MaxKeys: aws.Int32(10)}
			for range 6 {
				out, err := c.ListObjectsV2(t.Context(), &in)
				if err != nil {
					t.Fatal(err)
				}
				if !*out.IsTruncated {
					t.Fatal("the listing ended")
				}
				tokens = append(tokens, aws.ToString(out.NextContinuationToken))
				in.ContinuationToken = out.NextContinuationToken
			}
			distinct := len(slices.Compact(slices.Sorted(slices.Values(tokens))))
			if want := map[string]int{"L01": 1, "L02": 2, "L03": 1}[id]; distinct != want {
				t.Errorf("tokens %q", tokens)
			}
			if (tokens[0] == "") != (id == "L03") {
				t.Errorf("first token %q", tokens[0])
			}
			equal(t, "fired", s.Fired()[id], 6)
		})
	}
}

func TestBucketsAreListed(t *testing.T) {
	s, c := start(t, s3test.Options{}, s3test.Bucket{})
	s.AddBucket("another", s3test.Bucket{Region: "eu-west-3", Versioned: true})
	out, err := c.ListBuckets(t.Context(), &s3.ListBucketsInput{})
	if err != nil || len(out.Buckets) != 2 || *out.Buckets[0].BucketRegion != "eu-west-3" {
		t.Errorf("%v, %v", out, err)
	}
	_, err = c.ListObjectsV2(t.Context(), &s3.ListObjectsV2Input{Bucket: aws.String("none")})
	wantCode(t, err, "NoSuchBucket")
	eu := clientOf(s, "eu-west-3", keys(s))
	v, err := eu.GetBucketVersioning(t.Context(), &s3.GetBucketVersioningInput{Bucket: aws.String("another")})
	if err != nil || v.Status != types.BucketVersioningStatusEnabled {
		t.Errorf("%v, %v", v, err)
	}
	l, err := eu.GetBucketLocation(t.Context(), &s3.GetBucketLocationInput{Bucket: aws.String("another")})
	if err != nil || l.LocationConstraint != "eu-west-3" {
		t.Errorf("%v, %v", l, err)
	}
}

func TestUploadsArePaged(t *testing.T) {
	s, c := start(t, s3test.Options{}, s3test.Bucket{})
	for i := range 7 {
		upload(t, c, fmt.Sprintf("k\t%d", i/2), "")
	}
	equal(t, "uploads", len(s.Uploads(bucket)), 7)
	in := &s3.ListMultipartUploadsInput{Bucket: aws.String(bucket), MaxUploads: aws.Int32(2), Prefix: aws.String("k"), EncodingType: types.EncodingTypeUrl}
	var ids []string
	for {
		out, err := c.ListMultipartUploads(t.Context(), in)
		if err != nil {
			t.Fatal(err)
		}
		for _, u := range out.Uploads {
			ids = append(ids, *u.UploadId)
		}
		if !*out.IsTruncated {
			break
		}
		k, err := url.QueryUnescape(*out.NextKeyMarker)
		if err != nil {
			t.Fatal(err)
		}
		in.KeyMarker, in.UploadIdMarker = &k, out.NextUploadIdMarker
	}
	if len(ids) != 7 || !slices.IsSorted(ids) {
		t.Errorf("ids %q", ids)
	}
}
