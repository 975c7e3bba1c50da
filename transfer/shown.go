package transfer

import (
	"context"

	"github.com/minio/crc64nvme"

	"gantry/remote"
)

// checkRead compares what was read with what the source says it holds, and notes by
// what that was shown. It runs before anything is published.
func (t *task) checkRead(ctx context.Context) error {
	w, j := t.it.w, t.j
	if j.req.Rules.Verify == "size" || !j.fromKeyed && w.entry.Sum.Algorithm == remote.NoSum {
		return nil
	}
	got := w.sum()
	if got.Algorithm == remote.NoSum {
		got = w.sumHeld()
	}
	if want := w.entry.Sum; want.Algorithm == remote.CRC64NVME && got.Algorithm == want.Algorithm {
		if got != want {
			return t.damaged("the checksum differs from the source's")
		}
		w.shown = got.Algorithm
	} else if err := t.checkPromise(ctx); err != nil {
		return err
	}
	if j.req.Rules.Verify == "full" && j.fromKeyed && w.shown == remote.NoSum && got.Algorithm != remote.NoSum {
		if err := t.readBack(ctx, j.req.From, t.fromGate(), w.entry, got); err != nil {
			return err
		}
		w.shown = got.Algorithm
	}
	return nil
}

// checkPromise compares what was read with what the source promises of itself. An ETag
// that looks like an MD5 is none with some encryptions, and parts may have been cut
// unevenly: then a second reading gives the same sum, and from there on nobody is
// asked for its like in that place. Bytes that were damaged on the way are other
// ones the next time.
func (t *task) checkPromise(ctx context.Context) error {
	w, j := t.it.w, t.j
	c := w.promise(j)
	if c.Algorithm == remote.NoSum {
		return nil
	}
	got, err := t.workOut(ctx, c)
	switch {
	case err != nil || got == "":
		return err
	case got == c.Digest:
		w.shown = c.Algorithm
		return nil
	case !c.sure && t.it.oddSum == got:
		j.q.odd.Store(c.like(j), true)
		return nil
	}
	t.it.oddSum = got
	return t.damaged("it has another " + c.Algorithm.String() + " than the source")
}

// sumHeld is the checksum of an only part that is in memory, and perhaps not sent
// yet.
func (w *writing) sumHeld() remote.Sum {
	if b := w.only(); b != nil && b.filled {
		return crcSum(crc64nvme.Checksum(b.memory[:b.size]))
	}
	return remote.Sum{}
}

// only is the body of an object of one part, nil for others.
func (w *writing) only() *body {
	if len(w.bodies) != 1 || w.parted {
		return nil
	}
	return w.bodies[0]
}
