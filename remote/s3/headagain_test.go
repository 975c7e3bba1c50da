package s3_test

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"gantry/remote"
	"gantry/remote/s3"
)

// N05: a HEAD that meets a passing 400 has the checksum all the same.
func TestAPassing400DoesNotHideTheChecksum(t *testing.T) {
	var heads atomic.Int64
	f := newFake(t, func(_ *fake, op string, w http.ResponseWriter, r *http.Request) {
		if op == "HeadObject" && heads.Add(1) == 1 {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		w.Header().Set("ETag", `"v"`)
		w.Header().Set("X-Amz-Checksum-Crc64nvme", "AAAAAAAAAAA=")
		http.ServeContent(w, r, "", time.Unix(1e9, 0), strings.NewReader("0123456789"))
	})
	e, err := f.tree(t, nil, s3.Options{}).Stat(t.Context(), "k")
	if err != nil || e.Size != 10 || e.Sum.Algorithm != remote.CRC64NVME {
		t.Errorf("%+v, %v", e, err)
	}
}
