package local_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"gantry/remote"
	"gantry/remote/local"
)

// manyFiles makes n empty files quickly, as second names of one.
func manyFiles(t *testing.T, n int) string {
	t.Helper()
	dir := t.TempDir()
	for i := range n {
		must(t, os.WriteFile(filepath.Join(dir, fmt.Sprintf("e%06d", i)), nil, 0o644))
	}
	return dir
}

func openFiles(t *testing.T) int {
	t.Helper()
	es, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Skip(err)
	}
	return len(es)
}

// eventually waits for what another goroutine does soon. Its limit only bounds
// a failure.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(2 * time.Minute); time.Now().Before(end); runtime.Gosched() {
		if ok() {
			return
		}
	}
	t.Error(what)
}

func TestListingsThatAreLeftHoldFewFiles(t *testing.T) {
	dir := manyFiles(t, 2500)
	tree := local.New()
	before := openFiles(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var tokens []string
	for range 100 {
		page, err := tree.List(ctx, at(dir), "")
		must(t, err)
		tokens = append(tokens, page.Next)
	}
	if n := openFiles(t) - before; n > 40 {
		t.Errorf("%d files are open", n)
	}
	for _, token := range tokens { // pushed out or not, each goes on
		page, err := tree.List(ctx, at(dir), token)
		must(t, err)
		if len(page.Entries) != 500 || page.Next != "" {
			t.Fatalf("second page of %d entries, next %q", len(page.Entries), page.Next)
		}
	}
	for range 10 {
		_, err := tree.List(ctx, at(dir), "")
		must(t, err)
	}
	cancel()
	eventually(t, "files stay open after the context ended", func() bool { return openFiles(t) <= before })
}

func TestListingOfAFolderThatChangedDoesNotGoOnByCounting(t *testing.T) {
	dir := manyFiles(t, 2500)
	tree := local.New()
	page, err := tree.List(t.Context(), at(dir), "")
	must(t, err)
	_, err = tree.List(t.Context(), at(dir), page.Next)
	must(t, err) // the handle is used up
	must(t, os.Remove(string(page.Entries[0].Path)))
	later(t, dir)
	_, err = tree.List(t.Context(), at(dir), page.Next)
	wantKind(t, err, remote.Changed)
	_, err = tree.List(t.Context(), at(dir), "nonsense")
	if remote.KindOf(err) != remote.Invalid {
		t.Errorf("nonsense token: %v", err)
	}
}

func TestTokenOfAnotherFolderIsRefused(t *testing.T) {
	a, b := manyFiles(t, 2100), t.TempDir()
	tree := local.New()
	page, err := tree.List(t.Context(), at(a), "")
	must(t, err)
	if page, err := tree.List(t.Context(), at(b), page.Next); err == nil {
		t.Errorf("listed %d entries", len(page.Entries))
	}
}

func TestListOfAFileIsInvalid(t *testing.T) {
	f := filepath.Join(t.TempDir(), "f")
	writeFile(t, f, "x")
	_, err := local.New().List(t.Context(), at(f), "")
	wantKind(t, err, remote.Invalid)
}

func BenchmarkListBigFolder(b *testing.B) {
	dir := os.Getenv("GANTRY_BIG_FOLDER")
	if dir == "" {
		b.Skip("GANTRY_BIG_FOLDER names a folder with many entries")
	}
	tree := local.New()
	for b.Loop() {
		n := 0
		for _, err := range remote.All(b.Context(), tree, remote.Path(dir)) {
			if err != nil {
				b.Fatal(err)
			}
			n++
		}
		b.ReportMetric(float64(n), "entries")
	}
}
