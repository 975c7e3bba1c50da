package remote

import (
	"errors"
	"fmt"
	"syscall"
)

// Crowd says of an error that there is no room for another open file, be it a
// connection, what the user can do about it; "" for every other error.
func Crowd(err error) string {
	switch {
	case errors.Is(err, syscall.ENFILE):
		return "Too many open files: this machine has no room for another one. End other programs, or raise its limit."
	case !errors.Is(err, syscall.EMFILE):
		return ""
	}
	if n := FilesMost(); n > 0 {
		return fmt.Sprintf("Too many open files: the limit of this shell is %d; raise it with ulimit -n.", n)
	}
	return "Too many open files: raise the limit of this shell with ulimit -n."
}
