package cli_test

import (
	"strings"
	"testing"

	"gantry/remote/s3/s3test"
)

// S03, D03: an answer that is lost is no conflict with ourselves, whatever the store
// tells of its objects; what a stranger has written meanwhile is left alone.
func TestALostAnswerIsNoConflictWithOurselves(t *testing.T) {
	big := strings.Repeat("0123456789abcdef", 2<<20)
	none := s3test.Call(func() {})
	for _, name := range []string{"MD5", "opaque", "none"} {
		t.Run(name, func(t *testing.T) {
			for _, try := range []struct {
				op   string
				lose s3test.Action
				args []string
				want map[string]string
			}{
				{"PutObject", s3test.DropReply(), []string{"cp", "a.txt", "acme:in/a.txt"}, map[string]string{"in/a.txt": "alpha"}},
				{"CopyObject", s3test.DropReply(), []string{"mv", "acme:old/", "acme:new/"}, map[string]string{"new/x": "the x", "new/y": "the y"}},
				{"CompleteMultipartUpload", s3test.DropReply(), []string{"cp", "big", "acme:in/big"}, map[string]string{"in/big": big}},
				{"CompleteMultipartUpload", s3test.Empty200(true), []string{"cp", "big", "acme:in/big2"}, map[string]string{"in/big2": big}},
				{"CompleteMultipartUpload", none, []string{"cp", "big", "acme:in/big3"}, map[string]string{"in/big3": big}},
			} {
				c := customerOf(t, s3test.Options{OpaqueETags: name == "opaque"})
				c.file("a.txt", "alpha")
				c.file("big", big)
				c.server.Put("data", "old/x", []byte("the x"))
				c.server.Put("data", "old/y", []byte("the y"))
				c.server.Fault(s3test.Rule{ID: "D03", Times: s3test.All, Action: s3test.NoChecksum()})
				for _, op := range []string{"HeadObject", "GetObject", "PutObject", "CompleteMultipartUpload", "CopyObject", "ListObjectsV2"} {
					if name == "none" {
						c.server.Fault(s3test.Rule{ID: "D03", Op: op, Times: s3test.All, Action: s3test.NoETag()})
					}
				}
				c.server.Fault(s3test.Rule{ID: "S03", Op: try.op, Action: try.lose})
				_, said, code := c.gantry(try.args...)
				if code != 0 {
					t.Errorf("%v: exit code %d, %s", try.args, code, said)
				}
				for key, want := range try.want {
					if o, ok := c.server.Object("data", key); !ok || string(o.Content) != want {
						t.Errorf("%v: %s is not what was sent; there is %q", try.args, key, c.server.Keys("data"))
					}
				}
				if n := c.server.Count("CreateMultipartUpload"); n > 1 {
					t.Errorf("%v: it was sent %d times", try.args, n)
				}
			}
		})
	}
}
