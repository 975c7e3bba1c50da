package transfer

import (
	"context"
	"io"
	"slices"
)

// Where a store does not tell in which parts an object was written, their size is
// guessed: programs have their habits. That the sum of the sums of parts of a size is
// what the source promises can be no chance; that it is not says nothing, since the
// object may have been cut otherwise.

const (
	guessMost   = 4         // sizes that are tried for one object: each costs a reading of the target
	guessBytes  = 256 << 20 // bytes that are read for that: half a second of MD5
	guessMisses = 3         // objects of a place that are tried in vain before it is left alone
)

// usualParts are the sizes in which programs cut objects by default, the most usual
// ones first.
var usualParts = [...]int64{
	8 << 20, 16 << 20, 5 << 20, 64 << 20, 50 << 20, 10 << 20, 15 << 20, 32 << 20, 128 << 20, 100 << 20, 256 << 20, 512 << 20,
	5e6, 8e6, 10e6, 50e6, 100e6,
}

// guesses are the sizes that the parts of an object may have, the likeliest ones first.
// before is the one that was right the last time, 0 for none. Of a large object it is
// the only one that is worth the reading.
func guesses(size int64, parts int, before int64) (sizes []int64) {
	if parts < 1 || size < 1 {
		return nil
	}
	const unit = 1 << 20
	even := ((size-1)/int64(parts) + unit) / unit * unit // what fits the number, in whole MiB
	for _, part := range append(append([]int64{before}, usualParts[:]...), even) {
		if part = min(part, size); part > 0 && (size+part-1)/part == int64(parts) && !slices.Contains(sizes, part) {
			sizes = append(sizes, part)
		}
	}
	most := int(guessBytes / size)
	if len(sizes) > 0 && sizes[0] == before {
		most = max(most, 1)
	}
	return sizes[:min(len(sizes), guessMost, most)]
}

// guess is the sum of the sums of parts of a size for which it is what c promises; ""
// if there is none.
func (t *task) guess(ctx context.Context, c promise, at io.ReaderAt, size int64) (string, error) {
	place := t.j.q.cutsOf(t.j.fromKey)
	if place.misses.Load() >= guessMisses {
		return "", nil
	}
	sizes := guesses(size, c.parts, place.right.Load())
	for _, part := range sizes {
		sum, err := sumOfParts(ctx, c, at, size, part)
		if err != nil {
			return "", err
		}
		if sum == c.Digest {
			place.right.Store(part)
			place.misses.Store(0)
			return sum, nil
		}
	}
	if len(sizes) > 0 {
		place.misses.Add(1)
	}
	return "", nil
}
