//go:build !linux

package local

import (
	"errors"
	"os"
)

// flushable says no: there is no call for a whole volume that reports failures.
func flushable(*os.File) bool { return false }

func flushVolume(*os.File) error { return errors.ErrUnsupported }

// startWriting leaves it to the system when to write.
func startWriting(*os.File, int64, int64) {}

// foldsCase is not asked where the system has one manner for all volumes.
func foldsCase(string) bool { return false }
