package panel

import (
	"encoding/binary"
	"math"
	"slices"
	"time"

	"gantry/remote"
)

// A record's offset is 32 bits: the number of its chunk and the position in it.
const (
	posBits   = 18
	chunkSize = 1 << posBits
	maxChunks = 1 << (32 - posBits)
	blockBits = 10 // rows in a block
	blockSize = 1 << blockBits
)

// block is what is kept of every row besides its record: what sums over many
// rows need, since records lie far apart.
type block struct {
	offs  [blockSize]uint32 // where the records are
	sizes [blockSize]size
}

// size is the size of a row in bytes and whether it is a folder.
type size int64

func sizeOf(e *remote.Entry) size {
	v := size(e.Size+1) << 1
	if e.Dir {
		v |= 1
	}
	return v
}

func (v size) bytes() int64 { return int64(v>>1) - 1 } // -1 when unknown
func (v size) dir() bool    { return v&1 != 0 }

// rows is an append-only store of entries in packed form. Its owner is the
// event loop; a copy of the struct is a snapshot that other goroutines may read
// while rows are added, because nothing that a copy can reach is ever written
// again.
type rows struct {
	dir     remote.Path
	chunks  [][]byte // all made at full length, filled from the front
	used    int      // bytes of the last chunk
	blocks  []*block
	count   int
	stored  int      // records in the chunks, those that no row refers to included
	classes []string // storage classes that occurred
}

// n is the number of rows.
func (s *rows) n() int { return s.count }

// add packs e as the next row; false means that the store is full (4 GiB). It
// returns scratch for the next call.
func (s *rows) add(e *remote.Entry, scratch []byte) ([]byte, bool) {
	rec := s.encode(scratch[:0], e)
	return rec, s.put(rec, sizeOf(e))
}

// put stores rec as the next row.
func (s *rows) put(rec []byte, v size) bool {
	last := len(s.chunks) - 1
	if last < 0 || s.used+len(rec) > len(s.chunks[last]) {
		if len(s.chunks) == maxChunks {
			return false
		}
		s.chunks = append(s.chunks, make([]byte, max(s.next(), len(rec))))
		s.used = 0
		last++
	}
	copy(s.chunks[last][s.used:], rec)
	s.refer(uint32(last)<<posBits|uint32(s.used), v)
	s.used += len(rec) // a record longer than chunkSize fills a chunk of its own
	s.stored++
	return true
}

// refer makes the record at off the next row.
func (s *rows) refer(off uint32, v size) {
	if s.count>>blockBits == len(s.blocks) {
		s.blocks = append(s.blocks, new(block))
	}
	b, i := s.blocks[s.count>>blockBits], s.count%blockSize
	b.offs[i], b.sizes[i] = off, v
	s.count++
}

// next is the size of the next chunk: small folders stay small.
func (s *rows) next() int {
	if len(s.chunks) == 0 {
		return chunkSize / 32
	}
	return chunkSize
}

// off is where the record of row i is.
func (s *rows) off(i int32) uint32 { return s.blocks[i>>blockBits].offs[i&(blockSize-1)] }

// sized is the size of row i and whether it is a folder.
func (s *rows) sized(i int32) size { return s.blocks[i>>blockBits].sizes[i&(blockSize-1)] }

// record is the packed form of row i, with more behind it.
func (s *rows) record(i int32) []byte {
	off := s.off(i)
	return s.chunks[off>>posBits][off&(chunkSize-1):]
}

// Bits of a record's first byte.
const (
	isDir     = 1 << 0
	typeShift = 1 // remote.Type in two bits
	formShift = 3 // how the path follows from the folder and the name, in three bits
	hasTime   = 1 << 6
	hasRest   = 1 << 7 // class, version or sum follow
)

// The forms of a path.
const (
	formPlain  = iota // dir + name
	formSlash         // dir + name + "/"
	formUnder         // dir + "/" + name
	formNative        // dir + "\" + name
	formStored        // any other: kept in the record
)

func pathForm(dir remote.Path, e *remote.Entry) int {
	p, d, n := string(e.Path), string(dir), e.Name
	if len(p) < len(d) || p[:len(d)] != d {
		return formStored
	}
	switch rest := p[len(d):]; {
	case rest == n:
		return formPlain
	case len(rest) == len(n)+1 && rest[:len(n)] == n && rest[len(n)] == '/':
		return formSlash
	case len(rest) == len(n)+1 && rest[1:] == n && rest[0] == '/':
		return formUnder
	case len(rest) == len(n)+1 && rest[1:] == n && rest[0] == '\\':
		return formNative
	}
	return formStored
}

// encode appends the record of e: flags, name, then what is there of time,
// path, class, version and sum.
func (s *rows) encode(b []byte, e *remote.Entry) []byte {
	form := pathForm(s.dir, e)
	flags := byte(e.Type)<<typeShift | byte(form)<<formShift
	if e.Dir {
		flags |= isDir
	}
	if !e.ModTime.IsZero() {
		flags |= hasTime
	}
	if e.Class != "" || e.Version != "" || e.Sum.Algorithm != remote.NoSum {
		flags |= hasRest
	}
	b = append(b, flags)
	b = appendString(b, e.Name)
	if flags&hasTime != 0 {
		b = binary.AppendVarint(b, e.ModTime.Unix())
		b = binary.AppendUvarint(b, uint64(e.ModTime.Nanosecond()))
	}
	if form == formStored {
		b = appendString(b, string(e.Path))
	}
	if flags&hasRest != 0 {
		b = binary.AppendUvarint(b, uint64(s.class(e.Class)))
		b = appendVersion(b, e.Version)
		b = append(b, byte(e.Sum.Algorithm))
		b = appendString(b, e.Sum.Digest)
	}
	return b
}

func appendString(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// class is the number of a storage class; 0 is the standard one.
func (s *rows) class(c string) int {
	if c == "" {
		return 0
	}
	if i := slices.Index(s.classes, c); i >= 0 {
		return i + 1
	}
	s.classes = append(s.classes, c)
	return len(s.classes)
}

// reader takes a record apart, front to back.
type reader []byte

func (r *reader) byte() byte {
	c := (*r)[0]
	*r = (*r)[1:]
	return c
}

func (r *reader) uvarint() uint64 {
	v, n := binary.Uvarint(*r)
	*r = (*r)[n:]
	return v
}

func (r *reader) varint() int64 {
	v, n := binary.Varint(*r)
	*r = (*r)[n:]
	return v
}

func (r *reader) bytes() []byte {
	n := int(r.uvarint())
	v := (*r)[:n]
	*r = (*r)[n:]
	return v
}

// name is the name of row i; the bytes are the store's.
func (s *rows) name(i int32) []byte {
	rec := s.record(i)
	if n := rec[1]; n < 0x80 { // the length in one byte, as nearly always
		return rec[2 : 2+int(n)]
	}
	r := reader(rec[1:])
	return r.bytes()
}

// named is the first row from there on with that name, -1 if there is none.
func (s *rows) named(name string, from int32) int32 {
	head := byte(min(len(name), 0x80))
	for i := from; i < int32(s.count); i++ {
		// Most names differ in their length.
		if rec := s.record(i); (rec[1] == head || head == 0x80) && string(s.name(i)) == name {
			return i
		}
	}
	return -1
}

// isDir tells whether row i is a folder.
func (s *rows) isDir(i int32) bool { return s.sized(i).dir() }

// size is the size of row i in bytes, -1 when unknown.
func (s *rows) size(i int32) int64 { return s.sized(i).bytes() }

// clock is the time of row i in nanoseconds, clamped; the zero time is the least.
func (s *rows) clock(i int32) int64 {
	rec := s.record(i)
	if rec[0]&hasTime == 0 {
		return math.MinInt64
	}
	r := reader(rec[1:])
	r.bytes()
	sec := r.varint()
	const limit = math.MaxInt64/int64(time.Second) - 1
	if sec > limit {
		return math.MaxInt64
	}
	if sec < -limit {
		return math.MinInt64 + 1
	}
	return sec*int64(time.Second) + int64(r.uvarint())
}

// entry builds row i.
func (s *rows) entry(i int32) remote.Entry {
	r := reader(s.record(i))
	flags := r.byte()
	e := remote.Entry{
		Name: string(r.bytes()),
		Dir:  flags&isDir != 0,
		Type: remote.Type(flags >> typeShift & 3),
		Size: s.size(i),
	}
	if flags&hasTime != 0 {
		sec := r.varint()
		e.ModTime = time.Unix(sec, int64(r.uvarint()))
	}
	switch flags >> formShift & 7 {
	case formPlain:
		e.Path = s.dir + remote.Path(e.Name)
	case formSlash:
		e.Path = s.dir + remote.Path(e.Name) + "/"
	case formUnder:
		e.Path = s.dir + "/" + remote.Path(e.Name)
	case formNative:
		e.Path = s.dir + `\` + remote.Path(e.Name)
	default:
		e.Path = remote.Path(r.bytes())
	}
	if flags&hasRest != 0 {
		if c := r.uvarint(); c > 0 {
			e.Class = s.classes[c-1]
		}
		e.Version = r.version()
		e.Sum.Algorithm = remote.Algorithm(r.byte())
		e.Sum.Digest = string(r.bytes())
	}
	return e
}
