package transfer

import (
	"bytes"
	"context"
	"errors"
	"io"

	"github.com/minio/crc64nvme"

	"gantry/remote"
	"gantry/transfer/parts"
)

// sendUnknown writes a source whose size nobody knows, part after part from a
// buffer: what came by cannot be read again, a part can be sent again.
func (t *task) sendUnknown(ctx context.Context, r io.Reader) error {
	it, j, w := t.it, t.j, t.it.w
	buf := make([]byte, w.plan.PartSize)
	b := &body{ctx: ctx, it: it} // paces what is read
	for n := 1; ; n++ {
		if n > parts.Most {
			return t.refuse(remote.Invalid, "It is too large to be sent without knowing its size. Give it a known size first, or raise part_size.")
		}
		size, err := io.ReadFull(r, buf)
		end := errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
		if err != nil && !end {
			return sourceError{err}
		}
		if size == 0 && n > 1 {
			return nil
		}
		if err := b.pace(size); err != nil {
			return err
		}
		var part remote.Part
		err = t.try(ctx, j.toGate, func(ctx context.Context) (err error) {
			part, err = w.sink.WritePart(ctx, n, bytes.NewReader(buf[:size]))
			return err
		})
		if err != nil {
			return err
		}
		w.done = append(w.done, part)
		w.crcs = append(w.crcs, piece{crc64nvme.Checksum(buf[:size]), int64(size)})
		it.bytes.Add(int64(size))
		j.bytes.Add(int64(size))
		j.allBytes.Add(int64(size))
		j.touch()
		if end {
			return nil
		}
		// "body may be read up to Commit": the sink may still look at this buffer.
		buf = make([]byte, w.plan.PartSize)
	}
}
