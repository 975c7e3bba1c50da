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

// N05: nor does it take the version of an empty object, of which there is no
// first byte to ask for, and of whose size HEAD says nothing.
func TestAPassing400DoesNotHideTheVersionOfAnEmptyObject(t *testing.T) {
	for name, second := range map[string]int{"once": http.StatusOK, "and then a 503": http.StatusServiceUnavailable} {
		t.Run(name, func(t *testing.T) {
			var heads atomic.Int64
			f := newFake(t, func(_ *fake, op string, w http.ResponseWriter, _ *http.Request) {
				n := int64(0)
				if op == "HeadObject" {
					n = heads.Add(1)
				}
				switch {
				case op != "HeadObject":
					refuse(w, http.StatusRequestedRangeNotSatisfiable, "InvalidRange")
				case n == 1:
					w.WriteHeader(http.StatusBadRequest)
				case n == 2 && second != http.StatusOK:
					w.WriteHeader(second)
				default:
					w.Header().Set("ETag", `"v"`)
				}
			})
			e, err := f.tree(t, nil, s3.Options{}).Stat(t.Context(), "k")
			if err != nil || e.Size != 0 || e.Version != "v" {
				t.Errorf("%+v, %v", e, err)
			}
		})
	}
}
