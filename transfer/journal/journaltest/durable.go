package journaltest

import (
	"context"
	"time"

	"github.com/google/go-cmp/cmp"

	"gantry/remote"
	"gantry/transfer/journal"
)

var durableTests = []test{
	{"Durable tells the truth", durableTells},
	{"Everything is there again for the next process", durableAll},
	{"A job that nobody runs any more can be taken over", durableLease},
	{"After Close nothing is recorded", durableClosed},
}

func durableTells(k *kit) {
	if got, want := k.j.Durable(), k.o.Reopen != nil; got != want {
		k.Errorf("Durable is %t, but the suite was told %t", got, want)
	}
}

func durableAll(k *kit) {
	id := k.job()
	k.must(k.j.Plan(k.ctx, many(id, 1, 700)))
	k.end(id, 1, 2, 300)
	k.must(k.j.Intend(k.ctx, journal.Upload{Job: id, Item: 3, Tree: "acme:"}))
	k.must(k.j.Began(k.ctx, id, 3, "up"))
	k.must(k.j.Part(k.ctx, id, 3, remote.Part{Num: 1, Tag: "t"}))
	jobs, open, ups := k.jobs(), k.open(id), k.uploads()
	for range 2 {
		k.reopen()
		if d := cmp.Diff(jobs, k.jobs()) + cmp.Diff(open, k.open(id)) + cmp.Diff(ups, k.uploads()); d != "" {
			k.Fatalf("-want +got:\n%s", d)
		}
	}
	if next, err := k.j.NextID(k.ctx); err != nil || next <= id {
		k.Errorf("after %d came %d, %v", id, next, err)
	}
	k.end(id, 3, 4)
	if got := k.nums(id); len(got) != 695 || got[0] != 5 {
		k.Errorf("%d items are left", len(got))
	}
}

func durableLease(k *kit) {
	id := k.job()
	k.must(k.j.Lease(k.ctx, id, "a", time.Now().Add(time.Hour)))
	k.reopen()
	k.leased(k.j.Lease(k.ctx, id, "b", time.Now().Add(time.Hour)))
	k.must(k.j.Lease(k.ctx, id, "a", time.Now()))
	k.must(k.j.Lease(k.ctx, id, "b", time.Now().Add(time.Hour)))
}

func durableClosed(k *kit) {
	if k.o.Reopen == nil {
		k.Skip("does not outlive the process")
	}
	id := k.job()
	k.must(k.j.Close())
	if err := k.j.Plan(context.Background(), items(id, 1)); err == nil {
		k.Error("a closed journal took an item")
	}
	k.must(k.j.Close())
}
