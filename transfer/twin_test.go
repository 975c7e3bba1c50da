package transfer_test

import (
	"testing"

	"gantry/remote"
	"gantry/remote/mem"
	"gantry/transfer"
)

// TestTwoSourcesOfOneNameInAMoveInsideABucket: what is copied first and deleted last
// is both of them, or nothing of either is lost.
func TestTwoSourcesOfOneNameInAMoveInsideABucket(t *testing.T) {
	for _, policy := range []transfer.Policy{transfer.PolicyRename, transfer.PolicyOverwrite, transfer.PolicySkip} {
		t.Run(policy.String(), func(t *testing.T) {
			b := mem.New("b:")
			b.Put("a/x.txt", "from a, longer")
			b.Put("b/x.txt", "from b")
			r := transfer.Request{Op: transfer.Move, From: b, To: b, Dir: "in/", Rules: transfer.Rules{OnConflict: policy}}
			for _, p := range []remote.Path{"a/x.txt", "b/x.txt"} {
				e, err := b.Stat(t.Context(), p)
				if err != nil {
					t.Fatal(err)
				}
				e.Name = "x.txt"
				r.List = append(r.List, transfer.Source{Entry: e})
			}
			s := run(t, transfer.Options{Unattended: true}, r)
			switch policy {
			case transfer.PolicyRename:
				wantState(t, s, transfer.Done)
				wantContent(t, b, "in/x.txt", "from a, longer")
				wantContent(t, b, "in/x (2).txt", "from b")
				wantNothing(t, b, "b/x.txt")
			case transfer.PolicySkip:
				wantState(t, s, transfer.Done)
				wantContent(t, b, "in/x.txt", "from a, longer")
				wantContent(t, b, "b/x.txt", "from b")
			case transfer.PolicyOverwrite:
				wantState(t, s, transfer.Done)
				wantContent(t, b, "in/x.txt", "from b")
				wantNothing(t, b, "a/x.txt")
				wantNothing(t, b, "b/x.txt")
			}
		})
	}
}
