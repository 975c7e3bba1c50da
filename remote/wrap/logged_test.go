package wrap_test

import (
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"gantry/remote"
	"gantry/remote/local"
	"gantry/remote/wrap"
)

func TestALoggedFileCanStillBeReadAnywhere(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "f")
	if err := os.WriteFile(name, []byte("0123456789"), 0o600); err != nil {
		t.Fatal(err)
	}
	tree := wrap.Logged(local.New(), slog.New(slog.DiscardHandler))
	e, err := tree.Stat(t.Context(), remote.Path(name))
	if err != nil {
		t.Fatal(err)
	}
	r, err := tree.Open(t.Context(), e, 0, -1)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close() //nolint:errcheck // of the test
	at, ok := r.(io.ReaderAt)
	if _, described := r.(remote.Described); !ok || !described {
		t.Fatalf("read anywhere: %v, described: %v", ok, described)
	}
	b := make([]byte, 3)
	if _, err := at.ReadAt(b, 4); err != nil || string(b) != "456" {
		t.Errorf("%q, %v", b, err)
	}
}
