package s3_test

import (
	"net/http"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gantry/remote"
	"gantry/remote/s3"
)

// TestS08WrongRegionIsFollowedOnce: 301 with the header, for every way to ask.
func TestS08WrongRegionIsFollowedOnce(t *testing.T) {
	f := newFake(t, func(_ *fake, op string, w http.ResponseWriter, r *http.Request) {
		if signedRegion(r) != "eu-west-1" {
			w.Header().Set("X-Amz-Bucket-Region", "eu-west-1")
			refuse(w, http.StatusMovedPermanently, "PermanentRedirect")
			return
		}
		if op == "List" {
			listing(w, false, "", "a")
		}
	})
	tree := f.tree(t, nil, s3.Options{})
	for range 2 {
		if got, err := names(t, tree, ""); err != nil || !slices.Equal(got, []string{"a"}) {
			t.Fatalf("%v, %v", got, err)
		}
	}
	if d := cmp.Diff([]string{"List us-east-1", "List eu-west-1", "List eu-west-1"}, f.lines()); d != "" {
		t.Error(d)
	}
	if tree.Region() != "eu-west-1" {
		t.Errorf("the tree says %q", tree.Region())
	}
}

func TestS09RegionInTheTextOrOnlyInHeadBucket(t *testing.T) {
	for name, answer := range map[string]func(http.ResponseWriter){
		"text": func(w http.ResponseWriter) {
			w.WriteHeader(http.StatusBadRequest)
			_, _ = w.Write([]byte(`<Error><Code>AuthorizationHeaderMalformed</Code><Message>the region 'us-east-1' is wrong; expecting 'ap-south-1'</Message></Error>`))
		},
		"element": func(w http.ResponseWriter) {
			w.WriteHeader(http.StatusBadRequest)
			_, _ = w.Write([]byte(`<Error><Code>AuthorizationHeaderMalformed</Code><Region>ap-south-1</Region></Error>`))
		},
		"nowhere": func(w http.ResponseWriter) { refuse(w, http.StatusMovedPermanently, "PermanentRedirect") },
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake(t, func(_ *fake, op string, w http.ResponseWriter, r *http.Request) {
				switch {
				case op == "HeadBucket":
					w.Header().Set("X-Amz-Bucket-Region", "ap-south-1")
					w.WriteHeader(http.StatusForbidden)
				case signedRegion(r) != "ap-south-1":
					answer(w)
				default:
					w.Header().Set("ETag", `"e"`)
				}
			})
			tree := f.tree(t, nil, s3.Options{})
			if _, err := tryPut(t.Context(), tree, "k", "x", remote.CreateOptions{}); err != nil {
				t.Fatal(err)
			}
			if tree.Region() != "ap-south-1" {
				t.Errorf("the tree says %q", tree.Region())
			}
		})
	}
}

func TestRegionAutoAsksTheBucketFirst(t *testing.T) {
	f := newFake(t, func(_ *fake, op string, w http.ResponseWriter, _ *http.Request) {
		if op == "HeadBucket" {
			w.Header().Set("X-Amz-Bucket-Region", "sa-east-1")
			w.WriteHeader(http.StatusMovedPermanently)
			return
		}
		listing(w, false, "")
	})
	tree := f.tree(t, func(s *remote.Server) { s.Region = "auto" }, s3.Options{})
	if tree.Region() != "" {
		t.Errorf("known before anybody was asked: %q", tree.Region())
	}
	if _, err := names(t, tree, ""); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"HeadBucket us-east-1", "List sa-east-1"}, f.lines()); d != "" {
		t.Error(d)
	}
}

func TestABucketThatMovesForEverEndsInASentence(t *testing.T) {
	f := newFake(t, func(f *fake, _ string, w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Amz-Bucket-Region", []string{"eu-west-1", "eu-west-2"}[len(f.lines())%2])
		refuse(w, http.StatusMovedPermanently, "PermanentRedirect")
	})
	_, err := names(t, f.tree(t, nil, s3.Options{}), "")
	wantKind(t, err, remote.Invalid)
}

// TestSEC21RedirectsAreNotFollowed: nothing goes to the other host; S10.
func TestSEC21RedirectsAreNotFollowed(t *testing.T) {
	other := newFake(t, func(*fake, string, http.ResponseWriter, *http.Request) {})
	var sent atomic.Int32
	f := newFake(t, func(_ *fake, _ string, w http.ResponseWriter, r *http.Request) {
		if sent.Add(1) > 3 { // enough: metadata calls are patient
			refuse(w, http.StatusForbidden, "AccessDenied")
			return
		}
		w.Header().Set("Location", other.URL+r.URL.Path)
		w.WriteHeader(http.StatusTemporaryRedirect)
	})
	tree := f.tree(t, nil, s3.Options{})
	_, err := tree.Open(t.Context(), remote.Entry{Path: "k", Size: 1}, 0, -1)
	wantKind(t, err, remote.Unreachable)
	_, err = tree.Create(t.Context(), "k", remote.CreateOptions{Size: 20 << 20, PartSize: 5 << 20})
	wantKind(t, err, remote.Denied)
	if n := len(other.lines()); n != 0 {
		t.Errorf("%d requests went to the other host", n)
	}
}
