package sqlite

import (
	"encoding/binary"
	"errors"
	"io"
)

// The form of SQLite's write-ahead log: a header, then frames, each a header
// and a page. Numbers are big-endian. Every frame repeats the salts of the
// header, and its checksum goes on from the one of the frame before.
const (
	pageSize    = 4096
	walHeader   = 32
	frameHeader = 24
	frameSize   = frameHeader + pageSize
	walMagic    = 0x377f0682 // the lowest bit: the checksum takes words big-endian
	walVersion  = 3007000
	saltsAt     = 16
)

// frame is one page in the log.
type frame struct {
	page   uint32
	off    int64  // of the page's content
	commit uint32 // pages of the file after the transaction that ends here; else 0
	bad    bool   // not as it was written
}

// scan is what a log holds.
type scan struct {
	salt   [8]byte // of this log; no other has it
	frames []frame // up to the last one that ends a transaction
	bad    int     // how many of them are bad
	cut    bool    // what followed was meant to be more than the beginning of a transaction
}

// pages is the size of the file after the last transaction; 0 if there is none.
func (s *scan) pages() uint32 {
	if len(s.frames) == 0 {
		return 0
	}
	return s.frames[len(s.frames)-1].commit
}

// logReader reads a log.
type logReader struct {
	r    io.ReaderAt
	size int64
	big  bool
	salt [8]byte
	sum  [2]uint32
	head [walHeader]byte
	buf  [frameSize]byte
}

// scanLog reads a whole log. SQLite stops at the first frame that is not as it
// was written, and takes a log with a bad header for empty, both without a
// word. This tells damage from what a kill leaves behind: as the checksum that
// a bad frame carries still links it to the next, frames behind it can be
// recognised.
func scanLog(r io.ReaderAt, size int64) (scan, error) {
	l := &logReader{r: r, size: size}
	var s scan
	if size < walHeader+frameSize { // holds no frame
		if size >= walHeader {
			_, err := r.ReadAt(s.salt[:], saltsAt)
			return s, err
		}
		return s, nil
	}
	ok, err := l.header()
	if err != nil {
		return s, err
	}
	s.salt = l.salt
	if !ok {
		s.cut = true // if frames follow, they count as bad or are recognised
	}
	var all []frame
	for off := int64(walHeader); off+frameHeader < size; off += frameSize {
		fr, more, err := l.frame(off)
		if err != nil {
			return s, err
		}
		if !more {
			s.cut = s.cut || zero(l.buf[8:16]) || zero(l.buf[16:frameHeader]) // salts and sums never are
			break
		}
		if off+frameSize > size { // a kill leaves the header alone, rarely more
			fr.bad = true
		}
		all = append(all, fr)
	}
	last := -1
	for i, fr := range all {
		if fr.commit != 0 && !fr.bad {
			last = i
		}
	}
	for _, fr := range all[last+1:] {
		s.cut = s.cut || fr.commit != 0
	}
	s.frames = all[:last+1]
	for _, fr := range s.frames {
		if fr.bad {
			s.bad++
		}
	}
	if !ok && len(s.frames) > 0 {
		s.bad++
	}
	return s, nil
}

// header reads the header; ok means that it is as it was written. If not, what
// it says may still be true: the frames will tell.
func (l *logReader) header() (ok bool, err error) {
	if _, err := l.r.ReadAt(l.head[:], 0); err != nil {
		return false, err
	}
	var first [frameHeader]byte
	if _, err := l.r.ReadAt(first[:], walHeader); err != nil {
		return false, err
	}
	be := binary.BigEndian
	l.sum = [2]uint32{be.Uint32(l.head[24:]), be.Uint32(l.head[28:])}
	for _, l.big = range []bool{true, false} {
		magic := uint32(walMagic)
		if l.big {
			magic |= 1
		}
		if be.Uint32(l.head[:]) == magic && be.Uint32(l.head[4:]) == walVersion && be.Uint32(l.head[8:]) == pageSize &&
			l.add([2]uint32{}, l.head[:24]) == l.sum {
			copy(l.salt[:], l.head[16:24])
			return true, nil
		}
	}
	copy(l.salt[:], first[8:16])
	for _, l.big = range []bool{true, false} {
		if _, err := l.r.ReadAt(l.buf[:], walHeader); err != nil {
			return false, err
		}
		if l.matches() {
			break
		}
	}
	return false, nil
}

// frame reads the frame at off; more is false where the log ends.
func (l *logReader) frame(off int64) (fr frame, more bool, err error) {
	clear(l.buf[:])
	if _, err := l.r.ReadAt(l.buf[:], off); err != nil && !errors.Is(err, io.EOF) {
		return fr, false, err
	}
	// Frames of earlier logs, which lie behind the end, share neither salt.
	salted := [4]byte(l.buf[8:]) == [4]byte(l.salt[:]) && [4]byte(l.buf[12:]) == [4]byte(l.salt[4:])
	half := [4]byte(l.buf[8:]) == [4]byte(l.salt[:]) || [4]byte(l.buf[12:]) == [4]byte(l.salt[4:])
	if !half && !l.nextSalted(off) {
		return fr, false, nil
	}
	be := binary.BigEndian
	fr = frame{page: be.Uint32(l.buf[:]), commit: be.Uint32(l.buf[4:]), off: off + frameHeader}
	fr.bad = !salted || !l.matches()
	l.sum = [2]uint32{be.Uint32(l.buf[16:]), be.Uint32(l.buf[20:])}
	return fr, true, nil
}

// nextSalted tells whether the frame behind off is of this log, so that the one
// at off must be as well.
func (l *logReader) nextSalted(off int64) bool {
	var salt [8]byte
	if off+2*frameSize > l.size {
		return false
	}
	_, err := l.r.ReadAt(salt[:], off+frameSize+8)
	return err == nil && salt == l.salt
}

// matches tells whether the frame in buf goes on from the sum so far.
func (l *logReader) matches() bool {
	be := binary.BigEndian
	sum := l.add(l.add(l.sum, l.buf[:8]), l.buf[frameHeader:])
	return sum == [2]uint32{be.Uint32(l.buf[16:]), be.Uint32(l.buf[20:])}
}

// add is the log's checksum, continued over b.
func (l *logReader) add(sum [2]uint32, b []byte) [2]uint32 {
	var order binary.ByteOrder = binary.LittleEndian
	if l.big {
		order = binary.BigEndian
	}
	for ; len(b) >= 8; b = b[8:] {
		sum[0] += order.Uint32(b) + sum[1]
		sum[1] += order.Uint32(b[4:]) + sum[0]
	}
	return sum
}

func zero(b []byte) bool {
	for _, c := range b {
		if c != 0 {
			return false
		}
	}
	return true
}
