package s3_test

import (
	"crypto/md5"
	"fmt"
	"io"
	"net/http"
	"testing"

	"gantry/remote"
	"gantry/remote/s3"
	"gantry/remote/s3/s3test"
)

// bares is a server of which something on the way refuses the first n requests of
// an operation with a page that gives no reason.
func bares(t *testing.T, op string, n int) *fake {
	return newFake(t, func(f *fake, what string, w http.ResponseWriter, _ *http.Request) {
		switch {
		case what == op && f.count(op) <= n:
			w.Header().Set("Content-Type", "text/html")
			w.WriteHeader(http.StatusBadRequest)
			_, _ = io.WriteString(w, "<html><body>400 Bad request: secret-of-the-example</body></html>")
		case what == "List":
			listing(w, false, "", "a")
		case what == "Copy":
			_, _ = io.WriteString(w, `<CopyObjectResult><ETag>"v"</ETag></CopyObjectResult>`)
		default:
			w.Header().Set("ETag", `"v"`)
		}
	})
}

// N04: a refusal without a reason, from a server that has understood us before, is
// that of something on the way, and may be over in a moment; but not for ever.
func TestARefusalWithoutAReasonIsTriedAgainAFewTimes(t *testing.T) {
	for op, do := range map[string]func(tree *s3.Tree) error{
		"List": func(tree *s3.Tree) error {
			_, err := names(t, tree, "")
			return err
		},
		"Put": func(tree *s3.Tree) error {
			_, err := tryPut(t.Context(), tree, "k", "content", remote.CreateOptions{})
			return err
		},
		"Copy": func(tree *s3.Tree) error {
			_, err := tree.Copy(t.Context(), tree, remote.Entry{Path: "a", Size: 1, Version: "v"}, "b", remote.CreateOptions{})
			return err
		},
		"DeleteObject": func(tree *s3.Tree) error { return tree.Remove(t.Context(), []remote.Path{"a"}) },
	} {
		t.Run(op, func(t *testing.T) {
			for n, want := range map[int]remote.Kind{2: remote.Other, 100: remote.Invalid} {
				f := bares(t, op, n)
				tree := f.tree(t, nil, s3.Options{})
				if _, err := tree.Stat(t.Context(), "k"); err != nil { // so the server is known to understand us
					t.Fatal(err)
				}
				err := do(tree)
				if remote.KindOf(err) != want || (err == nil) != (n == 2) || remote.Retryable(err) {
					t.Errorf("refused %d times: %v", n, err)
				}
				if got := f.count(op); got != 3 {
					t.Errorf("refused %d times: %d requests", n, got)
				}
			}
		})
	}
}

// The answer that was lost may have been that it is stored: what the next request
// meets then is our own.
func TestARefusalWithoutAReasonMayHideThatItIsStored(t *testing.T) {
	stored := ""
	f := newFake(t, func(f *fake, what string, w http.ResponseWriter, r *http.Request) {
		switch {
		case what == "Put" && stored == "":
			b, _ := io.ReadAll(r.Body)
			stored = string(b)
			w.WriteHeader(http.StatusBadRequest)
		case what == "Put":
			refuse(w, http.StatusPreconditionFailed, "PreconditionFailed")
		default:
			w.Header().Set("ETag", fmt.Sprintf(`"%x"`, md5.Sum([]byte(stored))))
			w.Header().Set("Content-Length", fmt.Sprint(len(stored)))
		}
	})
	tree := f.tree(t, nil, s3.Options{})
	if _, err := tree.Stat(t.Context(), "k"); err != nil { // so the server is known to understand us
		t.Fatal(err)
	}
	if _, err := tryPut(t.Context(), tree, "k", "content", remote.CreateOptions{IfAbsent: true}); err != nil {
		t.Errorf("a conflict with itself: %v", err)
	}
}

// A server that has never understood us most likely speaks another protocol: the
// user is told at once.
func TestARefusalWithoutAReasonByAStrangerIsTheLastWord(t *testing.T) {
	f := bares(t, "List", 100)
	_, err := names(t, f.tree(t, nil, s3.Options{}), "")
	wantKind(t, err, remote.Invalid)
	if f.count("List") != 1 {
		t.Errorf("%d requests", f.count("List"))
	}
}

// N05, N21: a bit of the reason may be damaged on the way, so that it cannot be read.
func TestARefusalWhoseReasonIsDamagedIsTriedAgain(t *testing.T) {
	tree, srv := strict(t, s3test.Bucket{}, s3.Options{})
	e := put(t, tree, "k", "content", remote.CreateOptions{})
	srv.Fault(s3test.Rule{ID: "N05", Op: "GetObject", Action: s3test.Status(http.StatusBadRequest, "RequestTimeout")})
	srv.Fault(s3test.Rule{ID: "N21", Op: "GetObject", Action: s3test.FlipBit(1)})
	if got := get(t, tree, e); got != "content" {
		t.Errorf("it holds %q", got)
	}
}

// N18: the reason may be cut off. Without it a bucket that is briefly refused would
// be one that is not there.
func TestARefusalWhoseReasonIsCutOffIsABrokenConnection(t *testing.T) {
	for _, status := range []int{http.StatusBadRequest, http.StatusForbidden, http.StatusNotFound, http.StatusConflict} {
		f := newFake(t, func(f *fake, _ string, w http.ResponseWriter, _ *http.Request) {
			if f.count("List") > 2 {
				listing(w, false, "", "a")
				return
			}
			w.Header().Set("Content-Length", "1000")
			w.WriteHeader(status)
			_, _ = io.WriteString(w, "<?xml version=\"1.0\"?><Error><Co")
		})
		if got, err := names(t, f.tree(t, nil, s3.Options{}), ""); err != nil || len(got) != 1 {
			t.Errorf("%d: %v, %v", status, got, err)
		}
	}
}
