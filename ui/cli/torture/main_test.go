//go:build unix

// Package torture_test is the proof that no byte is lost. It kills the built
// program at every system call and at every request of small transfers, plays
// random schedules of faults and kills from seeds, damages the journal, and
// asks after each whether all is as the invariants say; these have the numbers
// I1 to I22, which stand in the messages of what breaks them:
//
//	I1  what is called done is at its target, byte for byte
//	I2  under a name there is at every instant the old or the new content, whole
//	I3  nothing appears outside of the target, the state folder, and temporary names
//	I4  a move has at every instant at least one whole copy, also after a power cut
//	I5  two versions are never mixed in one file or object
//	I6  no multipart upload of ours is left over
//	I7  no job that was accepted vanishes, and each ends with a reason
//	I8  nothing is done twice with an effect, an identical write at most
//	I9  nothing is deleted that was not asked for, nor after a listing with holes
//	I10 a second run without changes writes nothing
//	I11 secrets are in the store and nowhere else
//	I12 the terminal gets no control bytes from names
//	I13 the terminal is left as it was found
//	I14 requests go to configured hosts only, signed by the right key
//	I15 what cannot succeed is not tried again, and requests stay in bounds
//	I16 memory, descriptors and goroutines stay in bounds
//	I17 a key is answered within 100 ms under load
//	I18 when faults end, everything that can be done is done within a minute
//	I19 a failure is a sentence with a remedy
//	I20 progress never shrinks and never goes beyond all
//	I21 the race detector finds nothing
//	I22 finished files have their times and modes, and no partial file is left
//
// The short form is part of the gate. GANTRY_TORTURE=full takes every call and
// every request; GANTRY_TORTURE_SEED chooses other schedules, or repeats the
// one that failed; GANTRY_TORTURE_LOAD=1h is how long the mixed load runs.
package torture_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strconv"
	"sync"
	"syscall"
	"testing"
)

// often is the program for what is run hundreds of times: with the race
// detector only if there is time for it. TestTortureRandomSchedules always has it.
func (p programs) often() (string, error) {
	if full() {
		return p.raced()
	}
	return p.plain()
}

// quit asks a Go program for its goroutines.
const quit = syscall.SIGQUIT

// full tells whether nothing is to be left out.
func full() bool { return os.Getenv("GANTRY_TORTURE") == "full" }

// firstSeed is where the seeds of random schedules begin.
func firstSeed(t *testing.T) uint64 {
	t.Helper()
	s := os.Getenv("GANTRY_TORTURE_SEED")
	if s == "" {
		return 1
	}
	n, err := strconv.ParseUint(s, 10, 64)
	if err != nil {
		t.Fatalf("GANTRY_TORTURE_SEED: %v", err)
	}
	return n
}

// programs builds the program once for all tests that ask.
type programs struct {
	dir   string
	plain func() (string, error)
	raced func() (string, error) // with the race detector, if the tests have it
}

var built programs // set by TestMain, before anything runs

func TestMain(m *testing.M) {
	os.Exit(func() int {
		dir, err := os.MkdirTemp("", "gantry-torture-")
		if err != nil {
			panic(err)
		}
		defer os.RemoveAll(dir) //nolint:errcheck // a folder for temporary files
		built = programs{
			dir:   dir,
			plain: sync.OnceValues(func() (string, error) { return compile(filepath.Join(dir, "plain")) }),
		}
		built.raced = built.plain
		if raced() {
			built.raced = sync.OnceValues(func() (string, error) { return compile(filepath.Join(dir, "raced"), "-race") })
		}
		return m.Run()
	}())
}

func raced() bool {
	info, ok := debug.ReadBuildInfo()
	return ok && slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"})
}

// root is the folder of the module; here is ours. They are absolute: a gateway
// changes the working directory.
var (
	here = must0(os.Getwd)
	root = filepath.Join(here, "..", "..", "..")
)

func must0[T any](f func() (T, error)) T {
	v, err := f()
	if err != nil {
		panic(err)
	}
	return v
}

func compile(to string, flags ...string) (string, error) {
	cmd := exec.Command("go", append(append([]string{"build", "-o", to}, flags...), ".")...)
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", &buildError{string(out), err}
	}
	return to, nil
}

// buildError is why the program cannot be built.
type buildError struct {
	said string
	err  error
}

func (e *buildError) Error() string { return "go build: " + e.err.Error() + "\n" + e.said }
func (e *buildError) Unwrap() error { return e.err }

// must is v unless there is an error.
func must[T any](t *testing.T, f func() (T, error)) T {
	t.Helper()
	v, err := f()
	if err != nil {
		t.Fatal(err)
	}
	return v
}
