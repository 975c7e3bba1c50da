package s3_test

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gantry/remote"
	"gantry/remote/s3"
)

func TestListingsThatCannotBeTrustedAreErrors(t *testing.T) {
	for name, answer := range map[string]func(w http.ResponseWriter, token string, n int){
		"L01 the same token for ever": func(w http.ResponseWriter, _ string, _ int) { listing(w, true, "t", "a") },
		"L01 without keys":            func(w http.ResponseWriter, _ string, _ int) { listing(w, true, "t") },
		"L02 tokens in a circle": func(w http.ResponseWriter, token string, _ int) {
			if token == "A" {
				listing(w, true, "B", "b")
			} else {
				listing(w, true, "A", "a")
			}
		},
		"L03 truncated without a token": func(w http.ResponseWriter, _ string, _ int) { listing(w, true, "", "a") },
		"cut in the middle": func(w http.ResponseWriter, _ string, _ int) {
			fmt.Fprint(w, "<ListBucketResult><Contents><Key>a</Key>")
		},
		"cut after a row": func(w http.ResponseWriter, _ string, _ int) {
			fmt.Fprint(w, "<ListBucketResult><Contents><Key>a</Key></Contents>")
		},
		"empty": func(http.ResponseWriter, string, int) {},
		"HTML":  func(w http.ResponseWriter, _ string, _ int) { fmt.Fprint(w, "<html><body>Welcome</body></html>") },
		"a broken tag": func(w http.ResponseWriter, _ string, _ int) {
			fmt.Fprint(w, "<ListBucketResult><></ListBucketResult>")
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake(t, func(f *fake, _ string, w http.ResponseWriter, r *http.Request) {
				if f.count("List") > 50 {
					t.Error("it never ends")
					http.Error(w, "", http.StatusForbidden)
					return
				}
				answer(w, r.URL.Query().Get("continuation-token"), f.count("List"))
			})
			tree := f.tree(t, nil, s3.Options{})
			_, err := names(t, tree, "")
			wantKind(t, err, remote.Corrupt)
			var last error
			for _, err := range tree.Walk(t.Context(), "") {
				last = err
			}
			wantKind(t, last, remote.Corrupt)
		})
	}
}

// TestEncodedNamesAreDecodedOnlyIfTheServerSaysSo: L05, L06.
func TestEncodedNamesAreDecodedOnlyIfTheServerSaysSo(t *testing.T) {
	page := func(encoding string) string {
		return `<?xml version="1.0"?><!-- hello --><s:ListBucketResult xmlns:s="x">` + encoding + `<IsTruncated>false</IsTruncated>
			<Contents ><Key>a%2Bb+c%01%FF</Key><Size>3</Size><ETag>"x"</ETag><LastModified>2026-01-02T03:04:05Z</LastModified>
			<Owner><ID>me</ID><Nested><Key>no</Key></Nested></Owner><StorageClass>GLACIER</StorageClass><ChecksumAlgorithm/></Contents>
			<CommonPrefixes><Prefix>d&amp;&#x41;/</Prefix></CommonPrefixes></s:ListBucketResult>`
	}
	for encoding, want := range map[string][]string{
		"":                                  {"a%2Bb+c%01%FF", "d&A"},
		"<EncodingType>url</EncodingType>":  {"a+b c\x01\xff", "d&A"},
		"<EncodingType>none</EncodingType>": {"a%2Bb+c%01%FF", "d&A"},
	} {
		f := newFake(t, func(_ *fake, _ string, w http.ResponseWriter, r *http.Request) {
			if r.URL.Query().Get("encoding-type") != "url" {
				t.Error("no encoding was asked for")
			}
			fmt.Fprint(w, page(encoding))
		})
		got, err := f.tree(t, nil, s3.Options{}).List(t.Context(), "", "")
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, e := range got.Entries {
			names = append(names, e.Name)
		}
		if d := cmp.Diff(want, names); d != "" {
			t.Error(d)
		}
		e := got.Entries[0]
		if e.Size != 3 || e.Version != "x" || e.Class != "GLACIER" || e.ModTime.Format("2006-01-02T15:04:05") != "2026-01-02T03:04:05" {
			t.Errorf("%+v", e)
		}
		if d := got.Entries[1]; !d.Dir || d.Path != "d&A/" {
			t.Errorf("%+v", d)
		}
	}
}

// TestFoldersAndObjectsOfOneName: D09, D10.
func TestFoldersAndObjectsOfOneName(t *testing.T) {
	f := newFake(t, func(_ *fake, _ string, w http.ResponseWriter, r *http.Request) {
		row := func(key string, size int) string {
			return fmt.Sprintf("<Contents><Key>%s</Key><Size>%d</Size></Contents>", key, size)
		}
		body := ""
		switch q := r.URL.Query(); q.Get("prefix") + "|" + q.Get("delimiter") {
		case "|/":
			body = row("a", 1) + "<CommonPrefixes><Prefix>a/</Prefix></CommonPrefixes><CommonPrefixes><Prefix>/</Prefix></CommonPrefixes>"
		case "a/|/":
			body = row("a/", 0) + row("a/x", 1) + "<CommonPrefixes><Prefix>a//</Prefix></CommonPrefixes>"
		case "full/|/":
			body = row("full/", 7) + row("full/x", 1)
		case "|":
			body = row("/", 0) + row("a", 1) + row("a/", 0) + row("a//", 0) + row("a/x", 1) + row("full/", 7)
		}
		fmt.Fprint(w, "<ListBucketResult>"+body+"</ListBucketResult>")
	})
	tree := f.tree(t, nil, s3.Options{})
	show := func(e remote.Entry) string {
		kind := "file"
		if e.Dir {
			kind = "dir"
		}
		return fmt.Sprintf("%s %q %q", kind, e.Path, e.Name)
	}
	for dir, want := range map[remote.Path][]string{
		"":      {`file "a" "a"`, `dir "a/" "a"`, `dir "/" ""`},
		"a/":    {`dir "a//" ""`, `file "a/x" "x"`},
		"a":     {`dir "a//" ""`, `file "a/x" "x"`},
		"full/": {`file "full/" "full/"`, `file "full/x" "x"`},
	} {
		var got []string
		for e, err := range remote.All(t.Context(), tree, dir) {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, show(e))
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%q: %s", dir, d)
		}
	}
	var got []string
	for e, err := range tree.Walk(t.Context(), "") {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, show(e))
	}
	want := []string{`dir "/" ""`, `file "a" "a"`, `dir "a/" "a"`, `dir "a//" "a/"`, `file "a/x" "a/x"`, `file "full/" "full/"`}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// D11: no key is tidied up.
func TestPathsAreExactKeysBelowThePrefix(t *testing.T) {
	f := newFake(t, func(_ *fake, _ string, w http.ResponseWriter, r *http.Request) {
		listing(w, false, "", "team/a", "other")
	})
	tree := f.tree(t, func(s *remote.Server) { s.Prefix = "team" }, s3.Options{})
	got, err := tree.List(t.Context(), "", "")
	if err != nil || len(got.Entries) != 1 || got.Entries[0].Path != "a" {
		t.Errorf("%+v, %v", got, err)
	}
	for _, c := range []struct {
		dir       remote.Path
		rel, path string
		parent    remote.Path
	}{
		{"", "x", "x", ""},
		{"", "../x", "../x", "../"},
		{"a/", "b", "a/b", "a/"},
		{"a", "b/", "a/b/", "a/"},
		{"a/", "/b", "a//b", "a//"},
		{"", "/", "/", ""},
		{"/", "/", "//", "/"},
		{"", "a//", "a//", "a/"},
		{"a/./", "..", "a/./..", "a/./"},
	} {
		p, err := tree.Join(c.dir, c.rel)
		if err != nil || string(p) != c.path || tree.Dir(p) != c.parent {
			t.Errorf("Join(%q, %q) = %q, %v in %q; want %q in %q", c.dir, c.rel, p, err, tree.Dir(p), c.path, c.parent)
		}
	}
	// U22: the prefix counts.
	if _, err := tree.Join("", strings.Repeat("é", 510)); err == nil {
		t.Error("1,025 bytes were accepted")
	} else {
		wantKind(t, err, remote.Invalid)
	}
	if _, err := tree.Join("", strings.Repeat("x", 1019)); err != nil {
		t.Error(err)
	}
}

// TestAWalkThatIsCalledOffNeverLooksWhole, however far it came.
func TestAWalkThatIsCalledOffNeverLooksWhole(t *testing.T) {
	f := newFake(t, func(_ *fake, _ string, w http.ResponseWriter, r *http.Request) {
		n, _ := strconv.Atoi(strings.TrimPrefix(r.URL.Query().Get("continuation-token"), "t"))
		n++
		listing(w, n < 10, fmt.Sprintf("t%d", n), fmt.Sprintf("k%02d", n))
	})
	tree := f.tree(t, nil, s3.Options{})
	for stop := range 9 {
		ctx, cancel := context.WithCancel(t.Context())
		n, last := 0, error(nil)
		for _, err := range tree.Walk(ctx, "") {
			if n++; n == stop+1 {
				cancel()
			}
			last = err
		}
		cancel()
		if n < 10 && !remote.Cancelled(last) {
			t.Errorf("ended after %d keys with %v", n, last)
		}
	}
	// Whoever stops listening leaves nothing behind; goleak looks.
	for range tree.Walk(t.Context(), "") {
		break
	}
}
