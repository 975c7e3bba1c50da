package s3_test

import (
	"bytes"
	"testing"

	"gantry/remote"
	"gantry/remote/s3"
	"gantry/remote/s3/s3test"
)

// N04: a gateway on the way answers with a page of HTML, whatever was asked: it
// is asked again, and the page shows nowhere.
func TestAPageOfAGatewayIsNotTheLastWord(t *testing.T) {
	tree, server := strict(t, s3test.Bucket{}, s3.Options{})
	for _, op := range []string{"CreateMultipartUpload", "CompleteMultipartUpload", "ListParts", "ListMultipartUploads", "AbortMultipartUpload", "HeadObject"} {
		server.Fault(s3test.Rule{ID: "N04", Op: op, Times: 2, Action: s3test.HTML(502)})
	}
	sink, err := tree.Create(t.Context(), "k", remote.CreateOptions{Size: 2 * smallPart, PartSize: smallPart})
	if err != nil {
		t.Fatal(err)
	}
	var parts []remote.Part
	for n := 1; n <= 2; n++ {
		p, err := sink.WritePart(t.Context(), n, bytes.NewReader(make([]byte, smallPart)))
		if err != nil {
			t.Fatal(err)
		}
		parts = append(parts, p)
	}
	for u, err := range tree.ListUploads(t.Context(), "") {
		if err != nil || u.Parts != 2 {
			t.Errorf("%+v, %v", u, err)
		}
	}
	if _, err := sink.Commit(t.Context(), parts); err != nil {
		t.Error(err)
	}
	other, err := tree.Create(t.Context(), "l", remote.CreateOptions{Size: 2 * smallPart, PartSize: smallPart})
	if err != nil {
		t.Fatal(err)
	}
	if err := other.Abort(t.Context()); err != nil || len(server.Uploads("bucket")) != 0 {
		t.Errorf("%v, %d uploads are left", err, len(server.Uploads("bucket")))
	}
	if n := server.Fired()["N04"]; n != 12 {
		t.Errorf("%d pages were sent", n)
	}
}
