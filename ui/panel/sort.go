package panel

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"slices"
	"sort"
)

// SortBy is the column that orders the rows. Folders always come first.
type SortBy uint8

// The orders of a listing.
const (
	ByName SortBy = iota // natural order without regard to case: a2, B1, b10
	BySize
	ByTime
	ByType // by what follows the last dot
)

// String is the order's word: "name", "size", "time", "type".
func (s SortBy) String() string {
	switch s {
	case BySize:
		return "size"
	case ByTime:
		return "time"
	case ByType:
		return "type"
	default:
		return "name"
	}
}

// order is a column and its direction.
type order struct {
	by      SortBy
	reverse bool
}

// flips tells whether keys count backwards. Sizes and times are turned around
// by rank instead, so that equal ones stay in the order of their names, and
// folders, which have neither size nor type, always are.
func (o order) flips(dir bool) bool {
	return o.reverse && (o.by == ByName || o.by == ByType && !dir)
}

// rank is what counts before the key.
func (o order) rank(s *rows, i int32, dir bool) uint64 {
	var v uint64
	switch {
	case o.by == BySize && !dir:
		v = uint64(s.size(i) + 1)
	case o.by == ByTime:
		v = uint64(s.clock(i)) ^ 1<<63
	default:
		return 0
	}
	if o.reverse {
		return ^v
	}
	return v
}

// key appends what counts after the rank.
func (o order) key(b []byte, s *rows, i int32, dir bool) []byte {
	name := s.name(i)
	if o.by == ByType && !dir {
		b = append(b, bytes.ToLower(extension(name))...)
		b = append(b, 0)
	}
	return appendKey(b, name)
}

// comparer compares rows one by one. It is for few comparisons; for many, sort
// makes each key once.
type comparer struct {
	s    *rows
	o    order
	a, b []byte // scratch
}

// compare is the total order of the rows; it is 0 only for the same row.
func (c *comparer) compare(x, y int32) int {
	dx, dy := c.s.isDir(x), c.s.isDir(y)
	if dx != dy {
		if dx {
			return -1
		}
		return 1
	}
	if r := cmp.Compare(c.o.rank(c.s, x, dx), c.o.rank(c.s, y, dx)); r != 0 {
		return r
	}
	c.a, c.b = c.o.key(c.a[:0], c.s, x, dx), c.o.key(c.b[:0], c.s, y, dx)
	return tie(c.s, bytes.Compare(c.a, c.b), x, y, c.o.flips(dx))
}

// tie decides by the exact name, then by the row, when keys are equal.
func tie(s *rows, r int, x, y int32, flip bool) int {
	if r == 0 {
		r = bytes.Compare(s.name(x), s.name(y))
	}
	if flip {
		r = -r
	}
	if r == 0 {
		return cmp.Compare(x, y)
	}
	return r
}

// merge joins two ordered lists into a new one. It gallops: a page that lies
// behind everything before it costs a few comparisons, not one for each row.
func (c *comparer) merge(a, b []int32) []int32 {
	out := make([]int32, 0, len(a)+len(b))
	for len(a) > 0 && len(b) > 0 {
		n := c.before(a, b[0])
		out = append(out, a[:n]...)
		a, b = b, a[n:]
	}
	return append(append(out, a...), b...)
}

// before is how many of list come before row x.
func (c *comparer) before(list []int32, x int32) int {
	lo, step := 0, 1
	for lo+step <= len(list) && c.compare(list[lo+step-1], x) < 0 {
		lo += step
		step *= 2
	}
	hi := min(lo+step-1, len(list))
	return lo + sort.Search(hi-lo, func(i int) bool { return c.compare(list[lo+i], x) > 0 })
}

// ordered tells whether list is in order already, as pages of a bucket mostly are.
func (c *comparer) ordered(list []int32) bool {
	return slices.IsSortedFunc(list, c.compare)
}

// item is a row with its rank, or for names the first bytes of its key.
type item struct {
	rank     uint64
	off, end uint32 // of the key in the arena of keys
	row      int32
}

// sort orders list in place.
func (c *comparer) sort(list []int32) {
	if c.ordered(list) {
		return
	}
	dirs := make([]int32, 0, 16)
	files := list[:0:0]
	for _, i := range list {
		if c.s.isDir(i) {
			dirs = append(dirs, i)
		} else {
			files = append(files, i)
		}
	}
	c.sortGroup(dirs, true)
	c.sortGroup(files, false)
	copy(list[copy(list, dirs):], files)
}

// keyBlock bounds the memory for keys while a group is sorted.
const keyBlock = 1 << 18

// sortGroup orders rows that all are folders or all are not: block by block,
// then the blocks are merged.
func (c *comparer) sortGroup(list []int32, dir bool) {
	if len(list) <= keyBlock {
		c.sortBlock(list, dir)
		return
	}
	half := len(list) / 2
	c.sortGroup(list[:half], dir)
	c.sortGroup(list[half:], dir)
	if c.compare(list[half-1], list[half]) > 0 {
		copy(list, c.merge(list[:half], list[half:]))
	}
}

func (c *comparer) sortBlock(list []int32, dir bool) {
	items := make([]item, len(list))
	keys := make([]byte, 0, 24*len(list))
	named := c.o.by == ByName || c.o.by == ByType || dir && c.o.by == BySize
	flip := c.o.flips(dir)
	for n, i := range list {
		off := len(keys)
		keys = c.o.key(keys, c.s, i, dir)
		it := item{off: uint32(off), end: uint32(len(keys)), row: i}
		if named {
			it.rank = prefix(keys[off:])
			if flip {
				it.rank = ^it.rank
			}
		} else {
			it.rank = c.o.rank(c.s, i, dir)
		}
		items[n] = it
	}
	slices.SortFunc(items, func(x, y item) int {
		if x.rank != y.rank {
			return cmp.Compare(x.rank, y.rank)
		}
		return tie(c.s, bytes.Compare(keys[x.off:x.end], keys[y.off:y.end]), x.row, y.row, flip)
	})
	for n := range items {
		list[n] = items[n].row
	}
}

// prefix is the first eight bytes of a key as a number that orders like them.
func prefix(key []byte) uint64 {
	if len(key) >= 8 {
		return binary.BigEndian.Uint64(key)
	}
	var b [8]byte
	copy(b[:], key)
	return binary.BigEndian.Uint64(b[:])
}
