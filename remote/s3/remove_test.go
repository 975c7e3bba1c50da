package s3_test

import (
	"crypto/md5"
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"gantry/remote"
	"gantry/remote/s3"
)

// deleter is a fake that keeps what it was told to delete.
type deleter struct {
	mu     sync.Mutex
	gone   []string
	refuse map[string]string // code by key
	once   map[string]string // the same, for the first time only
}

func (d *deleter) serve(_ *fake, op string, w http.ResponseWriter, r *http.Request) {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch op {
	case "DeleteObject":
		d.gone = append(d.gone, strings.TrimPrefix(r.URL.Path, "/bucket/"))
		w.WriteHeader(http.StatusNoContent)
	case "DeleteObjects":
		body, _ := io.ReadAll(r.Body)
		if sum := md5.Sum(body); r.Header.Get("Content-Md5") != base64.StdEncoding.EncodeToString(sum[:]) {
			refuse(w, http.StatusBadRequest, "BadDigest")
			return
		}
		var in struct {
			Object []struct{ Key string }
		}
		if err := xml.Unmarshal(body, &in); err != nil || len(in.Object) > 1000 {
			refuse(w, http.StatusBadRequest, "MalformedXML")
			return
		}
		fmt.Fprint(w, `<?xml version="1.0"?><DeleteResult>`)
		for _, o := range in.Object {
			code := d.refuse[o.Key]
			if code == "" {
				code = d.once[o.Key]
				delete(d.once, o.Key)
			}
			if code == "" {
				d.gone = append(d.gone, o.Key)
				continue
			}
			fmt.Fprint(w, "<Error><Key>")
			_ = xml.EscapeText(w, []byte(o.Key))
			fmt.Fprintf(w, "</Key><Code>%s</Code><Message>no</Message></Error>", code)
		}
		fmt.Fprint(w, `</DeleteResult>`)
	}
}

// TestS30EveryKeyThatSurvivesHasItsError, and the rest is deleted.
func TestS30EveryKeyThatSurvivesHasItsError(t *testing.T) {
	d := &deleter{
		refuse: map[string]string{"k0005": "AccessDenied", "k1500": "AccessDenied", "k0007": "NoSuchKey"},
		once:   map[string]string{"k0001": "InternalError", "k1001": "SlowDown"},
	}
	f := newFake(t, d.serve)
	var ps []remote.Path
	for i := range 2001 {
		ps = append(ps, remote.Path(fmt.Sprintf("k%04d", i)))
	}
	err := f.tree(t, nil, s3.Options{}).Remove(t.Context(), ps)
	wantKind(t, err, remote.Denied)
	joined, ok := err.(interface{ Unwrap() []error }) //nolint:errorlint // the shape is the contract
	if !ok || len(joined.Unwrap()) != 2 {
		t.Fatalf("%v", err)
	}
	for i, want := range []remote.Path{"k0005", "k1500"} {
		if e, ok := joined.Unwrap()[i].(*remote.Error); !ok || e.Path != want { //nolint:errorlint // see above
			t.Errorf("%v does not name %q", joined.Unwrap()[i], want)
		}
	}
	if len(d.gone) != 1998 {
		t.Errorf("%d deleted", len(d.gone))
	}
	if n := f.count("DeleteObjects"); n != 5 {
		t.Errorf("%d requests", n)
	}
}

// TestL08NamesThatXMLCannotHoldAreDeletedOneByOne, the others exactly.
func TestL08NamesThatXMLCannotHoldAreDeletedOneByOne(t *testing.T) {
	d := &deleter{}
	f := newFake(t, d.serve)
	keys := []string{"a\x01b", "bad\xff", "esc\x1b[2J", "line\nbreak", "cr\r", "tab\t", "<&>\"'", "a//b", "../x", " x ", "é\u0301", "del\x7f", "\ufffd"}
	var ps []remote.Path
	for _, k := range keys {
		ps = append(ps, remote.Path(k))
	}
	if err := f.tree(t, nil, s3.Options{}).Remove(t.Context(), ps); err != nil {
		t.Fatal(err)
	}
	slices.Sort(keys)
	slices.Sort(d.gone)
	if !slices.Equal(keys, d.gone) {
		t.Errorf("asked for %q\ngot       %q", keys, d.gone)
	}
	if n := f.count("DeleteObject "); n != 4 {
		t.Errorf("%d single deletes", n)
	}
}

// TestS29AStoreWithoutDeleteObjects, found out once.
func TestS29AStoreWithoutDeleteObjects(t *testing.T) {
	d := &deleter{}
	f := newFake(t, func(f *fake, op string, w http.ResponseWriter, r *http.Request) {
		if op == "DeleteObjects" {
			refuse(w, http.StatusNotImplemented, "NotImplemented")
			return
		}
		d.serve(f, op, w, r)
	})
	tree := f.tree(t, nil, s3.Options{})
	for range 2 {
		if err := tree.Remove(t.Context(), []remote.Path{"a", "b", "c"}); err != nil {
			t.Fatal(err)
		}
	}
	if f.count("DeleteObjects") != 1 || len(d.gone) != 6 {
		t.Errorf("%q", f.lines())
	}
}

func TestARefusedRequestIsAnErrorForEveryKey(t *testing.T) {
	for _, answer := range []func(w http.ResponseWriter){
		func(w http.ResponseWriter) { refuse(w, 403, "AccessDenied") },
		func(w http.ResponseWriter) { fmt.Fprint(w, "<Error><Code>AccessDenied</Code></Error>") },
	} {
		f := newFake(t, func(_ *fake, _ string, w http.ResponseWriter, _ *http.Request) { answer(w) })
		err := f.tree(t, nil, s3.Options{}).Remove(t.Context(), []remote.Path{"a", "b"})
		joined, ok := err.(interface{ Unwrap() []error }) //nolint:errorlint // the shape is the contract
		if !ok || len(joined.Unwrap()) != 2 {
			t.Errorf("%v", err)
		}
		wantKind(t, err, remote.Denied)
	}
}

func TestTheRootIsNeverDeleted(t *testing.T) {
	f := newFake(t, func(*fake, string, http.ResponseWriter, *http.Request) { t.Error("a request was sent") })
	tree := f.tree(t, nil, s3.Options{})
	wantKind(t, tree.Remove(t.Context(), []remote.Path{"a", ""}), remote.Invalid)
	if err := tree.Remove(t.Context(), nil); err != nil {
		t.Error(err)
	}
}

func TestAReadOnlyServerIsNeverWrittenTo(t *testing.T) {
	f := newFake(t, func(*fake, string, http.ResponseWriter, *http.Request) { t.Error("a request was sent") })
	tree := f.tree(t, func(s *remote.Server) { s.ReadOnly = true }, s3.Options{})
	if !tree.Caps().ReadOnly {
		t.Error("Caps do not say so")
	}
	wantKind(t, tree.Remove(t.Context(), []remote.Path{"a"}), remote.Denied)
	wantKind(t, tree.Mkdir(t.Context(), "a/"), remote.Denied)
	_, err := tree.Create(t.Context(), "a", remote.CreateOptions{})
	wantKind(t, err, remote.Denied)
	_, err = tree.Copy(t.Context(), tree, remote.Entry{Path: "a"}, "b", remote.CreateOptions{})
	wantKind(t, err, remote.Denied)
}
