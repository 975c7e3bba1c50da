package cli_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// dumpable runs gantry and then says whether its process may be dumped. Nothing
// switches that on again, so the answer holds for all that came before.
func dumpable(args []string) string {
	before, err := unix.PrctlRetInt(unix.PR_GET_DUMPABLE, 0, 0, 0, 0)
	if err != nil || before != 1 {
		return "no process could be dumped here anyway"
	}
	code := run(args)
	after, err := unix.PrctlRetInt(unix.PR_GET_DUMPABLE, 0, 0, 0, 0)
	switch {
	case code != 0 || err != nil:
		return "failed"
	case after == 0:
		return "guarded"
	}
	return "open"
}

// TestSEC33NoCoreIsDumpedWhileSecretsAreLoaded asks a running gantry: the limit
// of cores is 0, and its process is not dumpable, so that no debugger of the same
// user reads its memory either.
func TestSEC33NoCoreIsDumpedWhileSecretsAreLoaded(t *testing.T) {
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("no shell to be the child")
	}
	dir := t.TempDir()
	script := filepath.Join(dir, "give")
	// The child is asked for a secret while gantry lives. It inherits the limit; and
	// the files in /proc of who may not be dumped belong to root.
	text := "#!" + sh + "\nulimit -c > '" + dir + "/core'\nls -ln /proc/$PPID/stat > '" + dir + "/owner'\necho secret\n"
	if err := os.WriteFile(script, []byte(text), 0o700); err != nil {
		t.Fatal(err)
	}
	mustRun(t, program(t.Context(), dir, "credential", "add", "given", "--access-key-id", "AKID", "--secret-place", "command", "--secret-access-key-command", script))
	cmd := program(t.Context(), dir, "credential", "test", "given")
	cmd.Path, err = exec.LookPath("dumpable")
	if err != nil {
		t.Fatal(err)
	}
	cmd.Args[0] = cmd.Path
	if out := mustRun(t, cmd); !strings.HasSuffix(out, "guarded") {
		t.Errorf("PR_GET_DUMPABLE: %s", out)
	}
	if got, err := os.ReadFile(filepath.Join(dir, "core")); err != nil || strings.TrimSpace(string(got)) != "0" {
		t.Errorf("cores of %s blocks, %v", got, err)
	}
	owner, err := os.ReadFile(filepath.Join(dir, "owner"))
	if f := strings.Fields(string(owner)); err != nil || len(f) < 3 || f[2] != "0" {
		t.Errorf("/proc of gantry: %s, %v", owner, err)
	}
}
