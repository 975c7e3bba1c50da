package s3test

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// getObject answers GetObject and HeadObject.
func (s *Server) getObject(x *exchange, b *bucket) (*reply, error) {
	v, err := b.find(x.key, x.query.Get("versionId"))
	if err != nil {
		return nil, err
	}
	if x.op == "GetObject" && v.archived() {
		return nil, errInvalidState
	}
	if err := x.checkRead(v); err != nil {
		return nil, err
	}
	p := ok(http.StatusOK)
	v.describe(p.header, b)
	size := v.content.Size()
	p.body, p.n = v.content, size
	whole := true
	switch {
	case x.query.Has("partNumber"):
		whole, err = x.onePart(p, v)
	case x.header("Range") != "" && !x.twist.ignoreRange:
		whole, err = x.oneRange(p, size)
	}
	if err != nil {
		return nil, err
	}
	if x.header("X-Amz-Checksum-Mode") == "ENABLED" && whole {
		v.sum.set(p.header)
	}
	p.none = x.op == "HeadObject"
	return p, nil
}

func (v *version) archived() bool {
	return (v.class == "GLACIER" || v.class == "DEEP_ARCHIVE") && !v.restored
}

// describe writes the headers of an object.
func (v *version) describe(h http.Header, b *bucket) {
	for k, vs := range v.header {
		h[k] = vs
	}
	h.Set("Etag", `"`+v.etag+`"`)
	h.Set("Last-Modified", v.mod.UTC().Format(http.TimeFormat))
	h.Set("Accept-Ranges", "bytes")
	if b.versioned || v.id != nullVersion {
		h.Set("X-Amz-Version-Id", v.id)
	}
	if v.class != "" && v.class != "STANDARD" {
		h.Set("X-Amz-Storage-Class", v.class)
	}
	if v.restored {
		h.Set("X-Amz-Restore", `ongoing-request="false", expiry-date="Fri, 23 Dec 2044 00:00:00 GMT"`)
	}
	if q, _ := url.ParseQuery(v.tags); len(q) > 0 {
		h.Set("X-Amz-Tagging-Count", strconv.Itoa(len(q)))
	}
}

// checkRead applies the conditions of a read, in the order of RFC 9110.
func (x *exchange) checkRead(v *version) error {
	if m := x.header("If-Match"); m != "" && !x.twist.ignoreIfMatch {
		if !matchETag(m, v.etag) {
			return errPrecondition
		}
	} else if t, err := http.ParseTime(x.header("If-Unmodified-Since")); err == nil && v.mod.Truncate(time.Second).After(t) {
		return errPrecondition
	}
	e := *errNotModified
	e.header = map[string]string{"Etag": `"` + v.etag + `"`}
	if m := x.header("If-None-Match"); m != "" {
		if matchETag(m, v.etag) {
			return &e
		}
	} else if t, err := http.ParseTime(x.header("If-Modified-Since")); err == nil && !v.mod.Truncate(time.Second).After(t) {
		return &e
	}
	return nil
}

// oneRange cuts the reply to a byte range. Several ranges, and what does not
// parse, are ignored, as AWS does.
func (x *exchange) oneRange(p *reply, size int64) (whole bool, err error) {
	spec, found := strings.CutPrefix(x.header("Range"), "bytes=")
	from, to, dash := strings.Cut(spec, "-")
	if !found || !dash || strings.Contains(spec, ",") {
		return true, nil
	}
	first, err1 := strconv.ParseInt(from, 10, 64)
	last, err2 := strconv.ParseInt(to, 10, 64)
	switch {
	case from == "" && err2 == nil: // the last so many bytes
		first, last = max(0, size-last), size-1
	case err1 == nil && to == "":
		last = size - 1
	case err1 != nil || err2 != nil || last < first:
		return true, nil
	}
	last = min(last, size-1)
	if first >= size || last < first {
		e := *errInvalidRange
		e.header = map[string]string{"Content-Range": fmt.Sprintf("bytes */%d", size)}
		return false, &e
	}
	p.cut(first, last-first+1, size)
	return false, nil
}

func (p *reply) cut(off, n, size int64) {
	p.status, p.off, p.n = http.StatusPartialContent, off, n
	p.header.Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", off, off+n-1, size))
}

// onePart cuts the reply to a part of a multipart object.
func (x *exchange) onePart(p *reply, v *version) (whole bool, err error) {
	n := x.partNumber()
	count := max(1, len(v.parts))
	if n < 1 || n > count {
		return false, bad("InvalidPartNumber", "The requested partnumber is not satisfiable", http.StatusRequestedRangeNotSatisfiable)
	}
	if len(v.parts) == 0 {
		return true, nil
	}
	p.header.Set("X-Amz-Mp-Parts-Count", strconv.Itoa(count))
	var off int64
	for _, q := range v.parts[:n-1] {
		off += q.content.Size()
	}
	if size := v.parts[n-1].content.Size(); size > 0 {
		p.cut(off, size, v.content.Size())
	}
	return false, nil
}

// getAttributes answers GetObjectAttributes, with the sizes and sums of the
// parts.
func (s *Server) getAttributes(x *exchange, b *bucket) (*reply, error) {
	v, err := b.find(x.key, x.query.Get("versionId"))
	if err != nil {
		return nil, err
	}
	var d xmlBuilder
	d.begin("GetObjectAttributesResponse", namespace)
	d.elem("ETag", v.etag)
	if v.sum.algorithm != "" {
		d.begin("Checksum", "")
		v.sum.write(&d)
		d.elem("ChecksumType", v.sum.kind)
		d.end("Checksum")
	}
	if len(v.parts) > 0 {
		d.begin("ObjectParts", "")
		d.number("TotalPartsCount", int64(len(v.parts)))
		d.boolean("IsTruncated", false)
		for i, p := range v.parts {
			d.begin("Part", "")
			d.number("PartNumber", int64(i+1))
			d.number("Size", p.content.Size())
			p.sum.write(&d)
			d.end("Part")
		}
		d.end("ObjectParts")
	}
	d.elem("StorageClass", v.storageClass())
	d.number("ObjectSize", v.content.Size())
	d.end("GetObjectAttributesResponse")
	p := document(&d)
	p.header.Set("Last-Modified", v.mod.UTC().Format(http.TimeFormat))
	return p, nil
}
