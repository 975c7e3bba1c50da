package plan_test

import (
	"testing"

	"gantry/remote"
	"gantry/remote/mem"
	"gantry/transfer/plan"
)

// TestTwoSourcesOfOneNameAreNoCollision of names: whoever writes the second one
// finds the first in its place.
func TestTwoSourcesOfOneNameAreNoCollision(t *testing.T) {
	b := mem.New("b:")
	b.Put("x/f", "1")
	b.Put("y/f", "2")
	for _, to := range []remote.Tree{mem.NewDisk("d:"), folding{mem.NewDisk("d:")}} {
		files := 0
		for it := range plan.Items(t.Context(), plan.Spec{From: b, To: to, Dir: "/in", Sources: sources(t, b, "x/f", "y/f")}) {
			if it.Kind == plan.File && it.Dst == "/in/f" {
				files++
			} else {
				t.Errorf("%+v", it)
			}
		}
		if files != 2 {
			t.Errorf("%d files", files)
		}
	}
}
