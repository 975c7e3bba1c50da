package s3_test

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"gantry/remote"
	"gantry/remote/s3"
)

// careless is a store that copies over what is there whatever the conditions
// say, as most do that are not AWS.
type careless struct {
	mu       sync.Mutex
	tags     map[string]string
	noAfter  bool // lists from the beginning whatever was asked
	noList   bool // refuses to list
	pageSize int
}

func (c *careless) serve(_ *fake, _ string, w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	_, key, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	switch {
	case r.Method == http.MethodHead && c.tags[key] == "":
		w.WriteHeader(http.StatusNotFound)
	case r.Method == http.MethodHead:
		w.Header().Set("ETag", `"`+c.tags[key]+`"`)
	case r.Method == http.MethodPut:
		c.tags[key] = "copied"
		fmt.Fprint(w, `<CopyObjectResult><ETag>"copied"</ETag></CopyObjectResult>`)
	case r.Method == http.MethodGet && c.noList:
		refuse(w, http.StatusForbidden, "AccessDenied")
	case r.Method == http.MethodGet:
		c.list(w, r.URL.Query().Get("start-after"))
	}
}

func (c *careless) list(w http.ResponseWriter, after string) {
	var b strings.Builder
	n := 0
	for _, k := range slices.Sorted(maps.Keys(c.tags)) {
		if k <= after && !c.noAfter {
			continue
		}
		if n++; n > c.pageSize {
			b.WriteString("<IsTruncated>true</IsTruncated><NextContinuationToken>t</NextContinuationToken>")
			break
		}
		fmt.Fprintf(&b, `<Contents><Key>%s</Key><ETag>"%s"</ETag><Size>1</Size></Contents>`, k, c.tags[k])
	}
	fmt.Fprintf(w, "<ListBucketResult>%s</ListBucketResult>", b.String())
}

func (c *careless) copies(t *testing.T, tree *s3.Tree, keys ...string) (kinds map[string]remote.Kind) {
	t.Helper()
	kinds = map[string]remote.Kind{}
	for _, k := range keys {
		_, err := tree.Copy(t.Context(), tree, remote.Entry{Path: "src", Size: 1, Version: "v"}, remote.Path(k), remote.CreateOptions{Size: 1, IfAbsent: true})
		if err != nil {
			kinds[k] = remote.KindOf(err)
		}
	}
	return kinds
}

func keysOf(n int) []string {
	var keys []string
	for i := range n {
		keys = append(keys, fmt.Sprintf("d/%03d", i))
	}
	return keys
}

func TestManyCopiesLookWithOneListingAndOverwriteNothing(t *testing.T) {
	c := &careless{tags: map[string]string{"d/050": "theirs", "d/051": "theirs", "z": "theirs"}, pageSize: 1000}
	f := newFake(t, c.serve)
	kinds := c.copies(t, f.tree(t, nil, s3.Options{}), keysOf(100)...)
	if len(kinds) != 2 || kinds["d/050"] != remote.Exist || kinds["d/051"] != remote.Exist {
		t.Errorf("refused: %v", kinds)
	}
	if heads, lists := f.count("HeadObject"), f.count("List"); heads > 10 || lists > 10 {
		t.Errorf("%d HEADs and %d listings for 100 copies", heads, lists)
	}
}

func TestAListingKnowsNothingBehindItsEnd(t *testing.T) {
	c := &careless{tags: map[string]string{}, pageSize: 7}
	for _, k := range keysOf(100) {
		c.tags[k] = "theirs"
	}
	kinds := c.copies(t, newFake(t, c.serve).tree(t, nil, s3.Options{}), keysOf(100)...)
	for _, k := range keysOf(100) {
		if kinds[k] != remote.Exist || c.tags[k] != "theirs" {
			t.Errorf("%s: %v, now %s", k, kinds[k], c.tags[k])
		}
	}
}

func TestWhatWeWroteOurselvesIsKnownAtOnce(t *testing.T) {
	c := &careless{tags: map[string]string{}, pageSize: 1000}
	tree := newFake(t, c.serve).tree(t, nil, s3.Options{})
	if kinds := c.copies(t, tree, keysOf(20)...); len(kinds) != 0 {
		t.Fatalf("refused: %v", kinds)
	}
	if kinds := c.copies(t, tree, keysOf(20)...); len(kinds) != 20 {
		t.Errorf("only %d copies onto what was just written are refused", len(kinds))
	}
}

func TestStoresThatCannotListFromAKeyAreAskedKeyByKey(t *testing.T) {
	for name, c := range map[string]*careless{
		"ignores where to begin": {noAfter: true, pageSize: 3},
		"may not be listed":      {noList: true},
	} {
		t.Run(name, func(t *testing.T) {
			c.tags = map[string]string{"a": "theirs", "b": "theirs", "c": "theirs", "d/005": "theirs"}
			f := newFake(t, c.serve)
			kinds := c.copies(t, f.tree(t, nil, s3.Options{}), keysOf(20)...)
			if len(kinds) != 1 || kinds["d/005"] != remote.Exist {
				t.Errorf("refused: %v", kinds)
			}
			if n := f.count("HeadObject"); n < 19 {
				t.Errorf("only %d HEADs", n)
			}
			if n := f.count("List"); n > 1 {
				t.Errorf("%d listings", n)
			}
		})
	}
}

func TestAFolderThatWasListedEmptyIsNotLookedAtAgain(t *testing.T) {
	c := &careless{tags: map[string]string{}, pageSize: 1000}
	f := newFake(t, c.serve)
	tree := f.tree(t, nil, s3.Options{})
	if p, err := tree.List(t.Context(), "d/", ""); err != nil || len(p.Entries) != 0 {
		t.Fatal(p, err)
	}
	c.mu.Lock()
	c.tags["e"] = "theirs" // of which an empty d/ says nothing
	c.mu.Unlock()
	lists := f.count("List")
	if kinds := c.copies(t, tree, keysOf(20)...); len(kinds) != 0 {
		t.Errorf("refused: %v", kinds)
	}
	if n := f.count("List") + f.count("HeadObject") - lists; n > 0 {
		t.Errorf("%d more looks at a folder that is empty", n)
	}
	if kinds := c.copies(t, tree, "e"); kinds["e"] != remote.Exist {
		t.Errorf("what is beside the folder was overwritten: %v", kinds)
	}
}
