package s3

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"gantry/remote/s3/wire"
)

// TestPresignedLinksAreTheSDKs: the same URL for every key, path style and
// virtual host, with a session and without, and when the reader pays.
func TestPresignedLinksAreTheSDKs(t *testing.T) {
	now := time.Date(2026, 11, 23, 18, 4, 5, 0, time.UTC)
	for _, token := range []string{"", "tok en+/="} {
		keys := aws.Credentials{AccessKeyID: "AKIDEXAMPLE", SecretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", SessionToken: token}
		for base, host := range map[string]string{"": "bucket.s3.eu-central-1.amazonaws.com", "/bucket": "localhost:9000"} {
			for _, key := range hostile {
				s := &site{Place: wire.Place{Scheme: "https", Host: host}, base: base, signIn: "eu-central-1", service: "s3"}
				payer := token != ""
				ours := s.presign(key, keys, now, 90*time.Minute, payer)
				query := url.Values{"X-Amz-Expires": {"5400"}}
				if payer {
					query.Set("x-amz-request-payer", "requester")
				}
				req, err := s.newRequest(http.MethodGet, key, query.Encode()).HTTP(&s.Place, "gantry")
				if err != nil {
					t.Fatal(err)
				}
				req.Header = http.Header{}
				signer := v4.NewSigner(func(o *v4.SignerOptions) { o.DisableURIPathEscaping = true })
				sdk, _, err := signer.PresignHTTP(context.Background(), keys, req, unsigned, "s3", "eu-central-1", now)
				if err != nil {
					t.Fatal(err)
				}
				path, query1 := parts(t, ours)
				sdkPath, query2 := parts(t, sdk)
				if path != sdkPath || query1.Encode() != query2.Encode() {
					t.Errorf("%q:\nours %s\n sdk %s", key, ours, sdk)
				}
			}
		}
	}
}

// parts are what stands before the query of a URL, and the query.
func parts(t *testing.T, link string) (string, url.Values) {
	t.Helper()
	head, query, _ := strings.Cut(link, "?")
	values, err := url.ParseQuery(query)
	if err != nil {
		t.Fatal(err)
	}
	return head, values
}
