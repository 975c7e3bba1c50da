package panel

import (
	"context"
	"runtime"
	"sync"
)

// sieve picks rows by their names.
type sieve struct {
	ctx  context.Context
	rows *rows
	test func() func(name []byte) bool // whether a name passes; each goroutine gets its own
}

const (
	// sieveChunk is how many rows are looked at between two looks at the context.
	sieveChunk = 8192
	// sieveWorkers bounds the share of the machine that a filter takes.
	sieveWorkers = 4
)

// pick gives those rows of list that pass, in its order; false when the context
// ended first.
//
// Rows in order lie anywhere in the store, and memory read in leaps is ten times
// as slow as in one sweep. So unless the list is short, all rows are looked at in
// the order of the store and the list is then gone through with what was found.
func (s *sieve) pick(list []int32) ([]int32, bool) {
	view := make([]int32, 0, 64)
	if len(list) < sieveChunk || len(list) < s.rows.n()/16 {
		passes := s.test()
		for n, i := range list {
			if n%sieveChunk == 0 && s.ctx.Err() != nil {
				return nil, false
			}
			if passes(s.rows.name(i)) {
				view = append(view, i)
			}
		}
		return view, s.ctx.Err() == nil
	}
	found := s.sweep()
	if s.ctx.Err() != nil {
		return nil, false
	}
	for _, i := range list {
		if found[i>>6]&(1<<(i&63)) != 0 {
			view = append(view, i)
		}
	}
	return view, true
}

// sweep looks at every row of the store and gives one bit for each. It waits for
// the goroutines that it starts.
func (s *sieve) sweep() []uint64 {
	n := s.rows.n()
	found := make([]uint64, (n+63)/64)
	workers := min(sieveWorkers, runtime.NumCPU())
	share := ((n+workers-1)/workers + 63) &^ 63 // whole words, so that no two write to one
	var all sync.WaitGroup
	for from := 0; from < n; from += share {
		to := min(from+share, n)
		all.Go(func() {
			passes := s.test()
			for i := from; i < to; i++ {
				if i%sieveChunk == 0 && s.ctx.Err() != nil {
					return
				}
				if passes(s.rows.name(int32(i))) {
					found[i>>6] |= 1 << (i & 63)
				}
			}
		})
	}
	all.Wait()
	return found
}
