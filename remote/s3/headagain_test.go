package s3_test

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"gantry/remote"
	"gantry/remote/s3"
	"gantry/remote/s3/s3test"
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

// refuser is a server of one object whose answers to some requests are bare
// refusals.
func refuser(t *testing.T, bare func(op string, nth int64, r *http.Request) int) *fake {
	var heads, gets atomic.Int64
	return newFake(t, func(_ *fake, op string, w http.ResponseWriter, r *http.Request) {
		nth := &gets
		if op == "HeadObject" {
			nth = &heads
		}
		if status := bare(op, nth.Add(1), r); status != 0 {
			w.WriteHeader(status)
			return
		}
		w.Header().Set("ETag", `"v"`)
		if r.Header.Get("Range") == "" {
			w.Header().Set("X-Amz-Checksum-Crc64nvme", "AAAAAAAAAAA=")
		}
		http.ServeContent(w, r, "", time.Unix(1e9, 0), strings.NewReader(strings.Repeat("0123456789", 20_000)))
	})
}

// N05, S13: whatever a HEAD meets that gives no reason, and however often, the
// checksum is known in the end, while reading is allowed.
func TestRefusalsWithoutAReasonDoNotHideTheChecksum(t *testing.T) {
	for name, bare := range map[string]func(op string, nth int64, r *http.Request) int{
		"two 400s": func(op string, nth int64, _ *http.Request) int {
			if op == "HeadObject" && nth <= 2 {
				return http.StatusBadRequest
			}
			return 0
		},
		"a 400 and a 503": func(op string, nth int64, _ *http.Request) int {
			if op != "HeadObject" || nth > 2 {
				return 0
			}
			return map[int64]int{1: http.StatusBadRequest, 2: http.StatusServiceUnavailable}[nth]
		},
		"nothing but 400s": func(op string, _ int64, _ *http.Request) int {
			if op == "HeadObject" {
				return http.StatusBadRequest
			}
			return 0
		},
		"nothing but 403s of a proxy": func(op string, _ int64, _ *http.Request) int {
			if op == "HeadObject" {
				return http.StatusForbidden
			}
			return 0
		},
		"a GET of the whole that meets one too": func(op string, nth int64, r *http.Request) int {
			if op == "HeadObject" && nth <= 2 || op == "Get" && nth == 2 && r.Header.Get("Range") == "" {
				return http.StatusBadRequest
			}
			return 0
		},
	} {
		t.Run(name, func(t *testing.T) {
			e, err := refuser(t, bare).tree(t, nil, s3.Options{}).Stat(t.Context(), "k")
			if err != nil || e.Size != 200_000 || e.Version != "v" || e.Sum.Algorithm != remote.CRC64NVME {
				t.Errorf("%+v, %v", e, err)
			}
		})
	}
}

// S14: who may not look, as the server itself says, is asked no more than for a
// byte.
func TestWhoMayNotLookIsNotAskedAgain(t *testing.T) {
	tree, s := strict(t, s3test.Bucket{}, s3.Options{})
	s.Put("bucket", "k", []byte("0123456789"))
	s.Fault(s3test.Rule{ID: "S14", Op: "HeadObject", Times: s3test.All, Action: s3test.Deny()})
	e, err := tree.Stat(t.Context(), "k")
	if err != nil || e.Size != 10 || e.Sum.Algorithm != remote.NoSum || s.Fired()["S14"] != 1 {
		t.Errorf("%+v, %v; %v", e, err, s.Fired())
	}
}
