package transfer

import (
	"math/bits"
	"sync"
)

// fillFile is up to which size a file is read into memory: one call instead of
// two, that cost more than the bytes.
const fillFile = 1 << fillBits

const fillBits = 16

// pieces is memory for bodies. Small pieces are used again, by the power of two
// that holds them. The zero value is ready, for any number of goroutines.
type pieces [fillBits + 1]sync.Pool

// get gives at least n bytes, of any content; n is not 0.
func (p *pieces) get(n int64) []byte {
	if n > fillFile {
		return make([]byte, n)
	}
	class := bits.Len64(uint64(n - 1))
	if b, ok := p[class].Get().(*[]byte); ok {
		return *b
	}
	return make([]byte, 1<<class)
}

// put takes back what get gave, when nobody reads it any more, and gives nil.
func (p *pieces) put(b []byte) []byte {
	if n := len(b); n <= fillFile {
		p[bits.Len(uint(n-1))].Put(&b)
	}
	return nil
}
