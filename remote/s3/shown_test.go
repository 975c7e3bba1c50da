package s3_test

import (
	"bytes"
	"encoding/base64"
	"net/http"
	"strings"
	"testing"

	"gantry/remote"
	"gantry/remote/s3"
	"gantry/remote/s3/s3test"
)

func TestTheFirstPartTellsHowAnObjectWasCut(t *testing.T) {
	tree, srv := strict(t, s3test.Bucket{}, s3.Options{})
	e := put(t, tree, "k", strings.Repeat("x", 2*smallPart+5), remote.CreateOptions{PartSize: smallPart})
	if n, err := tree.FirstPart(t.Context(), e); n != smallPart || err != nil {
		t.Errorf("it has %d bytes, %v", n, err)
	}
	old := e
	old.Version = "0123"
	if _, err := tree.FirstPart(t.Context(), old); remote.KindOf(err) != remote.Changed {
		t.Errorf("of another version: %v", err)
	}
	srv.Put("bucket", "whole", []byte("x"))
	whole, err := tree.Stat(t.Context(), "whole")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tree.FirstPart(t.Context(), whole); remote.KindOf(err) != remote.Unsupported {
		t.Errorf("of an object in one piece: %v", err)
	}
}

func TestAStoreThatKnowsNoPartsIsToldApart(t *testing.T) {
	f := newFake(t, func(_ *fake, _ string, w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("ETag", `"whole-1"`)
		w.Header().Set("Content-Length", "100")
	})
	tree := f.tree(t, nil, s3.Options{})
	_, err := tree.FirstPart(t.Context(), remote.Entry{Path: "k", Size: 100, Version: "whole-1"})
	if remote.KindOf(err) != remote.Unsupported {
		t.Errorf("it says %v", err)
	}
}

func TestChecksumsOfHeadersAreThoseOfTheWholeOrOfItsParts(t *testing.T) {
	text := func(n int) string { return base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{7}, n)) }
	for _, c := range []struct {
		name       string
		header     map[string]string
		sum, joint remote.Algorithm
		parts      int
		sealed     bool
	}{
		{name: "whole", header: map[string]string{"Etag": `"a"`, "x-amz-checksum-crc32c": text(4)}, sum: remote.CRC32C},
		{name: "whole, of parts", header: map[string]string{
			"Etag": `"a-2"`, "x-amz-checksum-crc32c": text(4), "x-amz-checksum-type": "FULL_OBJECT",
		}, sum: remote.CRC32C},
		{name: "of parts, and does not say of what", header: map[string]string{"Etag": `"a-2"`, "x-amz-checksum-crc32c": text(4)}},
		{name: "the one of which there is no other kind", header: map[string]string{
			"Etag": `"a-2"`, "x-amz-checksum-crc64nvme": text(8), "x-amz-checksum-sha1": text(20),
		}, sum: remote.CRC64NVME},
		{name: "of the parts", header: map[string]string{
			"Etag": `"a-2"`, "x-amz-checksum-sha256": text(32) + "-2", "x-amz-checksum-type": "COMPOSITE",
		}, joint: remote.SHA256, parts: 2},
		{name: "of the parts, of an older store", header: map[string]string{
			"Etag": `"a-3"`, "x-amz-checksum-crc32": text(4) + "-3",
		}, joint: remote.CRC32, parts: 3},
		{name: "sealed", header: map[string]string{"Etag": `"a"`, "x-amz-server-side-encryption": "aws:kms:dsse"}, sealed: true},
		{name: "encrypted by the store alone", header: map[string]string{"Etag": `"a"`, "x-amz-server-side-encryption": "AES256"}},
	} {
		f := newFake(t, func(_ *fake, _ string, w http.ResponseWriter, _ *http.Request) {
			for name, value := range c.header {
				w.Header().Set(name, value)
			}
		})
		e, err := f.tree(t, nil, s3.Options{}).Stat(t.Context(), "k")
		if err != nil {
			t.Fatal(err)
		}
		if j := e.Attrs.Joint; e.Sum.Algorithm != c.sum || j.Algorithm != c.joint || j.Parts != c.parts || e.Attrs.Sealed != c.sealed {
			t.Errorf("%s: the sum is %v, that of %d parts %v; sealed: %t", c.name, e.Sum.Algorithm, j.Parts, j.Algorithm, e.Attrs.Sealed)
		}
	}
}
