package s3_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"gantry/remote"
	"gantry/remote/s3"
)

// A weak ETag meets no If-Match (RFC 9110, section 13.1.1), so none is asked for:
// the ETag of the answer is compared here.
func TestObjectsWithWeakTagsAreReadAndReplaced(t *testing.T) {
	const data = "0123456789"
	tag := `W/"1"`
	f := newFake(t, func(_ *fake, _ string, w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("If-Match") != "" || r.Header.Get("X-Amz-Copy-Source-If-Match") != "" {
			refuse(w, 412, "PreconditionFailed")
			return
		}
		w.Header().Set("ETag", tag)
		switch {
		case r.Method == http.MethodGet && r.Header.Get("Range") != "":
			w.Header().Set("Content-Range", "bytes 2-4/10")
			w.WriteHeader(http.StatusPartialContent)
			fmt.Fprint(w, data[2:5])
		case r.Method == http.MethodGet, r.Method == http.MethodHead:
			w.Header().Set("Content-Length", "10")
			if r.Method == http.MethodGet {
				fmt.Fprint(w, data)
			}
		case r.Method == http.MethodPut:
			tag = `W/"2"`
		}
	})
	tree := f.tree(t, nil, s3.Options{})
	e := remote.Entry{Path: "k", Size: 10, Version: `W/"1"`}
	for _, c := range []struct {
		off, n int64
		want   string
	}{{0, -1, data}, {2, 3, data[2:5]}} {
		if got, err := readAll(t, tree, e, c.off, c.n); err != nil || got != c.want {
			t.Errorf("%q: %v", got, err)
		}
	}
	replace := func(version string) error {
		sink, err := tree.Create(t.Context(), "k", remote.CreateOptions{Size: 1, IfVersion: version})
		if err != nil {
			return err
		}
		p, err := sink.WritePart(t.Context(), 1, strings.NewReader("x"))
		if err != nil {
			return err
		}
		_, err = sink.Commit(t.Context(), []remote.Part{p})
		return err
	}
	if err := replace(`W/"0"`); remote.KindOf(err) != remote.Changed {
		t.Errorf("another one than was there was replaced: %v", err)
	}
	if err := replace(`W/"1"`); err != nil {
		t.Error(err)
	}
	if _, err := readAll(t, tree, e, 0, -1); remote.KindOf(err) != remote.Changed {
		t.Errorf("another version was read: %v", err)
	}
}
