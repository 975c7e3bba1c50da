package cli_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"gantry/remote/store"
)

const canarySecret = "SECRETCANARY-0123456789"

// program runs gantry as a process of its own, with a store in dir.
func program(ctx context.Context, dir string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "gantry", args...)
	cmd.Env = append(os.Environ(), "GANTRY_CONFIG="+filepath.Join(dir, "conf", "config.toml"), "GANTRY_STATE="+filepath.Join(dir, "state"), "HOME="+dir, "GANTRY_TEST_SECRET="+canarySecret)
	cmd.Dir = dir
	return cmd
}

func mustRun(t *testing.T, cmd *exec.Cmd) string {
	t.Helper()
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %v: %s", cmd.Args, err, out)
	}
	return string(out)
}

// TestSEC01TheStoreIsPrivateWhateverTheUmask: file 0600, folder 0700.
func TestSEC01TheStoreIsPrivateWhateverTheUmask(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has other modes")
	}
	for _, umask := range []string{"000", "022", "077", "777"} {
		dir := t.TempDir()
		sh := program(t.Context(), dir)
		sh.Args = []string{"sh", "-c", "umask " + umask + " && exec gantry credential add ops --access-key-id AKID --secret-access-key-env GANTRY_TEST_SECRET"}
		var err error
		if sh.Path, err = exec.LookPath("sh"); err != nil {
			t.Skip("no shell to set the umask")
		}
		if umask != "777" { // where nobody may do anything it is enough to fail
			mustRun(t, sh)
		} else if sh.Run() != nil {
			continue
		}
		for path, want := range map[string]fs.FileMode{"conf": 0o700, "conf/config.toml": 0o600} {
			info, err := os.Stat(filepath.Join(dir, path))
			if err != nil || info.Mode().Perm() != want {
				t.Errorf("umask %s: %s has mode %v, %v", umask, path, info.Mode(), err)
			}
		}
	}
}

// TestSEC03AKillLeavesTheOldStoreOrTheNew, never half of one.
func TestSEC03AKillLeavesTheOldStoreOrTheNew(t *testing.T) {
	dir := t.TempDir()
	mustRun(t, program(t.Context(), dir, "credential", "add", "ops", "--access-key-id", "AKID", "--secret-access-key-env", "GANTRY_TEST_SECRET"))
	mustRun(t, program(t.Context(), dir, "server", "add", "acme", "--bucket", "data", "--credential", "ops"))
	path := filepath.Join(dir, "conf", "config.toml")
	start := time.Now()
	mustRun(t, program(t.Context(), dir, "server", "edit", "acme", "--description", "whole"))
	whole := time.Since(start)
	for i, killed := 0, 0; killed < 15; i++ {
		start := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), rand.N(whole))
		err := program(ctx, dir, "server", "edit", "acme", "--description", fmt.Sprintf("%d %s", i, strings.Repeat("x", 1+rand.IntN(4000)))).Run()
		cancel()
		var ended *exec.ExitError
		if errors.As(err, &ended) && ended.ExitCode() < 0 {
			killed++
		} else if err == nil {
			whole = time.Since(start) // the machine may be faster than it was
		}
		s, err := store.Open(path)
		if err != nil {
			t.Fatalf("after kill %d: %v", i, err)
		}
		if _, c, err := s.Lookup("acme"); err != nil || c.SecretAccessKey.Reveal() != canarySecret {
			t.Fatalf("after kill %d: %v", i, err)
		}
	}
	mustRun(t, program(t.Context(), dir, "server", "edit", "acme", "--description", ""))
	if files := holding(t, dir); len(files) != 1 || files[0] != path {
		t.Errorf("the secret is in %v", files)
	}
}

// holding are the files below dir that hold the canary.
func holding(t *testing.T, dir string) (files []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		if bytes.Contains(text, []byte(canarySecret)) {
			files = append(files, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// TestSEC08NoSecretInArgumentsOrTheEnvironmentOfChildren: the program takes none
// on its command line, and gives none to the commands that it runs.
func TestSEC08NoSecretInArgumentsOrTheEnvironmentOfChildren(t *testing.T) {
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("no shell to be the child")
	}
	dir := t.TempDir()
	for _, args := range [][]string{
		{"credential", "add", "ops", "--access-key-id", "AKID", "--secret-access-key", canarySecret},
		{"credential", "add", "ops", "--access-key-id", "AKID", "--secret-access-key=" + canarySecret},
		{"credential", "add", "ops", canarySecret},
		{"credential", "rotate", "ops", "--secret-access-key", canarySecret},
	} {
		if out, err := program(t.Context(), dir, args...).CombinedOutput(); err == nil {
			t.Errorf("%v was taken: %s", args[:3], out)
		}
	}
	mustRun(t, program(t.Context(), dir, "credential", "add", "stored", "--access-key-id", "AKID", "--secret-access-key-env", "GANTRY_TEST_SECRET"))
	script := filepath.Join(dir, "give")
	if err := os.WriteFile(script, []byte("#!"+sh+"\n{ env; cat /proc/$$/cmdline; tr '\\0' '\\n' < /proc/$PPID/cmdline; } > '"+dir+"/seen' 2>/dev/null\necho other\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	mustRun(t, program(t.Context(), dir, "credential", "add", "given", "--access-key-id", "AKID", "--secret-place", "command", "--secret-access-key-command", script))
	mustRun(t, program(t.Context(), dir, "credential", "test", "given"))
	seen, err := os.ReadFile(filepath.Join(dir, "seen"))
	if err != nil || len(seen) == 0 || bytes.Contains(seen, []byte(canarySecret)) {
		t.Errorf("the child saw %s, %v", seen, err)
	}
	if files := holding(t, dir); len(files) != 1 {
		t.Errorf("the secret is in %v", files)
	}
}
