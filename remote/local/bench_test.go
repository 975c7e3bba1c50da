package local_test

import (
	"bytes"
	"context"
	"testing"

	"gantry/remote"
	"gantry/remote/local"
)

// BenchmarkDurableFile writes 256 MiB in parts of 16 MiB and waits until they
// are on the disk.
func BenchmarkDurableFile(b *testing.B) {
	const size, part = 256 << 20, 16 << 20
	content := bytes.Repeat([]byte("gantry.."), part/8)
	tree, target := local.New(), at(b.TempDir(), "big")
	b.SetBytes(size)
	for b.Loop() {
		s, err := tree.Create(b.Context(), target, remote.CreateOptions{Size: size, PartSize: part})
		if err != nil {
			b.Fatal(err)
		}
		var parts []remote.Part
		for n := 1; n <= size/part; n++ {
			p, err := s.WritePart(b.Context(), n, bytes.NewReader(content))
			if err != nil {
				b.Fatal(err)
			}
			parts = append(parts, p)
		}
		if _, err := s.Commit(b.Context(), parts); err != nil {
			_ = s.Abort(context.WithoutCancel(b.Context())) // the failure to report is the first one
			b.Fatal(err)
		}
	}
}
