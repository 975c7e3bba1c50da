package cli_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"slices"
	"sync"
	"testing"
)

// built is the program as a user builds it, with the race detector if the tests
// have it. It is built when the first test asks, and once: to link it takes as
// long as many a test.
var built func() (string, error) // set before anything runs

// tests are those of this package, and the folder of the program for them.
type tests struct{ *testing.M }

func (m tests) Run() int {
	dir, err := os.MkdirTemp("", "gantry-cli-")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)                              //nolint:errcheck // a folder for temporary files
	root, err := filepath.Abs(filepath.Join("..", "..")) // now: a gateway changes the working directory
	if err != nil {
		panic(err)
	}
	built = sync.OnceValues(func() (string, error) { return compile(root, filepath.Join(dir, "gantry")) })
	return m.M.Run()
}

func compile(root, to string) (string, error) {
	args := []string{"build", "-o", to}
	if info, ok := debug.ReadBuildInfo(); ok && slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"}) {
		args = append(args, "-race")
	}
	cmd := exec.Command("go", append(args, ".")...)
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return to, nil
}

func build(t testing.TB) string {
	t.Helper()
	program, err := built()
	if err != nil {
		t.Fatal(err)
	}
	return program
}
