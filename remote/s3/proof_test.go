package s3_test

import (
	"crypto/md5"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"net/http"
	"testing"

	"github.com/minio/crc64nvme"

	"gantry/remote"
	"gantry/remote/s3"
)

// A level is only claimed by what the store has said: many take a checksum and
// ignore it.
func TestOnlyWhatTheStoreHasShownIsASum(t *testing.T) {
	const data = "data of one request"
	crc := base64.StdEncoding.EncodeToString(binary.BigEndian.AppendUint64(nil, crc64nvme.Checksum([]byte(data))))
	tag := fmt.Sprintf(`"%x"`, md5.Sum([]byte(data)))
	other := fmt.Sprintf(`"%x"`, md5.Sum([]byte("as it is encrypted")))
	for _, c := range []struct {
		name, tag, crc, body string
		want                 remote.Algorithm
	}{
		{"repeats the sum", other, crc, data, remote.CRC64NVME},
		{"says nothing, ETag is the MD5", tag, "", data, remote.MD5},
		{"says nothing, ETag is something else", other, "", data, remote.NoSum},
		{"says nothing, ETag is of no known form", `"abc-1"`, "", data, remote.NoSum},
		{"says nothing at all", "", "", data, remote.NoSum},
		{"nothing to store", fmt.Sprintf(`"%x"`, md5.Sum(nil)), "", "", remote.MD5},
	} {
		f := newFake(t, func(_ *fake, _ string, w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			w.Header().Set("ETag", c.tag)
			if c.crc != "" {
				w.Header().Set("X-Amz-Checksum-Crc64nvme", c.crc)
			}
		})
		tree := f.tree(t, nil, s3.Options{})
		if e := put(t, tree, "k", c.body, remote.CreateOptions{}); e.Sum.Algorithm != c.want {
			t.Errorf("a store that %s: %v is claimed", c.name, e.Sum.Algorithm)
		}
		if n := len(f.lines()); n != 1 {
			t.Errorf("a store that %s: %d requests for one object", c.name, n)
		}
	}
}

// silent is a store that completes uploads and knows no checksum of its own.
func silent(t *testing.T, tag func(body []byte) string, whole string) *fake {
	there := false
	return newFake(t, func(_ *fake, op string, w http.ResponseWriter, r *http.Request) {
		switch op {
		case "CreateUpload":
			fmt.Fprint(w, "<InitiateMultipartUploadResult><UploadId>id</UploadId></InitiateMultipartUploadResult>")
		case "UploadPart":
			b, _ := io.ReadAll(r.Body)
			w.Header().Set("ETag", `"`+tag(b)+`"`)
		case "Complete":
			there = true
			fmt.Fprintf(w, "<CompleteMultipartUploadResult><ETag>\"%s\"</ETag></CompleteMultipartUploadResult>", whole)
		case "HeadObject":
			if !there {
				refuse(w, http.StatusNotFound, "NoSuchKey")
				return
			}
			w.Header().Set("ETag", `"`+whole+`"`)
			w.Header().Set("Content-Length", fmt.Sprint(len(uploadData)))
		default:
			t.Errorf("%s was asked for", op)
		}
	})
}

func TestPartsProveTheWholeByTheirMD5s(t *testing.T) {
	sum := func(b []byte) string { return fmt.Sprintf("%x", md5.Sum(b)) }
	one, two := md5.Sum([]byte(uploadData[:partSize])), md5.Sum([]byte(uploadData[partSize:]))
	whole := sum(append(one[:], two[:]...)) + "-2"
	for _, c := range []struct {
		name, integrity, whole string
		tag                    func([]byte) string
		want                   remote.Algorithm
	}{
		{"all as it should be", "compatible", whole, sum, remote.MD5},
		{"no MD5 is worked out unasked", "auto", whole, sum, remote.NoSum},
		{"the whole is of other parts", "compatible", sum(nil) + "-2", sum, remote.NoSum},
		{"the parts are other ones", "compatible", whole, func(b []byte) string { return sum(b[1:]) }, remote.NoSum},
	} {
		f := silent(t, c.tag, c.whole)
		tree := f.tree(t, func(s *remote.Server) { s.Integrity = c.integrity }, s3.Options{})
		if e := put(t, tree, "k", uploadData, remote.CreateOptions{PartSize: partSize}); e.Sum.Algorithm != c.want {
			t.Errorf("%s: %v is claimed", c.name, e.Sum.Algorithm)
		}
	}
}

// What the answer does not say and nobody may look at is not known.
func TestAnUploadThatMayNotBeReadProvesNothing(t *testing.T) {
	crc := base64.StdEncoding.EncodeToString(binary.BigEndian.AppendUint64(nil, crc64nvme.Checksum([]byte(uploadData))))
	for said, want := range map[string]remote.Algorithm{
		"": remote.NoSum, "<ChecksumCRC64NVME>" + crc + "</ChecksumCRC64NVME>": remote.CRC64NVME,
	} {
		u := &uploads{onClose: func(u *uploads, _ int64, w http.ResponseWriter, _ *http.Request) {
			u.apply()
			fmt.Fprintf(w, `<CompleteMultipartUploadResult><ETag>"whole-2"</ETag>%s</CompleteMultipartUploadResult>`, said)
		}}
		f := newFake(t, func(f *fake, op string, w http.ResponseWriter, r *http.Request) {
			if op == "HeadObject" {
				refuse(w, http.StatusForbidden, "AccessDenied")
				return
			}
			u.serve(f, op, w, r)
		})
		tree := f.tree(t, nil, s3.Options{})
		if e := put(t, tree, "k", uploadData, remote.CreateOptions{PartSize: partSize}); e.Sum.Algorithm != want {
			t.Errorf("%q is said: %v is claimed", said, e.Sum.Algorithm)
		}
	}
}
