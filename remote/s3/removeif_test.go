package s3_test

import (
	"net/http"
	"testing"
	"time"

	"gantry/remote"
	"gantry/remote/s3"
	"gantry/remote/s3/s3test"
)

// TestWhatIsWrittenBetweenTheLookAndTheDeletionStays where the store knows
// conditional deletions.
func TestWhatIsWrittenBetweenTheLookAndTheDeletionStays(t *testing.T) {
	tree, srv := strict(t, s3test.Bucket{}, s3.Options{})
	e := put(t, tree, "k", "mine", remote.CreateOptions{})
	srv.Fault(s3test.Rule{ID: "late", Op: "DeleteObject", Action: s3test.Call(func() { srv.Put("bucket", "k", []byte("of others")) })})
	wantKind(t, tree.RemoveIf(t.Context(), "k", e.Version, time.Time{}), remote.Changed)
	if o, there := srv.Object("bucket", "k"); !there || string(o.Content) != "of others" {
		t.Errorf("it holds %q", o.Content)
	}
}

// TestAStoreWithoutConditionalDeletionsIsLookedAtFirst, whether it refuses the
// condition, which it is asked once, or ignores it.
func TestAStoreWithoutConditionalDeletionsIsLookedAtFirst(t *testing.T) {
	for name, x := range map[string]struct {
		rule s3test.Rule
		n    int
	}{
		"it refuses": {s3test.Rule{ID: "refused", Op: "DeleteObject", Action: s3test.Status(http.StatusNotImplemented, "NotImplemented")}, 3},
		"it ignores": {s3test.Rule{ID: "ignored", Op: "DeleteObject", Times: s3test.All, Action: s3test.IgnoreIfMatch()}, 2},
	} {
		t.Run(name, func(t *testing.T) {
			tree, srv := strict(t, s3test.Bucket{}, s3.Options{})
			srv.Fault(x.rule)
			one := put(t, tree, "one", "mine", remote.CreateOptions{})
			two := put(t, tree, "two", "mine", remote.CreateOptions{})
			for _, e := range []remote.Entry{one, two} {
				if err := tree.RemoveIf(t.Context(), e.Path, e.Version, time.Time{}); err != nil {
					t.Error(err)
				}
			}
			srv.Put("bucket", "one", []byte("of others"))
			wantKind(t, tree.RemoveIf(t.Context(), "one", one.Version, time.Time{}), remote.Changed)
			if n := srv.Count("DeleteObject"); n != x.n || len(srv.Keys("bucket")) != 1 {
				t.Errorf("%d deletions, %q left", n, srv.Keys("bucket"))
			}
		})
	}
}

// S07: an answer that was lost is found out by the look of the next try.
func TestADeletionWhoseAnswerWasLostHasHappened(t *testing.T) {
	tree, srv := strict(t, s3test.Bucket{}, s3.Options{})
	e := put(t, tree, "k", "mine", remote.CreateOptions{})
	srv.Fault(s3test.Rule{ID: "S07", Op: "DeleteObject", Action: s3test.DropReply()})
	wantKind(t, tree.RemoveIf(t.Context(), "k", e.Version, time.Time{}), remote.NotExist)
}

// TestABucketWithVersionsIsNotLeftWithAMark of a deletion.
func TestABucketWithVersionsIsNotLeftWithAMark(t *testing.T) {
	tree, srv := strict(t, s3test.Bucket{Versioned: true}, s3.Options{})
	e := put(t, tree, "k", "mine", remote.CreateOptions{})
	wantKind(t, tree.RemoveIf(t.Context(), "k", e.Version, time.Time{}), remote.Unsupported)
	if n := srv.Versions("bucket", "k"); n != 1 || srv.Count("DeleteObject") != 0 {
		t.Errorf("%d versions", n)
	}
}

// TestAFolderIsDeletedWhileItHoldsNothing: no listing tells its version.
func TestAFolderIsDeletedWhileItHoldsNothing(t *testing.T) {
	tree, srv := strict(t, s3test.Bucket{}, s3.Options{})
	if err := tree.Mkdir(t.Context(), "d/"); err != nil {
		t.Fatal(err)
	}
	if err := tree.RemoveIf(t.Context(), "d/", "", time.Time{}); err != nil || len(srv.Keys("bucket")) > 0 {
		t.Errorf("%v, %q left", err, srv.Keys("bucket"))
	}
	srv.Put("bucket", "d/", []byte("of others"))
	wantKind(t, tree.RemoveIf(t.Context(), "d/", "", time.Time{}), remote.Changed)
	if err := tree.Remove(t.Context(), []remote.Path{"d/"}); err != nil {
		t.Fatal(err)
	}
	srv.Put("bucket", "d/", nil)
	srv.Fault(s3test.Rule{ID: "late", Op: "DeleteObject", Action: s3test.Call(func() { srv.Put("bucket", "d/", []byte("of others")) })})
	wantKind(t, tree.RemoveIf(t.Context(), "d/", "", time.Time{}), remote.Changed)
}
