package s3_test

import (
	"testing"

	"gantry/remote"
	"gantry/remote/s3"
	"gantry/remote/s3/s3test"
)

// U13, U14: the store has begun an upload, and its answer is lost: what nobody
// knows the id of does not stay. Somebody else's upload of the same object does.
func TestAnUploadWhoseBeginningWasNotAnsweredDoesNotStay(t *testing.T) {
	tree, server := strict(t, s3test.Bucket{}, s3.Options{})
	create := func() remote.Sink {
		t.Helper()
		sink, err := tree.Create(t.Context(), "k", remote.CreateOptions{Size: 20 << 20, PartSize: partSize})
		if err != nil {
			t.Fatal(err)
		}
		return sink
	}
	server.Fault(s3test.Rule{ID: "U13", Op: "CreateMultipartUpload", Times: 2, Action: s3test.DropReply()})
	mine := create()
	if left := server.Uploads("bucket"); len(left) != 1 || left[0].ID != mine.ID() {
		t.Errorf("there are %d uploads", len(left))
	}
	// Two begun without a part, and one answer lost: nobody can tell whose is whose.
	hers := create()
	server.Fault(s3test.Rule{ID: "U13", Op: "CreateMultipartUpload", Nth: 1, Action: s3test.DropReply()})
	create()
	ids := map[string]bool{}
	for _, u := range server.Uploads("bucket") {
		ids[u.ID] = true
	}
	if !ids[mine.ID()] || !ids[hers.ID()] {
		t.Error("an upload that somebody else began is gone")
	}
}
