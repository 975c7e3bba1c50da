package ui

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"gantry/remote"
)

func TestDroppedPathsAreReadAsTerminalsPasteThem(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		pasted string
		want   []string
	}{
		{"/a/b", []string{"/a/b"}},
		{" /a/b\n/c d", nil}, // "d" is no absolute path
		{"/a\\ b /c", []string{"/a b", "/c"}},
		{"'/it''s' \"/x y\"", []string{"/its", "/x y"}},
		{"file:///tmp/a%20b\r\nfile:///c", []string{"/tmp/a b", "/c"}},
		{"/a/../b/", []string{"/b"}},
		{"rm -rf /", nil},
		{"", nil},
		{"''", nil},
	} {
		if got := droppedPaths(c.pasted); !cmp.Equal(got, c.want) {
			t.Errorf("%q: %q, want %q", c.pasted, got, c.want)
		}
	}
}

func TestBaseIsTheNameInItsFolder(t *testing.T) {
	t.Parallel()
	for _, c := range [][3]string{
		{"/home", "/home/x", "x"},
		{"/", "/home", "home"},
		{"", "a/", "a"},
		{"a/", "a/b/", "b"},
		{"a/", "a/b", "b"},
		{"", "file", "file"},
		{`C:\`, `C:\x`, "x"},
		{"a/", "a//", "/"},
	} {
		if got := base(remote.Path(c[0]), remote.Path(c[1])); got != c[2] {
			t.Errorf("%q in %q is %q, want %q", c[1], c[0], got, c[2])
		}
	}
}
