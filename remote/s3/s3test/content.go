package s3test

import (
	"bytes"
	"encoding/binary"
	"io"
)

// Content is the bytes of an object or a part. It never changes.
type Content interface {
	io.ReaderAt
	Size() int64
}

func bytesContent(b []byte) Content { return bytes.NewReader(b) }

// Pattern is content of any size that is not stored: every 8 bytes are the
// seed and their own position, mixed, so that no two places look alike and no
// two seeds share a block.
func Pattern(seed uint64, size int64) Content { return pattern{seed, size} }

type pattern struct {
	seed uint64
	size int64
}

func (p pattern) Size() int64 { return p.size }

func (p pattern) ReadAt(b []byte, off int64) (int, error) {
	n := 0
	for n < len(b) && off < p.size {
		var word [8]byte
		binary.LittleEndian.PutUint64(word[:], mix(p.seed, uint64(off/8)))
		k := copy(b[n:min(len(b), n+int(p.size-off))], word[off%8:])
		n += k
		off += int64(k)
	}
	if n < len(b) {
		return n, io.EOF
	}
	return n, nil
}

// mix is the finishing step of splitmix64.
func mix(seed, i uint64) uint64 {
	z := (seed+1)*0x9e3779b97f4a7c15 + i*0xd1b54a32d192ed03
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// chain is several contents in a row: the parts of an upload.
type chain []Content

func (c chain) Size() int64 {
	var n int64
	for _, p := range c {
		n += p.Size()
	}
	return n
}

func (c chain) ReadAt(b []byte, off int64) (int, error) {
	n := 0
	for _, p := range c {
		if off >= p.Size() {
			off -= p.Size()
			continue
		}
		k := min(len(b)-n, int(p.Size()-off))
		if m, err := p.ReadAt(b[n:n+k], off); m < k {
			return n + m, err
		}
		if n += k; n == len(b) {
			return n, nil
		}
		off = 0
	}
	return n, io.EOF
}

func readAll(c Content) []byte {
	b := make([]byte, c.Size())
	_, _ = c.ReadAt(b, 0) // memory: it does not fail
	return b
}
