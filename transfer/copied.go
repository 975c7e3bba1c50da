package transfer

import (
	"context"
	"fmt"
	"hash"
	"io"

	"github.com/minio/crc64nvme"

	"gantry/remote"
)

// checkCopy compares a copy that the store has made with its source, and tells how
// well that could be done.
func (t *task) checkCopy(ctx context.Context, e remote.Entry) (level string, err error) {
	src, rule := t.it.src, t.j.req.Rules.Verify
	if e.Size >= 0 && src.Size >= 0 && e.Size != src.Size {
		return "", t.damaged(fmt.Sprintf("the copy has %d bytes instead of %d", e.Size, src.Size))
	}
	by, err := t.shownBy(src, e)
	switch {
	case err != nil || rule == "size":
	case rule == "full":
		by, err = t.readCopy(ctx, e)
	case by == remote.NoSum && (inParts(src) || inParts(e)):
		by, err = t.askBoth(ctx, e)
	}
	switch {
	case err != nil:
		return "", err
	case by == remote.NoSum:
		return sizeOnly, nil
	}
	return by.String(), nil
}

// inParts tells whether the ETag of e is that of an object in several parts, which
// says nothing of the like of one that was cut differently. One in a single part may
// be small, and a request for each of many small ones is not worth it.
func inParts(e remote.Entry) bool { return tagPromise(e.Version).parts > 1 }

// shownBy is by what a source and its copy are shown to be the same; NoSum for
// nothing.
func (t *task) shownBy(src, e remote.Entry) (remote.Algorithm, error) {
	switch a, b := src.Attrs, e.Attrs; {
	case src.Sum.Algorithm != remote.NoSum && src.Sum.Algorithm == e.Sum.Algorithm:
		if src.Sum != e.Sum {
			return remote.NoSum, t.damaged("the checksum of the copy differs")
		}
		return e.Sum.Algorithm, nil
	case looksLikeMD5(e.Version) && e.Version == src.Version:
		return remote.MD5, nil // what the store has written has the sum of what it has read
	case a != nil && b != nil && a.Joint.Parts > 0 && a.Joint == b.Joint:
		return a.Joint.Algorithm, nil // unequal ones may only have been cut differently
	}
	return remote.NoSum, nil
}

// askBoth is shownBy with the checksums that a listing and the answer to a copy leave
// out.
func (t *task) askBoth(ctx context.Context, e remote.Entry) (remote.Algorithm, error) {
	src, err := t.ask(ctx, t.source(t.it.src))
	if err != nil || src.Sum.Algorithm == remote.NoSum && (src.Attrs == nil || src.Attrs.Joint.Parts == 0) {
		return remote.NoSum, err
	}
	if src.Sum.Algorithm == remote.NoSum || src.Sum.Algorithm != e.Sum.Algorithm {
		if e, err = t.ask(ctx, t.target(e)); err != nil {
			return remote.NoSum, err
		}
	}
	return t.shownBy(src, e)
}

// ask is what the tree tells of s, or what is known of it already if it tells nothing
// or has another one by now, which others find out.
func (t *task) ask(ctx context.Context, s side) (remote.Entry, error) {
	e, err := t.stat(ctx, s.tree, s.gate, s.e.Path)
	switch {
	case err != nil && (ctx.Err() != nil || remote.Retryable(err)):
		return s.e, err
	case err != nil || s.e.Version == "" || e.Version != s.e.Version || e.Size != s.e.Size:
		return s.e, nil
	}
	return e, nil
}

// readCopy reads all of a copy and compares it with what its source shows, or with
// the source, read as well, where that shows nothing that can be worked out.
func (t *task) readCopy(ctx context.Context, e remote.Entry) (by remote.Algorithm, err error) {
	j := t.j
	src, err := t.ask(ctx, t.source(t.it.src))
	if err != nil {
		return remote.NoSum, err
	}
	c, h, err := t.hashOf(ctx, src)
	if err != nil {
		return remote.NoSum, err
	}
	err = t.try(ctx, j.toGate, func(ctx context.Context) error {
		got := crc64nvme.New()
		into := []io.Writer{got}
		if h != nil {
			h.Reset()
			into = append(into, h)
		}
		if err := t.readInto(ctx, t.target(e), into...); err != nil {
			return err
		}
		if h != nil && string(h.Sum(nil)) == c.Digest {
			by = c.Algorithm
			return nil
		}
		if c.sure {
			return t.damaged("the copy reads back differently")
		}
		own := crc64nvme.New()
		if err := t.readInto(ctx, t.source(src), own); err != nil {
			return sourceError{err}
		}
		if got.Sum64() != own.Sum64() {
			return t.damaged("the copy reads back differently")
		}
		if h != nil {
			j.q.odd.Store(c.like(j), true) // see checkPromise
		}
		by = remote.CRC64NVME
		return nil
	})
	return by, err
}

// hashOf is what src shows of its content, and a hash that works that out; nil where
// it shows nothing.
func (t *task) hashOf(ctx context.Context, src remote.Entry) (promise, hash.Hash, error) {
	if src.Sum.Algorithm == remote.CRC64NVME {
		return promise{Sum: src.Sum, sure: true}, crc64nvme.New(), nil
	}
	c := t.j.promise(src, false)
	h := newHash(c.Algorithm)
	if h == nil {
		return promise{}, nil, nil
	}
	if c.parts == 0 {
		return c, h, nil
	}
	part, err := t.partSize(ctx, src, src.Size, c.parts)
	if err != nil || part == 0 {
		return promise{}, nil, err
	}
	return c, &partsHash{Hash: newHash(c.Algorithm), part: h, size: part}, nil
}

// readInto reads all of s, which must have the size that it says.
func (t *task) readInto(ctx context.Context, s side, into ...io.Writer) error {
	r, err := s.tree.Open(ctx, s.e, 0, -1)
	if err != nil {
		return err
	}
	defer r.Close() //nolint:errcheck // only read from
	n, err := io.Copy(io.MultiWriter(into...), stopping{ctx, r})
	if err == nil && s.e.Size >= 0 && n != s.e.Size {
		err = t.damaged(fmt.Sprintf("%s reads back with %d bytes instead of %d", s.e.Name, n, s.e.Size))
	}
	return err
}

// partsHash is the hash of the hashes of parts of that size.
type partsHash struct {
	hash.Hash // of the hashes
	part      hash.Hash
	size      int64
	in        int64 // bytes in part
}

func (p *partsHash) Write(b []byte) (int, error) {
	for rest := b; len(rest) > 0; {
		n := min(p.size-p.in, int64(len(rest)))
		_, _ = p.part.Write(rest[:n]) // a hash never fails
		rest = rest[n:]
		if p.in += n; p.in == p.size {
			p.cut()
		}
	}
	return len(b), nil
}

// cut ends a part.
func (p *partsHash) cut() {
	_, _ = p.Hash.Write(p.part.Sum(nil)) // a hash never fails
	p.part.Reset()
	p.in = 0
}

// Sum ends the last part, unless it has ended.
func (p *partsHash) Sum(b []byte) []byte {
	if p.in > 0 {
		p.cut()
	}
	return p.Hash.Sum(b)
}

func (p *partsHash) Reset() {
	p.Hash.Reset()
	p.part.Reset()
	p.in = 0
}
