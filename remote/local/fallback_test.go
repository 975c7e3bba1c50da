package local

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"testing"

	"gantry/remote"
)

// Disks without renameat2 or links are rare where tests run, so the steps for
// them are called directly: exactly one of many must win, with its content.
func TestFallBacksOfIfAbsentHaveOneWinner(t *testing.T) {
	for name, appear := range map[string]func(*spot, string) error{
		"by link": (*spot).appearByLink, "by place": (*spot).appearByPlace,
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			root, err := os.OpenRoot(dir)
			if err != nil {
				t.Fatal(err)
			}
			at := newFolder(root).spot("f")
			defer at.close()
			won := make(chan string, 16)
			var wg sync.WaitGroup
			for range 16 {
				f, temp, err := makeTemp(at, 0o666)
				if err != nil {
					t.Fatal(err)
				}
				_, _ = f.WriteString(temp)
				_ = f.Close()
				wg.Go(func() {
					switch err := appear(at, temp); {
					case err == nil:
						won <- temp
					case !errors.Is(err, fs.ErrExist):
						t.Error(err)
					}
				})
			}
			wg.Wait()
			if len(won) != 1 {
				t.Fatalf("%d winners", len(won))
			}
			if got, err := os.ReadFile(filepath.Join(dir, "f")); err != nil || string(got) != <-won {
				t.Errorf("got %q, %v", got, err)
			}
		})
	}
}

// D18, D19: what the system says, by kind; each has a sentence.
func TestErrorsOfTheSystemHaveKindsAndHints(t *testing.T) {
	for no, want := range map[syscall.Errno]remote.Kind{
		syscall.ENOSPC: remote.Full, syscall.EDQUOT: remote.Full, syscall.EROFS: remote.Denied,
		syscall.EACCES: remote.Denied, syscall.EPERM: remote.Denied, syscall.EIO: remote.Unreachable,
		syscall.ENOENT: remote.NotExist, syscall.EEXIST: remote.Exist, syscall.EXDEV: remote.Unsupported,
		syscall.ENOTEMPTY: remote.Invalid, syscall.ENAMETOOLONG: remote.Invalid, syscall.ELOOP: remote.Invalid,
		syscall.EMFILE: remote.Crowded, syscall.ENFILE: remote.Crowded, syscall.ESTALE: remote.Unreachable, syscall.ENOTDIR: remote.NotExist,
	} {
		err := fail("write", "/x", &fs.PathError{Op: "open", Path: "/x", Err: no})
		if remote.KindOf(err) != want || remote.HintOf(err) == err.Error() || remote.HintOf(err) == "" {
			t.Errorf("%v is %v with %q, want %v", no, remote.KindOf(err), remote.HintOf(err), want)
		}
	}
}
