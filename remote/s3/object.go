package s3

import (
	"fmt"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"path"
	"strconv"
	"strings"

	"gantry/remote"
)

// object is what is stored with the content, in the form of the wire.
type object struct {
	contentType string
	class       string
	meta        map[string]string // names in lower case; values in ASCII
	headers     map[string]string // as in remote.Attrs
	tags        string            // as in a query; "" for none
}

const maxMeta = 2 << 10 // bytes of names and values

// objectOf works out what goes with an object made by o.
func (t *Tree) objectOf(p remote.Path, o remote.CreateOptions) (object, error) {
	a := object{contentType: o.Attrs.ContentType, class: o.Attrs.StorageClass, headers: o.Attrs.Headers, tags: tagQuery(o.Attrs.Tags)}
	if a.class == "" {
		a.class = t.c.srv.StorageClass
	}
	if n := len(o.Attrs.Metadata); n > 0 || !o.ModTime.IsZero() {
		a.meta = make(map[string]string, n+1)
	}
	size := 0
	for name, value := range o.Attrs.Metadata {
		name = strings.ToLower(name)
		if !token(name) || strings.ContainsFunc(value, func(r rune) bool { return r < ' ' || r == 0x7f }) {
			return a, &remote.Error{
				Op: "upload", Path: p, Kind: remote.Invalid,
				Hint: "The metadata " + fmt.Sprintf("%q", name) + " cannot be stored: names are letters, digits and dashes, values are printable.",
			}
		}
		a.meta[name] = value
		size += len(name) + len(value)
	}
	if size > maxMeta {
		return a, &remote.Error{
			Op: "upload", Path: p, Kind: remote.Invalid,
			Hint: fmt.Sprintf("The metadata is %d bytes; S3 allows %d. Remove some.", size, maxMeta),
		}
	}
	if !o.ModTime.IsZero() {
		a.meta["mtime"] = formatMtime(o.ModTime)
	}
	return a, nil
}

// typeOf is the content type that a name stands for, as other tools give it. Of
// the character set a name says nothing.
func typeOf(name string) string {
	kind, _, _ := strings.Cut(mime.TypeByExtension(path.Ext(name)), ";")
	if kind == "" {
		return "application/octet-stream"
	}
	return kind
}

// token tells whether name can be part of a header's name.
func token(name string) bool {
	return name != "" && !strings.ContainsFunc(name, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' && r != '_' && r != '.'
	})
}

// objectFrom is what is stored with an object that was asked for its headers.
func objectFrom(h http.Header) object {
	at := attrsFrom(h)
	return object{contentType: at.ContentType, class: at.StorageClass, meta: at.Metadata, headers: at.Headers}
}

// attrsFrom is objectFrom in the words of package remote.
func attrsFrom(h http.Header) *remote.Attrs {
	a := &remote.Attrs{ContentType: h.Get("Content-Type"), StorageClass: h.Get("X-Amz-Storage-Class")}
	for name, values := range h {
		if len(values) == 0 {
			continue
		}
		const meta = "X-Amz-Meta-"
		switch {
		case len(name) > len(meta) && strings.EqualFold(name[:len(meta)], meta):
			a.Metadata = putIn(a.Metadata, strings.ToLower(name[len(meta):]), values[0])
		case kept(name):
			a.Headers = putIn(a.Headers, strings.ToLower(name), values[0])
		}
	}
	a.TagCount, _ = strconv.Atoi(h.Get("X-Amz-Tagging-Count"))
	return a
}

// kept are the headers that an object keeps besides its type.
func kept(name string) bool {
	switch name {
	case "Cache-Control", "Content-Disposition", "Content-Encoding", "Content-Language", "Expires":
		return true
	}
	return false
}

func putIn(m map[string]string, name, value string) map[string]string {
	if m == nil {
		m = map[string]string{}
	}
	m[name] = value
	return m
}

// tagQuery writes tags as x-amz-tagging has them.
func tagQuery(tags map[string]string) string {
	q := url.Values{}
	for name, value := range tags {
		q.Set(name, value)
	}
	return q.Encode()
}

// with lays what a caller asked for over what an object had.
func (a object) with(b object) object {
	if b.contentType != "" {
		a.contentType = b.contentType
	}
	if b.class != "" {
		a.class = b.class
	}
	for name, value := range b.headers {
		a.headers = putIn(maps.Clone(a.headers), name, value)
	}
	for name, value := range b.meta {
		a.meta = putIn(maps.Clone(a.meta), name, value)
	}
	return a
}
