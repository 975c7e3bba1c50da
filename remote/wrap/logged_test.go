package wrap_test

import (
	"bytes"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gantry/remote"
	"gantry/remote/local"
	"gantry/remote/mem"
	"gantry/remote/wrap"
)

// TestARevertPassesThroughAndIntoTheLog, of what was written through decorators.
func TestARevertPassesThroughAndIntoTheLog(t *testing.T) {
	var out bytes.Buffer
	b := mem.New("acme:")
	b.Versions = true
	old, src := b.Put("file", "old"), b.Put("source", "new")
	f := wrap.NewFaulty(b)
	tree := wrap.Logged(wrap.Limited(f, &free{}), slog.New(slog.NewJSONHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug})))
	c, _ := remote.As[remote.Copier](tree)
	r, ok := remote.As[remote.Reverter](tree)
	if !ok {
		t.Fatal("it is lost on the way")
	}
	id := ""
	_, err := c.Copy(t.Context(), tree, src, "file", remote.CreateOptions{Size: 3, IfVersion: old.Version, VersionID: func(s string) { id = s }})
	must(t, err)
	f.Fail(wrap.Revert, 1, &remote.Error{Op: "revert", Path: "file", Kind: remote.Denied})
	if err := r.Revert(t.Context(), "file", id); remote.KindOf(err) != remote.Denied {
		t.Error(err)
	}
	must(t, r.Revert(t.Context(), "file", id))
	if got, _ := b.Get("file"); got != "old" || strings.Count(out.String(), `"op":"revert","path":"file"`) != 2 {
		t.Errorf("it holds %q; the log says %s", got, &out)
	}
}

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
