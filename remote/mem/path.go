package mem

import (
	"errors"
	"strings"
	"unicode/utf8"

	"gantry/remote"
)

// maxKey is the longest key of a bucket in bytes.
const maxKey = 1024

// Join appends rel to dir. A bucket takes every valid UTF-8 name of up to 1024
// bytes; a disk refuses empty segments, dots and NUL.
func (t *Tree) Join(dir remote.Path, rel string) (remote.Path, error) {
	bad := func(why string) (remote.Path, error) {
		return "", fail("name", remote.Path(rel), remote.Invalid, errors.New(why))
	}
	if rel == "" {
		return bad("the name is empty")
	}
	if t.disk {
		rel = strings.TrimSuffix(rel, "/")
		for s := range strings.SplitSeq(rel, "/") {
			if s == "" || s == "." || s == ".." || len(s) > 255 || strings.ContainsRune(s, 0) {
				return bad("a disk cannot hold this name")
			}
		}
		if key := t.key(dir); key != "" {
			rel = key + "/" + rel
		}
		return t.path(rel), nil
	}
	key := string(dir)
	if key != "" && !strings.HasSuffix(key, "/") {
		key += "/"
	}
	key += rel
	if len(key) > maxKey {
		return bad("the key is longer than 1024 bytes")
	}
	if !utf8.ValidString(key) {
		return bad("the key is not valid UTF-8")
	}
	return remote.Path(key), nil
}

// Dir is the folder that holds p.
func (t *Tree) Dir(p remote.Path) remote.Path {
	key := t.key(p)
	if key == "" {
		return p
	}
	i := strings.LastIndexByte(strings.TrimSuffix(key, "/"), '/')
	if t.disk {
		return t.path(key[:max(i, 0)])
	}
	return remote.Path(key[:i+1])
}

// key is where p is kept: the path itself, on a disk without its first slash.
func (t *Tree) key(p remote.Path) string {
	if t.disk {
		return strings.Trim(string(p), "/")
	}
	return string(p)
}

func (t *Tree) path(key string) remote.Path {
	if t.disk {
		return remote.Path("/" + key)
	}
	return remote.Path(key)
}

func base(key string) string {
	key = strings.TrimSuffix(key, "/")
	return key[strings.LastIndexByte(key, '/')+1:]
}

func fail(op string, p remote.Path, k remote.Kind, err error) error {
	return &remote.Error{Op: op, Path: p, Kind: k, Err: err}
}

func join(errs []error) error { return errors.Join(errs...) }
