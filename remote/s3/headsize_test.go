package s3_test

import (
	"net/http"
	"testing"

	"gantry/remote/s3"
	"gantry/remote/s3/s3test"
)

// The answer to HEAD of an empty object has no Content-Length here, as on some
// servers; the GET that then tells the size may meet what passes.
func TestTheSizeOfAnEmptyObjectIsAskedAgain(t *testing.T) {
	tree, s := strict(t, s3test.Bucket{}, s3.Options{})
	s.Put("bucket", "empty", nil)
	s.Fault(s3test.Rule{ID: "N02", Op: "GetObject", Action: s3test.Status(http.StatusServiceUnavailable, "SlowDown")})
	e, err := tree.Stat(t.Context(), "empty")
	if err != nil || e.Size != 0 || s.Fired()["N02"] != 1 {
		t.Errorf("%d bytes, %v; %v", e.Size, err, s.Fired())
	}
}
