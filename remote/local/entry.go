package local

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"gantry/remote"
)

// facts are what the system knows about an entry without following links.
type facts struct {
	mode             fs.FileMode // type bits only
	size             int64
	mtime            time.Time
	changed, written int64 // ctime (0 where there is none) and mtime in nanoseconds
	identity
}

// version names the content of a file: an edit in place, also one that sets
// the time back, and a replacement make it another one.
func (f facts) version() string {
	if !f.mode.IsRegular() {
		return ""
	}
	return f.digest()
}

// digest is short, so that a million rows stay small.
func (f facts) digest() string {
	var b [40]byte
	for i, v := range [...]uint64{f.dev, f.ino, uint64(f.size), uint64(f.written), uint64(f.changed)} { //nolint:gosec // bits, not numbers
		binary.BigEndian.PutUint64(b[8*i:], v)
	}
	sum := sha256.Sum256(b[:])
	return base64.RawURLEncoding.EncodeToString(sum[:12])
}

// entry describes the facts of p. For a link the file system is asked once
// more, where it leads.
func (f facts) entry(p remote.Path, name string) remote.Entry {
	e := remote.Entry{Path: p, Name: name, Dir: f.mode.IsDir(), Size: f.size, ModTime: f.mtime, Version: f.version()}
	switch {
	case e.Dir:
		e.Size = 0
	case f.mode&fs.ModeSymlink != 0:
		e.Type, e.Size = remote.Link, -1
		if fi, err := os.Stat(native(p)); err == nil {
			e.Dir = fi.IsDir()
		}
	case !f.mode.IsRegular():
		e.Type, e.Size = remote.Special, -1
	}
	return e
}

func entryOf(p remote.Path, name string, fi fs.FileInfo) remote.Entry {
	return factsOf(fi).entry(p, name)
}

// below gives the path of name inside the native folder dir, sharing one piece
// of memory between path and name.
func below(dir, name string) (remote.Path, string) {
	sep := string(filepath.Separator)
	if os.IsPathSeparator(dir[len(dir)-1]) {
		sep = ""
	}
	p := dir + sep + name
	return remote.Path(p), p[len(p)-len(name):]
}
