package s3_test

import (
	"strings"
	"testing"

	"gantry/remote"
	"gantry/remote/s3"
	"gantry/remote/s3/s3test"
)

// U21, S25: a copy has conditions on its source and on its target, and the store
// does not say which has failed.
func TestACopySaysWhetherItsSourceOrItsTargetHasChanged(t *testing.T) {
	for _, c := range []struct {
		name    string
		options s3.Options
		op      string // at which it happens
		changed string // key
		absent  bool   // the target must not be there, else it must be as it was
		kind    remote.Kind
		source  bool
	}{
		{"the source, over a target", s3.Options{}, "CopyObject", "a", false, remote.Changed, true},
		{"the source, to a new name", s3.Options{}, "CopyObject", "a", true, remote.Changed, true},
		{"the target", s3.Options{}, "CopyObject", "b", false, remote.Changed, false},
		{"a new target", s3.Options{}, "CopyObject", "b", true, remote.Exist, false},
		{"the source of ranges", s3.Options{MaxCopy: 100_000}, "UploadPartCopy", "a", false, remote.Changed, true},
		{"the source before ranges", s3.Options{MaxCopy: 100_000}, "HeadObject", "a", false, remote.Changed, true},
		{"the target of ranges", s3.Options{MaxCopy: 100_000}, "CompleteMultipartUpload", "b", false, remote.Changed, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			tree, srv := strict(t, s3test.Bucket{}, c.options)
			src := put(t, tree, "a", strings.Repeat("0", 300_000), remote.CreateOptions{})
			o := remote.CreateOptions{Size: src.Size, IfAbsent: c.absent}
			if !c.absent {
				o.IfVersion = put(t, tree, "b", "old", remote.CreateOptions{}).Version
			}
			srv.Fault(s3test.Rule{ID: "U21", Op: c.op, Action: s3test.Call(func() { srv.Put("bucket", c.changed, []byte("another")) })})
			_, err := tree.Copy(t.Context(), tree, src, "b", o)
			wantKind(t, err, c.kind)
			if remote.OfSource(err) != c.source {
				t.Errorf("of the source: %t, %v", remote.OfSource(err), err)
			}
			if u := srv.Uploads("bucket"); len(u) > 0 {
				t.Errorf("%d uploads are left", len(u))
			}
		})
	}
}
