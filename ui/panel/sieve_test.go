package panel

import (
	"context"
	"slices"
	"testing"
)

func TestPickAgreesWithLookingAtEachRow(t *testing.T) {
	s := random(30_000)
	all := make([]int32, s.n())
	for i := range all {
		all[i] = int32((i*7919 + 3) % len(all)) // an order far from the store's
	}
	for _, list := range [][]int32{all, all[:20_000], all[:100], nil} {
		for _, sp := range []spec{{filter: "a1"}, {hidden: true, filter: "*b?"}, {hidden: true, filter: "é"}, {filter: "no such name"}, {}} {
			v := sieve{ctx: context.Background(), rows: &s, test: sp.test}
			passes := v.test()
			want := []int32{}
			for _, i := range list {
				if passes(s.name(i)) {
					want = append(want, i)
				}
			}
			got, whole := v.pick(list)
			if !whole || !slices.Equal(got, want) {
				t.Errorf("%+v on %d rows: %d rows, %d are wanted", sp, len(list), len(got), len(want))
			}
		}
	}
}

func TestPickIsCalledOff(t *testing.T) {
	s := random(30_000)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for _, n := range []int{30_000, 10} {
		v := sieve{ctx: ctx, rows: &s, test: spec{filter: "a"}.test}
		if _, whole := v.pick(make([]int32, n)); whole {
			t.Errorf("%d rows were gone through after the end", n)
		}
	}
}
