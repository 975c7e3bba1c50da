package s3_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gantry/remote"
	"gantry/remote/s3"
	"gantry/remote/s3/s3test"
)

// TestWhatGoesWithAnObjectIsReadAndWrittenWhole: what a copy through us has to
// keep, by one request and by parts.
func TestWhatGoesWithAnObjectIsReadAndWrittenWhole(t *testing.T) {
	want := remote.Attrs{
		ContentType: "text/csv", Metadata: map[string]string{"who": "me"},
		Headers: map[string]string{
			"cache-control": "no-store", "content-disposition": "inline", "content-encoding": "gzip",
			"content-language": "de", "expires": "Wed, 21 Oct 2026 07:28:00 GMT",
		},
		Tags: map[string]string{"team": "a b", "x": "&="},
	}
	tree, _ := strict(t, s3test.Bucket{}, s3.Options{})
	for name, o := range map[string]remote.CreateOptions{
		"one": {Size: 5}, "parts": {Size: smallPart + 5, PartSize: smallPart},
	} {
		o.Attrs = want
		put(t, tree, remote.Path(name), strings.Repeat("x", int(o.Size)), o)
		e, err := tree.Stat(t.Context(), remote.Path(name))
		if err != nil {
			t.Fatal(err)
		}
		got := *e.Attrs
		if got.TagCount != len(want.Tags) {
			t.Errorf("%s: %d tags", name, got.TagCount)
		}
		if got.Tags, err = tree.Tags(t.Context(), e); err != nil {
			t.Fatal(err)
		}
		got.TagCount = 0
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestABucketTellsWhetherItKeepsVersions(t *testing.T) {
	for _, want := range []bool{true, false} {
		tree, srv := strict(t, s3test.Bucket{Versioned: want}, s3.Options{})
		for range 3 {
			if got, err := tree.Versioned(t.Context()); err != nil || got != want {
				t.Errorf("%t, %v", got, err)
			}
		}
		if n := srv.Count("GetBucketVersioning"); n != 1 {
			t.Errorf("asked %d times", n)
		}
	}
}

// The time that is kept with an object may be that of what it is a copy of; when
// it was written is its own.
func TestAnObjectTellsWhenItWasWritten(t *testing.T) {
	tree, _ := strict(t, s3test.Bucket{}, s3.Options{})
	kept := time.Date(2001, 2, 3, 4, 5, 6, 0, time.UTC)
	before := time.Now().Truncate(time.Second)
	put(t, tree, "a", "content", remote.CreateOptions{Size: 7, ModTime: kept})
	if e, err := tree.Stat(t.Context(), "a"); err != nil || !e.ModTime.Equal(kept) {
		t.Fatalf("%v, %v", e.ModTime, err)
	}
	if at, err := tree.Written(t.Context(), "a"); err != nil || at.Before(before) {
		t.Errorf("%v, %v; it was written after %v", at, err, before)
	}
	if _, err := tree.Written(t.Context(), "b"); remote.KindOf(err) != remote.NotExist {
		t.Errorf("of nothing: %v", err)
	}
}
