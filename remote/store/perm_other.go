//go:build !unix

package store

import (
	"io/fs"
	"os"
)

// Windows has access lists instead of modes; a user's profile folder is private
// by default.
func loose(fs.FileInfo) bool { return false }

func foreign(fs.FileInfo) bool { return false }

// syncFolder does nothing: a folder cannot be flushed there.
func syncFolder(*os.Root) error { return nil }
