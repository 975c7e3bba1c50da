//go:build unix

package torture_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// dice are random numbers that are the same for a seed and a name.
func dice(t *testing.T, name string) *rand.Rand {
	t.Helper()
	h := uint64(14695981039346656037)
	for _, b := range []byte(name) {
		h = (h ^ uint64(b)) * 1099511628211
	}
	return rand.New(rand.NewPCG(firstSeed(t), h))
}

// choose takes all numbers up to total, or about few of them, evenly.
func choose(dice *rand.Rand, total, few int) (all []int) {
	if full() {
		for n := 1; n <= total; n++ {
			all = append(all, n)
		}
		return all
	}
	for i := range few {
		lo, hi := i*total/few, (i+1)*total/few
		all = append(all, 1+lo+dice.IntN(max(1, hi-lo)))
	}
	return all
}

// counted is a list of counts, the largest first.
func counted(m map[string]int) string {
	keys := slices.SortedFunc(maps.Keys(m), func(a, b string) int { return m[b] - m[a] })
	for i, k := range keys {
		keys[i] = fmt.Sprintf("%s %d", k, m[k])
	}
	return strings.Join(keys, ", ")
}
