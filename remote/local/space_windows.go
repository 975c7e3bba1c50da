package local

import (
	"math"

	"golang.org/x/sys/windows"
)

// freeIn is what we may still write there, in bytes; -1 when nobody says.
func freeIn(dir string) int64 {
	name, err := windows.UTF16PtrFromString(dir)
	var free uint64
	if err != nil || windows.GetDiskFreeSpaceEx(name, &free, nil, nil) != nil {
		return -1
	}
	return int64(min(free, math.MaxInt64)) //nolint:gosec // just bounded
}
