package local_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"gantry/remote"
	"gantry/remote/local"
)

// D21: just before it is published a temporary file gets the modification time
// of its source; who looks for what a dead process has left must find it all
// the same.
func TestATemporaryFileTellsWhenItWasBegunWhateverTimeItHas(t *testing.T) {
	dir := t.TempDir()
	before := time.Now().Add(-time.Second)
	temp := filepath.Join(dir, ".a.gantry-01234567")
	if err := os.WriteFile(temp, []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(temp, time.Unix(1, 0), time.Unix(1, 0)); err != nil {
		t.Fatal(err)
	}
	tree := local.New()
	list, ok := remote.As[remote.Uploads](tree)
	if !ok {
		t.Fatal("it cannot list uploads")
	}
	found := 0
	for u, err := range list.ListUploads(t.Context(), remote.Path(dir)) {
		if err != nil {
			t.Fatal(err)
		}
		if found++; u.Started.Before(before) {
			t.Errorf("it was begun at %v", u.Started)
		}
	}
	if found != 1 {
		t.Errorf("%d temporary files were found", found)
	}
}
