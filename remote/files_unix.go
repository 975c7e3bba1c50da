//go:build unix

package remote

import (
	"math"
	"syscall"
)

// FilesMost is how many files and connections this process may have open at a
// time; 0 for no limit that matters. Go has raised it as far as it goes.
func FilesMost() int {
	var r syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &r); err != nil || uint64(r.Cur) > math.MaxInt32 { //nolint:unconvert // signed on some systems
		return 0
	}
	return int(r.Cur) //nolint:gosec // it fits
}
