package s3test

import (
	"fmt"
	"io"
	"maps"
	"strings"
)

// copySource finds what a copy reads from, and checks its conditions.
func (s *Server) copySource(x *exchange) (*version, error) {
	raw := strings.TrimPrefix(x.header("X-Amz-Copy-Source"), "/")
	path, query, _ := strings.Cut(raw, "?")
	// As AWS does it, a plus sign is a space here.
	name, key, found := strings.Cut(unescape(strings.ReplaceAll(path, "+", " ")), "/")
	if !found || key == "" {
		return nil, invalidArgument("Invalid copy source object key")
	}
	b := s.buckets[name]
	if b == nil {
		return nil, errNoSuchBucket
	}
	v, err := b.find(key, queryOf(query).Get("versionId"))
	if err != nil {
		return nil, err
	}
	if v.archived() {
		return nil, errInvalidState
	}
	if m := x.header("X-Amz-Copy-Source-If-Match"); m != "" && !matchETag(m, v.etag) {
		return nil, errPrecondition
	}
	if m := x.header("X-Amz-Copy-Source-If-None-Match"); m != "" && matchETag(m, v.etag) {
		return nil, errPrecondition
	}
	return v, nil
}

func (s *Server) copyObject(x *exchange, b *bucket) (*reply, error) {
	from, err := s.copySource(x)
	if err != nil {
		return nil, err
	}
	if from.content.Size() > maxPut {
		return nil, invalidRequest("The specified copy source is larger than the maximum allowable size for a copy source: 5368709120")
	}
	v := &version{content: from.content, mod: now(), etag: etagOf(from.content)}
	if err := x.attributes(v); err != nil {
		return nil, err
	}
	if x.header("X-Amz-Metadata-Directive") != "REPLACE" {
		if x.header("X-Amz-Copy-Source") != "" && b.latest(x.key) == from && v.class == "" {
			return nil, invalidRequest("This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.")
		}
		v.header = maps.Clone(from.header)
	}
	if x.header("X-Amz-Tagging-Directive") != "REPLACE" {
		v.tags = from.tags
	}
	if err := s.checkWrite(x, b, x.key); err != nil {
		return nil, err
	}
	if v.sum = (checksum{}); !s.o.NoChecksums {
		algorithm := from.sum.algorithm
		if a := strings.ToUpper(x.header("X-Amz-Checksum-Algorithm")); a != "" {
			algorithm = a
		}
		if algorithm == "" {
			algorithm = crc64nvme
		}
		v.sum = checksum{algorithm: algorithm, kind: fullObject, value: digestOf(algorithm, v.content)}
	}
	s.put(b, x.key, v)
	p := copied("CopyObjectResult", v.etag, v.sum)
	v.stamp(p.header, b)
	return p, nil
}

func (s *Server) copyPart(x *exchange, b *bucket) (*reply, error) {
	u, err := x.upload(b)
	if err != nil {
		return nil, err
	}
	from, err := s.copySource(x)
	if err != nil {
		return nil, err
	}
	c := from.content
	if spec := x.header("X-Amz-Copy-Source-Range"); spec != "" {
		var first, last int64
		if n, err := fmt.Sscanf(spec, "bytes=%d-%d", &first, &last); n != 2 || err != nil || first > last || last >= c.Size() {
			return nil, invalidArgument("The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy")
		}
		c = io.NewSectionReader(c, first, last-first+1)
	}
	q, err := u.add(x, c)
	if err != nil {
		return nil, err
	}
	return copied("CopyPartResult", q.etag, q.sum), nil
}

func copied(name, etag string, sum checksum) *reply {
	var d xmlBuilder
	d.begin(name, namespace)
	d.time("LastModified", now())
	d.elem("ETag", `"`+etag+`"`)
	sum.write(&d)
	d.end(name)
	return document(&d)
}
