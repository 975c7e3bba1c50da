package s3test

import "strings"

// listVersions lists every version and delete marker, newest first per key.
func (s *Server) listVersions(x *exchange, b *bucket) (*reply, error) {
	limit, err := x.limit("max-keys")
	if err != nil {
		return nil, err
	}
	enc, err := x.encoding()
	if err != nil {
		return nil, err
	}
	q := x.query
	prefix, delimiter, keyMarker, idMarker := q.Get("prefix"), q.Get("delimiter"), q.Get("key-marker"), q.Get("version-id-marker")
	if idMarker != "" && keyMarker == "" {
		return nil, invalidArgument("A version-id marker cannot be specified without a key marker.")
	}
	v := &versionPage{limit: limit, enc: enc}
	v.skipTo(b, prefix, delimiter, keyMarker, idMarker)
	var d xmlBuilder
	d.begin("ListVersionsResult", namespace)
	d.elem("Name", b.name)
	d.elem("Prefix", enc.key(prefix))
	d.elem("KeyMarker", enc.key(keyMarker))
	d.elem("VersionIdMarker", idMarker)
	if delimiter != "" {
		d.elem("Delimiter", enc.key(delimiter))
	}
	if enc {
		d.elem("EncodingType", "url")
	}
	d.number("MaxKeys", int64(limit))
	d.boolean("IsTruncated", v.more)
	if v.more {
		d.elem("NextKeyMarker", enc.key(v.lastKey))
		d.elem("NextVersionIdMarker", v.lastID)
	}
	d.Write(v.rows.Bytes())
	d.Write(v.prefixes.Bytes())
	d.end("ListVersionsResult")
	return document(&d), nil
}

// versionPage collects rows until the limit.
type versionPage struct {
	limit, n        int
	enc             encoding
	rows, prefixes  xmlBuilder
	more            bool
	lastKey, lastID string
}

func (v *versionPage) skipTo(b *bucket, prefix, delimiter, keyMarker, idMarker string) {
	k := keyMarker
	if keyMarker != "" && idMarker == "" {
		k += "\x00"
		if c := common(keyMarker, prefix, delimiter); c != "" && c == keyMarker {
			k, _ = beyond(c)
		}
	}
	skipping := idMarker != ""
	for name, found := b.next(k, prefix); found && !v.more; name, found = b.next(k, prefix) {
		if c := common(name, prefix, delimiter); c != "" {
			v.addPrefix(c)
			if k, found = beyond(c); !found {
				return
			}
			continue
		}
		vs := b.objects[name]
		if len(vs) == 0 {
			vs = []*version{b.gen.version(name)}
		}
		for i := len(vs) - 1; i >= 0 && !v.more; i-- {
			if skipping && name == keyMarker {
				skipping = vs[i].id != idMarker
				continue
			}
			v.add(name, vs[i], i == len(vs)-1)
		}
		k = name + "\x00"
	}
}

func (v *versionPage) add(name string, o *version, latest bool) {
	if v.more = v.n == v.limit; v.more {
		return
	}
	v.n++
	v.lastKey, v.lastID = name, o.id
	element := "Version"
	if o.marker {
		element = "DeleteMarker"
	}
	v.rows.WriteString("<" + element + ">")
	v.rows.elem("Key", v.enc.key(name))
	v.rows.elem("VersionId", o.id)
	v.rows.boolean("IsLatest", latest)
	v.rows.time("LastModified", o.mod)
	if !o.marker {
		v.rows.elem("ETag", `"`+o.etag+`"`)
		v.rows.number("Size", o.content.Size())
		v.rows.elem("StorageClass", o.storageClass())
	}
	v.rows.end(element)
}

func (v *versionPage) addPrefix(p string) {
	if v.more = v.n == v.limit; v.more {
		return
	}
	v.n++
	v.lastKey, v.lastID = p, ""
	v.prefixes.WriteString("<CommonPrefixes>")
	v.prefixes.elem("Prefix", v.enc.key(p))
	v.prefixes.end("CommonPrefixes")
}

// matchETag compares an If-Match or If-None-Match header with an ETag.
func matchETag(header, etag string) bool {
	for e := range strings.SplitSeq(header, ",") {
		if e = strings.TrimSpace(e); e == "*" || strings.Trim(e, `"`) == etag {
			return true
		}
	}
	return false
}
