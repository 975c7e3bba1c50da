package s3_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"gantry/remote"
	"gantry/remote/s3"
	"gantry/remote/s3/s3test"
)

// TestAnswersTellByTheWayWhetherABucketKeepsVersions, without a request of their
// own.
func TestAnswersTellByTheWayWhetherABucketKeepsVersions(t *testing.T) {
	for _, versioned := range []bool{true, false} {
		tree, s := strict(t, s3test.Bucket{Versioned: versioned}, s3.Options{})
		if v, l := tree.Keeps(); v || l {
			t.Error("known before anybody answered")
		}
		put(t, tree, "k", "content", remote.CreateOptions{})
		if v, l := tree.Keeps(); v != versioned || l {
			t.Errorf("a bucket with versions %v: told %v, locks %v", versioned, v, l)
		}
		for _, e := range s.Events() {
			if e.Op == "GetBucketVersioning" {
				t.Error("it was asked for")
			}
		}
	}
}

func TestALockedObjectTellsThatItsBucketHasLocks(t *testing.T) {
	for header, value := range map[string]string{"X-Amz-Object-Lock-Mode": "GOVERNANCE", "X-Amz-Object-Lock-Legal-Hold": "ON"} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set(header, value)
			w.Header().Set("ETag", `"e"`)
			w.Header().Set("Last-Modified", "Wed, 01 Jan 2025 00:00:00 GMT")
		}))
		t.Cleanup(server.Close)
		tree := open(t, remote.Server{Name: "s", Region: "us-east-1", Bucket: "bucket", Endpoint: server.URL, PathStyle: true}, key(t, "AKID", "s"), s3.Options{})
		if _, err := tree.Stat(t.Context(), "k"); err != nil {
			t.Fatal(err)
		}
		if v, l := tree.Keeps(); !v || !l {
			t.Errorf("%s: versions %v, locks %v", header, v, l)
		}
	}
}
