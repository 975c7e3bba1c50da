package s3test

import (
	"encoding/xml"
	"net/http"
	"net/url"
	"strings"
)

const (
	maxPut      = 5 << 30
	maxMetadata = 2 << 10
	maxBatch    = 1000
)

func (s *Server) putObject(x *exchange, b *bucket) (*reply, error) {
	if len(x.body) > maxPut {
		return nil, errTooLarge
	}
	v := &version{content: bytesContent(x.body), mod: now(), sum: x.sent()}
	v.etag = etagOf(v.content)
	if err := x.attributes(v); err != nil {
		return nil, err
	}
	if err := s.checkWrite(x, b, x.key); err != nil {
		return nil, err
	}
	s.put(b, x.key, v)
	p := ok(http.StatusOK)
	p.header.Set("Etag", `"`+v.etag+`"`)
	v.sum.set(p.header)
	v.stamp(p.header, b)
	return p, nil
}

// stamp tells the version of what was written.
func (v *version) stamp(h http.Header, b *bucket) {
	if b.versioned {
		h.Set("X-Amz-Version-Id", v.id)
	}
}

// attributes takes the metadata of a new object from the request.
func (x *exchange) attributes(v *version) error {
	v.header = http.Header{}
	meta := 0
	for k, vs := range x.r.Header {
		switch {
		case strings.HasPrefix(k, "X-Amz-Meta-"):
			v.header[k] = vs
			meta += len(k) - len("X-Amz-Meta-") + len(strings.Join(vs, ","))
		case k == "Content-Type", k == "Cache-Control", k == "Content-Disposition", k == "Content-Language", k == "Expires":
			v.header[k] = vs
		case k == "Content-Encoding":
			if e := strings.TrimPrefix(strings.TrimPrefix(vs[0], "aws-chunked"), ","); e != "" {
				v.header.Set(k, e)
			}
		}
	}
	if meta > maxMetadata {
		return bad("MetadataTooLarge", "Your metadata headers exceed the maximum allowed metadata size", http.StatusBadRequest)
	}
	if v.header.Get("Content-Type") == "" {
		v.header.Set("Content-Type", "binary/octet-stream")
	}
	v.class = x.header("X-Amz-Storage-Class")
	v.tags = x.header("X-Amz-Tagging")
	if q, err := url.ParseQuery(v.tags); err != nil || len(q) > 10 {
		return bad("InvalidTag", "The header 'x-amz-tagging' is not valid.", http.StatusBadRequest)
	}
	return nil
}

// checkWrite applies the conditions of a write.
func (s *Server) checkWrite(x *exchange, b *bucket, key string) error {
	if s.o.IgnorePuts {
		return nil
	}
	v := b.latest(key)
	none, match := x.header("If-None-Match"), x.header("If-Match")
	switch {
	case none != "" && none != "*":
		return errNotImplemented
	case none == "*" && v != nil:
		return errPrecondition
	case match != "" && v == nil:
		return errNoSuchKey
	case match != "" && !x.twist.ignoreIfMatch && !matchETag(match, v.etag):
		return errPrecondition
	}
	return nil
}

func (s *Server) deleteObject(x *exchange, b *bucket) (*reply, error) {
	if m := x.header("If-Match"); m != "" && !x.twist.ignoreIfMatch {
		if v := b.latest(x.key); v != nil && !matchETag(m, v.etag) {
			return nil, errPrecondition
		}
	}
	id := x.query.Get("versionId")
	marker, was := s.remove(b, x.key, id)
	p := ok(http.StatusNoContent)
	switch {
	case marker != nil:
		p.header.Set("X-Amz-Delete-Marker", "true")
		p.header.Set("X-Amz-Version-Id", marker.id)
	case id != "":
		p.header.Set("X-Amz-Version-Id", id)
		if was != nil && was.marker {
			p.header.Set("X-Amz-Delete-Marker", "true")
		}
	}
	return p, nil
}

// deleteObjects answers the batch form. Twists may refuse single keys.
func (s *Server) deleteObjects(x *exchange, b *bucket) (*reply, error) {
	if !x.summed() {
		return nil, invalidRequest("Missing required header for this request: Content-MD5 OR x-amz-checksum-*")
	}
	var batch struct {
		Quiet  bool
		Object []struct{ Key, VersionId, ETag string }
	}
	if err := xml.Unmarshal(x.body, &batch); err != nil || len(batch.Object) == 0 || len(batch.Object) > maxBatch {
		return nil, errMalformedXML
	}
	var d xmlBuilder
	d.begin("DeleteResult", namespace)
	for _, o := range batch.Object {
		code := x.twist.refuse(o.Key)
		if v := b.latest(o.Key); code == "" && o.ETag != "" && v != nil && !matchETag(o.ETag, v.etag) {
			code = errPrecondition.code
		}
		if code != "" {
			d.begin("Error", "")
			d.elem("Key", o.Key)
			d.elem("Code", code)
			d.elem("Message", "This one stays.")
			d.end("Error")
			continue
		}
		marker, _ := s.remove(b, o.Key, o.VersionId)
		if batch.Quiet {
			continue
		}
		d.begin("Deleted", "")
		d.elem("Key", o.Key)
		if o.VersionId != "" {
			d.elem("VersionId", o.VersionId)
		}
		if marker != nil {
			d.boolean("DeleteMarker", true)
			d.elem("DeleteMarkerVersionId", marker.id)
		}
		d.end("Deleted")
	}
	d.end("DeleteResult")
	return document(&d), nil
}

// summed tells whether the body came with any checksum.
func (x *exchange) summed() bool {
	if x.header("Content-Md5") != "" {
		return true
	}
	for _, a := range algorithms {
		if x.header(checksumHeader(a)) != "" {
			return true
		}
	}
	return false
}
