package sqlite

import (
	"encoding/binary"
	"hash/crc32"
)

// sumOf is the checksum of a row: over the name of its table and all its
// columns but the last, which holds it. Columns are int64 or []byte.
func sumOf(table string, cols []any) int64 {
	castagnoli := crc32.MakeTable(crc32.Castagnoli) // made once by the library
	sum := crc32.Update(0, castagnoli, []byte(table))
	var b [9]byte
	for _, c := range cols {
		switch v := c.(type) {
		case int64:
			b[0] = 'i'
			binary.BigEndian.PutUint64(b[1:], uint64(v)) //nolint:gosec // the same bits
			sum = crc32.Update(sum, castagnoli, b[:])
		case []byte:
			b[0] = 'b'
			binary.BigEndian.PutUint64(b[1:], uint64(len(v)))
			sum = crc32.Update(sum, castagnoli, b[:])
			sum = crc32.Update(sum, castagnoli, v)
		}
	}
	return int64(sum)
}

// whole tells whether a row of the table is as it was written.
func whole(table string, row []any) bool {
	if len(row) < 2 {
		return false
	}
	for _, c := range row {
		switch c.(type) {
		case int64, []byte:
		default:
			return false
		}
	}
	last := len(row) - 1
	sum, ok := row[last].(int64)
	return ok && sum == sumOf(table, row[:last])
}
