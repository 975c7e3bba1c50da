//go:build unix && !netbsd && !openbsd && !solaris

package local

import (
	"os"
	"strconv"

	"golang.org/x/sys/unix"

	"gantry/remote"
)

func space(dir string) (remote.Space, error) {
	fi, err := os.Stat(dir)
	if err != nil {
		return remote.Space{}, err
	}
	s := remote.Space{Volume: strconv.FormatUint(factsOf(fi).dev, 16), Free: -1}
	var st unix.Statfs_t
	if unix.Statfs(dir, &st) == nil {
		s.Free = int64(st.Bavail) * int64(st.Bsize) //nolint:gosec,unconvert // widths differ by system
	}
	return s, nil
}
