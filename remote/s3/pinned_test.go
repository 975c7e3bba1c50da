package s3_test

import (
	"net/http"
	"testing"

	"gantry/remote"
	"gantry/remote/s3"
	"gantry/remote/s3/s3test"
)

// three puts objects a, b and c.
func three(t *testing.T, tree *s3.Tree) (es []remote.Entry) {
	t.Helper()
	for _, p := range []remote.Path{"a", "b", "c"} {
		es = append(es, put(t, tree, p, "mine", remote.CreateOptions{}))
	}
	return es
}

// TestWhatIsWrittenAfterTheLookIsNotDeletedWithWhatWasSeen, alone or among others, and
// the condition costs no request.
func TestWhatIsWrittenAfterTheLookIsNotDeletedWithWhatWasSeen(t *testing.T) {
	tree, srv := strict(t, s3test.Bucket{}, s3.Options{})
	es := three(t, tree)
	before := srv.Count("")
	if err := tree.RemovePinned(t.Context(), es[:2]); err != nil {
		t.Fatal(err)
	}
	if err := tree.RemovePinned(t.Context(), es[2:]); err != nil {
		t.Fatal(err)
	}
	if n := srv.Count("") - before; n != 2 || len(srv.Keys("bucket")) > 0 {
		t.Errorf("%d requests, %q left", n, srv.Keys("bucket"))
	}
	for op, n := range map[string]int{"DeleteObject": 1, "DeleteObjects": 3} {
		es := three(t, tree)[:n]
		srv.Fault(s3test.Rule{ID: "late", Op: op, Action: s3test.Call(func() { srv.Put("bucket", "a", []byte("of others")) })})
		err := tree.RemovePinned(t.Context(), es)
		wantKind(t, err, remote.Changed)
		if o, there := srv.Object("bucket", "a"); !there || string(o.Content) != "of others" || len(srv.Keys("bucket")) != 4-n {
			t.Errorf("%s: it holds %q, %q left", op, o.Content, srv.Keys("bucket"))
		}
	}
}

// TestAStoreWithoutConditionalDeletionsDeletesWhatWasSeen, whether it refuses the
// condition, which it is asked once, or finds fault with an ETag that is the right one.
func TestAStoreWithoutConditionalDeletionsDeletesWhatWasSeen(t *testing.T) {
	for name, x := range map[string]struct {
		op     string
		action s3test.Action
		es     int
		n      int // requests of the kind, for two deletions
	}{
		"one, refused":            {"DeleteObject", s3test.Status(http.StatusNotImplemented, "NotImplemented"), 1, 3},
		"one, never what it is":   {"DeleteObject", s3test.Status(http.StatusPreconditionFailed, "PreconditionFailed"), 1, 3},
		"three, refused":          {"DeleteObjects", s3test.Status(http.StatusBadRequest, "MalformedXML"), 3, 3},
		"three, never what it is": {"DeleteObjects", s3test.RefuseKeys("PreconditionFailed", "a", "b", "c"), 3, 2},
	} {
		t.Run(name, func(t *testing.T) {
			tree, srv := strict(t, s3test.Bucket{}, s3.Options{})
			srv.Fault(s3test.Rule{ID: "refused", Op: x.op, Action: x.action})
			for range 2 {
				if err := tree.RemovePinned(t.Context(), three(t, tree)[:x.es]); err != nil {
					t.Error(err)
				}
				if n := len(srv.Keys("bucket")); n != 3-x.es {
					t.Errorf("%d left", n)
				}
			}
			if n := srv.Count(x.op); n != x.n {
				t.Errorf("%d requests, want %d", n, x.n)
			}
		})
	}
}

// TestWhatWasSeenAndHasGoneIsDeleted: nothing is there to be kept.
func TestWhatWasSeenAndHasGoneIsDeleted(t *testing.T) {
	tree, srv := strict(t, s3test.Bucket{}, s3.Options{})
	es := three(t, tree)
	srv.Delete("bucket", "a")
	if err := tree.RemovePinned(t.Context(), es); err != nil {
		t.Error(err)
	}
	srv.Fault(s3test.Rule{ID: "refused", Op: "DeleteObject", Action: s3test.Status(http.StatusPreconditionFailed, "PreconditionFailed")})
	if err := tree.RemovePinned(t.Context(), es[:1]); err != nil {
		t.Error(err)
	}
}

// TestVersitygwKnowsConditionalDeletions of single objects.
func TestVersitygwKnowsConditionalDeletions(t *testing.T) {
	srv := newBucket(t)
	tree := open(t, srv, rootKey(t), s3.Options{})
	e := put(t, tree, "k", "mine", remote.CreateOptions{})
	put(t, tree, "k", "of others", remote.CreateOptions{})
	wantKind(t, tree.RemovePinned(t.Context(), []remote.Entry{e}), remote.Changed)
	now, err := tree.Stat(t.Context(), "k")
	if err != nil || get(t, tree, now) != "of others" {
		t.Errorf("%v", err)
	}
	if err := tree.RemovePinned(t.Context(), []remote.Entry{now}); err != nil {
		t.Error(err)
	}
	_, err = tree.Stat(t.Context(), "k")
	wantKind(t, err, remote.NotExist)
}
