package app_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestCrashReportsAreForTheirOwnerAndTheOldestGo(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	a := stateful(t, dir)
	path, err := a.WriteCrash([]byte("panic    index out of range\n"))
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil || !strings.HasPrefix(string(text), "gantry ") || !strings.HasSuffix(string(text), "panic    index out of range\n") {
		t.Errorf("%q, %v", text, err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 || filepath.Dir(path) != dir {
		t.Errorf("%s: %v, %v", path, info, err)
	}
	for i := range 14 {
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("crash-20200101-0000%02d-1.txt", i)), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if path, err = a.WriteCrash(nil); err != nil {
		t.Fatal(err)
	}
	reports, err := filepath.Glob(filepath.Join(dir, "crash-*"))
	if err != nil || len(reports) != 10 || reports[9] != path {
		t.Errorf("%q, %v", reports, err)
	}
}

func TestACrashReportOfTheDemoOutlivesItsFolder(t *testing.T) {
	a := stateful(t, filepath.Join(t.TempDir(), "gone soon"))
	dir := t.TempDir()
	path, err := a.WriteCrashIn(dir, []byte("panic\n"))
	if err != nil || !strings.HasPrefix(path, dir) {
		t.Fatalf("%s, %v", path, err)
	}
	if info, err := os.Stat(filepath.Dir(path)); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("%v, %v", info, err)
	}
}
