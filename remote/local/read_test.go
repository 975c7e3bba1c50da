package local_test

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gantry/remote"
	"gantry/remote/local"
)

// later makes sure that the next change gets another time on disks with coarse
// clocks, without waiting.
func later(t *testing.T, name string) {
	t.Helper()
	now := time.Now().Add(3 * time.Second)
	must(t, os.Chtimes(name, now, now))
}

// U02, U03, U04: a source that does not stay as it was is Changed.
func TestSourceThatChangesWhileItIsReadIsNoticed(t *testing.T) {
	for name, change := range map[string]func(t *testing.T, f string){
		"edited in place": func(t *testing.T, f string) {
			w, err := os.OpenFile(f, os.O_WRONLY, 0)
			must(t, err)
			_, err = w.WriteAt([]byte("EDIT"), 100)
			must(t, err)
			must(t, w.Close())
			later(t, f)
		},
		"truncated": func(t *testing.T, f string) { must(t, os.Truncate(f, 10)) },
		"appended": func(t *testing.T, f string) {
			w, err := os.OpenFile(f, os.O_WRONLY|os.O_APPEND, 0)
			must(t, err)
			_, err = w.WriteString("more")
			must(t, err)
			must(t, w.Close())
		},
	} {
		for _, whole := range []bool{true, false} {
			t.Run(name, func(t *testing.T) {
				f := filepath.Join(t.TempDir(), "f")
				writeFile(t, f, strings.Repeat("data", 100_000))
				r, err := local.New().Open(t.Context(), remote.Entry{Path: at(f)}, 0, -1)
				must(t, err)
				_, err = io.ReadFull(r, make([]byte, 5))
				must(t, err)
				change(t, f)
				if whole {
					_, err = io.Copy(io.Discard, r)
					wantKind(t, err, remote.Changed)
				}
				wantKind(t, r.Close(), remote.Changed)
			})
		}
	}
}

func TestVersionChangesWithEveryReplacement(t *testing.T) {
	dir := t.TempDir()
	f := filepath.Join(dir, "f")
	tree := local.New()
	writeFile(t, f, "12345")
	old, err := tree.Stat(t.Context(), at(f))
	must(t, err)
	writeFile(t, f+"2", "54321") // same size, same time, another file
	must(t, os.Chtimes(f+"2", old.ModTime, old.ModTime))
	must(t, os.Rename(f+"2", f))
	_, err = get(t, tree, old)
	if os.PathSeparator == '/' {
		wantKind(t, err, remote.Changed)
	}
	now, err := tree.Stat(t.Context(), at(f))
	must(t, err)
	if got, err := get(t, tree, now); err != nil || got != "54321" {
		t.Errorf("%q, %v", got, err)
	}
}
