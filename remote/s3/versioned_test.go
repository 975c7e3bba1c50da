package s3_test

import (
	"net/http"
	"strings"
	"testing"

	"gantry/remote"
	"gantry/remote/s3"
	"gantry/remote/s3/s3test"
	"gantry/remote/treetest"
)

func TestABucketWithVersionsPassesTheSuite(t *testing.T) {
	tree, _ := strict(t, s3test.Bucket{Versioned: true}, s3.Options{})
	treetest.Run(t, treetest.Options{
		New: func(*testing.T) remote.Tree { return tree }, Hostile: true, Entries: 100, PartSize: smallPart,
	})
}

// TestVersitygwBringsBackWhatWasReplaced, by a copy, an upload, and one in parts.
func TestVersitygwBringsBackWhatWasReplaced(t *testing.T) {
	srv := newBucket(t)
	srv.Bucket += "-versions"
	if err := gate.MakeBucket(srv.Bucket, true); err != nil {
		t.Fatal(err)
	}
	tree := open(t, srv, rootKey(t), s3.Options{})
	old := put(t, tree, "d/k", "old", remote.CreateOptions{})
	src := put(t, tree, "source", "new", remote.CreateOptions{})
	for name, write := range map[string]func(remote.CreateOptions) error{
		"copy": func(o remote.CreateOptions) error {
			_, err := tree.Copy(t.Context(), tree, src, "d/k", o)
			return err
		},
		"upload": func(o remote.CreateOptions) error {
			_, err := tryPut(t.Context(), tree, "d/k", "new", o)
			return err
		},
		"parts": func(o remote.CreateOptions) error {
			o.PartSize = partSize
			_, err := tryPut(t.Context(), tree, "d/k", uploadData, o)
			return err
		},
	} {
		var told ids
		if err := write(told.options(remote.CreateOptions{})); err != nil || len(told) != 1 {
			t.Fatalf("%s: ids %q, %v", name, told, err)
		}
		if err := tree.Revert(t.Context(), "d/k", told[0]); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if e, err := tree.Stat(t.Context(), "d/k"); err != nil || e.Version != old.Version || get(t, tree, old) != "old" {
			t.Errorf("%s: %+v, %v", name, e, err)
		}
		wantKind(t, tree.Revert(t.Context(), "d/k", told[0]), remote.Changed)
	}
}

// TestVersitygwTakesWhatWasDeletedBefore: its condition takes the mark of a deletion
// for an object.
func TestVersitygwTakesWhatWasDeletedBefore(t *testing.T) {
	srv := newBucket(t)
	srv.Bucket += "-deleted"
	if err := gate.MakeBucket(srv.Bucket, true); err != nil {
		t.Fatal(err)
	}
	tree := open(t, srv, rootKey(t), s3.Options{})
	src := put(t, tree, "source", "new", remote.CreateOptions{})
	for name, write := range map[string]func() error{
		"copy": func() error {
			_, err := tree.Copy(t.Context(), tree, src, "copy", remote.CreateOptions{IfAbsent: true})
			return err
		},
		"upload": func() error {
			_, err := tryPut(t.Context(), tree, "upload", "new", remote.CreateOptions{IfAbsent: true})
			return err
		},
		"parts": func() error {
			_, err := tryPut(t.Context(), tree, "parts", uploadData, remote.CreateOptions{IfAbsent: true, PartSize: partSize})
			return err
		},
		"folder/": func() error { return tree.Mkdir(t.Context(), "folder/") },
	} {
		p := remote.Path(name)
		put(t, tree, p, "", remote.CreateOptions{})
		if err := tree.Remove(t.Context(), []remote.Path{p}); err != nil {
			t.Fatal(err)
		}
		if err := write(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := tree.Stat(t.Context(), p); err != nil {
			t.Errorf("%s is not there: %v", name, err)
		}
		if err := write(); name != "folder/" && remote.KindOf(err) != remote.Exist {
			t.Errorf("%s is overwritten: %v", name, err)
		}
	}
}

// ids collects what VersionID is told.
type ids []string

func (s *ids) options(o remote.CreateOptions) remote.CreateOptions {
	o.VersionID = func(id string) { *s = append(*s, id) }
	return o
}

// kept is a bucket with versions that holds "source" and, with less content,
// "target".
func kept(t *testing.T, o s3.Options) (tree *s3.Tree, srv *s3test.Server, src remote.Entry) {
	t.Helper()
	tree, srv = strict(t, s3test.Bucket{Versioned: true}, o)
	put(t, tree, "target", "old", remote.CreateOptions{})
	return tree, srv, put(t, tree, "source", strings.Repeat("new", 100_000), remote.CreateOptions{})
}

// What is written in several requests has one version as well.
func TestTheVersionOfWhatIsWrittenInPartsIsTold(t *testing.T) {
	for name, write := range map[string]func(tree *s3.Tree, src remote.Entry, o remote.CreateOptions) error{
		"upload": func(tree *s3.Tree, _ remote.Entry, o remote.CreateOptions) error {
			o.PartSize = smallPart
			_, err := tryPut(t.Context(), tree, "target", strings.Repeat("new", 100_000), o)
			return err
		},
		"copy": func(tree *s3.Tree, src remote.Entry, o remote.CreateOptions) error {
			_, err := tree.Copy(t.Context(), tree, src, "target", o)
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			tree, srv, src := kept(t, s3.Options{MaxCopy: 100_000})
			var told ids
			if err := write(tree, src, told.options(remote.CreateOptions{})); err != nil || len(told) != 1 {
				t.Fatalf("ids %q, %v", told, err)
			}
			if srv.Count("CompleteMultipartUpload") != 1 {
				t.Error("it was one request")
			}
			if err := tree.Revert(t.Context(), "target", told[0]); err != nil {
				t.Fatal(err)
			}
			if o, _ := srv.Object("bucket", "target"); string(o.Content) != "old" || srv.Versions("bucket", "target") != 1 {
				t.Errorf("%d bytes in %d versions", len(o.Content), srv.Versions("bucket", "target"))
			}
		})
	}
}

// What is kept of one key are its own versions, not those of others that begin
// like it.
func TestTheNewestVersionsOfAKeyAreShown(t *testing.T) {
	tree, srv, src := kept(t, s3.Options{})
	put(t, tree, "target/below", "x", remote.CreateOptions{})
	key := remote.Path("a b+c%2F\x01é")
	put(t, tree, key, "1", remote.CreateOptions{})
	before, err := tree.Stat(t.Context(), "target")
	if err != nil {
		t.Fatal(err)
	}
	var told ids
	if _, err := tree.Copy(t.Context(), tree, src, "target", told.options(remote.CreateOptions{})); err != nil || len(told) != 1 {
		t.Fatalf("ids %q, %v", told, err)
	}
	vs, err := tree.Kept(t.Context(), "target", 5)
	if err != nil || len(vs) != 2 || vs[0].ID != told[0] || vs[0].Version != src.Version || vs[1].Version != before.Version {
		t.Errorf("%+v, %v", vs, err)
	}
	if vs, err = tree.Kept(t.Context(), "target", 1); err != nil || len(vs) != 1 || vs[0].ID != told[0] {
		t.Errorf("one: %+v, %v", vs, err)
	}
	if vs, err = tree.Kept(t.Context(), key, 2); err != nil || len(vs) != 1 {
		t.Errorf("%q: %+v, %v", key, vs, err)
	}
	if vs, err = tree.Kept(t.Context(), "tar", 2); err != nil || len(vs) != 0 {
		t.Errorf("nothing: %+v, %v", vs, err)
	}
	if err := tree.Remove(t.Context(), []remote.Path{"target"}); err != nil {
		t.Fatal(err)
	}
	if vs, err = tree.Kept(t.Context(), "target", 2); err != nil || len(vs) != 2 || vs[0].Version != "" || vs[1].ID != told[0] {
		t.Errorf("deleted: %+v, %v", vs, err)
	}
	srv.Fault(s3test.Rule{ID: "deny", Op: "ListObjectVersions", Times: s3test.All, Action: s3test.Deny()})
	_, err = tree.Kept(t.Context(), "target", 2)
	wantKind(t, err, remote.Denied)
}

// S07: where an answer was lost nobody knows how many versions there are.
func TestTheVersionOfACopyWhoseAnswerWasLostIsNotTold(t *testing.T) {
	tree, srv, src := kept(t, s3.Options{})
	srv.Fault(s3test.Rule{ID: "S07", Op: "CopyObject", Action: s3test.DropReply()})
	var told ids
	if _, err := tree.Copy(t.Context(), tree, src, "target", told.options(remote.CreateOptions{})); err != nil {
		t.Fatal(err)
	}
	if n := srv.Versions("bucket", "target"); len(told) > 0 || n != 3 {
		t.Errorf("%q was told of %d versions", told, n)
	}
}

func TestABucketWithoutVersionsTellsNone(t *testing.T) {
	tree, _ := strict(t, s3test.Bucket{}, s3.Options{})
	var told ids
	put(t, tree, "k", "x", told.options(remote.CreateOptions{}))
	if len(told) > 0 {
		t.Errorf("%q", told)
	}
	f := newFake(t, func(_ *fake, _ string, w http.ResponseWriter, _ *http.Request) { // S34: a bucket that has stopped keeping them
		w.Header().Set("ETag", `"e"`)
		w.Header().Set("X-Amz-Version-Id", "null")
	})
	put(t, f.tree(t, nil, s3.Options{}), "k", "x", told.options(remote.CreateOptions{}))
	if len(told) > 0 {
		t.Errorf("%q", told)
	}
}

// S33: who may not delete versions reads which permission is missing, and the
// version stays.
func TestARevertThatIsDeniedNamesThePermission(t *testing.T) {
	tree, srv, src := kept(t, s3.Options{})
	var told ids
	if _, err := tree.Copy(t.Context(), tree, src, "target", told.options(remote.CreateOptions{})); err != nil || len(told) != 1 {
		t.Fatalf("ids %q, %v", told, err)
	}
	srv.Fault(s3test.Rule{ID: "deny", Op: "DeleteObject", Times: s3test.All, Action: s3test.Deny()})
	err := tree.Revert(t.Context(), "target", told[0])
	wantKind(t, err, remote.Denied)
	if a := remote.ActionOf(err); a != "s3:DeleteObjectVersion" || !strings.Contains(remote.HintOf(err), a) {
		t.Errorf("%s: %s", a, remote.HintOf(err))
	}
	srv.ClearFaults()
	srv.Fault(s3test.Rule{ID: "N07", Op: "DeleteObject", Action: s3test.DropReply()})
	if err := tree.Revert(t.Context(), "target", told[0]); err != nil { // an answer that is lost is asked for again
		t.Error(err)
	}
	if o, _ := srv.Object("bucket", "target"); string(o.Content) != "old" || srv.Fired()["N07"] != 1 {
		t.Errorf("it holds %d bytes", len(o.Content))
	}
	tree.SetReadOnly(true)
	wantKind(t, tree.Revert(t.Context(), "target", told[0]), remote.Denied)
}
