package panel

import (
	"strings"

	"gantry/remote"
	"gantry/ui/theme"
)

// tint is the style of a name by what the entry is: what can be entered, what
// leads elsewhere, and a few kinds of files that people look for. The sign before
// the name and its extension say the same without colours.
func tint(s *theme.Styles, e *remote.Entry) theme.Style {
	switch {
	case e.Type == remote.Link:
		return s.Link
	case e.Dir:
		return s.Dir
	case strings.HasPrefix(e.Name, "."):
		return s.Hidden
	}
	dot := strings.LastIndexByte(e.Name, '.')
	if dot < 0 || len(e.Name)-dot > longestExt {
		return s.File
	}
	var low [longestExt]byte
	n := copy(low[:], e.Name[dot+1:])
	for i, c := range low[:n] {
		low[i] = lowerASCII(c)
	}
	switch string(low[:n]) {
	case "zip", "gz", "tgz", "bz2", "tbz", "xz", "txz", "zst", "tar", "7z", "rar", "lz4", "lzma", "cab",
		"jar", "war", "deb", "rpm", "apk", "iso", "img", "dmg", "qcow2", "vmdk":
		return s.Archive
	case "jpg", "jpeg", "png", "gif", "webp", "svg", "bmp", "tif", "tiff", "heic", "avif", "ico", "psd",
		"mp4", "mkv", "mov", "avi", "webm", "mpg", "mpeg", "m4v",
		"mp3", "flac", "wav", "ogg", "opus", "m4a", "aac":
		return s.Media
	}
	return s.File
}

// longestExt is more than any extension with its dot.
const longestExt = 8
