package s3

import (
	"io"
	"strings"
	"testing"

	"github.com/minio/crc64nvme"

	"gantry/remote"
)

// counted is a body that says how much of it was read, as opposed to looked at.
type counted struct {
	*strings.Reader
	read   int
	stream bool // it only seems that it can be read anywhere
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.read += n
	return n, err
}

func (c *counted) ReadAt(p []byte, off int64) (int, error) {
	if c.stream {
		return 0, &remote.Error{Op: "read", Kind: remote.Unsupported}
	}
	return c.Reader.ReadAt(p, off)
}

func TestAChecksumOfAFileDoesNotCountAsReading(t *testing.T) {
	for _, size := range []int{0, 1, hashPiece, 3*hashPiece + 7} {
		for _, stream := range []bool{false, true} {
			content := strings.Repeat("x", size)
			body := &counted{Reader: strings.NewReader(content), stream: stream}
			got, err := (&conn{}).hash(body, false)
			if err != nil || got.size != int64(size) || got.crc != crc64nvme.Checksum([]byte(content)) {
				t.Errorf("%d bytes, stream %v: %+v, %v", size, stream, got, err)
			}
			if want := map[bool]int{true: size}[stream]; body.read != want {
				t.Errorf("%d bytes, stream %v: %d were read", size, stream, body.read)
			}
			if at, _ := body.Seek(0, io.SeekCurrent); !stream && at != 0 {
				t.Errorf("left at %d", at)
			}
		}
	}
}
