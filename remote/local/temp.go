package local

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"strings"
	"syscall"
	"unicode/utf8"
)

const (
	tempMark   = ".gantry-"
	tempRandom = 8 // hexadecimal digits after the mark
)

// Temporary tells whether name, without folders, is that of a temporary file of
// an unfinished write.
func Temporary(name string) bool {
	i := len(name) - len(tempMark) - tempRandom
	return i >= 0 && name[0] == '.' && name[i:i+len(tempMark)] == tempMark && isHex(name[i+len(tempMark):])
}

func isHex(s string) bool {
	return strings.Trim(s, "0123456789abcdef") == ""
}

// tempName is `.NAME.gantry-XXXXXXXX`, with NAME cut where the whole would be
// longer than a name may be.
func tempName(name string, longest int) string {
	var b [tempRandom / 2]byte
	_, _ = rand.Read(b[:]) // never fails
	return tempPrefix(name, longest) + hex.EncodeToString(b[:])
}

func tempPrefix(name string, longest int) string {
	if room := max(longest-1-len(tempMark)-tempRandom, 0); len(name) > room {
		name = name[:room]
		for name != "" && !utf8.ValidString(name) && len(name) > room-utf8.UTFMax {
			name = name[:len(name)-1] // not in the middle of a rune, which some disks refuse
		}
	}
	return strings.TrimSuffix("."+name, ".") + tempMark
}

// wasCut tells whether a temporary file whose name holds name may be one of a
// longer name. How much was kept depends on what the disk takes, see makeTemp.
func wasCut(name string) bool {
	for longest := maxName; longest > 2*tempRandom+len(tempMark); longest /= 2 {
		room := longest - 1 - len(tempMark) - tempRandom
		if n := len(name); n <= room && n > room-utf8.UTFMax {
			return true
		}
	}
	return false
}

// makeTemp creates a temporary file for what is to be at at.
func makeTemp(at *spot, perm fs.FileMode) (*os.File, string, error) {
	longest := maxName
	for {
		temp := tempName(at.name, longest)
		f, err := createNew(at, temp, perm)
		switch {
		case err == nil:
			return f, temp, nil
		case errors.Is(err, fs.ErrExist):
			continue
		case errors.Is(err, syscall.ENAMETOOLONG) && longest > 2*tempRandom+len(tempMark):
			longest /= 2 // some disks hold shorter names, as encrypted ones do
			continue
		}
		return nil, "", err
	}
}

// openTemp opens the temporary file of an earlier sink for name; nil if it is
// gone or is not one.
func openTemp(root *os.Root, name, temp string) *os.File {
	if !belongs(temp, name) {
		return nil
	}
	fi, err := root.Lstat(temp)
	if err != nil || !fi.Mode().IsRegular() {
		return nil
	}
	f, err := root.OpenFile(temp, os.O_RDWR|noFollow, 0)
	if err != nil {
		return nil
	}
	if now, err := f.Stat(); err != nil || !os.SameFile(fi, now) {
		_ = f.Close() // nothing was written
		return nil
	}
	return f
}
