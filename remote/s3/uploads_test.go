package s3_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"gantry/remote"
	"gantry/remote/s3"
	"gantry/remote/s3/s3test"
)

// More uploads than fit on a page, several of one key among them, each with a
// name that has to be escaped: all are listed once, those of others included.
func TestUnfinishedUploadsAreListedOverPages(t *testing.T) {
	tree, server := strict(t, s3test.Bucket{}, s3.Options{})
	o := remote.CreateOptions{Size: 3 * smallPart, PartSize: smallPart}
	want := map[string]remote.Path{}
	for i := range 1010 {
		p := remote.Path(fmt.Sprintf("a+b/%04d &", i/2))
		s, err := tree.Create(t.Context(), p, o)
		if err != nil {
			t.Fatal(err)
		}
		want[s.ID()] = p
	}
	pages := server.Count("ListMultipartUploads")
	got := map[string]bool{}
	for u, err := range tree.ListUploads(t.Context(), "a+b/") {
		if err != nil {
			t.Fatal(err)
		}
		if got[u.ID] || want[u.ID] != u.Path || u.Parts != 0 || u.Size != 0 {
			t.Fatalf("listed %+v, want %q", u, want[u.ID])
		}
		got[u.ID] = true
	}
	if len(got) != len(want) {
		t.Errorf("%d uploads are listed of %d", len(got), len(want))
	}
	if n := server.Count("ListMultipartUploads") - pages; n != 2 {
		t.Errorf("%d pages", n)
	}
	for u := range tree.ListUploads(t.Context(), "a+b/0007") {
		if err := tree.AbortUpload(t.Context(), u); err != nil {
			t.Fatal(err)
		}
	}
	if left := len(server.Uploads("bucket")); left != len(want)-2 {
		t.Errorf("%d are left", left)
	}
}

// S22: a store that says of an upload that it is not there, and lists it.
func TestAnUploadIsGoneWhenItIsNotListedAnyMore(t *testing.T) {
	for _, c := range []struct{ times, left int }{{1, 0}, {s3test.All, 1}} {
		tree, server := strict(t, s3test.Bucket{}, s3.Options{})
		s, err := tree.Create(t.Context(), "k", remote.CreateOptions{Size: 3 * smallPart, PartSize: smallPart})
		if err != nil {
			t.Fatal(err)
		}
		server.Fault(s3test.Rule{Op: "AbortMultipartUpload", Times: c.times, Action: s3test.Status(http.StatusNotFound, "NoSuchUpload")})
		err = s.Abort(t.Context())
		if got := len(server.Uploads("bucket")); got != c.left || (err != nil) != (c.left > 0) {
			t.Errorf("denied %d times: %d are left and it says %v", c.times, got, err)
		}
		if err != nil && !strings.Contains(remote.HintOf(err), "could not be removed") {
			t.Errorf("it says %q", remote.HintOf(err))
		}
	}
}
