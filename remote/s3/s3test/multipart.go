package s3test

import (
	"encoding/xml"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

const maxParts = 10000

// upload is an unfinished multipart upload.
type upload struct {
	id, key   string
	started   time.Time
	algorithm string // declared when it started, "" if none was
	kind      string
	object    version // the attributes of the object to be
	parts     map[int]part
	done      *version // after Complete, if that may be repeated
}

// part is one part of an upload, or of the object that it became.
type part struct {
	content Content
	etag    string
	sum     checksum
	mod     time.Time
}

func (s *Server) createUpload(x *exchange, b *bucket) (*reply, error) {
	u := &upload{key: x.key, started: now(), parts: make(map[int]part)}
	var err error
	if u.algorithm, u.kind, err = x.chosen(); err != nil {
		return nil, err
	}
	if err := x.attributes(&u.object); err != nil {
		return nil, err
	}
	s.serial++
	u.id = fmt.Sprintf("upload-%08d", s.serial)
	b.uploads[u.id] = u
	var d xmlBuilder
	d.begin("InitiateMultipartUploadResult", namespace)
	d.elem("Bucket", b.name)
	d.elem("Key", x.key)
	d.elem("UploadId", u.id)
	d.end("InitiateMultipartUploadResult")
	p := document(&d)
	if u.algorithm != "" {
		p.header.Set("X-Amz-Checksum-Algorithm", u.algorithm)
		p.header.Set("X-Amz-Checksum-Type", u.kind)
	}
	return p, nil
}

func (x *exchange) upload(b *bucket) (*upload, error) {
	u := b.uploads[x.query.Get("uploadId")]
	if u == nil || u.key != x.key || u.done != nil && x.op != "CompleteMultipartUpload" {
		return nil, errNoSuchUpload
	}
	return u, nil
}

func (s *Server) uploadPart(x *exchange, b *bucket) (*reply, error) {
	u, err := x.upload(b)
	if err != nil {
		return nil, err
	}
	q, err := u.add(x, bytesContent(x.body))
	if err != nil {
		return nil, err
	}
	p := ok(http.StatusOK)
	p.header.Set("Etag", `"`+q.etag+`"`)
	if q.sum.algorithm != "" {
		p.header.Set(checksumHeader(q.sum.algorithm), q.sum.value)
	}
	return p, nil
}

// add stores a part; the last one of its number wins.
func (u *upload) add(x *exchange, c Content) (part, error) {
	n := x.partNumber()
	if n < 1 || n > maxParts {
		return part{}, invalidArgument("Part number must be an integer between 1 and 10000, inclusive")
	}
	if c.Size() > maxPut {
		return part{}, errTooLarge
	}
	q := part{content: c, etag: etagOf(c), mod: now()}
	for _, a := range algorithms {
		v := x.header(checksumHeader(a))
		if v == "" || x.s.o.NoChecksums {
			continue
		}
		if u.algorithm != "" && a != u.algorithm {
			return part{}, invalidRequest("Checksum Type mismatch occurred, expected checksum Type: " +
				strings.ToLower(u.algorithm) + ", actual checksum Type: " + strings.ToLower(a))
		}
		q.sum = checksum{algorithm: a, kind: fullObject, value: v}
	}
	if q.sum.algorithm == "" && u.algorithm != "" {
		q.sum = checksum{algorithm: u.algorithm, kind: fullObject, value: digestOf(u.algorithm, c)}
	}
	u.parts[n] = q
	return q, nil
}

func (s *Server) abortUpload(x *exchange, b *bucket) (*reply, error) {
	u, err := x.upload(b)
	if err != nil {
		return nil, err
	}
	delete(b.uploads, u.id)
	return ok(http.StatusNoContent), nil
}

// completion is the document of a CompleteMultipartUpload.
type completion struct {
	Part []struct {
		PartNumber                                                                     int
		ETag                                                                           string
		ChecksumCRC32, ChecksumCRC32C, ChecksumCRC64NVME, ChecksumSHA1, ChecksumSHA256 string
	}
}

func (c completion) sum(i int, algorithm string) string {
	p := c.Part[i]
	return map[string]string{
		"CRC32": p.ChecksumCRC32, "CRC32C": p.ChecksumCRC32C, crc64nvme: p.ChecksumCRC64NVME, "SHA1": p.ChecksumSHA1, "SHA256": p.ChecksumSHA256,
	}[algorithm]
}

func (s *Server) completeUpload(x *exchange, b *bucket) (*reply, error) {
	u, err := x.upload(b)
	if err != nil {
		return nil, err
	}
	if u.done != nil {
		return completed(x, b, u.done), nil
	}
	var c completion
	if err := xml.Unmarshal(x.body, &c); err != nil || len(c.Part) == 0 {
		return nil, errMalformedXML
	}
	parts, err := s.pick(u, c)
	if err != nil {
		return nil, err
	}
	v, err := u.assemble(x, parts)
	if err != nil {
		return nil, err
	}
	if err := s.checkWrite(x, b, x.key); err != nil {
		return nil, err
	}
	s.put(b, x.key, v)
	if s.o.RepeatComplete {
		u.done = v
	} else {
		delete(b.uploads, u.id)
	}
	return completed(x, b, v), nil
}

// pick finds the parts that the client names, in its order.
func (s *Server) pick(u *upload, c completion) ([]part, error) {
	var parts []part
	for i, named := range c.Part {
		if i > 0 && named.PartNumber <= c.Part[i-1].PartNumber {
			return nil, errPartOrder
		}
		p, found := u.parts[named.PartNumber]
		if !found || strings.Trim(named.ETag, `"`) != p.etag {
			return nil, errInvalidPart
		}
		for _, a := range algorithms {
			// A part's sum counts only if the upload declared its algorithm.
			if v := c.sum(i, a); v != "" && !s.o.NoChecksums && (u.algorithm != a || v != p.sum.value) {
				return nil, errInvalidPart
			}
		}
		if u.kind == composite && c.sum(i, u.algorithm) == "" {
			return nil, invalidRequest("The upload was created using a " + strings.ToLower(u.algorithm) +
				" checksum. The complete request must include the checksum for each part.")
		}
		parts = append(parts, p)
	}
	for _, p := range parts[:len(parts)-1] {
		if p.content.Size() < s.o.MinPart {
			return nil, errTooSmall
		}
	}
	return parts, nil
}

// assemble makes the object, and compares it with what the client expects.
func (u *upload) assemble(x *exchange, parts []part) (*version, error) {
	var all chain
	for _, p := range parts {
		all = append(all, p.content)
	}
	v := u.object
	v.header = maps.Clone(u.object.header)
	v.content, v.parts, v.etag, v.mod = all, parts, etagOfParts(parts), now()
	if want := x.header("X-Amz-Mp-Object-Size"); want != "" && want != strconv.FormatInt(all.Size(), 10) {
		return nil, invalidRequest("The provided 'x-amz-mp-object-size' header value " + want + " does not match what was computed: " +
			strconv.FormatInt(all.Size(), 10))
	}
	if x.s.o.NoChecksums {
		return &v, nil
	}
	algorithm := u.algorithm
	if algorithm == "" {
		algorithm = crc64nvme
	}
	v.sum = combine(algorithm, u.kind, parts, all)
	for _, a := range algorithms {
		if want := x.header(checksumHeader(a)); want != "" && (a != v.sum.algorithm || want != v.sum.value) {
			return nil, errBadDigest
		}
	}
	return &v, nil
}

func completed(x *exchange, b *bucket, v *version) *reply {
	var d xmlBuilder
	d.begin("CompleteMultipartUploadResult", namespace)
	d.elem("Location", x.s.URL+"/"+b.name)
	d.elem("Bucket", b.name)
	d.elem("Key", x.key)
	d.elem("ETag", `"`+v.etag+`"`)
	if v.sum.algorithm != "" {
		v.sum.write(&d)
		d.elem("ChecksumType", v.sum.kind)
	}
	d.end("CompleteMultipartUploadResult")
	p := document(&d)
	v.stamp(p.header, b)
	return p
}

func (s *Server) listParts(x *exchange, b *bucket) (*reply, error) {
	u, err := x.upload(b)
	if err != nil {
		return nil, err
	}
	limit, err := x.limit("max-parts")
	if err != nil {
		return nil, err
	}
	after, _ := strconv.Atoi(x.query.Get("part-number-marker"))
	numbers := slices.DeleteFunc(slices.Sorted(maps.Keys(u.parts)), func(n int) bool { return n <= after })
	more := len(numbers) > limit
	numbers = numbers[:min(limit, len(numbers))]
	var d xmlBuilder
	d.begin("ListPartsResult", namespace)
	d.elem("Bucket", b.name)
	d.elem("Key", x.key)
	d.elem("UploadId", u.id)
	if u.algorithm != "" {
		d.elem("ChecksumAlgorithm", u.algorithm)
		d.elem("ChecksumType", u.kind)
	}
	d.number("PartNumberMarker", int64(after))
	d.number("MaxParts", int64(limit))
	d.boolean("IsTruncated", more)
	if len(numbers) > 0 {
		d.number("NextPartNumberMarker", int64(numbers[len(numbers)-1]))
	}
	for _, n := range numbers {
		p := u.parts[n]
		d.begin("Part", "")
		d.number("PartNumber", int64(n))
		d.time("LastModified", p.mod)
		d.elem("ETag", `"`+p.etag+`"`)
		d.number("Size", p.content.Size())
		p.sum.write(&d)
		d.end("Part")
	}
	d.end("ListPartsResult")
	return document(&d), nil
}
