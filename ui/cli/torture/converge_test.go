//go:build unix

package torture_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"gantry/remote/s3/s3test"
)

// writes are the requests that change a bucket.
var writes = []string{
	"PutObject", "CopyObject", "CreateMultipartUpload", "UploadPart", "UploadPartCopy", "CompleteMultipartUpload",
	"DeleteObject", "DeleteObjects", "PutObjectTagging",
}

// I10: a copy that was killed and then finished, and done once more with a rule that
// leaves out what is equal, writes nothing: neither to the bucket nor to the disk.
func TestTortureASecondRunWritesNothing(t *testing.T) {
	program := must(t, built.often)
	c := &contents{}
	for _, s := range smalls(c) {
		if s.args[0] != "cp" {
			continue
		}
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, program, s3test.Options{})
			s.stage(w)
			w.doomed(s3test.Rule{ID: "P01", Nth: 3 + dice(t, s.name).IntN(6)}, true, s.args)
			if !w.report("after a kill", s.settle(w)) {
				return
			}
			args := slices.DeleteFunc(slices.Clone(s.args), func(a string) bool { return a == "--on-conflict" || a == "overwrite" })
			args = append(args, "--on-conflict")
			w.run(append(args, "checksum")...) // what a kill before the job was on record has left out
			for _, rule := range []string{"checksum", "size", "newer"} {
				before, seen := w.stamps(), len(w.events())
				if r := w.run(append(args, rule)...); r.code != 0 {
					t.Errorf("%s: it ends with %d: %s", rule, r.code, r.err)
				}
				for _, e := range w.events()[seen:] {
					if slices.Contains(writes, e.Op) {
						t.Errorf("I10: with the rule %s a second run sends %s %s", rule, e.Op, e.Key)
					}
				}
				if after := w.stamps(); !slices.Equal(before, after) {
					t.Errorf("I10: with the rule %s a second run writes files: %v, before %v", rule, after, before)
				}
			}
			w.report("in the end", s.plan.atRest(w))
		})
	}
}

// stamps tell of every file of the user's which one it is: a file that is written
// anew is another one.
func (w *world) stamps() (all []string) {
	w.Helper()
	for _, place := range w.places() {
		if fi, err := os.Lstat(filepath.Join(w.files, place)); err == nil {
			all = append(all, fmt.Sprint(place, " ", fi.Size(), " ", fi.ModTime().Format(time.RFC3339Nano), " ", inode(fi)))
		}
	}
	return all
}
