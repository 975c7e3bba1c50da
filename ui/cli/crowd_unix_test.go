//go:build unix

package cli_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// limited runs a command line in a shell whose limit of open files is n, and
// returns what it says, and with what code it ends.
func (v *victim) limited(n int, args ...string) (stderr string, code int) {
	v.Helper()
	cmd := exec.CommandContext(v.Context(), "sh", append([]string{"-c", `ulimit -n ` + strconv.Itoa(n) + ` && exec "$0" "$@"`, v.program}, args...)...)
	cmd.Env = v.env
	var said bytes.Buffer
	cmd.Stderr = &said
	var exit *exec.ExitError
	if err := cmd.Run(); errors.As(err, &exit) {
		code = exit.ExitCode()
	} else if err != nil {
		v.Fatal(err)
	}
	return said.String(), code
}

// N26: few files may be open. Fewer are, then; where that is not enough for
// anything, a sentence says so.
func TestN26FewFilesMayBeOpen(t *testing.T) {
	v := newVictim(t, build(t))
	v.must(os.Mkdir(v.path("in"), 0o700))
	small, large := bytes.Repeat([]byte("x"), 500), bytes.Repeat([]byte("large"), 9<<20)
	for i := range 400 {
		v.must(os.WriteFile(filepath.Join(v.path("in"), fmt.Sprintf("small-%03d", i)), small, 0o600))
	}
	v.must(os.WriteFile(filepath.Join(v.path("in"), "large"), large, 0o600))
	for i, n := range []int{256, 64, 18} {
		to := strconv.Itoa(n)
		v.crowded(n, "cp", v.path("in")+"/", "acme:"+to+"/")
		v.crowded(n, "cp", "acme:256/", v.path(to)+"/")
		if got := len(v.server.Keys("acme-bucket")); got != 401*(i+1) {
			t.Errorf("%d: %d objects are there", n, got)
		}
		files, err := os.ReadDir(v.path(to))
		got, lerr := os.ReadFile(filepath.Join(v.path(to), "large"))
		v.must(errors.Join(err, lerr))
		if len(files) != 401 || !bytes.Equal(got, large) {
			t.Errorf("%d: %d files are there, the large one is whole: %t", n, len(files), bytes.Equal(got, large))
		}
	}
}

// crowded does a command for which n files may be open, and checks how it ends. What
// that is too few for is done afterwards.
func (v *victim) crowded(n int, args ...string) {
	v.Helper()
	said, code := v.limited(n, args...)
	want := fmt.Sprintf("Too many open files: the limit of this shell is %d; raise it with ulimit -n.", n)
	if code == 0 && n >= 64 && said != "" || code != 0 && (n >= 64 || code != 1 || !strings.Contains(said, want)) {
		v.Errorf("with %d it ended with %d and said %q", n, code, said)
	}
	if code != 0 {
		v.run(append(args, "--on-conflict", "overwrite")...)
	}
}
