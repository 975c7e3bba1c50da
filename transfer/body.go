package transfer

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash"
	"io"

	"github.com/minio/crc64nvme"

	"gantry/remote"
	"gantry/transfer/rate"
)

// chunk is the most that is read at a time while a bandwidth limit holds, so
// that the flow is even.
const chunk = 64 << 10

// body is the content of one part of a source: what a sink reads. It opens the
// source when it is read, pinned to its version, and again wherever it is sought
// to, so a sink may read it as often as it needs to. Read counts and limits;
// ReadAt, where the source is a file, does neither: it is for sinks that compute
// a checksum before they send. A body is used by one goroutine at a time.
type body struct {
	ctx  context.Context
	it   *item
	off  int64 // of the part in the source
	size int64
	pos  int64

	at      io.ReaderAt   // the source as a file, or the part in memory; nil if it is neither
	atOff   int64         // of the part in at
	filled  bool          // at is memory of the queue
	memory  []byte        // that memory
	file    io.ReaderAt   // what at was before, at off
	stream  io.ReadCloser // open at pos; nil if it is not
	counted int64         // bytes that the item has counted for this part
	sum     hash.Hash64   // of everything up to summed
	tag     hash.Hash     // another one of the same, where the source promises one; else nil
	summed  int64
	err     error // why the source could not be read

	proved bool   // an earlier process has sent the part, and its sum is known
	known  uint64 // that sum
}

// sourceError marks a failure of the side that is read.
type sourceError struct{ error }

func (e sourceError) Unwrap() error { return e.error }

func (b *body) Read(p []byte) (int, error) {
	if b.pos >= b.size {
		return 0, io.EOF
	}
	j := b.it.j
	p = p[:min(int64(len(p)), b.size-b.pos)]
	if len(p) > chunk && (j.limit.Limit() > 0 || j.q.limit.Limit() > 0) {
		p = p[:chunk]
	}
	n, err := b.read(p)
	if n > 0 {
		b.account(p[:n])
		if b.size > landSize && j.q.budget.Moved(j.gates, n, j.fromKeyed, now()) {
			j.wakeUp()
		}
		b.pos += int64(n)
		if lerr := b.pace(n); lerr != nil && err == nil {
			err = lerr
		}
	}
	switch {
	case errors.Is(err, io.EOF) && b.pos < b.size:
		err = b.short()
	case errors.Is(err, io.EOF), err == nil:
		return n, nil
	}
	b.err = sourceError{err}
	return n, b.err
}

// read reads at pos without counting.
func (b *body) read(p []byte) (int, error) {
	if b.at != nil {
		if b.ctx.Err() != nil {
			return 0, context.Cause(b.ctx)
		}
		return b.at.ReadAt(p, b.atOff+b.pos)
	}
	if b.stream == nil {
		var err error
		if b.stream, err = b.it.j.req.From.Open(b.ctx, b.it.src, b.off+b.pos, b.size-b.pos); err != nil {
			b.stream = nil
			return 0, err
		}
	}
	return b.stream.Read(p)
}

// fill reads the whole part into memory, at pos 0, so that a sink that reads it
// twice does not fetch it twice. The memory is shared by the queue; what is too large for
// it is left to be streamed. unfill gives it back, and the body streams again.
func (b *body) fill() error {
	room := b.it.j.q.memory
	if b.filled || b.size > memoryMost/4 || b.size == 0 {
		return nil
	}
	if err := room.Acquire(b.ctx, b.size); err != nil {
		return context.Cause(b.ctx)
	}
	b.memory = b.it.j.q.pieces.get(b.size)
	buf := b.memory[:b.size]
	for n := 0; n < len(buf); {
		m, err := b.read(buf[n:])
		if n += m; err == nil || n == len(buf) {
			continue
		}
		room.Release(b.size)
		b.memory = b.it.j.q.pieces.put(b.memory)
		if errors.Is(err, io.EOF) {
			err = b.short()
		}
		return sourceError{err}
	}
	b.close()
	b.file, b.at, b.atOff, b.filled = b.at, bytes.NewReader(buf), 0, true
	return nil
}

func (b *body) unfill() {
	if b.filled {
		b.at, b.atOff, b.filled = b.file, b.off, false
		b.memory = b.it.j.q.pieces.put(b.memory)
		b.it.j.q.memory.Release(b.size)
	}
}

// short is the error of a source that ends too early: a file has been cut, a
// connection has broken.
func (b *body) short() error {
	e := &remote.Error{
		Op: "read", Path: b.it.src.Path, Kind: remote.Unreachable,
		Err: fmt.Errorf("the content ended before byte %d: %w", b.off+b.size, io.ErrUnexpectedEOF),
	}
	if b.at != nil {
		e.Kind, e.Hint = remote.Changed, hintChanged
		return midwayError{e}
	}
	return e
}

// account adds bytes to the sum and to the progress; bytes that are read again
// count once.
func (b *body) account(p []byte) {
	switch {
	case b.pos == 0:
		b.sum, b.tag, b.summed = crc64nvme.New(), b.newTag(), 0
		fallthrough
	case b.pos == b.summed:
		_, _ = b.sum.Write(p) // a hash never fails
		if b.tag != nil {
			_, _ = b.tag.Write(p)
		}
		b.summed += int64(len(p))
	}
	if more := b.pos + int64(len(p)) - b.counted; more > 0 {
		b.counted += more
		b.it.bytes.Add(more)
		b.it.j.bytes.Add(more)
		b.it.j.touch()
	}
}

func (b *body) pace(n int) error {
	j := b.it.j
	if err := j.limit.Wait(b.ctx, rate.Normal, n); err != nil {
		return err
	}
	return j.q.limit.Wait(b.ctx, rate.Normal, n)
}

// ReadAt reads without counting. It fails with Unsupported unless the source is
// a file.
func (b *body) ReadAt(p []byte, off int64) (int, error) {
	if b.at == nil {
		return 0, &remote.Error{Op: "read", Path: b.it.src.Path, Kind: remote.Unsupported}
	}
	if off >= b.size {
		return 0, io.EOF
	}
	short := int64(len(p)) > b.size-off
	p = p[:min(int64(len(p)), b.size-off)]
	n, err := b.at.ReadAt(p, b.atOff+off)
	if err == nil && short {
		err = io.EOF
	}
	return n, err
}

// Seek never fails inside of the part.
func (b *body) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += b.pos
	case io.SeekEnd:
		offset += b.size
	}
	if offset < 0 {
		return 0, &remote.Error{Op: "read", Path: b.it.src.Path, Kind: remote.Invalid, Err: errors.New("seek before the start")}
	}
	if offset != b.pos {
		b.close()
		b.pos = offset
	}
	return offset, nil
}

// close ends the open stream; reading opens another one.
func (b *body) close() {
	if b.stream != nil {
		_ = b.stream.Close() // only read from
		b.stream = nil
	}
}

// again takes back what was counted, before the part is written once more.
func (b *body) again() {
	b.close()
	b.pos, b.err = 0, nil
	b.it.bytes.Add(-b.counted)
	b.it.j.bytes.Add(-b.counted)
	b.counted = 0
}

// crc is the CRC-64/NVME of the part, if all of it was read in order.
func (b *body) crc() (uint64, bool) {
	if b.proved {
		return b.known, true
	}
	if b.size == 0 {
		return 0, true
	}
	if b.sum == nil || b.summed != b.size {
		return 0, false
	}
	return b.sum.Sum64(), true
}
