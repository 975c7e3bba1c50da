package local_test

import (
	"runtime"
	"strings"
	"testing"

	"gantry/remote"
	"gantry/remote/local"
	"gantry/remote/treetest"
)

func TestDiskIsATree(t *testing.T) {
	treetest.Run(t, treetest.Options{
		Root: remote.Path(t.TempDir()), Entries: 5100,
		New: func(*testing.T) remote.Tree { return local.New() },
		Refuses: func(name string) bool {
			return runtime.GOOS == "windows" && (strings.ContainsAny(name, "<>:\"|?*\\\n") ||
				strings.TrimRight(name, ". ") != name || name == "aux")
		},
	})
}
