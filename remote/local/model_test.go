package local_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gantry/remote"
	"gantry/remote/local"
	"gantry/remote/mem"
)

// TestDiskDoesWhatTheModelDoes runs random operations on the disk and on mem,
// which is simple enough to be believed, and compares answers and content.
func TestDiskDoesWhatTheModelDoes(t *testing.T) {
	for seed := range uint64(10) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			rnd := rand.New(rand.NewPCG(seed, 1)) //nolint:gosec // repeatable on purpose
			dir := at(t.TempDir())
			disk, model := local.New(), mem.NewDisk("")
			must(t, model.Mkdir(t.Context(), dir))
			var log []string
			for range 150 {
				what, a, b := operation(t, rnd, dir)
				log = append(log, what)
				if x, y := remote.KindOf(a(disk)), remote.KindOf(b(model)); x != y {
					t.Fatalf("%s: the disk says %v, the model %v\n%q", what, x, y, log)
				}
			}
			if d := cmp.Diff(everything(t, model, dir), everything(t, disk, dir)); d != "" {
				t.Errorf("-model +disk:\n%s\n%q", d, log)
			}
		})
	}
}

type step func(remote.Tree) error

// operation makes up one step for both trees.
func operation(t *testing.T, rnd *rand.Rand, dir remote.Path) (string, step, step) {
	t.Helper()
	pick := func() remote.Path {
		p := string(dir)
		for range 1 + rnd.IntN(3) {
			p += "/" + string(rune('a'+rnd.IntN(3)))
		}
		return remote.Path(p)
	}
	p, q := pick(), pick()
	var what string
	var do step
	switch rnd.IntN(6) {
	case 0, 1:
		data, absent := fmt.Sprint(rnd.IntN(1000)), rnd.IntN(3) == 0
		what = fmt.Sprintf("put %s %v", p, absent)
		do = func(tree remote.Tree) error {
			_, err := put(t, tree, p, data, remote.CreateOptions{IfAbsent: absent})
			return err
		}
	case 2:
		what = "mkdir " + string(p)
		do = func(tree remote.Tree) error { return tree.Mkdir(t.Context(), p) }
	case 3:
		what = "remove " + string(p)
		do = func(tree remote.Tree) error { return tree.Remove(t.Context(), []remote.Path{p}) }
	case 4:
		what = fmt.Sprintf("rename %s %s", p, q)
		do = func(tree remote.Tree) error {
			r, _ := remote.As[remote.Renamer](tree)
			return r.Rename(t.Context(), p, q)
		}
	case 5:
		what = "list " + string(p)
		do = func(tree remote.Tree) error {
			_, err := tree.List(t.Context(), p, "")
			return err
		}
	}
	return what, do, do
}

// everything is the content of all files below dir; folders are "/".
func everything(t *testing.T, tree remote.Tree, dir remote.Path) map[string]string {
	t.Helper()
	all := map[string]string{}
	for e, err := range remote.Walk(t.Context(), tree, dir) {
		must(t, err)
		if all[e.Name] = "/"; !e.Dir {
			data, err := get(t, tree, e)
			must(t, err)
			all[e.Name] = data
		}
	}
	return all
}
