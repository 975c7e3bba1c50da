package plan_test

import (
	"fmt"
	"testing"

	"gantry/remote"
	"gantry/remote/mem"
	"gantry/remote/wrap"
	"gantry/transfer/plan"
)

func TestTargetsAreFoundByListingEachFolderOnce(t *testing.T) {
	b, d := mem.New("b:"), mem.NewDisk("d:")
	for i := range 300 {
		b.Put(remote.Path(fmt.Sprintf("x/f%03d", i)), "1")
		b.Put(remote.Path(fmt.Sprintf("x/new/f%03d", i)), "1")
		d.Put(remote.Path(fmt.Sprintf("/in/f%03d", i*2)), "old")
	}
	to := wrap.NewFaulty(d)
	s := plan.Spec{From: b, To: to, Dir: "/in", Sources: sources(t, b, "x/")}
	for src := range s.Sources {
		src.Contents = true
		s.Sources = of(src)
	}
	taken, free := 0, 0
	for it := range plan.Items(t.Context(), s) {
		if it.Kind == plan.File && it.Target != nil {
			taken++
		} else if it.Kind == plan.File && !it.Unsure {
			free++
		}
	}
	if taken < 140 || taken+free < 590 {
		t.Errorf("%d targets taken, %d free", taken, free)
	}
	if n := to.Calls(wrap.Any); n > 3 {
		t.Errorf("%d calls of the target", n)
	}
}

func TestATreeThatIsCopiedByItsContentAsksItsTargetOnce(t *testing.T) {
	b := mem.New("b:")
	for i := range 40 {
		b.Put(remote.Path(fmt.Sprintf("x/d%02d/f", i)), "1")
	}
	to := wrap.NewFaulty(mem.New("t:"))
	s := plan.Spec{From: b, To: to, Sources: sources(t, b, "x/")}
	for src := range s.Sources {
		src.Contents = true
		s.Sources = of(src)
	}
	for it := range plan.Items(t.Context(), s) {
		if it.Kind == plan.File && it.Unsure {
			t.Errorf("nobody looked at %s", it.Dst)
		}
	}
	if n := to.Calls(wrap.Any); n > 1 {
		t.Errorf("%d calls of an empty target", n)
	}
}

func TestANameThatIsKnownToBeFreeIsLookedAtNoMore(t *testing.T) {
	d, b := mem.NewDisk("d:"), mem.New("b:")
	one := plan.Source{Entry: d.Put("/y", "2"), As: "new", Free: true}
	want(t, steps(t, plan.Spec{From: d, Sources: of(one), To: b, Dir: "in/"}), "file /y -> in/new")

	// A folder stands for names that nobody has looked at, and so does a place
	// where a write is not conditional.
	d.Put("/x/a", "1")
	folder := plan.Source{Entry: remote.Entry{Path: "/x", Name: "x", Dir: true, Size: -1}, Free: true}
	want(t, steps(t, plan.Spec{From: d, Sources: of(folder), To: unconditional{b}, Dir: "in/"}),
		"enter /x -> in/x/", "file /x/a -> in/x/a", "leave /x -> in/x/")
	want(t, steps(t, plan.Spec{From: d, Sources: of(one), To: unconditional{b}, Dir: "in/"}), "file /y -> in/new unsure")
}

// unconditional is a tree that overwrites whatever is there.
type unconditional struct{ remote.Tree }

func (u unconditional) Caps() remote.Caps {
	c := u.Tree.Caps()
	c.IfAbsent = false
	return c
}
