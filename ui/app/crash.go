package app

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// keptCrashes is how many reports stay; the oldest go first.
const keptCrashes = 10

const crashPrefix = "crash-"

// WriteCrash keeps the report of a panic in the state folder, for its owner
// only, and tells the file. It may be called from any goroutine.
func (a *App) WriteCrash(report []byte) (string, error) {
	return writeCrash(a.options.StateDir, a.options.Version, report, time.Now())
}

// WriteCrashIn is WriteCrash for a state folder that does not outlive the
// program: the report goes to a folder of its own below dir.
func (a *App) WriteCrashIn(dir string, report []byte) (string, error) {
	own, err := os.MkdirTemp(dir, "gantry-crash-")
	if err != nil {
		return "", fmt.Errorf("write a report: %w", err)
	}
	return writeCrash(own, a.options.Version, report, time.Now())
}

func writeCrash(dir, version string, report []byte, now time.Time) (string, error) {
	name := fmt.Sprintf("%s%s-%d.txt", crashPrefix, now.UTC().Format("20060102-150405"), os.Getpid())
	head := fmt.Sprintf("gantry   %s\ntime     %s\n", version, now.UTC().Format(time.RFC3339))
	if err := writeState(dir, name, append([]byte(head), report...)); err != nil {
		return "", err
	}
	forgetCrashes(dir)
	return filepath.Join(dir, name), nil
}

// forgetCrashes removes all but the newest reports. What stays for a reason of
// its own harms nobody.
func forgetCrashes(dir string) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return
	}
	defer root.Close()
	d, err := root.Open(".")
	if err != nil {
		return
	}
	defer d.Close()
	names, _ := d.Readdirnames(-1)
	names = slices.DeleteFunc(names, func(n string) bool {
		return !strings.HasPrefix(n, crashPrefix) || !strings.HasSuffix(n, ".txt")
	})
	slices.Sort(names) // by time, as the names begin with it
	for _, n := range names[:max(0, len(names)-keptCrashes)] {
		_ = root.Remove(n)
	}
}
