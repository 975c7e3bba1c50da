//go:build !unix || netbsd || openbsd || solaris

package local

import (
	"os"
	"path/filepath"

	"gantry/remote"
)

func space(dir string) (remote.Space, error) {
	if _, err := os.Stat(dir); err != nil {
		return remote.Space{}, err
	}
	return remote.Space{Volume: filepath.VolumeName(dir), Free: freeIn(dir)}, nil
}
