package treetest

import (
	"context"
	"slices"
	"strings"
	"sync"

	"gantry/remote"
)

var sinkTests = []test{
	{"parts come in reverse order", partsReversed},
	{"parts come concurrently", partsConcurrent},
	{"of a part written twice the last wins", partsTwice},
	{"the same part written by several at once is whole", partsSameAtOnce},
	{"the last part is shorter", partsShortLast},
	{"a body is read from its beginning", bodyFromStart},
	{"a part that is missing is not published", partMissing},
	{"an upload is resumed by its ID", resume},
	{"a foreign ID is not resumed", resumeForeign},
}

// sink is a multipart sink under test.
type sink struct {
	remote.Sink
	k    *kit
	size int64
	part int64
}

// begin creates name in parts; it is aborted when the test ends.
func (k *kit) begin(name string, size int64, o remote.CreateOptions) *sink {
	k.Helper()
	o.Size, o.PartSize = size, k.partSize()
	s, err := k.tree.Create(k.ctx, k.at(name), o)
	k.must(err)
	k.Cleanup(func() {
		if err := s.Abort(context.WithoutCancel(k.ctx)); err != nil {
			k.Errorf("Abort at the end: %v", err)
		}
	})
	return &sink{s, k, size, o.PartSize}
}

func (s *sink) slice(n int, data string) string {
	from := int64(n-1) * s.part
	return data[from:min(from+s.part, int64(len(data)))]
}

// writePart writes part n of data.
func (s *sink) writePart(n int, data string) remote.Part {
	s.k.Helper()
	body := s.slice(n, data)
	p, err := s.WritePart(s.k.ctx, n, strings.NewReader(body))
	s.k.must(err)
	if p.Num != n || p.Size != int64(len(body)) {
		s.k.Fatalf("part %d of %d bytes came back as %+v", n, len(body), p)
	}
	return p
}

func (s *sink) count() int { return int((s.size + s.part - 1) / s.part) }

func (s *sink) writeAll(data string) []remote.Part {
	s.k.Helper()
	var parts []remote.Part
	for n := 1; n <= s.count(); n++ {
		parts = append(parts, s.writePart(n, data))
	}
	return parts
}

func (s *sink) commit(parts []remote.Part) remote.Entry {
	s.k.Helper()
	e, err := s.Commit(s.k.ctx, parts)
	s.k.must(err)
	if e.Size != s.size {
		s.k.Errorf("committed %d bytes, want %d", e.Size, s.size)
	}
	return e
}

func partsReversed(k *kit) {
	data := content(3*k.partSize()+100, 1)
	s := k.begin("file", int64(len(data)), remote.CreateOptions{})
	var parts []remote.Part
	for n := s.count(); n >= 1; n-- {
		parts = append(parts, s.writePart(n, data))
	}
	slices.Reverse(parts)
	s.commit(parts)
	k.equal(k.get(k.at("file")), data)
}

func partsConcurrent(k *kit) {
	data := content(4*k.partSize()+1, 1)
	s := k.begin("file", int64(len(data)), remote.CreateOptions{})
	parts := make([]remote.Part, s.count())
	var wg sync.WaitGroup
	for i := range parts {
		wg.Go(func() {
			p, err := s.WritePart(k.ctx, i+1, strings.NewReader(s.slice(i+1, data)))
			if err != nil {
				k.Error(err)
			}
			parts[i] = p
		})
	}
	wg.Wait()
	s.commit(parts)
	k.equal(k.get(k.at("file")), data)
}

func partsTwice(k *kit) {
	old, data := content(2*k.partSize(), 1), content(2*k.partSize(), 2)
	s := k.begin("file", int64(len(data)), remote.CreateOptions{})
	s.writeAll(old)
	s.commit(s.writeAll(data))
	k.equal(k.get(k.at("file")), data)
}

func partsSameAtOnce(k *kit) {
	size := k.partSize()
	s := k.begin("file", 2*size, remote.CreateOptions{})
	var wg sync.WaitGroup
	for seed := range 4 {
		wg.Go(func() {
			if _, err := s.WritePart(k.ctx, 1, strings.NewReader(content(size, seed))); err != nil {
				k.Error(err)
			}
		})
	}
	wg.Wait()
	// One more after all others decides, so that the tag to commit is known.
	data := content(size, 9) + content(size, 10)
	s.commit(s.writeAll(data))
	k.equal(k.get(k.at("file")), data)
}

func partsShortLast(k *kit) {
	for _, extra := range []int64{1, k.partSize() - 1} {
		data := content(k.partSize()+extra, 1)
		s := k.begin("file", int64(len(data)), remote.CreateOptions{})
		s.commit(s.writeAll(data))
		k.equal(k.get(k.at("file")), data)
	}
}

func bodyFromStart(k *kit) {
	data := content(k.partSize()+10, 1)
	s := k.begin("file", int64(len(data)), remote.CreateOptions{})
	body := strings.NewReader(s.slice(1, data))
	if _, err := body.Seek(17, 0); err != nil {
		k.Fatal(err)
	}
	first, err := s.WritePart(k.ctx, 1, body)
	k.must(err)
	s.commit([]remote.Part{first, s.writePart(2, data)})
	k.equal(k.get(k.at("file")), data)
}

func partMissing(k *kit) {
	data := content(3*k.partSize(), 1)
	s := k.begin("file", int64(len(data)), remote.CreateOptions{})
	parts := []remote.Part{s.writePart(1, data), s.writePart(3, data)}
	if _, err := s.Commit(k.ctx, parts); err == nil {
		k.Error("an object with a hole was published")
	}
	never := remote.Part{Num: 2, Size: k.partSize(), Tag: parts[0].Tag}
	if _, err := s.Commit(k.ctx, []remote.Part{parts[0], never, parts[1]}); err == nil {
		k.Error("a part that was never written was published")
	}
	k.absent(k.at("file"))
}

func resume(k *kit) {
	data := content(3*k.partSize()+5, 1)
	first := k.begin("file", int64(len(data)), remote.CreateOptions{})
	wrote := map[int]remote.Part{1: first.writePart(1, data), 3: first.writePart(3, data)}
	id := first.ID()
	if id == "" {
		k.Skip("this tree does not resume")
	}
	second := k.begin("file", int64(len(data)), remote.CreateOptions{Resume: id})
	if second.ID() != id {
		k.Errorf("resumed %q as %q", id, second.ID())
	}
	have := map[int]remote.Part{}
	for _, p := range second.Have() {
		if w := wrote[p.Num]; w.Size != p.Size || w.Tag != p.Tag {
			k.Errorf("have %+v, wrote %+v", p, w)
		}
		have[p.Num] = p
	}
	var parts []remote.Part
	for n := 1; n <= second.count(); n++ {
		p, ok := have[n]
		if !ok {
			p = second.writePart(n, data)
		}
		parts = append(parts, p)
	}
	second.commit(parts)
	k.equal(k.get(k.at("file")), data)
	if got := k.names(k.dir); len(got) != 1 {
		k.Errorf("beside the object there are %q", got)
	}
}

// resumeForeign checks that an ID that is gone or belongs to another object
// begins anew or is refused, and never publishes foreign bytes.
func resumeForeign(k *kit) {
	data, other := content(2*k.partSize(), 1), content(2*k.partSize(), 2)
	foreign := k.begin("other", int64(len(other)), remote.CreateOptions{})
	foreign.writeAll(other)
	gone := k.begin("file", int64(len(data)), remote.CreateOptions{})
	goneID := gone.ID()
	k.must(gone.Abort(k.ctx))
	for _, id := range []string{foreign.ID(), goneID, "../file", "no such upload"} {
		s, err := k.tree.Create(k.ctx, k.at("file"), remote.CreateOptions{Size: int64(len(data)), PartSize: k.partSize(), Resume: id})
		if err != nil {
			k.kind(err, remote.NotExist, remote.Invalid)
			continue
		}
		if n := len(s.Have()); n > 0 {
			k.Errorf("%q: have %d parts of another object", id, n)
		}
		k.must(s.Abort(k.ctx))
	}
	k.absent(k.at("file"))
}
