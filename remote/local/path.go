package local

import (
	"errors"
	"os"
	"path/filepath"
	"strings"

	"gantry/remote"
)

// maxName and maxPath are the limits of Linux and macOS in bytes; names that
// go beyond are refused before anything is transferred.
const (
	maxName = 255
	maxPath = 4096
)

// native is p as the operating system wants it: absolute and clean.
func native(p remote.Path) string {
	if p == "" {
		return string(filepath.Separator)
	}
	return filepath.Clean(string(p))
}

// Join gives the path of rel inside dir. Names that the disk would take for
// something else, or cannot hold, are refused.
func (t *Tree) Join(dir remote.Path, rel string) (remote.Path, error) {
	p := native(dir)
	for s := range strings.SplitSeq(strings.TrimSuffix(rel, "/"), "/") {
		if why := badName(s); why != "" {
			return "", &remote.Error{
				Op: "name", Path: remote.Path(rel), Kind: remote.Invalid, Err: errors.New(why),
				Hint: "This name cannot be kept on this disk: " + why + ".",
			}
		}
		if !os.IsPathSeparator(p[len(p)-1]) {
			p += string(filepath.Separator)
		}
		p += s
	}
	if len(p) >= maxPath {
		return "", &remote.Error{
			Op: "name", Path: remote.Path(rel), Kind: remote.Invalid, Err: errors.New("the path is too long"),
			Hint: "The path would be longer than 4095 bytes, which the disk cannot hold.",
		}
	}
	return remote.Path(p), nil
}

// Dir is the folder that holds p.
func (t *Tree) Dir(p remote.Path) remote.Path {
	if p == "" {
		return ""
	}
	return remote.Path(filepath.Dir(native(p)))
}

// badName tells why s cannot be one segment of a path; "" if it can.
func badName(s string) string {
	switch {
	case s == "":
		return "a segment is empty"
	case s == "." || s == "..":
		return `a segment is "` + s + `"`
	case strings.ContainsRune(s, 0):
		return "it holds a NUL byte"
	case len(s) > maxName:
		return "a segment is longer than 255 bytes"
	case strings.ContainsRune(s, filepath.Separator):
		return "it holds a path separator"
	}
	return badNative(s)
}
