package sqlite

import (
	"bytes"
	"context"

	"gantry/transfer/journal"
)

// Setup is what tests change about a journal.
type Setup struct {
	Steps     int      // so many of the schema; 0 for all
	More      []string // further steps
	Network   bool     // as if the folder were on a network file system
	NoLocks   bool     // as if locks did not work there
	CheckMost int64    // bytes; 0 for the usual
}

// OpenWith is Open with another setup.
func OpenWith(ctx context.Context, dir string, o Options, s Setup) (*Journal, *Recovered, error) {
	if s.CheckMost == 0 {
		s.CheckMost = checkMost
	}
	of := steps
	if s.Steps > 0 {
		of = steps[:s.Steps]
	}
	return open(ctx, dir, o, setup{
		steps: append(append([]string(nil), of...), s.More...), network: &s.Network, noLocks: s.NoLocks, checkMost: s.CheckMost,
	})
}

// KeptMost is how many outcomes of each kind a job keeps.
const KeptMost = keptMost

// RoundTrip encodes items and decodes them again.
func RoundTrip(items []journal.Item) (out []journal.Item, size int, err error) {
	for _, c := range encode(items) {
		part, err := decode(items[0].Job, c.first, c.data)
		if err != nil {
			return nil, 0, err
		}
		out, size = append(out, part...), size+len(c.data)
	}
	return out, size, nil
}

// DecodeAny decodes bytes that may be anything.
func DecodeAny(b []byte) { _, _ = decode(1, 1, b) }

// SalvageAny reads rows from a file and a log that may be anything.
func SalvageAny(file, log []byte) (rows int) {
	s, err := scanLog(bytes.NewReader(log), int64(len(log)))
	if err != nil {
		return 0
	}
	im := newImage(bytes.NewReader(file), int64(len(file)), bytes.NewReader(log), s)
	_ = im.rows([]uint32{3, 4, 5, 6, 7, 8, 9, 10, 11, 12}, func(row []any) error {
		whole("job", row)
		rows++
		return nil
	})
	return rows
}
