package journaltest

import (
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"gantry/transfer/journal"
)

var leaseTests = []test{
	{"A lease keeps others out until it ends", leaseHolds},
	{"A lease that has run out can be taken", leaseExpires},
	{"A released lease can be taken", leaseReleased},
	{"A lease has exactly one winner of sixteen", leaseRace},
}

func leaseHolds(k *kit) {
	id := k.job()
	soon := time.Now().Add(time.Hour)
	k.must(k.j.Lease(k.ctx, id, "a", soon))
	k.must(k.j.Lease(k.ctx, id, "a", soon.Add(time.Minute)))
	k.leased(k.j.Lease(k.ctx, id, "b", soon))
	k.must(k.j.Release(k.ctx, id, "b"))
	k.leased(k.j.Lease(k.ctx, id, "b", soon))
	if got := k.jobs(); len(got) != 1 || got[0].Title == "" {
		k.Errorf("a lease changed the job: %+v", got)
	}
	k.must(k.j.PutJob(k.ctx, journal.Job{ID: id, State: "running"}))
	k.leased(k.j.Lease(k.ctx, id, "b", soon))
}

func leaseExpires(k *kit) {
	id := k.job()
	k.must(k.j.Lease(k.ctx, id, "a", time.Now().Add(-time.Second)))
	k.must(k.j.Lease(k.ctx, id, "b", time.Now().Add(time.Hour)))
	k.leased(k.j.Lease(k.ctx, id, "a", time.Now().Add(time.Hour)))
}

func leaseReleased(k *kit) {
	id := k.job()
	k.must(k.j.Lease(k.ctx, id, "a", time.Now().Add(time.Hour)))
	k.must(k.j.Release(k.ctx, id, "a"))
	k.must(k.j.Lease(k.ctx, id, "b", time.Now().Add(time.Hour)))
	k.must(k.j.Release(k.ctx, id+100, "a"))
}

func leaseRace(k *kit) {
	id := k.job()
	var wins atomic.Int64
	var wg sync.WaitGroup
	for w := range 16 {
		wg.Go(func() {
			err := k.j.Lease(k.ctx, id, string(rune('a'+w)), time.Now().Add(time.Hour))
			switch {
			case err == nil:
				wins.Add(1)
			case !errors.Is(err, journal.ErrLeased):
				k.Error(err)
			}
		})
	}
	wg.Wait()
	if wins.Load() != 1 {
		k.Errorf("%d winners", wins.Load())
	}
}
