//go:build unix

package cli_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"gantry/remote/demo/sigv4"
	"gantry/ui/uitest"
)

// The panes.
const (
	left = iota
	right
)

// stage is what one scene has for itself: a folder, a bucket behind the server
// "acme", a store that names it, and a terminal once open has been called.
type stage struct {
	*testing.T
	*world
	*uitest.Term
	size   uitest.Size
	dir    string // the local folder, in the left pane
	bucket string // in the right one
	url    string // of the server
	config string
	state  string
	temp   string   // for temporary files of the program
	env    []string // of the program, besides what start gives it
	races  string   // where the race detector writes, if the program has one
}

func newStage(t *testing.T, w *world) *stage {
	t.Helper()
	home := t.TempDir()
	s := &stage{
		T: t, world: w, size: uitest.Size{W: 100, H: 30},
		dir: filepath.Join(home, "local"), bucket: "acme-" + strconv.FormatInt(w.buckets.Add(1), 10), url: w.gateway.Endpoint(),
		config: filepath.Join(home, "config", "config.toml"),
		state:  filepath.Join(home, "state"), temp: filepath.Join(home, "tmp"),
	}
	for _, d := range []string{s.dir, filepath.Dir(s.config), s.temp} {
		s.must(os.Mkdir(d, 0o700))
	}
	s.races = filepath.Join(w.races, s.bucket)
	s.must(w.gateway.MakeBucket(s.bucket, false))
	s.store("")
	return s
}

func (s *stage) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

// store writes the store: the server acme, with more lines for it, and what
// follows it.
func (s *stage) store(rest string, server ...string) {
	s.Helper()
	access, secret := s.gateway.RootKey()
	s.must(os.WriteFile(s.config, []byte(uitest.Store(access, secret, s.bucket, s.url, server...)+"\n"+rest), 0o600))
}

// start starts the program with args in the stage's terminal.
func (s *stage) start(args ...string) {
	s.Helper()
	s.Term = uitest.Start(s.T, s.program, args, s.size, append([]string{
		"GANTRY_CONFIG=" + s.config, "GANTRY_STATE=" + s.state, "TMPDIR=" + s.temp, "GORACE=log_path=" + s.races,
	}, s.env...)...)
}

// open starts the program with the folder on the left and the bucket on the
// right, and waits until both show.
func (s *stage) open() {
	s.Helper()
	s.start(s.dir, "acme:")
	for _, side := range []int{left, right} {
		s.waitPane(side, "the listing", func(pane string) bool {
			return !strings.Contains(pane, "loading") && (strings.Contains(pane, "empty") ||
				strings.Contains(pane, "entries") || strings.Contains(pane, "entry") || strings.Contains(pane, " of "))
		})
	}
}

// end waits for the end of the program, which must have that exit code and
// leave the terminal as it was (I13).
func (s *stage) end(code int) {
	s.Helper()
	if got := s.Wait(); got != code {
		s.Errorf("exit code %d, want %d, after\n%s", got, code, s.Screen())
	}
	s.CheckRestored()
	found, err := filepath.Glob(s.races + ".*")
	s.must(err)
	for _, f := range found {
		report, err := os.ReadFile(f)
		s.must(err)
		s.Errorf("%s", report)
	}
}

// resize changes the size of the terminal.
func (s *stage) resize(w, h int) {
	s.Helper()
	s.size = uitest.Size{W: w, H: h}
	s.Resize(s.size)
}

// pane is what one pane shows.
func (s *stage) pane(side int) string {
	half := s.size.W / 2
	return s.Area(side*half, 0, half, s.size.H-3)
}

func (s *stage) waitPane(side int, what string, ok func(pane string) bool) {
	s.Helper()
	s.WaitScreen(what+" in the "+[]string{"left", "right"}[side]+" pane", func(string) bool { return ok(s.pane(side)) })
}

// shows waits until a pane contains text.
func (s *stage) shows(side int, text string) {
	s.Helper()
	s.waitPane(side, "“"+text+"”", func(pane string) bool { return strings.Contains(pane, text) })
}

// lacks waits until a pane does not contain text.
func (s *stage) lacks(side int, text string) {
	s.Helper()
	s.waitPane(side, "no “"+text+"”", func(pane string) bool { return !strings.Contains(pane, text) })
}

// at is the cell where text first stands in a pane, once it does.
func (s *stage) at(side int, text string) (x, y int) {
	s.Helper()
	s.waitPane(side, "“"+text+"”", func(pane string) bool {
		for i, line := range strings.Split(pane, "\n") {
			if before, _, ok := strings.Cut(line, text); ok {
				x, y = side*s.size.W/2+ansi.StringWidth(before), i
				return true
			}
		}
		return false
	})
	return x, y
}

// point clicks on a row, which gives its pane the focus and the row the cursor.
func (s *stage) point(side int, text string) {
	s.Helper()
	s.Click(s.at(side, text))
}

// do presses keys and waits for what they bring.
func (s *stage) do(want string, keys ...string) {
	s.Helper()
	s.Keys(keys...)
	s.WaitFor(want)
}

// file writes a file below the stage's folder.
func (s *stage) file(name string, content []byte) {
	s.Helper()
	p := filepath.Join(s.dir, name)
	s.must(os.MkdirAll(filepath.Dir(p), 0o755))
	s.must(os.WriteFile(p, content, 0o644))
}

// isFile checks the content of a file below the stage's folder; nil is for a
// file that must not be there.
func (s *stage) isFile(name string, want []byte) {
	s.Helper()
	got, err := os.ReadFile(filepath.Join(s.dir, name))
	switch {
	case want == nil && errors.Is(err, fs.ErrNotExist):
	case err != nil:
		s.Error(err)
	case want == nil || !bytes.Equal(got, want):
		s.Errorf("the file %q has %d bytes that it should not have", name, len(got))
	}
}

// names are the files in a folder of the stage, hidden ones as well.
func (s *stage) names(dir string) (names []string) {
	s.Helper()
	list, err := os.ReadDir(filepath.Join(s.dir, dir))
	s.must(err)
	for _, e := range list {
		names = append(names, e.Name())
	}
	return names
}

// s3 sends a request of root's for a key of the stage's bucket.
func (s *stage) s3(method, key, query string, body []byte) (status int, answer []byte) {
	s.Helper()
	url := s.gateway.Endpoint() + "/" + s.bucket
	if key != "" {
		url += "/" + sigv4.Escape(key, true)
	}
	url += query
	r, err := http.NewRequestWithContext(s.Context(), method, url, bytes.NewReader(body))
	s.must(err)
	access, secret := s.gateway.RootKey()
	sum := sha256.Sum256(body)
	sigv4.Sign(r, access, secret, s.gateway.Region(), "s3", hex.EncodeToString(sum[:]), time.Now())
	resp, err := http.DefaultClient.Do(r)
	s.must(err)
	defer resp.Body.Close()
	answer, err = io.ReadAll(resp.Body)
	s.must(err)
	return resp.StatusCode, answer
}

// object puts an object into the bucket.
func (s *stage) object(key string, content []byte) {
	s.Helper()
	if status, answer := s.s3(http.MethodPut, key, "", content); status != http.StatusOK {
		s.Fatalf("put %q: %d %s", key, status, answer)
	}
}

// isObject checks the content of an object; nil is for one that must not be
// there.
func (s *stage) isObject(key string, want []byte) {
	s.Helper()
	status, got := s.s3(http.MethodGet, key, "", nil)
	switch {
	case want == nil && status == http.StatusNotFound:
	case status != http.StatusOK:
		s.Errorf("get %q: %d %s", key, status, got)
	case want == nil || !bytes.Equal(got, want):
		s.Errorf("the object %q has %d bytes that it should not have", key, len(got))
	}
}

// uploads is the number of multipart uploads that nobody has completed or
// aborted.
func (s *stage) uploads() int {
	s.Helper()
	status, answer := s.s3(http.MethodGet, "", "?uploads=", nil)
	if status != http.StatusOK {
		s.Fatalf("list the uploads: %d %s", status, answer)
	}
	return bytes.Count(answer, []byte("<UploadId>"))
}

// eventually waits for what shows on no screen.
func (s *stage) eventually(what string, ok func() bool) {
	s.Helper()
	ctx, cancel := context.WithTimeout(s.Context(), uitest.Watchdog)
	defer cancel()
	look := time.NewTicker(5 * time.Millisecond)
	defer look.Stop()
	for !ok() {
		select {
		case <-look.C:
		case <-ctx.Done():
			s.Fatalf("no sign of %s after %v", what, uitest.Watchdog)
		}
	}
}

// random is n bytes, the same for the same seed.
func random(n int, seed byte) []byte {
	b := make([]byte, n)
	_, _ = rand.NewChaCha8([32]byte{seed}).Read(b)
	return b
}
