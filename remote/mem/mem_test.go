package mem_test

import (
	"testing"

	"gantry/remote"
	"gantry/remote/mem"
	"gantry/remote/treetest"
)

func TestBucketIsATree(t *testing.T) {
	treetest.Run(t, treetest.Options{
		Hostile: true,
		New:     func(*testing.T) remote.Tree { return mem.New("mem:") },
	})
}

func TestBucketWithLimitsIsATree(t *testing.T) {
	treetest.Run(t, treetest.Options{
		Root: "some/prefix/", Hostile: true, Entries: 500,
		New: func(*testing.T) remote.Tree {
			b := mem.New("mem:")
			b.PageSize = 7
			b.Limits = remote.Caps{MinPart: 5 << 10, MaxPart: 1 << 20, MaxParts: 10_000}
			return b
		},
	})
}

func TestBucketWithVersionsIsATree(t *testing.T) {
	treetest.Run(t, treetest.Options{
		Hostile: true, Entries: 500,
		New: func(*testing.T) remote.Tree {
			b := mem.New("mem:")
			b.Versions = true
			return b
		},
	})
}

func TestDiskIsATree(t *testing.T) {
	treetest.Run(t, treetest.Options{
		New: func(*testing.T) remote.Tree { return mem.NewDisk("disk:") },
	})
}
