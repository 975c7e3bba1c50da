package local_test

import (
	"io"
	"os"
	"path/filepath"
	"testing"

	"gantry/remote"
	"gantry/remote/local"
)

// U11: a file of /proc has content and says that it has none; an empty one has none.
func TestAFileWithoutASizeIsNotReadAsEmpty(t *testing.T) {
	tree := local.New()
	e, err := tree.Stat(t.Context(), "/proc/self/status")
	must(t, err)
	if r, err := tree.Open(t.Context(), e, 0, -1); remote.KindOf(err) != remote.Unsupported {
		if err == nil {
			_ = r.Close()
		}
		t.Errorf("it was opened: %v", err)
	}
	empty := filepath.Join(t.TempDir(), "empty")
	must(t, os.WriteFile(empty, nil, 0o600))
	e, err = tree.Stat(t.Context(), remote.Path(empty))
	must(t, err)
	r, err := tree.Open(t.Context(), e, 0, -1)
	must(t, err)
	defer r.Close() //nolint:errcheck // of the test
	if b, err := io.ReadAll(r); err != nil || len(b) != 0 {
		t.Errorf("%d bytes, %v", len(b), err)
	}
}
