package sqlite

import (
	"encoding/binary"
	"errors"
	"time"

	"gantry/remote"
	"gantry/transfer/journal"
)

const (
	chunkItems = 256  // most items in a chunk
	chunkSpan  = 1024 // numbers in a chunk are less than this apart
	chunkBytes = 32 << 10
	chunkForm  = 1 // the form of the encoding, its first byte
)

// errChunk says that the bytes are no chunk. Checksums keep it from happening.
var errChunk = errors.New("malformed items")

// chunk is a run of items of one job on its way to the disk.
type chunk struct {
	first int64  // the number of the first item
	last  int64  // of the last
	bits  []byte // which numbers, counted from first, are in it
	data  []byte
	count int64
	bytes int64 // the sizes of its files together
}

// encode cuts items, which are in order and of one job, into chunks.
func encode(items []journal.Item) []chunk {
	var chunks []chunk
	for len(items) > 0 {
		c, n := encodeOne(items)
		chunks = append(chunks, c)
		items = items[n:]
	}
	return chunks
}

// encodeOne makes a chunk of the first n items.
func encodeOne(items []journal.Item) (c chunk, n int) {
	c.first = items[0].Num
	c.data = append(make([]byte, 0, 4<<10), chunkForm)
	prev := journal.Item{Num: c.first}
	for i := range items {
		it := &items[i]
		if n == chunkItems || it.Num-c.first >= chunkSpan || len(c.data) > chunkBytes {
			break
		}
		c.data = appendItem(c.data, it, &prev)
		c.set(it.Num)
		c.last = it.Num
		c.bytes += sizeOf(it)
		prev, n = *it, n+1
	}
	c.count = int64(n)
	return c, n
}

// set marks num as held.
func (c *chunk) set(num int64) {
	at := num - c.first
	for int64(len(c.bits)) <= at/8 {
		c.bits = append(c.bits, 0)
	}
	c.bits[at/8] |= 1 << (at % 8)
}

// sizeOf is what an item counts in bytes.
func sizeOf(it *journal.Item) int64 {
	if it.Dir || it.Source.Dir {
		return 0
	}
	return max(it.Source.Size, 0)
}

// The flags of an item.
const (
	itemDir = 1 << iota
	entryDir
	hasTime
	hasSum
)

func appendItem(b []byte, it, prev *journal.Item) []byte {
	e, p := &it.Source, &prev.Source
	flags := uint64(0)
	if it.Dir {
		flags |= itemDir
	}
	if e.Dir {
		flags |= entryDir
	}
	if !e.ModTime.IsZero() {
		flags |= hasTime
	}
	if e.Sum != (remote.Sum{}) {
		flags |= hasSum
	}
	b = binary.AppendUvarint(b, uint64(it.Num-prev.Num)) //nolint:gosec // in order
	b = binary.AppendUvarint(b, flags|uint64(e.Type)<<4)
	b = binary.AppendVarint(b, e.Size)
	if flags&hasTime != 0 {
		b = binary.AppendVarint(b, e.ModTime.Unix())
		b = binary.AppendUvarint(b, uint64(e.ModTime.Nanosecond())) //nolint:gosec // never negative
	}
	b = appendString(b, string(e.Path), string(p.Path), "")
	b = appendString(b, e.Name, p.Name, string(e.Path))
	b = appendString(b, string(it.Target), string(prev.Target), string(e.Path))
	b = appendString(b, e.Version, p.Version, "")
	b = appendString(b, e.Class, p.Class, "")
	if flags&hasSum != 0 {
		b = append(b, byte(e.Sum.Algorithm))
		b = appendString(b, e.Sum.Digest, "", "")
	}
	return b
}

// appendString writes s as what it begins with in common with prev, what it
// ends with in common with ref, and what stands between.
func appendString(b []byte, s, prev, ref string) []byte {
	pre := 0
	for pre < len(s) && pre < len(prev) && s[pre] == prev[pre] {
		pre++
	}
	suf := 0
	for suf < len(s)-pre && suf < len(ref) && s[len(s)-1-suf] == ref[len(ref)-1-suf] {
		suf++
	}
	mid := s[pre : len(s)-suf]
	b = binary.AppendUvarint(b, uint64(pre))
	b = binary.AppendUvarint(b, uint64(suf))
	b = binary.AppendUvarint(b, uint64(len(mid)))
	return append(b, mid...)
}

// decode gives the items of a chunk of a job; first is the number of the first.
func decode(job, first int64, data []byte) ([]journal.Item, error) {
	d := decoder{b: data}
	if d.byte() != chunkForm {
		return nil, errChunk
	}
	items := make([]journal.Item, 0, chunkItems)
	prev := journal.Item{Num: first}
	for len(d.b) > 0 && !d.bad {
		prev = d.item(job, &prev)
		items = append(items, prev)
	}
	if d.bad {
		return nil, errChunk
	}
	return items, nil
}

// decoder takes values off the front of b; bad once there was none.
type decoder struct {
	b   []byte
	bad bool
}

func (d *decoder) item(job int64, prev *journal.Item) journal.Item {
	it := journal.Item{Job: job, Num: prev.Num + d.int()}
	e, p := &it.Source, &prev.Source
	flags := d.int()
	it.Dir, e.Dir = flags&itemDir != 0, flags&entryDir != 0
	e.Type = remote.Type(flags >> 4) //nolint:gosec // as written
	e.Size = d.signed()
	if flags&hasTime != 0 {
		sec := d.signed()
		e.ModTime = time.Unix(sec, d.int()).UTC()
	}
	e.Path = remote.Path(d.string(string(p.Path), ""))
	e.Name = d.string(p.Name, string(e.Path))
	it.Target = remote.Path(d.string(string(prev.Target), string(e.Path)))
	e.Version = d.string(p.Version, "")
	e.Class = d.string(p.Class, "")
	if flags&hasSum != 0 {
		e.Sum.Algorithm = remote.Algorithm(d.byte())
		e.Sum.Digest = d.string("", "")
	}
	return it
}

func (d *decoder) byte() byte {
	if len(d.b) == 0 {
		d.bad = true
		return 0
	}
	v := d.b[0]
	d.b = d.b[1:]
	return v
}

// int is a value that was not negative.
func (d *decoder) int() int64 {
	v, n := binary.Uvarint(d.b)
	if n <= 0 || v > 1<<62 {
		d.bad = true
		return 0
	}
	d.b = d.b[n:]
	return int64(v)
}

func (d *decoder) signed() int64 {
	v, n := binary.Varint(d.b)
	if n <= 0 {
		d.bad = true
		return 0
	}
	d.b = d.b[n:]
	return v
}

// text is a string that stands for itself.
func (d *decoder) text() string {
	n := d.int()
	if d.bad || n > int64(len(d.b)) {
		d.bad = true
		return ""
	}
	s := string(d.b[:n])
	d.b = d.b[n:]
	return s
}

func (d *decoder) string(prev, ref string) string {
	pre, suf, mid := d.int(), d.int(), d.int()
	if d.bad || pre > int64(len(prev)) || suf > int64(len(ref)) || mid > int64(len(d.b)) {
		d.bad = true
		return ""
	}
	if pre == int64(len(prev)) && suf == 0 && mid == 0 {
		return prev // shared, not copied
	}
	s := make([]byte, 0, pre+mid+suf)
	s = append(s, prev[:pre]...)
	s = append(s, d.b[:mid]...)
	s = append(s, ref[int64(len(ref))-suf:]...)
	d.b = d.b[mid:]
	return string(s)
}
