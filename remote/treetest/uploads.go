package treetest

import (
	"context"
	"hash/crc64"

	"gantry/remote"
)

var uploadsTests = []test{
	{"unfinished uploads are listed and aborted", uploadsListed},
	{"an upload that is gone is aborted without an error", uploadsGone},
	{"uploads of another name are not those of this one", uploadsOfOthers},
	{"parts are adopted if they are what was written", adoptProved},
}

// unfinished are the uploads of one path.
func (k *kit) unfinished(u remote.Uploads, p remote.Path) []remote.Upload {
	k.Helper()
	var all []remote.Upload
	for x, err := range u.ListUploads(k.ctx, p) {
		k.must(err)
		all = append(all, x)
	}
	return all
}

func uploadsListed(k *kit) {
	u := ability[remote.Uploads](k)
	data := content(2*k.partSize()+7, 1)
	s := k.begin("file", int64(len(data)), remote.CreateOptions{})
	s.writePart(1, data)
	got := k.unfinished(u, k.at("file"))
	if len(got) != 1 || got[0].ID != s.ID() || got[0].Path != k.at("file") || got[0].Started.IsZero() {
		k.Fatalf("listed %+v, want the upload %q of %q", got, s.ID(), k.at("file"))
	}
	if got[0].Parts >= 0 && (got[0].Parts != 1 || got[0].Size != k.partSize()) {
		k.Errorf("%d parts of %d bytes, want one of %d", got[0].Parts, got[0].Size, k.partSize())
	}
	if in := k.unfinished(u, k.dir); len(in) != 1 && !k.o.ExactUploads {
		k.Errorf("in the folder there are %+v", in)
	}
	k.must(u.AbortUpload(k.ctx, got[0]))
	if left := k.unfinished(u, k.at("file")); len(left) > 0 {
		k.Errorf("left: %+v", left)
	}
	k.absent(k.at("file"))
}

func uploadsGone(k *kit) {
	u := ability[remote.Uploads](k)
	s := k.begin("file", 2*k.partSize(), remote.CreateOptions{})
	id := s.ID()
	k.must(s.Abort(k.ctx))
	k.must(u.AbortUpload(k.ctx, remote.Upload{Path: k.at("file"), ID: id}))
}

func uploadsOfOthers(k *kit) {
	u := ability[remote.Uploads](k)
	k.put(k.at("done"), "content")
	k.begin("other", 2*k.partSize(), remote.CreateOptions{})
	if got := k.unfinished(u, k.at("done")); len(got) > 0 {
		k.Errorf("a finished object has %+v", got)
	}
	for _, x := range k.unfinished(u, k.at("oth")) {
		if x.Path != k.at("other") {
			k.Errorf("listed %+v", x)
		}
	}
}

func adoptProved(k *kit) {
	data := content(3*k.partSize(), 1)
	first := k.begin("file", int64(len(data)), remote.CreateOptions{})
	var parts []remote.Part
	for n := range 2 {
		p := first.writePart(n+1, data)
		p.Sum = crcOf(first.slice(n+1, data))
		parts = append(parts, p)
	}
	second := k.begin("file", int64(len(data)), remote.CreateOptions{Resume: first.ID()})
	a, ok := second.Sink.(remote.Adopter)
	if !ok {
		k.Skip("its sinks do not adopt")
	}
	k.must(a.Adopt(k.ctx, parts[0]))
	wrong := parts[1]
	wrong.Sum = crcOf("something else")
	k.kind(a.Adopt(k.ctx, wrong), remote.Corrupt)
	missing := remote.Part{Num: 3, Size: k.partSize(), Sum: crcOf(first.slice(3, data))}
	k.kind(a.Adopt(k.ctx, missing), remote.Corrupt)
	got := make([]byte, k.partSize())
	n, err := a.ReadAt(got, 0)
	k.must(err)
	k.equal(string(got[:n]), first.slice(1, data))
	second.commit([]remote.Part{parts[0], second.writePart(2, data), second.writePart(3, data)})
	k.equal(k.get(k.at("file")), data)
	k.must(first.Abort(context.WithoutCancel(k.ctx)))
}

func crcOf(text string) remote.Sum {
	h := crc64.New(crc64.MakeTable(0x9a6c9329ac4bc9b5)) // CRC-64/NVME, bits reversed
	_, _ = h.Write([]byte(text))                        // never fails
	return remote.Sum{Algorithm: remote.CRC64NVME, Digest: string(h.Sum(nil))}
}
