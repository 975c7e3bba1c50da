package s3_test

import (
	"strings"
	"testing"

	"gantry/remote"
	"gantry/remote/s3"
	"gantry/remote/s3/s3test"
)

// opaque is a store that shows no sums, with ETags that mean nothing or without any.
func opaque(t *testing.T, tag s3test.Action) (*s3.Tree, *s3test.Server) {
	tree, srv := strict(t, s3test.Bucket{}, s3.Options{})
	srv.Fault(s3test.Rule{ID: "D03", Times: s3test.All, Action: s3test.NoChecksum()})
	for _, op := range []string{"HeadObject", "GetObject", "PutObject", "CompleteMultipartUpload", "CopyObject"} {
		srv.Fault(s3test.Rule{ID: "D03", Op: op, Times: s3test.All, Action: tag})
	}
	return tree, srv
}

// S03, D03: where an answer was lost and neither ETag nor sum tells whose the object
// is that is there, the conflict says so; where another size shows that it is not
// ours, it does not.
func TestAConflictThatMayBeWithOurselvesSaysSo(t *testing.T) {
	tags := map[string]s3test.Action{"opaque": s3test.BadETag(), "none": s3test.NoETag()}
	for name, c := range map[string]struct {
		op   string
		lose s3test.Action
		do   func(tree *s3.Tree) error
	}{
		"put": {"PutObject", s3test.DropReply(), func(tree *s3.Tree) error {
			_, err := tryPut(t.Context(), tree, "k", "content", remote.CreateOptions{IfAbsent: true})
			return err
		}},
		"copy": {"CopyObject", s3test.DropReply(), func(tree *s3.Tree) error {
			_, err := tree.Copy(t.Context(), tree, remote.Entry{Path: "src", Size: 7}, "k", remote.CreateOptions{IfAbsent: true})
			return err
		}},
		"complete":                           {"CompleteMultipartUpload", s3test.DropReply(), parted(t)},
		"complete, empty answer":             {"CompleteMultipartUpload", s3test.Empty200(true), parted(t)},
		"complete, error although it worked": {"CompleteMultipartUpload", s3test.StatusAfter(500, "InternalError"), parted(t)},
	} {
		for kind, tag := range tags {
			t.Run(name+", "+kind, func(t *testing.T) {
				tree, srv := opaque(t, tag)
				srv.Put("bucket", "src", []byte("content"))
				srv.Fault(s3test.Rule{ID: "S03", Op: c.op, Action: c.lose})
				if err := c.do(tree); err == nil || !remote.InDoubt(err) || remote.Retryable(err) {
					t.Errorf("ours: %v, in doubt: %t", err, remote.InDoubt(err))
				}
				srv.Delete("bucket", "k")
				srv.Fault(s3test.Rule{ID: "S25", Op: c.op, Nth: 1, Action: s3test.Call(func() { srv.Put("bucket", "k", []byte("another one")) })})
				if err := c.do(tree); err == nil || remote.InDoubt(err) {
					t.Errorf("a stranger's: %v, in doubt: %t", err, remote.InDoubt(err))
				}
			})
		}
	}
}

// parted uploads in two parts.
func parted(t *testing.T) func(*s3.Tree) error {
	return func(tree *s3.Tree) error {
		_, err := tryPut(t.Context(), tree, "k", strings.Repeat("x", 2*smallPart), remote.CreateOptions{PartSize: smallPart, IfAbsent: true})
		return err
	}
}

// D03: an answer that says that the upload is complete does so without an ETag too.
func TestAnUploadIsCompleteWithoutAnETag(t *testing.T) {
	tree, srv := opaque(t, s3test.NoETag())
	if err := parted(t)(tree); err != nil {
		t.Error(err)
	}
	n := 0
	for _, e := range srv.Events() {
		if e.Op == "CompleteMultipartUpload" {
			n++
		}
	}
	if n != 1 {
		t.Errorf("it was completed %d times", n)
	}
}
