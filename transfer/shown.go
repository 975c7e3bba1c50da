package transfer

import (
	"context"
	"crypto/md5" //nolint:gosec // compared with ETags, nothing is secured by it
	"encoding/hex"
	"hash"

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
		w.shown = got.Algorithm.String()
	} else if err := t.checkTag(); err != nil {
		return err
	}
	if j.req.Rules.Verify == "full" && j.fromKeyed && w.shown == "" && got.Algorithm != remote.NoSum {
		if err := t.readBack(ctx, j.req.From, t.fromGate(), w.entry, got); err != nil {
			return err
		}
		w.shown = got.Algorithm.String()
	}
	return nil
}

// checkTag compares what was read with an ETag that looks like an MD5. With some
// encryptions it is none: then a second reading gives the same MD5, and from there
// on nobody is asked for it in that place. Bytes that were damaged on the way are
// other ones the next time.
func (t *task) checkTag() error {
	w, j := t.it.w, t.j
	switch tag := w.tag(); tag {
	case "":
		return nil
	case w.entry.Version:
		w.shown = remote.MD5.String()
		return nil
	case t.it.oddTag:
		j.q.oddTags.Store(j.fromKey, true)
		return nil
	default:
		t.it.oddTag = tag
		return t.damaged("it has another MD5 than the source")
	}
}

// md5Shown tells whether the source of a whole that was read in one piece shows an
// MD5, and nothing better.
func (w *writing) md5Shown(j *job) bool {
	if !j.fromKeyed || j.req.Rules.Verify == "size" || w.entry.Sum.Algorithm == remote.CRC64NVME || !looksLikeMD5(w.entry.Version) {
		return false
	}
	_, odd := j.q.oddTags.Load(j.fromKey)
	return !odd
}

// newTag is a hash for what is read from now on, nil if its MD5 is not asked for.
func (b *body) newTag() hash.Hash {
	if b.filled || b.off != 0 || b.it.w == nil || !b.it.w.plan.Single() || !b.it.w.md5Shown(b.it.j) {
		return nil
	}
	return md5.New() //nolint:gosec // see the import
}

// tag is the MD5 of all that was read, as an ETag; "" if it is not known.
func (w *writing) tag() string {
	b := w.only()
	switch {
	case b == nil:
		return ""
	case b.filled && w.md5Shown(b.it.j):
		sum := md5.Sum(b.memory[:b.size]) //nolint:gosec // see the import
		return hex.EncodeToString(sum[:])
	case b.tag != nil && b.summed == b.size:
		return hex.EncodeToString(b.tag.Sum(nil))
	}
	return ""
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
