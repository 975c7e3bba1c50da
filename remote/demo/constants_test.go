package demo

import (
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"hash/crc64"
	"io"
	"os"
	"testing"
)

// TestBlobsHaveTheirSums computes the sums that samples.go states.
func TestBlobsHaveTheirSums(t *testing.T) {
	const partSize = 8 * mib
	for _, b := range []blob{bigBlob(), yearlyBlob()} {
		f, err := os.Create(t.TempDir() + "/blob")
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if err := fill(f, b.size); err != nil {
			t.Fatal(err)
		}
		parts, crc, n := md5.New(), crc64.New(crc64.MakeTable(0x9a6c9329ac4bc9b5)), 0
		for off := int64(0); off < b.size; off += partSize {
			part := md5.New()
			if _, err := io.Copy(io.MultiWriter(part, crc), io.NewSectionReader(f, off, min(partSize, b.size-off))); err != nil {
				t.Fatal(err)
			}
			parts.Write(part.Sum(nil))
			n++
		}
		etag := fmt.Sprintf("%s-%d", hex.EncodeToString(parts.Sum(nil)), n)
		if etag != b.etag || crc.Sum64() != b.crc {
			t.Errorf("%d bytes: etag %q, crc %#x; samples.go has %q, %#x", b.size, etag, crc.Sum64(), b.etag, b.crc)
		}
	}
}
