package journaltest

import (
	"fmt"
	"slices"
	"sync"

	"github.com/google/go-cmp/cmp"

	"gantry/remote"
	"gantry/transfer/journal"
)

var itemTests = []test{
	{"An item is kept byte for byte", itemBytes},
	{"Items come in order, however they were planned", itemOrder},
	{"Items that have ended are gone", itemEnds},
	{"An item planned again replaces the old one", itemAgain},
	{"An item that had ended can be planned again", itemBack},
	{"An item that was never planned may end", itemUnplanned},
	{"Items of several jobs can be planned at once", itemJobs},
	{"The journal can be written to between two items", itemsWhileWriting},
	{"Thousands of items end in any order", itemMany},
	{"Many plan and end at once", itemCrowd},
}

func itemBytes(k *kit) {
	id := k.job()
	var want []journal.Item
	for n := range int64(3 * len(nasty)) {
		want = append(want, item(id, n+1))
	}
	want = append(want, journal.Item{Job: id, Num: 1000}, journal.Item{Job: id, Num: 1001, Source: remote.Entry{Size: -1}})
	k.must(k.j.Plan(k.ctx, want))
	if d := cmp.Diff(want, k.open(id)); d != "" {
		k.Errorf("-want +got:\n%s", d)
	}
}

func itemOrder(k *kit) {
	id := k.job()
	for _, nums := range [][]int64{{5, 1, 9}, {2, 3000, 7}, {4}, {2999, 6, 3}, {100000, 8}, {50000}} {
		k.must(k.j.Plan(k.ctx, items(id, nums...)))
	}
	want := []int64{1, 2, 3, 4, 5, 6, 7, 8, 9, 2999, 3000, 50000, 100000}
	if d := cmp.Diff(want, k.nums(id)); d != "" {
		k.Errorf("-want +got:\n%s", d)
	}
	if d := cmp.Diff(items(id, want...), k.open(id)); d != "" {
		k.Errorf("-want +got:\n%s", d)
	}
	k.must(k.j.Plan(k.ctx, nil))
}

func itemEnds(k *kit) {
	id := k.job()
	k.must(k.j.Plan(k.ctx, items(id, 1, 2, 3, 4, 5, 6)))
	for n, o := range map[int64]journal.Outcome{
		1: {State: "done", Attempts: 1, Verified: "CRC64NVME"},
		2: {State: "failed", Reason: "access denied", Attempts: 8},
		3: {State: "done", Skipped: true, Reason: "exists"},
		4: {State: "cancelled"},
	} {
		k.must(k.j.End(k.ctx, id, n, o))
	}
	if d := cmp.Diff([]int64{5, 6}, k.nums(id)); d != "" {
		k.Errorf("-want +got:\n%s", d)
	}
	k.end(id, 6, 5)
	if got := k.nums(id); len(got) != 0 {
		k.Errorf("left: %v", got)
	}
}

func itemAgain(k *kit) {
	id := k.job()
	k.must(k.j.Plan(k.ctx, items(id, 1, 2, 3)))
	other := item(id, 2)
	other.Target, other.Source.Version = "elsewhere", "new"
	k.must(k.j.Plan(k.ctx, []journal.Item{item(id, 4), other, item(id, 5)}))
	want := []journal.Item{item(id, 1), other, item(id, 3), item(id, 4), item(id, 5)}
	if d := cmp.Diff(want, k.open(id)); d != "" {
		k.Errorf("-want +got:\n%s", d)
	}
	k.end(id, 2)
	if d := cmp.Diff([]int64{1, 3, 4, 5}, k.nums(id)); d != "" {
		k.Errorf("the old one came back: -want +got:\n%s", d)
	}
	twice := []journal.Item{item(id, 7), other, item(id, 2)}
	k.must(k.j.Plan(k.ctx, twice))
	if got := k.open(id)[1]; got.Target != item(id, 2).Target {
		k.Errorf("of two in one call the last one counts, got %q", got.Target)
	}
}

func itemBack(k *kit) {
	id := k.job()
	k.must(k.j.Plan(k.ctx, items(id, 1, 2, 3)))
	k.must(k.j.End(k.ctx, id, 2, journal.Outcome{State: "failed", Reason: "no"}))
	k.end(id, 1, 3)
	k.must(k.j.Plan(k.ctx, items(id, 2)))
	if d := cmp.Diff([]int64{2}, k.nums(id)); d != "" {
		k.Errorf("-want +got:\n%s", d)
	}
}

func itemUnplanned(k *kit) {
	id := k.job()
	k.must(k.j.End(k.ctx, id, 1, journal.Outcome{State: "done", Skipped: true, Reason: "a pipe"}))
	k.must(k.j.Plan(k.ctx, items(id, 2)))
	k.must(k.j.End(k.ctx, id, 3, journal.Outcome{State: "failed", Reason: "cannot be listed"}))
	if d := cmp.Diff([]int64{2}, k.nums(id)); d != "" {
		k.Errorf("-want +got:\n%s", d)
	}
	k.must(k.j.End(k.ctx, id+100, 1, journal.Outcome{State: "done"})) // a job that nobody knows
}

func itemJobs(k *kit) {
	a, b := k.job(), k.job()
	k.must(k.j.Plan(k.ctx, append(append(items(b, 2, 1), items(a, 1)...), items(b, 3)...)))
	if d := cmp.Diff(items(a, 1), k.open(a)); d != "" {
		k.Errorf("-want +got:\n%s", d)
	}
	if d := cmp.Diff(items(b, 1, 2, 3), k.open(b)); d != "" {
		k.Errorf("-want +got:\n%s", d)
	}
}

func itemsWhileWriting(k *kit) {
	id := k.job()
	k.must(k.j.Plan(k.ctx, many(id, 1, 2500)))
	n := int64(0)
	for it, err := range k.j.Items(k.ctx, id) {
		k.must(err)
		if n++; it.Num != n {
			k.Fatalf("item %d came at place %d", it.Num, n)
		}
		if n%100 == 0 {
			k.end(id, n, n-1)
		}
		if n == 2400 {
			break
		}
	}
	if got := len(k.nums(id)); got != 2500-2*24 {
		k.Errorf("%d items are left", got)
	}
}

func many(job, from, n int64) []journal.Item {
	var list []journal.Item
	for i := range n {
		list = append(list, item(job, from+i))
	}
	return list
}

func itemMany(k *kit) {
	id := k.job()
	const n = 3000
	k.must(k.j.Plan(k.ctx, many(id, 1, n)))
	left := map[int64]bool{}
	for i := range int64(n) {
		left[i+1] = true
	}
	for i := range int64(n) {
		if num := i*7919%n + 1; num%13 != 0 { // every number once, scattered
			k.end(id, num)
			delete(left, num)
		}
	}
	var want []int64
	for num := range left {
		want = append(want, num)
	}
	slices.Sort(want)
	if d := cmp.Diff(want, k.nums(id)); d != "" {
		k.Errorf("-want +got:\n%s", d)
	}
}

func itemCrowd(k *kit) {
	var wg sync.WaitGroup
	ids := []int64{k.job(), k.job(), k.job()}
	for w := range int64(24) {
		wg.Go(func() {
			id := ids[w%3]
			from := w/3*1000 + 1
			if err := k.j.Plan(k.ctx, many(id, from, 40)); err != nil {
				k.Error(err)
			}
			for n := from; n < from+30; n++ {
				if err := k.j.End(k.ctx, id, n, journal.Outcome{State: "done"}); err != nil {
					k.Error(err)
				}
			}
		})
	}
	wg.Wait()
	for _, id := range ids {
		var want []int64
		for w := range int64(8) {
			for n := range int64(10) {
				want = append(want, w*1000+31+n)
			}
		}
		if d := cmp.Diff(want, k.nums(id)); d != "" {
			k.Errorf("%s", fmt.Sprintf("job %d: -want +got:\n%s", id, d))
		}
	}
}
