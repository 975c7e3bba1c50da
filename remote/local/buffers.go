package local

import "sync"

// bufferSize balances system calls against memory: one buffer for each part
// that is being written.
const bufferSize = 256 << 10

// writeAhead is after how many bytes of a part the disk begins to write them, so
// that little is left to wait for when the file has to be durable.
const writeAhead = 4 << 20

// buffers lends out memory for copying.
type buffers struct{ pool sync.Pool }

func newBuffers() *buffers {
	return &buffers{sync.Pool{New: func() any {
		b := make([]byte, bufferSize)
		return &b
	}}}
}

func (b *buffers) get() *[]byte  { return b.pool.Get().(*[]byte) } //nolint:errcheck,forcetypeassert // New says so
func (b *buffers) put(x *[]byte) { b.pool.Put(x) }
