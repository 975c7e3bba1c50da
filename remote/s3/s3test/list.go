package s3test

import (
	"encoding/base64"
	"strconv"
	"strings"
)

const maxPage = 1000

// row is a key or, if version is nil, a common prefix.
type row struct {
	name    string
	version *version
}

// page is one step through the keys of a bucket.
type page struct {
	rows []row
	more bool
	last string // where the next page begins behind
}

// scan lists up to limit keys that begin with prefix and come after the key
// after; what shares the bytes up to delimiter is one row.
func (b *bucket) scan(prefix, delimiter, after string, limit int) page {
	var p page
	k := after + "\x00" // the least key that is greater
	if after == "" {
		k = ""
	}
	if c := common(after, prefix, delimiter); c != "" && c == after {
		k, _ = beyond(c) // the page before ended with this row
	}
	for {
		name, found := b.next(k, prefix)
		if !found {
			return p
		}
		c := common(name, prefix, delimiter)
		v := b.latest(name)
		if c == "" && v == nil { // a delete marker
			k = name + "\x00"
			continue
		}
		if c != "" && v == nil && !b.alive(c) {
			if k, found = beyond(c); !found {
				return p
			}
			continue
		}
		if len(p.rows) == limit {
			p.more = true
			return p
		}
		if c == "" {
			p.rows, p.last, k = append(p.rows, row{name, v}), name, name+"\x00"
			continue
		}
		p.rows, p.last = append(p.rows, row{c, nil}), c
		if k, found = beyond(c); !found {
			return p
		}
	}
}

// alive tells whether a prefix holds anything but delete markers.
func (b *bucket) alive(prefix string) bool {
	for k := prefix; ; {
		name, found := b.next(k, prefix)
		if !found {
			return false
		}
		if b.latest(name) != nil {
			return true
		}
		k = name + "\x00"
	}
}

// common is the part of a key up to the first delimiter behind the prefix.
func common(key, prefix, delimiter string) string {
	if delimiter == "" || !strings.HasPrefix(key, prefix) {
		return ""
	}
	i := strings.Index(key[len(prefix):], delimiter)
	if i < 0 {
		return ""
	}
	return key[:len(prefix)+i+len(delimiter)]
}

// limit is a page size from the query.
func (x *exchange) limit(name string) (int, error) {
	text := x.query.Get(name)
	if text == "" {
		return maxPage, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		return 0, invalidArgument("Argument " + name + " must be an integer between 0 and 2147483647")
	}
	return min(n, maxPage), nil
}

func token(after string) string { return base64.URLEncoding.EncodeToString([]byte("after:" + after)) }

// after is the key behind which a listing goes on.
func (x *exchange) after() (string, error) {
	if !x.query.Has("continuation-token") {
		return x.query.Get("start-after"), nil
	}
	raw, err := base64.URLEncoding.DecodeString(x.query.Get("continuation-token"))
	key, found := strings.CutPrefix(string(raw), "after:")
	if err != nil || !found {
		return "", invalidArgument("The continuation token provided is incorrect")
	}
	return key, nil
}

func (s *Server) listObjects(x *exchange, b *bucket) (*reply, error) {
	limit, err := x.limit("max-keys")
	if err != nil {
		return nil, err
	}
	enc, err := x.encoding()
	if err != nil {
		return nil, err
	}
	after, err := x.after()
	if err != nil {
		return nil, err
	}
	prefix, delimiter := x.query.Get("prefix"), x.query.Get("delimiter")
	var p page
	if limit > 0 {
		p = b.scan(prefix, delimiter, after, limit)
	}
	var d xmlBuilder
	d.begin("ListBucketResult", namespace)
	d.elem("Name", b.name)
	d.elem("Prefix", enc.key(prefix))
	if delimiter != "" {
		d.elem("Delimiter", enc.key(delimiter))
	}
	if enc {
		d.elem("EncodingType", "url")
	}
	if x.query.Has("start-after") {
		d.elem("StartAfter", enc.key(x.query.Get("start-after")))
	}
	if x.query.Has("continuation-token") {
		d.elem("ContinuationToken", x.query.Get("continuation-token"))
	}
	d.number("KeyCount", int64(len(p.rows)))
	d.number("MaxKeys", int64(limit))
	x.writeNext(&d, p)
	writeRows(&d, enc, p.rows)
	d.end("ListBucketResult")
	return document(&d), nil
}

// writeNext says whether there is more, and where: truthfully, or as a fault
// wants it.
func (x *exchange) writeNext(d *xmlBuilder, p page) {
	next := token(p.last)
	if x.twist.nextToken != nil {
		next = x.twist.nextToken(x.query.Get("continuation-token"), next)
		p.more = true
	}
	d.boolean("IsTruncated", p.more)
	if p.more && next != "" {
		d.elem("NextContinuationToken", next)
	}
}

func writeRows(d *xmlBuilder, enc encoding, rows []row) {
	for _, r := range rows {
		if r.version == nil {
			continue
		}
		d.begin("Contents", "")
		d.elem("Key", enc.key(r.name))
		d.time("LastModified", r.version.mod)
		d.elem("ETag", `"`+r.version.etag+`"`)
		if a := r.version.sum.algorithm; a != "" {
			d.elem("ChecksumAlgorithm", a)
			d.elem("ChecksumType", r.version.sum.kind)
		}
		d.number("Size", r.version.content.Size())
		d.elem("StorageClass", r.version.storageClass())
		d.end("Contents")
	}
	for _, r := range rows {
		if r.version == nil {
			d.begin("CommonPrefixes", "")
			d.elem("Prefix", enc.key(r.name))
			d.end("CommonPrefixes")
		}
	}
}

func (v *version) storageClass() string {
	if v.class == "" {
		return "STANDARD"
	}
	return v.class
}
