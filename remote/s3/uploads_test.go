package s3_test

import (
	"fmt"
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
