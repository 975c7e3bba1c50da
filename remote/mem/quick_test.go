package mem_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gantry/remote"
	"gantry/remote/mem"
)

func TestBucketListingShowsWhenItWasWrittenAndStatTheKeptTime(t *testing.T) {
	b := mem.New("mem:")
	kept := time.Date(2001, 2, 3, 4, 5, 6, 0, time.UTC)
	s, err := b.Create(t.Context(), "a", remote.CreateOptions{Size: 0, ModTime: kept})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Commit(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	page, err := b.List(t.Context(), "", "")
	if err != nil || len(page.Entries) != 1 || page.Entries[0].ModTime.Equal(kept) {
		t.Errorf("listed %+v, %v", page, err)
	}
	if e, err := b.Stat(t.Context(), "a"); err != nil || !e.ModTime.Equal(kept) {
		t.Errorf("Stat %+v, %v", e, err)
	}
}

func TestWalkOfBucketLeavesOutBarePrefixes(t *testing.T) {
	b := mem.New("mem:")
	b.Put("bare/x", "1")
	b.Put("marked/", "")
	b.Put("marked/x", "2")
	var got []string
	for e, err := range remote.Walk(t.Context(), b, "") {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, e.Name)
	}
	if d := cmp.Diff([]string{"bare/x", "marked", "marked/x"}, got); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
}

func TestUploadsCountsWhatIsUnfinished(t *testing.T) {
	b := mem.New("mem:")
	s, err := b.Create(t.Context(), "a", remote.CreateOptions{Size: 10, PartSize: 5})
	if err != nil {
		t.Fatal(err)
	}
	if n := b.Uploads(); n != 1 {
		t.Errorf("%d uploads", n)
	}
	if err := s.Abort(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := b.Uploads(); n != 0 {
		t.Errorf("%d uploads after Abort", n)
	}
}

func TestShortCutsOfDisk(t *testing.T) {
	d := mem.NewDisk("")
	d.Put("/a/b/c", "x")
	d.Put("/e/", "")
	if diff := cmp.Diff([]string{"/a/", "/a/b/", "/a/b/c", "/e/"}, d.Keys()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if got, ok := d.Get("/a/b/c"); got != "x" || !ok {
		t.Errorf("Get: %q, %v", got, ok)
	}
	if _, ok := d.Get("/a"); ok {
		t.Error("a folder has content")
	}
}

func TestCopyKeepsAttributesUnlessReplaced(t *testing.T) {
	a, b := mem.New("a:"), mem.New("b:")
	e := a.Put("x", "data")
	a.SetAttrs("x", remote.Attrs{ContentType: "text/x", Metadata: map[string]string{"k": "v"}})
	if !b.CanCopy(a) || b.CanCopy(mem.NewDisk("")) {
		t.Error("CanCopy is wrong")
	}
	if _, err := b.Copy(t.Context(), a, e, "y", remote.CreateOptions{Attrs: remote.Attrs{StorageClass: "COLD"}}); err != nil {
		t.Fatal(err)
	}
	want := remote.Attrs{ContentType: "text/x", StorageClass: "COLD", Metadata: map[string]string{"k": "v"}}
	if d := cmp.Diff(want, b.Attrs("y")); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
}
