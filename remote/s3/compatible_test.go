package s3_test

import (
	"crypto/md5"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"gantry/remote"
	"gantry/remote/s3"
)

// old is a store from before modern checksums and conditional writes.
type old struct {
	uploads
	conditions bool // it knows them
	mu         sync.Mutex
	md5s       int
}

func (o *old) serve(f *fake, op string, w http.ResponseWriter, r *http.Request) {
	for name := range r.Header {
		if strings.HasPrefix(name, "X-Amz-Checksum-") && name != "X-Amz-Checksum-Mode" || name == "X-Amz-Trailer" {
			refuse(w, http.StatusNotImplemented, "NotImplemented")
			return
		}
	}
	if !o.conditions && r.Method != http.MethodGet && (r.Header.Get("If-None-Match") != "" || r.Header.Get("If-Match") != "") {
		refuse(w, http.StatusNotImplemented, "NotImplemented")
		return
	}
	if sum := r.Header.Get("Content-Md5"); sum != "" {
		b, _ := io.ReadAll(r.Body)
		got := md5.Sum(b)
		if base64.StdEncoding.EncodeToString(got[:]) != sum {
			refuse(w, http.StatusBadRequest, "BadDigest")
			return
		}
		o.mu.Lock()
		o.md5s++
		o.mu.Unlock()
		r.Body = io.NopCloser(strings.NewReader(string(b)))
		w.Header().Set("ETag", fmt.Sprintf(`"%x"`, got))
	}
	if op == "Put" {
		return
	}
	o.uploads.serve(f, op, w, r)
}

func newOld(t *testing.T) (*old, *fake) {
	o := &old{uploads: uploads{etag: `"whole-2"`, onClose: func(u *uploads, _ int64, w http.ResponseWriter, _ *http.Request) {
		u.apply()
		fmt.Fprint(w, completed)
	}}}
	return o, newFake(t, o.serve)
}

// TestS28AStoreWithoutModernChecksumsGetsMD5, found out once.
func TestS28AStoreWithoutModernChecksumsGetsMD5(t *testing.T) {
	o, f := newOld(t)
	tree := f.tree(t, nil, s3.Options{})
	for range 2 {
		put(t, tree, "k", "data", remote.CreateOptions{})
		put(t, tree, "empty", "", remote.CreateOptions{})
		put(t, tree, "big", uploadData, remote.CreateOptions{PartSize: partSize})
	}
	if err := tree.Mkdir(t.Context(), "folder/"); err == nil {
		t.Log("conditions were not needed")
	}
	if n := f.count("Put"); n > 7 {
		t.Errorf("%d puts: what the store cannot do was not remembered", n)
	}
	if o.md5s < 8 {
		t.Errorf("only %d bodies were protected", o.md5s)
	}
}

func TestIntegrityCompatibleAsksForNothingModern(t *testing.T) {
	o, f := newOld(t)
	tree := f.tree(t, func(s *remote.Server) { s.Integrity = "compatible" }, s3.Options{})
	if e := put(t, tree, "k", "data", remote.CreateOptions{}); e.Sum.Algorithm != remote.MD5 {
		t.Errorf("the store is said to have checked %v", e.Sum.Algorithm)
	}
	put(t, tree, "big", uploadData, remote.CreateOptions{PartSize: partSize})
	if f.count("Put") != 1 || f.count("CreateUpload") != 1 || o.md5s != 3 {
		t.Errorf("%q, %d sums", f.lines(), o.md5s)
	}
}

func TestIntegrityStrictGivesNothingUp(t *testing.T) {
	_, f := newOld(t)
	tree := f.tree(t, func(s *remote.Server) { s.Integrity = "strict" }, s3.Options{})
	_, err := tryPut(t.Context(), tree, "k", "data", remote.CreateOptions{})
	wantKind(t, err, remote.Unsupported)
	_, err = tryPut(t.Context(), tree, "k", uploadData, remote.CreateOptions{PartSize: partSize})
	wantKind(t, err, remote.Unsupported)
}

// TestS27AStoreWithoutConditionsIsLookedAtFirst.
func TestS27AStoreWithoutConditionsIsLookedAtFirst(t *testing.T) {
	o, f := newOld(t)
	tree := f.tree(t, nil, s3.Options{})
	if !tree.Caps().IfAbsent {
		t.Error("conditions are doubted before anybody was asked")
	}
	put(t, tree, "big", uploadData, remote.CreateOptions{PartSize: partSize, IfAbsent: true})
	if tree.Caps().IfAbsent {
		t.Error("the tree claims what the store cannot")
	}
	_, err := tryPut(t.Context(), tree, "k", "data", remote.CreateOptions{IfAbsent: true})
	wantKind(t, err, remote.Exist)
	_, err = tryPut(t.Context(), tree, "k", "data", remote.CreateOptions{IfVersion: "other"})
	wantKind(t, err, remote.Changed)
	put(t, tree, "k", "data", remote.CreateOptions{IfVersion: "whole-2"})
	if err := tree.Mkdir(t.Context(), "k"); err != nil {
		t.Errorf("S27 Mkdir of what is there: %v", err)
	}
	_ = o
}
