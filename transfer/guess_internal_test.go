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
		{100 * mib, 2, 0, []int64{64 * mib, 50 * mib, 100e6}},
		{100 * mib, 1, 200 * mib, []int64{100 * mib}},
		{500 * gib, 9847, 0, []int64{52 * mib}}, // as rclone cuts what is too large
		{100 * mib, 4, 30 * mib, []int64{30 * mib, 32 * mib, 25 * mib}},
		{100 * mib, 99, 0, nil},
		{0, 1, 0, nil},
		{5, 0, 0, nil},
	} {
		if got := guesses(c.size, c.parts, c.before); !slices.Equal(got, c.want) {
			t.Errorf("%d bytes in %d parts: %v, want %v", c.size, c.parts, got, c.want)
		}
	}
}
