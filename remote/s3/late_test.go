package s3_test

import (
	"context"
	"net/http"
	"testing"

	"gantry/remote"
	"gantry/remote/s3"
)

// TestAnUploadCalledOffWhileItBeginsDoesNotStay: U13, cancelled between Create
// and its answer.
func TestAnUploadCalledOffWhileItBeginsDoesNotStay(t *testing.T) {
	u := &uploads{}
	ctx, cancel := context.WithCancel(t.Context())
	f := newFake(t, func(f *fake, op string, w http.ResponseWriter, r *http.Request) {
		if op == "CreateUpload" {
			cancel() // the store has begun it, and the user has changed their mind
		}
		u.serve(f, op, w, r)
	})
	_, err := f.tree(t, nil, s3.Options{}).Create(ctx, "k", remote.CreateOptions{Size: 20 << 20, PartSize: partSize})
	if !remote.Cancelled(err) {
		t.Errorf("Create says %v", err)
	}
	if f.count("CreateUpload") != 1 || f.count("Abort") == 0 || u.open.Load() {
		t.Errorf("%d begun, %d aborts, open %v", f.count("CreateUpload"), f.count("Abort"), u.open.Load())
	}
}
