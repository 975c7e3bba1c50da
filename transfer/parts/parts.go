// Package parts is the arithmetic of multipart transfers: how an object of some
// size is cut so that a tree accepts it, which bytes part n holds, and what is
// left to do when some parts are there already. It does no I/O.
//
// For the common case: Make a Plan from a size and the Caps of the target, hand
// out Range(1) to Range(Count), and on a second try only the numbers of
// Missing.
package parts

import (
	"fmt"
	"math"

	"gantry/remote"
)

// Most is how many parts an object may have anywhere; a tree may allow fewer.
const Most = 10_000

const mib = 1 << 20

// Plan says how an object is cut: parts 1 to Count-1 have PartSize bytes, the
// last one the rest. Plans are comparable; two equal plans cut alike.
type Plan struct {
	Size     int64 // bytes; -1 when unknown
	PartSize int64 // bytes
	Count    int   // at least 1; 0 when Size is unknown
}

// Make cuts size bytes into parts of want bytes, or larger ones where there
// would be too many, within what c allows. A size below zero is unknown: the
// plan then only knows the size of its parts. The error is Invalid when no plan
// fits; it names the limit.
func Make(size, want int64, c remote.Caps) (Plan, error) {
	if c.MaxSize > 0 && size > c.MaxSize {
		return Plan{}, tooBig(size, c.MaxSize)
	}
	most := int64(Most)
	if c.MaxParts > 0 {
		most = min(most, int64(c.MaxParts))
	}
	part := max(want, c.MinPart, 1)
	if size > 0 && ceil(size, part) > most {
		// Whole MiB, so that equal sizes get equal parts whatever the limit was.
		part = ceil(size, most)
		if part <= math.MaxInt64-mib {
			part = ceil(part, mib) * mib
		}
	}
	if c.MaxPart > 0 && part > c.MaxPart {
		part = c.MaxPart
		if size > 0 && ceil(size, part) > most {
			return Plan{}, tooBig(size, part*most) // no overflow: size needs more than that
		}
	}
	if size < 0 {
		return Plan{Size: -1, PartSize: part}, nil
	}
	return Plan{Size: size, PartSize: part, Count: int(max(1, ceil(size, part)))}, nil
}

// Range is where part n begins and how many bytes it has. n counts from 1 to
// Count.
func (p Plan) Range(n int) (off, size int64) {
	off = int64(n-1) * p.PartSize
	return off, min(p.PartSize, p.Size-off)
}

// Single tells whether the object goes in one piece.
func (p Plan) Single() bool { return p.Count == 1 }

// Missing lists the parts that have does not hold in their right size, in
// order, and keeps returns those that it does. A part of another plan counts as
// missing: plans are never mixed.
func (p Plan) Missing(have []remote.Part) (missing []int, kept []remote.Part) {
	there := make(map[int]remote.Part, len(have))
	for _, h := range have {
		if h.Num < 1 || h.Num > p.Count {
			continue
		}
		if _, size := p.Range(h.Num); h.Size == size {
			there[h.Num] = h
		}
	}
	missing = make([]int, 0, p.Count-len(there))
	for n := 1; n <= p.Count; n++ {
		if part, ok := there[n]; ok {
			kept = append(kept, part)
			continue
		}
		missing = append(missing, n)
	}
	return missing, kept
}

func ceil(a, b int64) int64 {
	n := a / b
	if a%b > 0 {
		n++
	}
	return n
}

func tooBig(size, limit int64) error {
	return &remote.Error{
		Op: "plan", Kind: remote.Invalid,
		Hint: fmt.Sprintf("It has %d bytes; the target holds at most %d bytes in one object.", size, limit),
		Err:  fmt.Errorf("%d bytes are more than the limit of %d", size, limit),
	}
}
