package s3test

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// listUploads answers ListMultipartUploads, in order of key and then of start.
func (s *Server) listUploads(x *exchange, b *bucket) (*reply, error) {
	limit, err := x.limit("max-uploads")
	if err != nil {
		return nil, err
	}
	enc, err := x.encoding()
	if err != nil {
		return nil, err
	}
	q := x.query
	prefix, keyMarker, idMarker := q.Get("prefix"), q.Get("key-marker"), q.Get("upload-id-marker")
	all := slices.SortedFunc(maps.Values(b.uploads), func(a, c *upload) int {
		return cmp.Or(strings.Compare(a.key, c.key), strings.Compare(a.id, c.id))
	})
	all = slices.DeleteFunc(all, func(u *upload) bool {
		past := u.key < keyMarker || u.key == keyMarker && keyMarker != "" && (idMarker == "" || u.id <= idMarker)
		return past || u.done != nil || !strings.HasPrefix(u.key, prefix)
	})
	more := len(all) > limit
	all = all[:min(limit, len(all))]
	var d xmlBuilder
	d.begin("ListMultipartUploadsResult", namespace)
	d.elem("Bucket", b.name)
	d.elem("Prefix", enc.key(prefix))
	d.elem("KeyMarker", enc.key(keyMarker))
	d.elem("UploadIdMarker", idMarker)
	if enc {
		d.elem("EncodingType", "url")
	}
	d.number("MaxUploads", int64(limit))
	d.boolean("IsTruncated", more)
	if more && limit > 0 {
		d.elem("NextKeyMarker", enc.key(all[limit-1].key))
		d.elem("NextUploadIdMarker", all[limit-1].id)
	}
	for _, u := range all {
		d.begin("Upload", "")
		d.elem("Key", enc.key(u.key))
		d.elem("UploadId", u.id)
		d.time("Initiated", u.started)
		d.elem("StorageClass", u.object.storageClass())
		if u.algorithm != "" {
			d.elem("ChecksumAlgorithm", u.algorithm)
			d.elem("ChecksumType", u.kind)
		}
		d.end("Upload")
	}
	d.end("ListMultipartUploadsResult")
	return document(&d), nil
}
