package s3test

import (
	"fmt"
	"net/http"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"
)

const nullVersion = "null"

// bucket holds versions by key. Server.mu guards it.
type bucket struct {
	name      string
	region    string
	versioned bool
	made      time.Time
	gen       generated
	keys      []string // of objects, in byte order
	objects   map[string][]*version
	uploads   map[string]*upload
	lifecycle []byte // the rules as they were written; nil for none
}

// version is one content of a key, or a delete marker. The newest is last.
type version struct {
	id       string
	marker   bool
	content  Content
	etag     string
	mod      time.Time
	sum      checksum
	parts    []part      // of a multipart object
	header   http.Header // Content-Type and the like, x-amz-meta-*
	tags     string      // as a query
	class    string
	restored bool
}

// latest is the newest version of a key, nil if there is none or if it is a
// delete marker.
func (b *bucket) latest(key string) *version {
	vs := b.objects[key]
	if len(vs) == 0 {
		return b.gen.version(key)
	}
	if v := vs[len(vs)-1]; !v.marker {
		return v
	}
	return nil
}

// find is the version that a request asks for.
func (b *bucket) find(key, id string) (*version, error) {
	if id == "" {
		if v := b.latest(key); v != nil {
			return v, nil
		}
		e := *errNoSuchKey
		if vs := b.objects[key]; len(vs) > 0 {
			e.header = map[string]string{"X-Amz-Delete-Marker": "true", "X-Amz-Version-Id": vs[len(vs)-1].id}
		}
		return nil, &e
	}
	for _, v := range b.objects[key] {
		if v.id != id {
			continue
		}
		if v.marker {
			return nil, &apiError{
				code: "MethodNotAllowed", message: "The specified method is not allowed against this resource.", status: http.StatusMethodNotAllowed,
				header: map[string]string{"X-Amz-Delete-Marker": "true", "X-Amz-Version-Id": id, "Allow": "DELETE"},
			}
		}
		return v, nil
	}
	return nil, errNoSuchVersion
}

// put adds a version, or replaces the only one.
func (s *Server) put(b *bucket, key string, v *version) {
	vs, known := b.objects[key]
	if !known {
		i := sort.SearchStrings(b.keys, key)
		b.keys = slices.Insert(b.keys, i, key)
	}
	v.id = nullVersion
	if b.versioned {
		s.serial++
		v.id = fmt.Sprintf("v%08d", s.serial)
	}
	if s.o.OpaqueETags && !v.marker {
		s.serial++
		v.etag = fmt.Sprintf("opaque-%d", s.serial)
	}
	// A bucket has at most one version that is called null.
	vs = slices.DeleteFunc(vs, func(o *version) bool { return o.id == v.id })
	b.objects[key] = append(vs, v)
}

// remove takes a key away: by a delete marker if the bucket keeps versions,
// and for good if a version is named or none are kept.
func (s *Server) remove(b *bucket, key, id string) (marker *version, was *version) {
	vs := b.objects[key]
	if id == "" && b.versioned {
		m := &version{marker: true, mod: now()}
		s.put(b, key, m)
		return m, nil
	}
	if id == "" {
		id = nullVersion
	}
	i := slices.IndexFunc(vs, func(v *version) bool { return v.id == id })
	if i < 0 {
		return nil, nil
	}
	was = vs[i]
	if vs = slices.Delete(slices.Clone(vs), i, i+1); len(vs) > 0 {
		b.objects[key] = vs
		return nil, was
	}
	delete(b.objects, key)
	if j, found := slices.BinarySearch(b.keys, key); found {
		b.keys = slices.Delete(b.keys, j, j+1)
	}
	return nil, was
}

func now() time.Time { return time.Now().UTC().Truncate(time.Millisecond) }

// generated are keys that are not stored: prefix and a number with leading zeros
type generated struct {
	prefix string
	count  int
	digits int
	size   int64
}

func (g generated) key(i int) string { return fmt.Sprintf("%s%0*d", g.prefix, g.digits, i) }

// from is the number of the first generated key that is not less than k.
func (g generated) from(k string) int {
	if rest, ok := strings.CutPrefix(k, g.prefix); ok && len(rest) >= g.digits {
		// The common case, without a search: a key of ours, or one just behind it.
		if n, err := strconv.ParseUint(rest[:g.digits], 10, 31); err == nil {
			if len(rest) > g.digits {
				n++
			}
			return min(int(n), g.count)
		}
	}
	return sort.Search(g.count, func(i int) bool { return g.key(i) >= k })
}

func (g generated) version(key string) *version {
	i := g.from(key)
	if i == g.count || g.key(i) != key {
		return nil
	}
	c := pattern{uint64(i), g.size}
	return &version{
		id: nullVersion, content: c, etag: etagOf(c), mod: time.Date(2026, 1, 1, 0, 0, i, 0, time.UTC),
		header: http.Header{"Content-Type": {"application/octet-stream"}},
		sum:    checksum{algorithm: crc64nvme, kind: fullObject, of: c},
	}
}

// next is the first key that is not less than k and begins with prefix.
func (b *bucket) next(k, prefix string) (string, bool) {
	k = max(k, prefix)
	best, found := "", false
	if i := sort.SearchStrings(b.keys, k); i < len(b.keys) {
		best, found = b.keys[i], true
	}
	if i := b.gen.from(k); i < b.gen.count {
		if g := b.gen.key(i); !found || g < best {
			best, found = g, true
		}
	}
	return best, found && strings.HasPrefix(best, prefix)
}

// beyond is the least string that is greater than everything that begins with
// p; ok is false if there is none.
func beyond(p string) (string, bool) {
	for i := len(p) - 1; i >= 0; i-- {
		if p[i] != 0xff {
			return p[:i] + string([]byte{p[i] + 1}), true
		}
	}
	return "", false
}
