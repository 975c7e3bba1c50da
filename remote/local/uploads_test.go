package local_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
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

// U13, D21: whoever is stopped while its temporary file is being made leaves
// none behind, although the program may end right after it.
func TestACreateThatIsCalledOffLeavesNoTemporaryFile(t *testing.T) {
	dir := t.TempDir()
	tree := local.New()
	for range 300 {
		ctx, cancel := context.WithCancel(t.Context())
		go cancel()
		sink, err := tree.Create(ctx, remote.Path(filepath.Join(dir, "a")), remote.CreateOptions{Size: 1})
		if err == nil {
			err = sink.Abort(t.Context())
		}
		if err != nil && !remote.Cancelled(err) {
			t.Fatal(err)
		}
		left, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		if len(left) > 0 {
			t.Fatalf("left over: %s", left[0].Name())
		}
	}
}

// D13: the name of a temporary file says when it holds less than that of its
// target.
func TestATemporaryFileTellsWhetherItsNameWasCut(t *testing.T) {
	for name, cut := range map[string]bool{"short": false, strings.Repeat("n", 200): false, strings.Repeat("n", 255): true, strings.Repeat("\u00e4", 127): true} {
		dir := t.TempDir()
		tree := local.New()
		target := filepath.Join(dir, name)
		sink, err := tree.Create(t.Context(), remote.Path(target), remote.CreateOptions{Size: 1})
		if err != nil {
			t.Fatal(err)
		}
		for u, err := range tree.ListUploads(t.Context(), remote.Path(dir)) {
			if err != nil || u.Cut != cut || !strings.HasPrefix(target, string(u.Path)) {
				t.Errorf("%.20q: %+v, %v", name, u, err)
			}
		}
		if err := sink.Abort(t.Context()); err != nil {
			t.Error(err)
		}
	}
}
