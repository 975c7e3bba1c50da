package demo

import (
	"crypto/md5" // what S3 makes its ETags of
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash/crc64"
	"io/fs"
	"mime"
	"os"
	"path"
	"strings"
	"time"
)

const (
	kib = 1 << 10
	mib = 1 << 20
)

// bucketSeed writes objects straight into a bucket's folder, in the form in
// which the gateway itself would have stored them: that is fast, and lets them
// have a past. What needs the gateway's own doing (versions, uploads) goes
// through S3, see history.go.
type bucketSeed struct {
	g    *Gateway
	name string
	root *os.Root
	crc  *crc64.Table
	now  time.Time
	dirs map[string]bool // made already
}

func (g *Gateway) seedBucket(name string, now time.Time) (*bucketSeed, error) {
	root, err := os.OpenRoot(g.BucketDir(name))
	if err != nil {
		return nil, fmt.Errorf("open bucket %s: %w", name, err)
	}
	return &bucketSeed{
		g: g, name: name, root: root, now: now,
		crc: crc64.MakeTable(0x9a6c9329ac4bc9b5), dirs: map[string]bool{".": true},
	}, nil
}

func (b *bucketSeed) close() { _ = b.root.Close() }

// put stores content under key, last modified age ago.
func (b *bucketSeed) put(key string, content []byte, age time.Duration) error {
	f, err := b.create(key)
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err = f.Write(content); err != nil {
		return fmt.Errorf("seed %q: %w", key, err)
	}
	sum := md5.Sum(content)
	return b.finish(f, key, hex.EncodeToString(sum[:]), crc64.Checksum(content, b.crc), age)
}

// blob is a large object that takes hardly any disk: every block of it
// begins with its own number, the rest is a hole.
type blob struct {
	size int64
	etag string // of parts of 8 MiB
	crc  uint64 // CRC-64/NVME of the whole
}

const blobBlock = 64 * kib

// fill writes the content of a blob of any size.
func fill(f *os.File, size int64) error {
	if err := f.Truncate(size); err != nil {
		return err
	}
	var stamp [16]byte
	copy(stamp[:], "gantry..")
	for off := int64(0); off < size; off += blobBlock {
		binary.BigEndian.PutUint64(stamp[8:], uint64(off/blobBlock))
		if _, err := f.WriteAt(stamp[:min(16, size-off)], off); err != nil {
			return err
		}
	}
	return nil
}

func (b *bucketSeed) putBlob(key string, i blob, age time.Duration) error {
	f, err := b.create(key)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := fill(f, i.size); err != nil {
		return fmt.Errorf("seed %q: %w", key, err)
	}
	return b.finish(f, key, i.etag, i.crc, age)
}

func (b *bucketSeed) create(key string) (*os.File, error) {
	if err := b.mkdirs(path.Dir(key)); err != nil {
		return nil, fmt.Errorf("seed %q: %w", key, err)
	}
	f, err := b.root.OpenFile(key, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, fmt.Errorf("seed %q: %w", key, err)
	}
	return f, nil
}

// mkdirs makes a folder that is no object, only a prefix.
func (b *bucketSeed) mkdirs(dir string) error {
	if b.dirs[dir] {
		return nil
	}
	b.dirs[dir] = true
	return b.root.MkdirAll(dir, 0o700)
}

// folder makes the slash object of an empty folder.
func (b *bucketSeed) folder(key string) error {
	dir := strings.TrimSuffix(key, "/")
	if err := b.mkdirs(dir); err != nil {
		return fmt.Errorf("seed %q: %w", key, err)
	}
	empty := md5.Sum(nil)
	return b.g.meta.StoreAttribute(nil, b.name, dir, "etag", []byte(`"`+hex.EncodeToString(empty[:])+`"`))
}

// finish gives a file the attributes by which the gateway knows an object.
func (b *bucketSeed) finish(f *os.File, key, etag string, crc uint64, age time.Duration) error {
	sum, err := json.Marshal(map[string]string{
		"Algorithm": "CRC64NVME", "Type": "FULL_OBJECT",
		"CRC64NVME": base64.StdEncoding.EncodeToString(binary.BigEndian.AppendUint64(nil, crc)),
	})
	if err != nil {
		return fmt.Errorf("seed %q: %w", key, err)
	}
	for _, a := range []struct{ name, value string }{
		{"etag", `"` + etag + `"`},
		{"checksums", string(sum)},
		{"content-type", contentType(key)},
	} {
		if err := b.g.meta.StoreAttribute(f, b.name, key, a.name, []byte(a.value)); err != nil {
			return fmt.Errorf("seed %q: %w", key, err)
		}
	}
	return b.root.Chtimes(key, time.Time{}, b.now.Add(-age))
}

// contentType knows the names of the sample data, whatever the machine's own
// table says.
func contentType(key string) string {
	switch ext := strings.ToLower(path.Ext(key)); ext {
	case ".md", ".log", ".txt", ".go", ".sql", ".yaml", ".toml":
		return "text/plain; charset=utf-8"
	case ".csv":
		return "text/csv; charset=utf-8"
	case ".gz":
		return "application/gzip"
	case ".zip":
		return "application/zip"
	case ".json", ".html", ".xml", ".svg", ".png", ".jpg":
		if t := mime.TypeByExtension(ext); t != "" {
			return t
		}
	}
	return "application/octet-stream"
}

// restamp sets the modification times of what the gateway stored just now, so
// that versions and unfinished uploads have a past too: the i-th newest file
// of every folder below root/dir is i+1 steps old.
func restamp(dir string, now time.Time, step time.Duration) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return fmt.Errorf("open the versions: %w", err)
	}
	defer root.Close()
	return fs.WalkDir(root.FS(), ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		entries, err := fs.ReadDir(root.FS(), p) // in order of names, which grow with time
		if err != nil {
			return err
		}
		for i, e := range entries {
			if e.IsDir() {
				continue
			}
			age := step * time.Duration(len(entries)-i)
			if err := root.Chtimes(path.Join(p, e.Name()), time.Time{}, now.Add(-age)); err != nil {
				return err
			}
		}
		return nil
	})
}
