package transfer_test

import (
	"testing"

	"gantry/remote"
	"gantry/remote/mem"
	"gantry/transfer"
)

// TestThePartsOfAnObjectAreGuessedWhereTheStoreDoesNotTell: a size that gives its ETag
// proves what was read, and none proves nothing.
func TestThePartsOfAnObjectAreGuessedWhereTheStoreDoesNotTell(t *testing.T) {
	const mib = 1 << 20
	for _, c := range []struct {
		name       string
		size, part int
		flips      int
		want       string
	}{
		{"a size that is usual", 11 * mib, 5 * mib, 0, "MD5"},
		{"one that is usual in thousands", 11 * mib, 5e6, 0, "MD5"},
		{"one that fits the number", 11 * mib, 4 * mib, 0, "MD5"},
		{"one part", 3 * mib, 8 * mib, 0, "MD5"},
		{"one that nobody thinks of", 11 * mib, 5*mib - 1, 0, "size only"},
		{"bytes that were damaged", 11 * mib, 5 * mib, 1, "size only"},
	} {
		t.Run(c.name, func(t *testing.T) {
			no := func() (int64, error) { return 0, fault(remote.Unsupported) }
			from, to := newTelling(withTag(func(b []byte) string { return partsTag(b, c.part) }), no, c.flips), mem.NewDisk("l:")
			from.Put("a", content(c.size))
			r := request(t, transfer.Copy, from, to, "/in", "a")
			level := ""
			r.OnItem = func(it transfer.ItemSnapshot) { level = it.Verified }
			wantState(t, run(t, transfer.Options{PartSize: 3 * mib}, r), transfer.Done)
			if level != c.want {
				t.Errorf("verified %q, want %q", level, c.want)
			}
		})
	}
}
