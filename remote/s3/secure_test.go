package s3_test

import (
	"crypto/tls"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"gantry/remote"
	"gantry/remote/s3"
	"gantry/remote/s3/s3test"
)

// TestContentPassesTLSWhole: what fits into one record, what fills many, in one
// request and in parts, several at a time over connections that are used again.
func TestContentPassesTLSWhole(t *testing.T) {
	s := s3test.New(t, s3test.Options{MinPart: smallPart, TLS: true})
	s.AddBucket("bucket", s3test.Bucket{})
	tree := open(t, remote.Server{
		Name: "srv", Type: "s3", Region: "us-east-1", Bucket: "bucket", Credential: "k", Endpoint: s.URL, PathStyle: true, CABundle: authority(t, s.URL),
	}, key(t, s.Access, s.Secret), s3.Options{})
	var all sync.WaitGroup
	for i, size := range []int{0, 1, 10 << 10, 16<<10 + 1, 64 << 10, 64<<10 + 1, 300 << 10, 3 << 20} {
		for _, part := range []int64{0, 2 * smallPart} {
			all.Go(func() {
				name := remote.Path(fmt.Sprintf("%d-%d", i, part))
				content := strings.Repeat("0123456789abcde\n", size/16+1)[:size]
				e, err := tryPut(t.Context(), tree, name, content, remote.CreateOptions{PartSize: part})
				if err != nil {
					t.Errorf("%s: %v", name, err)
					return
				}
				r, err := tree.Open(t.Context(), e, 0, -1)
				if err != nil {
					t.Errorf("%s: %v", name, err)
					return
				}
				defer r.Close() //nolint:errcheck // only read from
				var b strings.Builder
				buf := make([]byte, 50<<10)
				for err == nil {
					var n int
					n, err = r.Read(buf)
					b.Write(buf[:n])
				}
				if b.String() != content {
					t.Errorf("%s: %d bytes came back, %v", name, b.Len(), err)
				}
			})
		}
	}
	all.Wait()
}

// authority is a file with the certificate that the server at url shows.
func authority(t *testing.T, url string) string {
	t.Helper()
	c, err := tls.Dial("tcp", strings.TrimPrefix(url, "https://"), &tls.Config{InsecureSkipVerify: true}) //nolint:gosec // to learn which one it is
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close() //nolint:errcheck // nothing was sent
	file := filepath.Join(t.TempDir(), "ca.pem")
	block := &pem.Block{Type: "CERTIFICATE", Bytes: c.ConnectionState().PeerCertificates[0].Raw}
	if err := os.WriteFile(file, pem.EncodeToMemory(block), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}
