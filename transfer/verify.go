package transfer

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"

	"github.com/minio/crc64nvme"

	"gantry/remote"
	"gantry/transfer/budget"
)

// sizeOnly is the level of an item for which no checksum could be compared.
const sizeOnly = "size only"

// piece is the checksum of some bytes of known number.
type piece struct {
	crc  uint64
	size int64
}

func (t *task) damaged(why string) error {
	return &remote.Error{
		Op: t.j.req.Op.String(), Path: t.it.src.Path, Kind: remote.Corrupt,
		Hint: "The bytes were damaged on the way, again and again: " + why + ". Check the network and the memory of this machine.",
	}
}

// sum is the CRC-64/NVME of everything that was read, composed from those of
// the parts. It is the zero Sum unless every part was read in order.
func (w *writing) sum() remote.Sum {
	var join remote.CRCJoiner // keeps the map for the size of the parts
	var total uint64
	first := true
	add := func(crc uint64, size int64) {
		if first {
			total, first = crc, false
			return
		}
		total = join.Join(total, crc, size)
	}
	for _, p := range w.crcs {
		add(p.crc, p.size)
	}
	for _, b := range w.bodies {
		if b == nil {
			return remote.Sum{}
		}
		crc, ok := b.crc()
		if !ok {
			return remote.Sum{}
		}
		add(crc, b.size)
	}
	return crcSum(total)
}

func crcSum(crc uint64) remote.Sum {
	return remote.Sum{Algorithm: remote.CRC64NVME, Digest: string(binary.BigEndian.AppendUint64(nil, crc))}
}

// size is how many bytes the target has to have.
func (w *writing) size() int64 {
	if w.plan.Size >= 0 {
		return w.plan.Size
	}
	var n int64
	for _, p := range w.crcs {
		n += p.size
	}
	return n
}

// verify compares what is stored now with what was sent and returns how well
// that could be done, which is no better than what was read could be compared with
// its source.
func (t *task) verify(ctx context.Context, e remote.Entry) (level string, err error) {
	w, j := t.it.w, t.j
	if e.Size >= 0 && e.Size != w.size() {
		return "", t.damaged(fmt.Sprintf("the target has %d bytes instead of %d", e.Size, w.size()))
	}
	if j.req.Rules.Verify == "size" {
		return sizeOnly, nil
	}
	by := remote.NoSum
	ours := w.sum()
	for _, known := range []remote.Sum{ours, w.entry.Sum} {
		if known.Algorithm == remote.NoSum || known.Algorithm != e.Sum.Algorithm {
			continue
		}
		if known != e.Sum {
			return "", t.damaged("the checksum of the target differs")
		}
		by = known.Algorithm
		if known == w.entry.Sum {
			w.shown = by
		}
	}
	switch {
	case by == remote.NoSum && e.Sum.Algorithm == remote.MD5:
		by = remote.MD5 // the sink has compared it, nobody else knows MD5s
	case by == remote.NoSum && !j.toKeyed:
		by = w.shown // a disk knows no checksum of its own: what it was given is what the source holds
	}
	if j.req.Rules.Verify == "full" && ours.Algorithm != remote.NoSum {
		by, err = ours.Algorithm, t.readBack(ctx, j.to, j.toGate, e, ours)
	}
	if j.fromKeyed {
		by = min(by, w.shown) // the weaker one; they are in this order
	}
	if by == remote.NoSum {
		return sizeOnly, err
	}
	return by.String(), err
}

// readBack reads the whole of e and compares.
func (t *task) readBack(ctx context.Context, tree remote.Tree, g *budget.Gate, e remote.Entry, want remote.Sum) error {
	return t.try(ctx, g, func(ctx context.Context) error {
		r, err := tree.Open(ctx, e, 0, -1)
		if err != nil {
			return err
		}
		defer r.Close() //nolint:errcheck // only read from
		h := crc64nvme.New()
		if _, err := io.Copy(h, r); err != nil {
			return err
		}
		if crcSum(h.Sum64()) != want {
			return t.damaged(e.Name + " reads back differently")
		}
		return nil
	})
}
