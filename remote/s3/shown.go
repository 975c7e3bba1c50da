package s3

import (
	"context"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"

	"gantry/remote"
	"gantry/remote/s3/wire"
)

var _ remote.Cutter = (*Tree)(nil)

// checksums are those that the headers of an object may hold, the strongest first.
var checksums = []struct {
	name string
	alg  remote.Algorithm
	size int
}{
	{"X-Amz-Checksum-Sha256", remote.SHA256, 32},
	{"X-Amz-Checksum-Sha1", remote.SHA1, 20},
	{"X-Amz-Checksum-Crc64nvme", remote.CRC64NVME, 8},
	{"X-Amz-Checksum-Crc32c", remote.CRC32C, 4},
	{"X-Amz-Checksum-Crc32", remote.CRC32, 4},
}

const hdrSumType = "X-Amz-Checksum-Type"

// sumOf is the strongest checksum of the whole content that the headers hold.
// Composite ones, of parts, say nothing about the whole; of an object in parts only
// CRC64NVME cannot be one where the type is not said.
func sumOf(h http.Header) remote.Sum {
	kind := h.Get(hdrSumType)
	if strings.EqualFold(kind, "COMPOSITE") {
		return remote.Sum{}
	}
	unsure := kind == "" && partsIn(unquote(h.Get("Etag"))) > 0
	for _, c := range checksums {
		if unsure && c.alg != remote.CRC64NVME {
			continue
		}
		if raw, err := base64.StdEncoding.DecodeString(h.Get(c.name)); err == nil && len(raw) == c.size {
			return remote.Sum{Algorithm: c.alg, Digest: string(raw)}
		}
	}
	return remote.Sum{}
}

// jointOf is the strongest checksum of the parts' checksums that the headers hold.
func jointOf(h http.Header) remote.Joint {
	for _, c := range checksums {
		text, count, _ := strings.Cut(h.Get(c.name), "-")
		raw, err := base64.StdEncoding.DecodeString(text)
		if n, _ := strconv.Atoi(count); err == nil && len(raw) == c.size && n > 0 {
			return remote.Joint{Sum: remote.Sum{Algorithm: c.alg, Digest: string(raw)}, Parts: n}
		}
	}
	return remote.Joint{}
}

// sealed tells whether the object is encrypted in a way that makes of its ETag
// something else than a checksum.
func sealed(h http.Header) bool {
	return strings.HasPrefix(h.Get("X-Amz-Server-Side-Encryption"), "aws:kms") ||
		h.Get("X-Amz-Server-Side-Encryption-Customer-Algorithm") != ""
}

// partsIn is the number behind the dash of the ETag of an object in parts, 0 for
// others.
func partsIn(tag string) int {
	_, count, _ := strings.Cut(tag, "-")
	n, _ := strconv.Atoi(count)
	return max(n, 0)
}

// FirstPart asks for the headers of part 1. A store that does not know of parts
// gives those of the whole.
func (t *Tree) FirstPart(ctx context.Context, e remote.Entry) (size int64, err error) {
	w := act{op: "read", api: "s3:GetObject", path: e.Path, tries: metaTries}
	err = t.b.run(ctx, w, func(a attempt) error {
		r := a.site.newRequest(http.MethodHead, t.key(e.Path), "partNumber=1")
		if e.Version != "" && !weak(e.Version) {
			r.Set("if-match", quoted(e.Version))
		}
		res, err := a.do(r)
		if err != nil {
			return err
		}
		wire.Drain(res)
		count, _ := strconv.Atoi(res.Header.Get("X-Amz-Mp-Parts-Count"))
		if size = res.ContentLength; count < 1 || size < 1 || e.Version != "" && unquote(res.Header.Get("Etag")) != e.Version {
			return refuse(w, remote.Unsupported, "The store does not tell in which parts the object was written.")
		}
		return nil
	})
	return size, err
}
