package local_test

import (
	"os"
	"path/filepath"
	"testing"

	"gantry/remote"
	"gantry/remote/local"
)

func TestSettleTakesFilesAndFoldersAndNothingElse(t *testing.T) {
	dir := t.TempDir()
	must(t, os.MkdirAll(filepath.Join(dir, "a", "b"), 0o700))
	must(t, os.WriteFile(filepath.Join(dir, "a", "b", "f"), []byte("x"), 0o600))
	disk := local.New()
	for _, name := range []string{"a/b/f", "a/b", ""} {
		if err := disk.Settle(t.Context(), remote.Path(filepath.Join(dir, name))); err != nil {
			t.Errorf("%q: %v", name, err)
		}
	}
	if err := disk.Settle(t.Context(), remote.Path(filepath.Join(dir, "gone"))); remote.KindOf(err) != remote.NotExist {
		t.Errorf("of nothing: %v", err)
	}
}
