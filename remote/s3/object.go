package s3

import (
	"fmt"
	"maps"
	"mime"
	"net/http"
	"path"
	"strings"

	"gantry/remote"
)

// object is what is stored with the content, in the form of the wire.
type object struct {
	contentType string
	class       string
	meta        map[string]string // names in lower case; values in ASCII
}

const maxMeta = 2 << 10 // bytes of names and values

// objectOf works out what goes with an object made by o.
func (t *Tree) objectOf(p remote.Path, o remote.CreateOptions) (object, error) {
	a := object{contentType: o.Attrs.ContentType, class: o.Attrs.StorageClass}
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
	a := object{contentType: h.Get("Content-Type"), class: h.Get("X-Amz-Storage-Class"), meta: map[string]string{}}
	for name, values := range h {
		if rest, ok := strings.CutPrefix(strings.ToLower(name), "x-amz-meta-"); ok && len(values) > 0 {
			a.meta[rest] = values[0]
		}
	}
	return a
}

// with lays what a caller asked for over what an object had.
func (a object) with(b object) object {
	if b.contentType != "" {
		a.contentType = b.contentType
	}
	if b.class != "" {
		a.class = b.class
	}
	meta := maps.Clone(a.meta)
	maps.Copy(meta, b.meta)
	a.meta = meta
	return a
}
