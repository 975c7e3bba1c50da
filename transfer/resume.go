package transfer

import (
	"context"
	"crypto/md5" //nolint:gosec // compared with ETags, nothing is secured by it
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash"
	"io"

	"github.com/minio/crc64nvme"

	"gantry/remote"
	"gantry/transfer/parts"
)

// The notes of items that were not simply gone on with.
const (
	noteSource = "The source has changed since it was interrupted, so it was sent anew from the beginning."
	noteGone   = "What had been sent before it was interrupted is gone, so it was sent anew from the beginning."
)

// already tells whether an earlier process has published the item without
// having put that on record. A move only believes that of an item whose writing
// is on record, or which an earlier job has copied but could not delete: it is about
// to delete the source.
func (t *task) already(ctx context.Context) (bool, error) {
	it, j := t.it, t.j
	if !it.resumed || it.same || j.req.Op == Move && it.up == nil && !j.req.landed[it.src.Path] || j.req.Rules.DryRun {
		return false, nil
	}
	it.resumed = false // what it finds from now on it has made itself
	if err := t.look(ctx); err != nil {
		return false, err
	}
	if it.target == nil || it.target.Dir || it.target.Type != remote.Regular || it.target.Size != it.src.Size {
		return false, nil // a link may lead to the source itself
	}
	same, level, err := t.whole(ctx)
	if err != nil || !same || it.up == nil && j.req.Op == Move && t.alias(ctx) {
		return false, err
	}
	// Whoever wrote it may have died before it was durable.
	if err := t.settle(ctx, it.dst); err != nil {
		return false, err
	}
	switch {
	case j.req.Op != Move: // a move keeps the record until the source is gone as well
		t.dropUpload(ctx)
	case it.up != nil:
		if err := j.q.removeUpload(ctx, j.to, it.up.Upload, j.created); err != nil {
			j.q.o.Log.Error("an unfinished upload could not be removed", "job", j.id, "target", string(it.dst), "err", err)
		}
		it.fresh = it.up.PartSize == copyFresh
	}
	it.up = nil
	j.mu.Lock()
	j.countThere(it, it.size()-it.bytes.Load())
	j.mu.Unlock()
	return true, t.published(ctx, level, it.target.Version)
}

// whole compares source and target, by a checksum of one side's disk where the
// other side knows its own.
func (t *task) whole(ctx context.Context) (bool, string, error) {
	it, j := t.it, t.j
	src, err := t.restat(ctx, j.req.From, t.fromGate(), it.src.Path)
	if err != nil {
		return false, "", sourceError{err}
	}
	dst, err := t.restat(ctx, j.to, j.toGate, it.dst)
	if err != nil {
		return false, "", err
	}
	if differs(it.src, src) {
		return false, "", nil // decided by the rules, like any other target
	}
	if j.req.Rules.Verify == "full" { // what they show of themselves is not enough
		it.target = &dst
		same, err := t.equal(ctx, t.source(src), t.target(dst))
		return same, "compared", err
	}
	for _, p := range [][2]side{{t.source(src), t.target(dst)}, {t.target(dst), t.source(src)}} {
		if p[0].e.Sum.Algorithm == remote.CRC64NVME && p[1].e.Sum.Algorithm == remote.NoSum {
			sum, err := t.crcOf(ctx, p[1])
			return err == nil && sum == p[0].e.Sum, remote.CRC64NVME.String(), err
		}
	}
	it.target = &dst
	same, err := t.sameContent(ctx)
	return same, "compared", err
}

func (t *task) crcOf(ctx context.Context, s side) (sum remote.Sum, err error) {
	err = t.try(ctx, s.gate, func(ctx context.Context) error {
		r, err := s.tree.Open(ctx, s.e, 0, -1)
		if err != nil {
			return err
		}
		defer r.Close() //nolint:errcheck // only read from
		h := crc64nvme.New()
		if _, err := io.Copy(h, r); err != nil {
			return err
		}
		sum = crcSum(h.Sum64())
		return nil
	})
	return sum, err
}

// cut plans the parts; an upload that is gone on with keeps its own.
func (t *task) cut() (parts.Plan, error) {
	it, j := t.it, t.j
	if up := it.up; up != nil && up.ID != "" && up.PartSize > 0 && up.Size == it.src.Size {
		if p, err := parts.Make(it.src.Size, up.PartSize, j.to.Caps()); err == nil && p.PartSize == up.PartSize {
			return p, nil
		}
	}
	return t.fresh()
}

// fresh plans the parts of an item that begins.
func (t *task) fresh() (parts.Plan, error) {
	size := t.j.partSize()
	if t.it.inOne {
		size = max(size, t.it.src.Size)
	}
	p, err := parts.Make(t.it.src.Size, size, t.j.to.Caps())
	want := t.j.req.Rules.PartSize // that somebody asked for
	if err == nil && want > 0 && want == size && t.it.src.Size > want && p.PartSize > max(want, t.j.to.Caps().MinPart) && t.it.note == "" {
		t.remark(fmt.Sprintf("Its parts are of %s, since parts of %s would be too many.", remote.FormatBytes(p.PartSize), remote.FormatBytes(want)))
	}
	return p, err
}

// goOn continues the upload that an earlier process left, if it can be
// continued, and takes over the parts that are proved. Otherwise it throws that
// upload away and returns false: the item is to be sent from the beginning.
func (t *task) goOn(ctx context.Context, w *writing) (bool, error) {
	it, j := t.it, t.j
	up := it.up
	if up == nil {
		return false, nil
	}
	if up.Path != "" && up.Path != it.dst { // something else has taken the name that had been chosen
		t.dropUpload(ctx)
		return false, nil
	}
	fits := up.ID != "" && !w.plan.Single() && w.plan.Count > 0 && up.Size == w.plan.Size && up.PartSize == w.plan.PartSize
	if !fits || up.Version == "" || up.Version != w.entry.Version {
		if up.ID != "" {
			t.remark(noteSource)
		}
		t.dropUpload(ctx)
		return false, nil
	}
	o := t.createOptions(w)
	o.Resume = up.ID
	err := t.try(ctx, j.toGate, func(ctx context.Context) (err error) {
		w.sink, err = j.to.Create(ctx, it.dst, o)
		return err
	})
	if k := remote.KindOf(err); err != nil && (k == remote.NotExist || k == remote.Invalid) {
		t.remark(noteGone)
		t.dropUpload(ctx)
		return false, nil
	}
	if err != nil {
		return false, t.asConflict(err)
	}
	it.up = nil // from here on it is ours, and aborted like any other
	if w.sink.ID() != up.ID {
		t.remark(noteGone)
		if err := t.intend(ctx, w); err != nil {
			return false, err
		}
		return true, j.q.jr.Began(ctx, int64(j.id), it.num, w.sink.ID())
	}
	return true, t.prove(ctx, w, up)
}

func (t *task) remark(note string) {
	t.j.mu.Lock()
	t.it.note = note
	t.j.mu.Unlock()
}

// prove takes over the parts of which it is certain that they hold what the
// source holds. Everything else is sent again.
func (t *task) prove(ctx context.Context, w *writing, up *found) error {
	it, j := t.it, t.j
	have := w.sink.Have()
	at := make(map[int]remote.Part, len(have))
	for _, p := range have {
		at[p.Num] = p
	}
	adopter, adopts := w.sink.(remote.Adopter)
	j.mu.Lock()
	it.proven.Total = int64(w.plan.Count)
	j.proven.Total += int64(w.plan.Count)
	j.mu.Unlock()
	for n := 1; n <= w.plan.Count; n++ {
		off, size := w.plan.Range(n)
		rec, known := up.parts[n]
		part, there := at[n]
		var crc uint64
		var ok bool
		var err error
		switch {
		case adopts:
			if known && rec.Size == size && rec.Sum.Algorithm == remote.CRC64NVME {
				part, crc, ok, err = t.adopt(ctx, adopter, rec)
			}
		case there || known && len(have) == 0: // who may not list parts goes by the record
			if !there {
				part = rec
			}
			if part.Size == size {
				crc, ok, err = t.confirm(ctx, w, part, rec, off)
			}
		}
		if err != nil {
			return err
		}
		if ok {
			if part.Sum.Algorithm == remote.NoSum {
				part.Sum = crcSum(crc)
			}
			t.keep(w, n, part, crc)
		}
	}
	return nil
}

// adopt lets the target compare its bytes with the sum on record, which was
// taken while they were read from this very version of the source.
func (t *task) adopt(ctx context.Context, a remote.Adopter, rec remote.Part) (remote.Part, uint64, bool, error) {
	err := a.Adopt(ctx, rec)
	switch {
	case err == nil:
		return rec, digestCRC(rec.Sum), true, nil
	case ctx.Err() != nil:
		return rec, 0, false, context.Cause(ctx)
	}
	return rec, 0, false, nil
}

// confirm compares a part of the target with the source: read anew where it is
// a file, else, since versions pin an object, with what was recorded when it
// was sent.
func (t *task) confirm(ctx context.Context, w *writing, part, rec remote.Part, off int64) (crc uint64, ok bool, err error) {
	recorded := rec.Tag == part.Tag && rec.Size == part.Size && rec.Sum.Algorithm == remote.CRC64NVME
	if part.Sum.Algorithm == remote.CRC64NVME && recorded && part.Sum != rec.Sum {
		return 0, false, nil
	}
	if w.at == nil && t.j.fromKeyed {
		return digestCRC(rec.Sum), recorded, nil
	}
	etag := md5.New() //nolint:gosec // see the import
	sum := crc64nvme.New()
	if err := t.reread(ctx, w, off, part.Size, sum, etag); err != nil {
		return 0, false, err
	}
	crc = sum.Sum64()
	switch {
	case part.Sum.Algorithm == remote.CRC64NVME:
		return crc, part.Sum == crcSum(crc), nil
	case looksLikeMD5(part.Tag) && hex.EncodeToString(etag.Sum(nil)) == part.Tag:
		return crc, true, nil
	default:
		return crc, recorded && rec.Sum == crcSum(crc), nil
	}
}

// reread hashes a piece of the source; it counts as progress only when it turns
// out to be there.
func (t *task) reread(ctx context.Context, w *writing, off, size int64, sums ...hash.Hash) error {
	return t.try(ctx, t.fromGate(), func(ctx context.Context) error {
		var r io.Reader
		if w.at != nil {
			r = io.NewSectionReader(w.at, off, size)
		} else {
			f, err := t.j.req.From.Open(ctx, t.it.src, off, size)
			if err != nil {
				return sourceError{err}
			}
			defer f.Close() //nolint:errcheck // only read from
			r = f
		}
		both := make([]io.Writer, len(sums))
		for i, h := range sums {
			h.Reset()
			both[i] = h
		}
		n, err := io.CopyBuffer(io.MultiWriter(both...), stopping{ctx, r}, make([]byte, min(size, 1<<20)+1))
		switch {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case err != nil:
			return sourceError{err}
		case n < size:
			return sourceError{t.changed("It is shorter than it was when it was listed.")}
		}
		return nil
	})
}

// stopping is a reader that ends with its context.
type stopping struct {
	ctx context.Context
	r   io.Reader
}

func (s stopping) Read(p []byte) (int, error) {
	if s.ctx.Err() != nil {
		return 0, context.Cause(s.ctx)
	}
	return s.r.Read(p)
}

// keep counts part n as written.
func (t *task) keep(w *writing, n int, part remote.Part, crc uint64) {
	it, j := t.it, t.j
	off, size := w.plan.Range(n)
	part.Num = n
	j.mu.Lock()
	w.done[n-1] = part
	w.bodies[n-1] = &body{it: it, off: off, size: size, counted: size, proved: true, known: crc}
	w.left--
	it.proven.Done++
	j.proven.Done++
	j.countThere(it, size)
	j.mu.Unlock()
	j.touch()
}

// countThere counts n bytes of the item that were found done. The caller holds
// j.mu, or a rate would be seen in them.
func (j *job) countThere(it *item, n int64) {
	it.bytes.Add(n)
	j.bytes.Add(n)
	j.there.Add(n)
}

func digestCRC(s remote.Sum) uint64 {
	if len(s.Digest) != 8 {
		return 0
	}
	return binary.BigEndian.Uint64([]byte(s.Digest))
}

// dropUpload throws away what an earlier process left of the item.
func (t *task) dropUpload(ctx context.Context) {
	if err := t.j.dropUpload(t.it); err != nil && ctx.Err() == nil {
		t.j.q.o.Log.Error("an unfinished upload could not be removed", "job", t.j.id, "target", string(t.it.dst), "err", err)
	}
}

func (j *job) dropUpload(it *item) error {
	up := it.up
	if up == nil {
		return nil
	}
	it.up = nil
	ctx, cancel := context.WithTimeout(context.WithoutCancel(j.ctx), cleanUp)
	defer cancel()
	if err := j.q.removeUpload(ctx, j.to, up.Upload, j.created); err != nil {
		return err
	}
	return j.q.jr.Settled(ctx, int64(j.id), it.num)
}
