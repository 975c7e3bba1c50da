package transfer

import (
	"slices"
	"testing"
)

func TestGuessesFitTheNumberOfParts(t *testing.T) {
	const mib, gib = 1 << 20, 1 << 30
	for _, c := range []struct {
		size   int64
		parts  int
		before int64
		want   []int64
	}{
		{100 * mib, 13, 0, []int64{8 * mib}},
		{100 * mib, 13, 8 * mib, []int64{8 * mib}},
		{100 * mib, 2, 0, []int64{64 * mib, 50 * mib}},
		{100 * mib, 1, 200 * mib, []int64{100 * mib}},
		{38 * mib, 4, 11 * mib, []int64{11 * mib, 10 * mib, 10e6}},
		{100 * mib, 4, 30 * mib, []int64{30 * mib, 32 * mib}}, // no third: that would be more than is read
		{500 * gib, 9847, 0, nil},                             // too much to read for a guess,
		{500 * gib, 9847, 52 * mib, []int64{52 * mib}},        // but not for a good one, as rclone cuts it
		{100 * mib, 99, 0, nil},
		{0, 1, 0, nil},
		{5, 0, 0, nil},
	} {
		if got := guesses(c.size, c.parts, c.before); !slices.Equal(got, c.want) {
			t.Errorf("%d bytes in %d parts: %v, want %v", c.size, c.parts, got, c.want)
		}
	}
}
