package sqlite

import (
	"io/fs"
	"path/filepath"

	"golang.org/x/sys/windows"
)

const (
	canChmod   = false // access lists of the profile folder keep others out
	canSyncDir = false // there is no such thing
)

func ours(fs.FileInfo) bool { return true }

// isNetwork tells whether the folder lies on another machine.
func isNetwork(dir string) bool {
	root, err := windows.UTF16PtrFromString(filepath.VolumeName(dir) + `\`)
	return err == nil && windows.GetDriveType(root) == windows.DRIVE_REMOTE
}
