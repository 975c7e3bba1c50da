package remote

import "sync"

// crc64Poly is the polynomial of CRC-64/NVME, bits reversed.
const crc64Poly = 0x9a6c9329ac4bc9b5

// matrix is a linear map over GF(2): column i is the image of bit i.
type matrix [64]uint64

func (m *matrix) times(v uint64) uint64 {
	var sum uint64
	for i := 0; v != 0; i, v = i+1, v>>1 {
		// Without a branch: -(v&1) is all ones or zero.
		sum ^= m[i] & -(v & 1)
	}
	return sum
}

func (m *matrix) mul(n *matrix) *matrix {
	var out matrix
	for i, v := range n {
		out[i] = m.times(v)
	}
	return &out
}

// CRCJoiner combines CRC-64/NVME sums of pieces into the sum of the whole. It
// remembers the map for the last length, so that any number of parts of equal
// size cost one map. The zero value is ready; it may be used from several
// goroutines.
type CRCJoiner struct {
	mu   sync.Mutex
	lenB int64
	zero *matrix // appends lenB zero bytes
}

// Join gives the sum of A followed by B from the sums of both and the length of
// B in bytes.
func (j *CRCJoiner) Join(a, b uint64, lenB int64) uint64 {
	if lenB <= 0 {
		return a
	}
	j.mu.Lock()
	if j.zero == nil || j.lenB != lenB {
		j.zero, j.lenB = zeros(lenB), lenB
	}
	m := j.zero
	j.mu.Unlock()
	return m.times(a) ^ b
}

// CombineCRC64NVME gives the CRC-64/NVME of A followed by B from the sums of
// both and the length of B in bytes. For many parts use a CRCJoiner.
func CombineCRC64NVME(a, b uint64, lenB int64) uint64 {
	var j CRCJoiner
	return j.Join(a, b, lenB)
}

// zeros is the map that appends n zero bytes, by squaring the map of one bit.
func zeros(n int64) *matrix {
	bit := &matrix{crc64Poly}
	for i := 1; i < 64; i++ {
		bit[i] = 1 << (i - 1)
	}
	power := bit
	for range 3 { // one byte is eight bits
		power = power.mul(power)
	}
	var out *matrix
	for ; n > 0; n >>= 1 {
		if n&1 == 1 {
			if out == nil {
				out = power
			} else {
				out = power.mul(out)
			}
		}
		if n > 1 {
			power = power.mul(power)
		}
	}
	return out
}
