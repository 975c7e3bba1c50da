package transfer

import (
	"bytes"
	"context"
	"crypto/md5" //nolint:gosec // compared with ETags, nothing is secured by it
	"encoding/hex"
	"io"

	"gantry/remote"
	"gantry/transfer/budget"
)

// sameContent tells whether source and target hold the same bytes, in the
// cheapest way that is sure: sizes, checksums that both sides know, an ETag that
// turns out to be the MD5 of the other side, else reading both.
func (t *task) sameContent(ctx context.Context) (bool, error) {
	if it := t.it; !it.asked && it.src.Size != it.target.Size {
		return false, nil
	}
	src, dst, there, err := t.again(ctx)
	if err != nil || !there || src.Size != dst.Size {
		return false, err
	}
	if src.Sum.Algorithm != remote.NoSum && src.Sum.Algorithm == dst.Sum.Algorithm {
		return src.Sum == dst.Sum, nil
	}
	for _, p := range [][2]side{{t.source(src), t.target(dst)}, {t.target(dst), t.source(src)}} {
		if looksLikeMD5(p[0].e.Version) && !looksLikeMD5(p[1].e.Version) {
			sum, err := t.md5(ctx, p[1])
			// Unequal proves nothing: with some encryptions an ETag is no MD5.
			if err != nil || sum == p[0].e.Version {
				return err == nil, err
			}
			break
		}
	}
	return t.equal(ctx, t.source(src), t.target(dst))
}

// side is an entry with its tree.
type side struct {
	tree remote.Tree
	gate *budget.Gate
	e    remote.Entry
}

func (t *task) source(e remote.Entry) side { return side{t.j.req.From, t.fromGate(), e} }

// target is what is at the target, or would be.
func (t *task) target(e remote.Entry) side {
	if _, content, ok := t.foreseen(e.Path); ok {
		return content
	}
	return side{t.j.to, t.j.toGate, e}
}

// looksLikeMD5 tells whether an ETag has the form of one: 32 hexadecimal
// digits. Those of multipart uploads have a dash and a number behind it.
func looksLikeMD5(version string) bool {
	b, err := hex.DecodeString(version)
	return err == nil && len(b) == md5.Size
}

func (t *task) md5(ctx context.Context, s side) (sum string, err error) {
	err = t.try(ctx, s.gate, func(ctx context.Context) error {
		r, err := s.tree.Open(ctx, s.e, 0, -1)
		if err != nil {
			return err
		}
		defer r.Close() //nolint:errcheck // only read from
		h := md5.New()  //nolint:gosec // see the import
		if _, err := io.Copy(h, r); err != nil {
			return err
		}
		sum = hex.EncodeToString(h.Sum(nil))
		return nil
	})
	return sum, err
}

// equal reads both and compares.
func (t *task) equal(ctx context.Context, a, b side) (same bool, err error) {
	err = t.try(ctx, b.gate, func(ctx context.Context) error {
		ra, err := a.tree.Open(ctx, a.e, 0, -1)
		if err != nil {
			return sourceError{err}
		}
		defer ra.Close() //nolint:errcheck // only read from
		rb, err := b.tree.Open(ctx, b.e, 0, -1)
		if err != nil {
			return err
		}
		defer rb.Close() //nolint:errcheck // only read from
		same, err = equalStreams(ra, rb)
		return err
	})
	return same, err
}

// equalStreams compares two streams up to their ends.
func equalStreams(a, b io.Reader) (bool, error) {
	bufA, bufB := make([]byte, chunk), make([]byte, chunk)
	for {
		n, errA := io.ReadFull(a, bufA)
		m, errB := io.ReadFull(b, bufB)
		endA, endB := isEnd(errA), isEnd(errB)
		switch {
		case errA != nil && !endA:
			return false, sourceError{errA}
		case errB != nil && !endB:
			return false, errB
		case !bytes.Equal(bufA[:n], bufB[:m]):
			return false, nil
		case endA || endB:
			return endA && endB, nil
		}
	}
}

// isEnd tells whether io.ReadFull met the end of the stream.
func isEnd(err error) bool { return err == io.EOF || err == io.ErrUnexpectedEOF } //nolint:errorlint // io.ReadFull returns just these
