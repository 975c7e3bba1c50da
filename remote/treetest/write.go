package treetest

import (
	"context"
	"errors"
	"io"
	"strings"
	"time"

	"gantry/remote"
)

var writeTests = []test{
	{"nothing shows before Commit", nothingBeforeCommit},
	{"the old content stays until Commit", oldUntilCommit},
	{"Abort leaves nothing", abortLeavesNothing},
	{"Abort after Commit does nothing", abortAfterCommit},
	{"parents are made", parentsMade},
	{"an object of unknown size", unknownSize},
	{"a write that is called off leaves nothing", writeCancelled},
	{"a body that fails fails its part", bodyFails},
	{"what was committed is what Stat says", commitSaysTheTruth},
	{"wrong sizes are not published", wrongSize},
}

func nothingBeforeCommit(k *kit) {
	data := content(3*k.partSize(), 1)
	s := k.begin("new", int64(len(data)), remote.CreateOptions{})
	parts := s.writeAll(data)
	k.absent(k.at("new"))
	for e, err := range remote.All(k.ctx, k.tree, k.dir) {
		k.must(err)
		if e.Name == "new" {
			k.Error("the object is listed before Commit")
		}
	}
	s.commit(parts)
	k.equal(k.get(k.at("new")), data)
	if got := k.names(k.dir); len(got) != 1 {
		k.Errorf("beside the object there are %q", got)
	}
}

func oldUntilCommit(k *kit) {
	p := k.at("file")
	k.put(p, "old")
	data := content(2*k.partSize(), 1)
	s := k.begin("file", int64(len(data)), remote.CreateOptions{})
	parts := s.writeAll(data)
	k.equal(k.get(p), "old")
	s.commit(parts)
	k.equal(k.get(p), data)
}

func abortLeavesNothing(k *kit) {
	for _, parts := range []int64{0, 1, 2} {
		data := content(2*k.partSize(), 1)
		s := k.begin("file", int64(len(data)), remote.CreateOptions{})
		for i := range parts {
			s.writePart(int(i)+1, data)
		}
		k.must(s.Abort(k.ctx))
		if got := k.names(k.dir); len(got) > 0 {
			k.Errorf("after %d parts and Abort: %q", parts, got)
		}
		if err := s.Abort(k.ctx); err != nil {
			k.Errorf("a second Abort: %v", err)
		}
	}
}

func abortAfterCommit(k *kit) {
	data := content(2*k.partSize(), 1)
	s := k.begin("file", int64(len(data)), remote.CreateOptions{})
	s.commit(s.writeAll(data))
	k.must(s.Abort(k.ctx))
	k.equal(k.get(k.at("file")), data)
}

func parentsMade(k *kit) {
	k.put(k.at("a/b/c/file"), "deep")
	k.equal(k.get(k.at("a/b/c/file")), "deep")
	if got := k.names(k.at("a/b/")); len(got) != 1 || got[0] != "c/" {
		k.Errorf("in a/b: %q", got)
	}
}

func unknownSize(k *kit) {
	e, err := k.write(k.at("file"), "who knew", remote.CreateOptions{Size: -1})
	k.must(err)
	if e.Size != 8 {
		k.Errorf("size %d", e.Size)
	}
	k.equal(k.get(e.Path), "who knew")
}

func writeCancelled(k *kit) {
	ctx, cancel := context.WithCancel(k.ctx)
	data := content(2*k.partSize(), 1)
	s := k.begin("file", int64(len(data)), remote.CreateOptions{})
	parts := s.writeAll(data)
	cancel()
	if _, err := s.WritePart(ctx, 1, strings.NewReader(data[:k.partSize()])); !remote.Cancelled(err) {
		k.Errorf("WritePart: %v", err)
	}
	if _, err := s.Commit(ctx, parts); !remote.Cancelled(err) {
		k.Errorf("Commit: %v", err)
	}
	k.must(s.Abort(k.ctx))
	k.absent(k.at("file"))
	if _, err := k.tree.Create(ctx, k.at("file"), remote.CreateOptions{Size: int64(len(data)), PartSize: k.partSize()}); !remote.Cancelled(err) {
		k.Errorf("Create: %v", err)
	}
}

var errBody = errors.New("the source broke")

// brokenBody fails in the middle.
type brokenBody struct{ *strings.Reader }

func (b brokenBody) Read(p []byte) (int, error) {
	if b.Len() <= int(b.Size())/2 {
		return 0, errBody
	}
	return b.Reader.Read(p[:min(len(p), 1024)])
}

func (b brokenBody) WriteTo(io.Writer) (int64, error) { return 0, errBody }

func bodyFails(k *kit) {
	data := content(2*k.partSize(), 1)
	s := k.begin("file", int64(len(data)), remote.CreateOptions{})
	if _, err := s.WritePart(k.ctx, 1, brokenBody{strings.NewReader(data[:k.partSize()])}); err == nil {
		k.Error("a broken body made a part")
	}
	parts := s.writeAll(data) // the same part again, whole
	s.commit(parts)
	k.equal(k.get(k.at("file")), data)
}

func commitSaysTheTruth(k *kit) {
	start := time.Now().Add(-time.Minute)
	p := k.at("file")
	e := k.put(p, "12345")
	s, err := k.tree.Stat(k.ctx, p)
	k.must(err)
	if e.Path != p || e.Name != "file" || e.Size != 5 || e.Dir || e.Version != s.Version || e.Version == "" {
		k.Errorf("Commit says %+v, Stat %+v", e, s)
	}
	if s.ModTime.Before(start) {
		k.Errorf("written now, but of %v", s.ModTime)
	}
}

func wrongSize(k *kit) {
	for _, size := range []int64{3, 7} {
		if _, err := k.write(k.at("file"), "12345", remote.CreateOptions{Size: size}); err == nil {
			k.Errorf("5 bytes were published as %d", size)
		}
		k.absent(k.at("file"))
	}
}
