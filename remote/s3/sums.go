package s3

import (
	"crypto/md5" //nolint:gosec // a checksum that old stores know, not a signature
	"encoding/base64"
	"hash"
	"io"

	"github.com/minio/crc64nvme"

	"gantry/remote"
	"gantry/remote/s3/wire"
)

// sums are the checksums of one body.
type sums struct {
	crc  uint64
	md5  string // base64; only for stores that know no better
	size int64
}

// hash reads the whole body; old works out the older checksum as well.
func (c *conn) hash(body io.ReadSeeker, old bool) (sums, error) {
	if at, ok := body.(io.ReaderAt); ok {
		// What is only looked at neither counts as moved nor is it held back.
		s, err := c.hashAt(body, at, old)
		if remote.KindOf(err) != remote.Unsupported || err == nil {
			return s, err
		}
	}
	if _, err := body.Seek(0, io.SeekStart); err != nil {
		return sums{}, &wire.SourceError{Err: err}
	}
	return c.hashAll(body, old)
}

func (c *conn) hashAt(body io.Seeker, at io.ReaderAt, old bool) (sums, error) {
	size, err := body.Seek(0, io.SeekEnd)
	if err == nil {
		_, err = body.Seek(0, io.SeekStart)
	}
	if err != nil {
		return sums{}, &wire.SourceError{Err: err}
	}
	s, err := c.hashAll(io.NewSectionReader(at, 0, size), old)
	if err == nil && s.size != size {
		err = &wire.SourceError{Err: io.ErrUnexpectedEOF}
	}
	return s, err
}

func (c *conn) hashAll(body io.Reader, old bool) (sums, error) {
	var s sums
	var h hash.Hash
	if old {
		h = md5.New() //nolint:gosec // see the import
	}
	buf := c.buffer()
	defer c.putBuffer(buf)
	if cap(buf.b) < hashPiece {
		buf.b = make([]byte, hashPiece)
	}
	for piece := buf.b[:hashPiece]; ; {
		n, err := body.Read(piece)
		s.crc, s.size = crc64nvme.Update(s.crc, piece[:n]), s.size+int64(n)
		if h != nil {
			_, _ = h.Write(piece[:n]) // never fails
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			return s, &wire.SourceError{Err: err}
		}
	}
	if h != nil {
		s.md5 = base64.StdEncoding.EncodeToString(h.Sum(nil))
	}
	return s, nil
}

const hashPiece = 128 << 10

func (s sums) sum() remote.Sum {
	return remote.Sum{Algorithm: remote.CRC64NVME, Digest: digest(s.crc)}
}

// hdrCRC is in the answer of a store that has compared the sum of the same name.
const hdrCRC = "X-Amz-Checksum-Crc64nvme"

// protect sets the checksum that the store is to check.
func (s sums) protect(r *wire.Request) {
	if s.md5 != "" {
		r.Set("content-md5", s.md5)
		return
	}
	r.Set("x-amz-checksum-crc64nvme", base64.StdEncoding.EncodeToString([]byte(digest(s.crc))))
}
