package sqlite

import (
	"encoding/binary"
	"errors"
	"io"
	"maps"
	"slices"
)

// image is a journal as its pages, read without SQLite: the file, with the
// pages of the log over it. It works whatever is broken.
type image struct {
	file   io.ReaderAt // nil if there is none
	log    io.ReaderAt // nil if there is none
	pages  uint32      // how many there are, or may be
	at     map[uint32]int64
	hidden map[uint32]int64 // what a damaged version in the log has replaced
	free   map[uint32]bool
	seen   map[uint32]bool
	holes  bool // something that should be there is not
}

// newImage makes an image of a file of so many bytes and its log. In at and
// hidden 0 stands for the file.
func newImage(file io.ReaderAt, size int64, log io.ReaderAt, s scan) *image {
	im := &image{file: file, log: log, at: map[uint32]int64{}, hidden: map[uint32]int64{}, seen: map[uint32]bool{}}
	im.pages = max(uint32(min(size, 1<<42)/pageSize), s.pages()) //nolint:gosec // limited
	for _, fr := range s.frames {
		_, hides := im.hidden[fr.page]
		switch {
		case !fr.bad:
			delete(im.hidden, fr.page)
		case !hides:
			im.hidden[fr.page] = im.at[fr.page]
		}
		im.at[fr.page] = fr.off
	}
	im.free = im.freeList()
	return im
}

// page reads one page, counted from 1, as it was at the end of the log.
func (im *image) page(n uint32) ([]byte, bool) {
	if n == 0 || n > im.pages {
		return nil, false
	}
	return im.version(n, im.at[n])
}

// version reads the version of a page that is at off in the log, or in the
// file if off is 0.
func (im *image) version(n uint32, off int64) ([]byte, bool) {
	b := make([]byte, pageSize)
	r := im.log
	if off == 0 {
		r, off = im.file, (int64(n)-1)*pageSize
	}
	if r == nil {
		return nil, false
	}
	got, err := r.ReadAt(b, off)
	return b, err == nil || errors.Is(err, io.EOF) && got > 0
}

// rows gives every row that can be found, to be verified by its sum; of several
// with the same key the first one counts. First come the trees with the given
// roots, then, if these have holes, the pages that are in no tree, then those
// that damaged ones have replaced.
func (im *image) rows(roots []uint32, yield func(row []any) error) error {
	for _, root := range roots {
		if err := im.tree(root, 0, yield); err != nil {
			return err
		}
	}
	for n := uint32(2); im.holes && n <= im.pages; n++ {
		if im.seen[n] || im.free[n] {
			continue
		}
		if p, ok := im.page(n); ok {
			if err := im.cells(p, yield); err != nil {
				return err
			}
		}
	}
	for _, n := range slices.Sorted(maps.Keys(im.hidden)) {
		if p, ok := im.version(n, im.hidden[n]); ok {
			if err := im.cells(p, yield); err != nil {
				return err
			}
		}
	}
	return nil
}

// The types of pages that rows are in: tables without rowid are indexes.
const (
	interiorPage = 2
	leafPage     = 10
)

// depthMost is more levels than a tree can have.
const depthMost = 40

// tree visits the pages below n.
func (im *image) tree(n uint32, depth int, yield func([]any) error) error {
	p, ok := im.page(n)
	if !ok || im.seen[n] || im.free[n] || depth > depthMost || p[0] != leafPage && p[0] != interiorPage {
		im.holes = true
		return nil
	}
	im.seen[n] = true
	if err := im.cells(p, yield); err != nil {
		return err
	}
	if p[0] == leafPage {
		return nil
	}
	for _, at := range pointers(p) {
		if at+4 > len(p) {
			im.holes = true
			continue
		}
		if err := im.tree(binary.BigEndian.Uint32(p[at:]), depth+1, yield); err != nil {
			return err
		}
	}
	return im.tree(binary.BigEndian.Uint32(p[8:]), depth+1, yield)
}

// pointers are the places of the cells of a page.
func pointers(p []byte) []int {
	from := 8
	if p[0] == interiorPage {
		from = 12
	}
	n := min(int(binary.BigEndian.Uint16(p[3:])), (len(p)-from)/2)
	at := make([]int, n)
	for i := range at {
		at[i] = int(binary.BigEndian.Uint16(p[from+2*i:]))
	}
	return at
}

// cells gives the rows of a page. One of no known type is taken for a leaf: if
// it is something else, no sum will match.
func (im *image) cells(p []byte, yield func([]any) error) error {
	skip := 0
	if p[0] == interiorPage {
		skip = 4 // the page of what comes before
	}
	for _, at := range pointers(p) {
		var row []any
		ok := at+skip < len(p)
		if ok {
			row, ok = im.record(p[at+skip:])
		}
		if !ok {
			im.holes = true
			continue
		}
		if err := yield(row); err != nil {
			return err
		}
	}
	return nil
}

// How much of a record is in its cell; what is more is in overflow pages.
const (
	localMost  = (pageSize-12)*64/255 - 23
	localLeast = (pageSize-12)*32/255 - 23
	recordMost = 4 << 20
)

// record reads the record that begins in cell.
func (im *image) record(cell []byte) ([]any, bool) {
	size, n := varint(cell)
	if n == 0 || size > recordMost {
		return nil, false
	}
	cell = cell[n:]
	local := int(size)
	if local > localMost {
		local = localLeast + (local-localLeast)%(pageSize-4)
		if local > localMost {
			local = localLeast
		}
	}
	if local > len(cell) {
		return nil, false
	}
	if local == int(size) {
		return columns(cell[:local])
	}
	if local+4 > len(cell) {
		return nil, false
	}
	b := append(make([]byte, 0, size), cell[:local]...)
	for next := binary.BigEndian.Uint32(cell[local:]); len(b) < int(size); {
		p, ok := im.page(next)
		if !ok {
			return nil, false
		}
		im.seen[next] = true
		b = append(b, p[4:min(len(p), 4+int(size)-len(b))]...)
		next = binary.BigEndian.Uint32(p)
	}
	return columns(b)
}

// columns takes a record apart.
func columns(b []byte) ([]any, bool) {
	head, n := varint(b)
	if n == 0 || head > uint64(len(b)) || head < uint64(n) { //nolint:gosec // small
		return nil, false
	}
	types, body := b[n:head], b[head:]
	var row []any
	for len(types) > 0 {
		typ, n := varint(types)
		if n == 0 {
			return nil, false
		}
		types = types[n:]
		v, rest, ok := column(typ, body)
		if !ok {
			return nil, false
		}
		row, body = append(row, v), rest
	}
	return row, true
}

// column takes a value of a serial type off the front of b. Only integers and
// blobs are ours.
func column(typ uint64, b []byte) (v any, rest []byte, ok bool) {
	if typ >= 12 {
		n := (typ - 12) / 2
		if typ%2 != 0 || n > uint64(len(b)) {
			return nil, nil, false
		}
		return b[:n:n], b[n:], true
	}
	if typ == 8 || typ == 9 {
		return int64(typ - 8), b, true //nolint:gosec // 0 or 1
	}
	sizes := [...]int{0, 1, 2, 3, 4, 6, 8}
	if typ == 0 || typ >= uint64(len(sizes)) || sizes[typ] > len(b) {
		return nil, nil, false
	}
	n := sizes[typ]
	i := int64(int8(b[0])) //nolint:gosec // the sign is in the first byte
	for _, c := range b[1:n] {
		i = i<<8 | int64(c)
	}
	return i, b[n:], true
}

// varint reads one of SQLite's: seven bits a byte, the ninth byte whole. n is 0
// if there is none.
func varint(b []byte) (v uint64, n int) {
	for i, c := range b {
		if i == 8 {
			return v<<8 | uint64(c), 9
		}
		v = v<<7 | uint64(c&0x7f)
		if c < 0x80 {
			return v, i + 1
		}
	}
	return 0, 0
}

// freeList are the pages that hold nothing, as far as the list of them is whole.
func (im *image) freeList() map[uint32]bool {
	free := map[uint32]bool{}
	p, ok := im.page(1)
	if !ok || string(p[:16]) != magic {
		return free
	}
	for next := binary.BigEndian.Uint32(p[32:]); next != 0 && !free[next]; {
		if p, ok = im.page(next); !ok {
			break
		}
		free[next] = true
		next = binary.BigEndian.Uint32(p)
		n := min(binary.BigEndian.Uint32(p[4:]), pageSize/4-2)
		for i := range n {
			free[binary.BigEndian.Uint32(p[8+4*i:])] = true
		}
	}
	return free
}

// magic is how a file of SQLite begins.
const magic = "SQLite format 3\x00"
