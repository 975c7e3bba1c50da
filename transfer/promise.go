package transfer

import (
	"bytes"
	"context"
	"crypto/md5"  //nolint:gosec // compared with what stores tell, nothing is secured by it
	"crypto/sha1" //nolint:gosec // likewise
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"hash/crc32"
	"io"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"gantry/remote"
)

// promise is a sum by which a source tells what it holds, and which takes some work
// to compare: one that is not a CRC64NVME, or an ETag that looks like an MD5.
type promise struct {
	remote.Sum
	parts int  // Sum is that of the sums of so many parts; 0 for that of the content itself
	sure  bool // the source says that it is that sum
}

// likeness is what promises have in common of which one has turned out to be none.
type likeness struct {
	place     string
	algorithm remote.Algorithm
	parts     bool
}

func (c promise) like(j *job) likeness { return likeness{j.fromKey, c.Algorithm, c.parts > 0} }

// promise is what the source of w promises, if it shows nothing better; the zero value
// for nothing.
func (w *writing) promise(j *job) promise { return j.promise(w.entry, w.plan.Single()) }

// promise is what the object e of the source promises. free says that it costs little
// to find out that it is none.
func (j *job) promise(e remote.Entry, free bool) promise {
	if !j.fromKeyed || j.req.Rules.Verify == "size" || e.Sum.Algorithm == remote.CRC64NVME {
		return promise{}
	}
	if e.Sum.Algorithm != remote.NoSum {
		return promise{Sum: e.Sum, sure: true}
	}
	c := tagPromise(e.Version)
	switch a := e.Attrs; {
	case a != nil && a.Joint.Parts > 0:
		c = promise{Sum: a.Joint.Sum, parts: a.Joint.Parts}
	case a != nil && a.Sealed && (!free || c.parts > 0):
		return promise{} // most likely none, and to find out takes too long
	}
	if _, odd := j.q.odd.Load(c.like(j)); odd {
		return promise{}
	}
	return c
}

// tagPromise reads an ETag as an MD5, or as that of the MD5s of parts: then a dash
// and their number follow.
func tagPromise(tag string) promise {
	text, count, parted := strings.Cut(tag, "-")
	n, err := strconv.Atoi(count)
	if !looksLikeMD5(text) || parted && (err != nil || n < 1) {
		return promise{}
	}
	raw, _ := hex.DecodeString(text) // looked at already
	return promise{Sum: remote.Sum{Algorithm: remote.MD5, Digest: string(raw)}, parts: n}
}

// newHash works out sums; nil of a kind that nobody knows.
func newHash(a remote.Algorithm) hash.Hash {
	switch a {
	case remote.MD5:
		return md5.New() //nolint:gosec // see the import
	case remote.CRC32:
		return crc32.NewIEEE()
	case remote.CRC32C:
		return crc32.New(crc32.MakeTable(crc32.Castagnoli))
	case remote.SHA1:
		return sha1.New() //nolint:gosec // see the import
	case remote.SHA256:
		return sha256.New()
	}
	return nil
}

// newTag is a hash for what is read from now on, nil if nothing promises that of a
// whole that is read in one piece.
func (b *body) newTag() hash.Hash {
	if b.filled || b.off != 0 || b.it.w == nil || !b.it.w.plan.Single() {
		return nil
	}
	c := b.it.w.promise(b.it.j)
	if c.parts > 0 {
		return nil
	}
	return newHash(c.Algorithm)
}

// workOut is the sum that what was read has, of the kind of c; "" if it cannot be
// known.
func (t *task) workOut(ctx context.Context, c promise) (string, error) {
	w := t.it.w
	if b := w.only(); b != nil && c.parts == 0 && !b.filled && b.tag != nil && b.summed == b.size {
		return string(b.tag.Sum(nil)), nil
	}
	at, size := w.written(), w.size()
	if at == nil || newHash(c.Algorithm) == nil {
		return "", nil
	}
	if c.parts == 0 {
		sum, err := sumOf(ctx, newHash(c.Algorithm), io.NewSectionReader(at, 0, size))
		return string(sum), err
	}
	part, err := t.firstPart(ctx, w.entry)
	switch {
	case err == nil && part <= 0:
		return t.guess(ctx, c, at, size)
	case err != nil || (size+part-1)/part != int64(c.parts):
		return "", err
	}
	return sumOfParts(ctx, c, at, size, part)
}

// written is where what was read can be read once more without asking the source:
// the memory of a single part, or a target that is still ours alone. nil if there
// is none.
func (w *writing) written() io.ReaderAt {
	if b := w.only(); b != nil && b.filled {
		return bytes.NewReader(b.memory[:b.size])
	}
	if a, ok := w.sink.(remote.Adopter); ok {
		return a
	}
	return nil
}

// sumOf hashes all of r.
func sumOf(ctx context.Context, h hash.Hash, r *io.SectionReader) ([]byte, error) {
	buf := make([]byte, max(1, min(r.Size(), 256<<10)))
	n, err := io.CopyBuffer(h, stopping{ctx, struct{ io.Reader }{r}}, buf)
	switch {
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	case err == nil && n < r.Size():
		err = io.ErrUnexpectedEOF
	}
	return h.Sum(nil), err
}

// sumOfParts is the sum of the sums of parts of that length. It works on as many of
// them at a time as there are processors.
func sumOfParts(ctx context.Context, c promise, at io.ReaderAt, size, part int64) (string, error) {
	sums, errs := make([][]byte, c.parts), make([]error, c.parts)
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(c.parts, runtime.GOMAXPROCS(0)) {
		wg.Go(func() {
			for n := next.Add(1) - 1; n < int64(c.parts); n = next.Add(1) - 1 {
				off := n * part
				sums[n], errs[n] = sumOf(ctx, newHash(c.Algorithm), io.NewSectionReader(at, off, min(part, size-off)))
			}
		})
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		if ctx.Err() != nil {
			return "", context.Cause(ctx)
		}
		return "", err
	}
	h := newHash(c.Algorithm)
	for _, sum := range sums {
		_, _ = h.Write(sum) // a hash never fails
	}
	return string(h.Sum(nil)), nil
}

// partSize is the size of the parts in which e of the source, of that size, was
// written if they were so many; 0 if nobody knows.
func (t *task) partSize(ctx context.Context, e remote.Entry, size int64, count int) (int64, error) {
	part, err := t.firstPart(ctx, e)
	if err != nil || part <= 0 || (size+part-1)/part != int64(count) {
		return 0, err
	}
	return part, nil
}

// cuts is whether a place tells how its objects were cut into parts.
type cuts struct {
	turn  chan struct{} // of 1: held by who asks as long as nobody knows
	known atomic.Bool
	no    atomic.Bool

	right  atomic.Int64 // the size of parts that was guessed last
	misses atomic.Int64 // objects since, of which it could not be
}

func (q *Queue) cutsOf(place string) *cuts {
	v, _ := q.cuts.LoadOrStore(place, &cuts{turn: make(chan struct{}, 1)})
	return v.(*cuts) //nolint:errcheck,forcetypeassert // nothing else is stored
}

// firstPart asks for the size of the first part in which e of the source was written;
// 0 if nobody knows. Without it nothing fails, there is only less to compare. A
// place that does not tell is asked once.
func (t *task) firstPart(ctx context.Context, e remote.Entry) (int64, error) {
	j := t.j
	cutter, ok := remote.As[remote.Cutter](j.req.From)
	if !ok {
		return 0, nil
	}
	c := j.q.cutsOf(j.fromKey)
	if !c.known.Load() {
		select {
		case c.turn <- struct{}{}:
			defer func() { <-c.turn }()
		case <-ctx.Done():
			return 0, context.Cause(ctx)
		}
	}
	if c.no.Load() {
		return 0, nil
	}
	size, err := cutter.FirstPart(ctx, e)
	switch {
	case ctx.Err() != nil:
		return 0, context.Cause(ctx)
	case err == nil:
		c.known.Store(true)
		return size, nil
	case remote.KindOf(err) == remote.Unsupported:
		c.no.Store(true)
		c.known.Store(true)
	}
	j.complain(t.fromGate(), err)
	return 0, nil
}
