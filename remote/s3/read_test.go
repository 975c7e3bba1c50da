package s3_test

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/minio/crc64nvme"

	"gantry/remote"
	"gantry/remote/s3"
	"gantry/remote/s3/s3test"
)

func sumText(data string) string {
	return base64.StdEncoding.EncodeToString(binary.BigEndian.AppendUint64(nil, crc64nvme.Checksum([]byte(data))))
}

func readAll(t *testing.T, tree remote.Tree, e remote.Entry, off, n int64) (string, error) {
	t.Helper()
	r, err := tree.Open(t.Context(), e, off, n)
	if err != nil {
		return "", err
	}
	defer r.Close()
	b, err := io.ReadAll(r)
	return string(b), err
}

// TestDamagedReadsAreFoundOut: what a server or the way to it can do to a GET.
func TestDamagedReadsAreFoundOut(t *testing.T) {
	const data = "0123456789"
	entry := remote.Entry{Path: "k", Size: 10, Version: "v1"}
	for _, c := range []struct {
		name   string
		off, n int64
		answer func(w http.ResponseWriter, r *http.Request)
		kind   remote.Kind
	}{
		{"D02 another version although If-Match was sent", 2, 3, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("ETag", `"v2"`)
			w.Header().Set("Content-Range", "bytes 2-4/10")
			w.WriteHeader(http.StatusPartialContent)
			fmt.Fprint(w, data[2:5])
		}, remote.Changed},
		{"D01 the precondition fails", 2, 3, func(w http.ResponseWriter, _ *http.Request) { refuse(w, 412, "PreconditionFailed") }, remote.Changed},
		{"D03 no version in a partial answer", 2, 3, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Range", "bytes 2-4/10")
			w.WriteHeader(http.StatusPartialContent)
			fmt.Fprint(w, data[2:5])
		}, remote.Unsupported},
		{"D04 the range is ignored", 2, 3, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, data) }, remote.Unsupported},
		{"D05 another range", 2, 3, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("ETag", `"v1"`)
			w.Header().Set("Content-Range", "bytes 3-5/10")
			w.WriteHeader(http.StatusPartialContent)
			fmt.Fprint(w, data[3:6])
		}, remote.Unsupported},
		{"D05 another total", 2, 3, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Range", "bytes 2-4/11")
			w.WriteHeader(http.StatusPartialContent)
			fmt.Fprint(w, data[2:5])
		}, remote.Changed},
		{"D05 no range in a partial answer", 2, 3, func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusPartialContent)
			fmt.Fprint(w, data[2:5])
		}, remote.Corrupt},
		{"D06 behind the end", 2, 3, func(w http.ResponseWriter, _ *http.Request) { refuse(w, 416, "InvalidRange") }, remote.Changed},
		{"D07 deleted meanwhile", 2, 3, func(w http.ResponseWriter, _ *http.Request) { refuse(w, 404, "NoSuchKey") }, remote.NotExist},
		{"N18 cut short", 0, -1, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "10")
			fmt.Fprint(w, data[:4])
		}, remote.Unreachable},
		{"N19 short with a length to match", 2, 5, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("ETag", `"v1"`)
			w.Header().Set("Content-Range", "bytes 2-6/10")
			w.Header().Set("Content-Length", "3")
			w.WriteHeader(http.StatusPartialContent)
			fmt.Fprint(w, data[2:5])
		}, remote.Corrupt},
		{"N19 short in whole", 0, -1, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, data[:4]) }, remote.Changed},
		{"N20 a flipped bit", 0, -1, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X-Amz-Checksum-Crc64nvme", sumText(data))
			fmt.Fprint(w, "0123456788")
		}, remote.Corrupt},
		{"S31 archived", 0, -1, func(w http.ResponseWriter, _ *http.Request) { refuse(w, 403, "InvalidObjectState") }, remote.Denied},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newFake(t, func(_ *fake, _ string, w http.ResponseWriter, r *http.Request) {
				if r.Header.Get("If-Match") != `"v1"` {
					t.Errorf("If-Match is %q", r.Header.Get("If-Match"))
				}
				c.answer(w, r)
			})
			_, err := readAll(t, f.tree(t, nil, s3.Options{}), entry, c.off, c.n)
			wantKind(t, err, c.kind)
			if f.count("Get") != 1 {
				t.Errorf("%d requests: reading is retried by the caller", f.count("Get"))
			}
		})
	}
}

func TestSoundReads(t *testing.T) {
	const data = "0123456789"
	f := newFake(t, func(_ *fake, op string, w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Accept-Encoding") != "identity" {
			t.Errorf("N23: Accept-Encoding is %q", r.Header.Get("Accept-Encoding"))
		}
		h := w.Header()
		h.Set("ETag", `"v1"`)
		h.Set("X-Amz-Meta-Mtime", "1234567890.5")
		h.Set("X-Amz-Storage-Class", "STANDARD_IA")
		if r.Header.Get("X-Amz-Checksum-Mode") == "ENABLED" {
			h.Set("X-Amz-Checksum-Crc64nvme", sumText(data))
			h.Set("X-Amz-Checksum-Type", "FULL_OBJECT")
		}
		http.ServeContent(w, r, "", time.Unix(1e9, 0), strings.NewReader(data))
	})
	tree := f.tree(t, nil, s3.Options{})
	e, err := tree.Stat(t.Context(), "k")
	if err != nil {
		t.Fatal(err)
	}
	if e.Size != 10 || e.Version != "v1" || e.Class != "STANDARD_IA" || !e.ModTime.Equal(time.Unix(1234567890, 5e8)) || e.Sum.Algorithm != remote.CRC64NVME {
		t.Errorf("%+v", e)
	}
	for _, e := range []remote.Entry{e, {Path: "k", Size: -1}} {
		for off := int64(0); off <= 10; off++ {
			for n := int64(-1); n <= 11-off; n++ {
				if e.Size < 0 && off == 10 {
					continue
				}
				want := data[off:]
				if n >= 0 {
					want = want[:min(n, int64(len(want)))]
				}
				if got, err := readAll(t, tree, e, off, n); err != nil || got != want {
					t.Errorf("%d from %d of size %d: %q, %v", n, off, e.Size, got, err)
				}
			}
		}
	}
	r, err := tree.Open(t.Context(), remote.Entry{Path: "k", Size: -1}, 3, 2)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if d, ok := r.(remote.Described); !ok || d.Entry().Size != 10 || !d.Entry().ModTime.Equal(e.ModTime) {
		t.Errorf("the reader does not know its entry: %+v", r)
	}
}

// TestWatchdogCutsWhatDoesNotMove: N09, N10 and N11, with a patience that a test
// can wait for.
func TestWatchdogCutsWhatDoesNotMove(t *testing.T) {
	stop := make(chan struct{})
	f := newFake(t, func(_ *fake, op string, w http.ResponseWriter, r *http.Request) {
		switch op + r.URL.Path {
		case "Get/bucket/headers", "Put/bucket/deaf":
			<-stop
		case "Get/bucket/body":
			w.Header().Set("Content-Length", "10")
			_, _ = w.Write([]byte("01"))
			_ = http.NewResponseController(w).Flush()
			<-stop
		}
	})
	t.Cleanup(func() { close(stop) })
	tree := f.tree(t, nil, s3.Options{Patience: 150 * time.Millisecond})
	for _, k := range []remote.Path{"headers", "body"} {
		_, err := readAll(t, tree, remote.Entry{Path: k, Size: 10}, 0, -1)
		wantKind(t, err, remote.Unreachable)
	}
	_, err := tryPut(t.Context(), tree, "deaf", strings.Repeat("x", 32<<20), remote.CreateOptions{})
	wantKind(t, err, remote.Unreachable)
}

// TestS13HeadWithoutABody: the real code is found by reading one byte.
func TestS13HeadWithoutABody(t *testing.T) {
	for code, want := range map[string]remote.Kind{"AccessDenied": remote.Denied, "ExpiredToken": remote.Auth, "InvalidAccessKeyId": remote.Auth} {
		f := newFake(t, func(_ *fake, op string, w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Range") != "bytes=0-0" && op == "Get" {
				t.Error("more than a byte was asked for")
			}
			refuse(w, http.StatusForbidden, code)
		})
		_, err := f.tree(t, nil, s3.Options{}).Stat(t.Context(), "k")
		wantKind(t, err, want)
	}
	// S14: reading is allowed although HEAD is not.
	f := newFake(t, func(_ *fake, op string, w http.ResponseWriter, r *http.Request) {
		if op == "HeadObject" {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		w.Header().Set("ETag", `"v"`)
		http.ServeContent(w, r, "", time.Unix(1e9, 0), strings.NewReader("0123456789"))
	})
	if e, err := f.tree(t, nil, s3.Options{}).Stat(t.Context(), "k"); err != nil || e.Size != 10 || e.Version != "v" {
		t.Errorf("%+v, %v", e, err)
	}
}

// TestASlashObjectWithContentHasAVersion: the same as in a listing, so that one can
// tell whether it is still what was listed.
func TestASlashObjectWithContentHasAVersion(t *testing.T) {
	tree, srv := strict(t, s3test.Bucket{}, s3.Options{})
	for _, key := range []string{"d/x/", "d/y//", "//", "/"} {
		tag := srv.Put("bucket", key, []byte("slash\n"))
		e, err := tree.Stat(t.Context(), remote.Path(key))
		if err != nil || e.Version != strings.Trim(tag, `"`) || e.Size != 6 || !e.Dir {
			t.Errorf("%s is %+v, %v; its tag is %s", key, e, err, tag)
		}
	}
	srv.Put("bucket", "d/z/", nil)
	if e, err := tree.Stat(t.Context(), "d/z/"); err != nil || e.Version != "" {
		t.Errorf("an empty one is %+v, %v", e, err)
	}
}
