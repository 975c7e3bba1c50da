package local

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"gantry/remote"
)

// batch is a view of a folder whose volume flushes as the test says.
type batch struct {
	dir  string
	view *scoped
}

func newBatch(t *testing.T, flush func(dir string) error) *batch {
	t.Helper()
	b := &batch{dir: t.TempDir()}
	v, err := New().Scope(t.Context(), remote.Path(b.dir))
	if err != nil {
		t.Fatal(err)
	}
	b.view = v.(*scoped) //nolint:errcheck,forcetypeassert // made here
	t.Cleanup(func() { _ = b.view.Close() })
	keeper, err := os.Open(b.dir)
	if err != nil {
		t.Fatal(err)
	}
	info, err := keeper.Stat()
	if err != nil {
		t.Fatal(err)
	}
	b.view.view.barrier.volumes = map[uint64]*volume{
		factsOf(info).dev: newVolume(keeper, func(*os.File) error { return flush(b.dir) }),
	}
	return b
}

const batchFiles = 60

func (b *batch) name(i int) string {
	return filepath.Join(b.dir, fmt.Sprint("d", i%3), fmt.Sprint("f", i))
}

// write replaces or makes all files at the same time.
func (b *batch) write(t *testing.T, o remote.CreateOptions, content string) []error {
	t.Helper()
	errs := make([]error, batchFiles)
	var wg sync.WaitGroup
	for i := range errs {
		wg.Go(func() {
			s, err := b.view.Create(t.Context(), remote.Path(b.name(i)), o)
			if err != nil {
				errs[i] = err
				return
			}
			p, err := s.WritePart(t.Context(), 1, strings.NewReader(content))
			if err == nil {
				_, err = s.Commit(t.Context(), []remote.Part{p})
			}
			if errs[i] = err; err != nil {
				_ = s.Abort(t.Context())
			}
		})
	}
	wg.Wait()
	return errs
}

// files gives what is there by content; temporary files are not counted.
func (b *batch) files(t *testing.T) map[string]int {
	t.Helper()
	found := map[string]int{}
	for i := range batchFiles {
		if got, err := os.ReadFile(b.name(i)); err == nil {
			found[string(got)]++
		}
	}
	return found
}

// What a power cut leaves is what the last flush that ended had seen, or more.
// So whenever a flush runs, every name has the old or the new content, and a
// new one was flushed under its temporary name before it got its own.
func TestABatchIsDurableBeforeItIsNamedAndNamedBeforeItIsDone(t *testing.T) {
	var b *batch
	var flushes atomic.Int32
	flushed := map[string]bool{} // contents by inode that a flush has seen
	inode := func(path string) string {
		fi, err := os.Lstat(path)
		if err != nil {
			return ""
		}
		return fmt.Sprint(factsOf(fi).ino)
	}
	seen := func(dir string) error {
		flushes.Add(1)
		for i := range batchFiles {
			got, err := os.ReadFile(filepath.Join(dir, fmt.Sprint("d", i%3), fmt.Sprint("f", i)))
			if err != nil || string(got) != "old" && string(got) != "new" {
				t.Errorf("while a flush runs, file %d holds %q, %v", i, got, err)
			}
			if id := inode(filepath.Join(dir, fmt.Sprint("d", i%3), fmt.Sprint("f", i))); string(got) == "new" && !flushed[id] {
				t.Errorf("file %d has its name before its content was flushed", i)
			}
		}
		temps, err := filepath.Glob(filepath.Join(dir, "d*", ".f*"))
		for _, temp := range temps {
			flushed[inode(temp)] = true
		}
		return err
	}
	plain := newBatch(t, func(string) error { return nil })
	for _, err := range plain.write(t, remote.CreateOptions{Size: 3, IfAbsent: true}, "old") {
		if err != nil {
			t.Fatal(err)
		}
	}
	b = newBatch(t, seen)
	for _, v := range b.view.view.barrier.volumes {
		v.few = 0 // all of them where the test can see it
	}
	if err := os.CopyFS(b.dir, os.DirFS(plain.dir)); err != nil {
		t.Fatal(err)
	}
	for i, err := range b.write(t, remote.CreateOptions{Size: 3}, "new") {
		if err != nil {
			t.Errorf("file %d: %v", i, err)
		}
	}
	if got := b.files(t); got["new"] != batchFiles {
		t.Errorf("at the end: %v", got)
	}
	if n := flushes.Load(); n > batchFiles {
		t.Errorf("%d flushes for %d files are no batches", n, batchFiles)
	}
}

// D18: a flush that fails says nothing about single files, so each is asked; a
// file whose own answer is bad keeps its old content and leaves nothing behind.
func TestAFailedFlushIsSettledFileByFile(t *testing.T) {
	b := newBatch(t, func(string) error { return syscall.EIO })
	for i, err := range b.write(t, remote.CreateOptions{Size: 3}, "new") {
		if err != nil {
			t.Errorf("file %d: %v", i, err)
		}
	}
	for _, v := range b.view.view.barrier.volumes {
		if !v.alone {
			t.Error("a volume that failed once is trusted again")
		}
		f, err := os.Open(b.dir)
		if err != nil {
			t.Fatal(err)
		}
		want := errors.New("lost")
		if err := v.durable(f, func(*os.File) error { return want }); !errors.Is(err, want) {
			t.Errorf("the answer of the file itself got lost: %v", err)
		}
		_ = f.Close()
	}
}

// A view that closes while files are on their way still makes them durable.
func TestFilesAreDurableAlsoWhenTheirViewHasClosed(t *testing.T) {
	b := newBatch(t, func(string) error { return nil })
	s, err := b.view.Create(t.Context(), remote.Path(b.name(0)), remote.CreateOptions{Size: 3})
	if err != nil {
		t.Fatal(err)
	}
	p, err := s.WritePart(t.Context(), 1, strings.NewReader("new"))
	if err != nil {
		t.Fatal(err)
	}
	_ = b.view.Close()
	if _, err := s.Commit(t.Context(), []remote.Part{p}); err != nil {
		t.Fatal(err)
	}
	if got := b.files(t); got["new"] != 1 {
		t.Errorf("at the end: %v", got)
	}
}

// A folder that was moved away is not written into any more, although it may
// still be open.
func TestAFolderThatWasReplacedIsOpenedAnew(t *testing.T) {
	b := newBatch(t, func(string) error { return nil })
	for _, err := range b.write(t, remote.CreateOptions{Size: 3}, "old") {
		if err != nil {
			t.Fatal(err)
		}
	}
	for i := range 3 {
		d := filepath.Join(b.dir, fmt.Sprint("d", i))
		if err := os.Rename(d, d+"-moved"); err != nil {
			t.Fatal(err)
		}
	}
	for _, err := range b.write(t, remote.CreateOptions{Size: 3}, "new") {
		if err != nil {
			t.Fatal(err)
		}
	}
	if got := b.files(t); got["new"] != batchFiles {
		t.Errorf("at the end: %v", got)
	}
	moved, err := filepath.Glob(filepath.Join(b.dir, "d*-moved", "f*"))
	if err != nil || len(moved) != batchFiles {
		t.Errorf("%d files in the folders that were moved, %v", len(moved), err)
	}
}
