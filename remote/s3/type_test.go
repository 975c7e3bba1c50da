package s3_test

import (
	"strings"
	"testing"

	"gantry/remote"
	"gantry/remote/s3"
	"gantry/remote/s3/s3test"
)

func TestObjectsHaveTheTypesOfTheirNames(t *testing.T) {
	tree, server := strict(t, s3test.Bucket{}, s3.Options{})
	for key, want := range map[string]string{
		"a.html": "text/html", "b/a.json": "application/json", "no type": "application/octet-stream", "a.HTML": "text/html", "d/": "binary/octet-stream",
	} {
		sink, err := tree.Create(t.Context(), remote.Path(key), remote.CreateOptions{Size: 0})
		if err != nil {
			t.Fatal(err)
		}
		part, err := sink.WritePart(t.Context(), 1, strings.NewReader(""))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := sink.Commit(t.Context(), []remote.Part{part}); err != nil {
			t.Fatal(err)
		}
		if o, ok := server.Object("bucket", key); !ok || o.Header.Get("Content-Type") != want {
			t.Errorf("%s is of type %q", key, o.Header.Get("Content-Type"))
		}
	}
}
