// Package treetest is the conformance suite that every Tree must pass: what
// remote.Tree, Sink and the abilities promise in prose, as tests.
//
// A tree's own test says how to get one and what its server cannot do:
//
//	treetest.Run(t, treetest.Options{New: func(t *testing.T) remote.Tree { return mem.New("mem:") }})
//
// Each test works in a folder of its own below Options.Root, so that all may
// share one bucket. What a tree need not have, such as Renamer, is skipped.
package treetest

import (
	"fmt"
	"strings"
	"testing"

	"gantry/remote"
)

// Options say how to run the suite on one kind of tree.
type Options struct {
	// New gives a tree with a writable, empty place at Root. It is called once
	// for each test and may return the same tree; clean up with t.Cleanup.
	New func(t *testing.T) remote.Tree

	// Root is the folder to work in; "" for the tree's root.
	Root remote.Path

	// Hostile says that the tree holds any name at all, as buckets do: "a//b",
	// "..", a leading slash, "x" beside "x/y".
	Hostile bool

	// Refuses tells names that this tree, or its server, cannot hold. They are
	// left out. nil means that it holds all of those that a disk can.
	Refuses func(name string) bool

	// Entries is the size of the big folder, 10,000 if 0; testing.Short makes it
	// a tenth.
	Entries int

	// PartSize is the size of a part in multipart tests; if 0 the smallest that
	// Caps allow, at least 64 KiB.
	PartSize int64

	// NoModTime says that the tree cannot keep modification times.
	NoModTime bool

	// ExactUploads says that unfinished uploads are found by their whole name only,
	// not by the folder that they are in.
	ExactUploads bool
}

// Run runs the suite as subtests of t.
func Run(t *testing.T, o Options) {
	t.Helper()
	if o.Entries == 0 {
		o.Entries = 10_000
	}
	if testing.Short() {
		o.Entries /= 10
	}
	for _, c := range tests {
		t.Run(c.name, func(t *testing.T) {
			k := newKit(t, o)
			c.run(k)
		})
	}
}

type test struct {
	name string
	run  func(*kit)
}

// tests is the whole suite, by theme; each theme has a file.
var tests = func() []test {
	var all []test
	for _, part := range [][]test{nameTests, listTests, readTests, writeTests, sinkTests, conditionTests, folderTests, walkTests, abilityTests, uploadsTests} {
		all = append(all, part...)
	}
	return all
}()

// content makes n bytes that differ at every place, by seed.
func content(n int64, seed int) string {
	var b strings.Builder
	b.Grow(int(n) + 32)
	for i := 0; int64(b.Len()) < n; i++ {
		fmt.Fprintf(&b, "%d:%08x|", seed, i)
	}
	return b.String()[:n]
}
