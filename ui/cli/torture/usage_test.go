//go:build unix

package torture_test

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
)

// usage is what a process holds.
type usage struct {
	heap       int64 // bytes that are reachable
	resident   int64 // bytes in RAM (proc(5), VmRSS); 0 where the system does not tell
	goroutines int
	files      int // descriptors; 0 where the system does not tell
}

// use looks at this process, after everything that nobody holds is gone.
func use() usage {
	runtime.GC()
	runtime.GC() // what had finalizers
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	u := usage{heap: int64(m.HeapAlloc), goroutines: runtime.NumGoroutine()} //nolint:gosec // far from overflow
	if all, err := os.ReadDir("/proc/self/fd"); err == nil {
		u.files = len(all)
	}
	status, _ := os.ReadFile("/proc/self/status") // empty where there is none
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kib, _ := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
			u.resident = kib << 10
		}
	}
	return u
}

func (u usage) String() string {
	return fmt.Sprintf("heap %.1f MiB, resident %d MiB, %d goroutines, %d descriptors",
		float64(u.heap)/mib, u.resident/mib, u.goroutines, u.files)
}

// weight is the size of all files in a folder.
func weight(folder string) (n int64) {
	all, _ := filepath.Glob(filepath.Join(folder, "*")) // the pattern is sound
	for _, f := range all {
		if fi, err := os.Stat(f); err == nil {
			n += fi.Size()
		}
	}
	return n
}

// inode is the number of a file on its disk.
func inode(fi os.FileInfo) uint64 { return fi.Sys().(*syscall.Stat_t).Ino }
