package journaltest

import (
	"slices"
	"sync"
	"time"

	"github.com/google/go-cmp/cmp"

	"gantry/remote"
	"gantry/transfer/journal"
)

var jobTests = []test{
	{"Numbers grow and are given once", numbers},
	{"A job is kept byte for byte", jobBytes},
	{"A job has its last state", jobState},
	{"What the caller changes later is not recorded", jobShares},
	{"Jobs come oldest first", jobOrder},
	{"Forgotten jobs are gone with everything", forget},
	{"Forgetting what is not there is no error", forgetNothing},
}

func numbers(k *kit) {
	var mu sync.Mutex
	var ids []int64
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for last := int64(0); last >= 0; {
				id, err := k.j.NextID(k.ctx)
				if err != nil || id <= last {
					k.Errorf("after %d came %d, %v", last, id, err)
					return
				}
				last = id
				mu.Lock()
				ids = append(ids, id)
				mu.Unlock()
				if last >= 60 {
					return
				}
			}
		})
	}
	wg.Wait()
	slices.Sort(ids)
	if len(slices.Compact(slices.Clone(ids))) != len(ids) {
		k.Errorf("a number was given twice: %v", ids)
	}
}

func jobBytes(k *kit) {
	var want []journal.Job
	for i, s := range nasty {
		id, err := k.j.NextID(k.ctx)
		k.must(err)
		j := journal.Job{
			ID: id, Op: "move", Title: s, From: s, To: s, Dir: remote.Path(s), State: s, Reason: s,
			Listed: i%2 == 0, Created: day, Ended: day.Add(time.Duration(i) * time.Nanosecond),
		}
		if s != "" {
			j.Rules = []byte(s)
		} else {
			j.Ended = time.Time{}
		}
		k.must(k.j.PutJob(k.ctx, j))
		want = append(want, j)
	}
	if d := cmp.Diff(want, k.jobs()); d != "" {
		k.Errorf("-want +got:\n%s", d)
	}
}

func jobState(k *kit) {
	id := k.job()
	k.must(k.j.Plan(k.ctx, items(id, 1, 2)))
	j := k.jobs()[0]
	j.State, j.Listed, j.Reason, j.Rules = "paused", true, "the disk is full", []byte("{}")
	k.must(k.j.PutJob(k.ctx, j))
	if d := cmp.Diff([]journal.Job{j}, k.jobs()); d != "" {
		k.Errorf("-want +got:\n%s", d)
	}
	if got := k.nums(id); len(got) != 2 {
		k.Errorf("a new state took items away: %v are left", got)
	}
}

func jobShares(k *kit) {
	rules := []byte("one")
	k.must(k.j.PutJob(k.ctx, journal.Job{ID: 1, Rules: rules}))
	copy(rules, "two")
	if got := string(k.jobs()[0].Rules); got != "one" {
		k.Errorf("the rules are %q", got)
	}
	list := items(1, 3, 2, 1)
	k.must(k.j.Plan(k.ctx, list))
	if list[0].Num != 3 || list[2].Num != 1 {
		k.Errorf("Plan has changed what it was given")
	}
}

func jobOrder(k *kit) {
	var want []int64
	for range 5 {
		want = append(want, k.job())
	}
	k.must(k.j.PutJob(k.ctx, journal.Job{ID: want[1], State: "done"}))
	var got []int64
	for _, j := range k.jobs() {
		got = append(got, j.ID)
	}
	if d := cmp.Diff(want, got); d != "" {
		k.Errorf("-want +got:\n%s", d)
	}
	for range k.j.Jobs(k.ctx) {
		break // may stop any time
	}
}

func forget(k *kit) {
	a, b, c := k.job(), k.job(), k.job()
	for _, id := range []int64{a, b, c} {
		k.must(k.j.Plan(k.ctx, items(id, 1, 2, 3)))
		k.must(k.j.Intend(k.ctx, journal.Upload{Job: id, Item: 1}))
		k.must(k.j.Part(k.ctx, id, 1, remote.Part{Num: 1}))
		k.must(k.j.End(k.ctx, id, 3, journal.Outcome{State: "failed", Reason: "no"}))
	}
	k.must(k.j.Forget(k.ctx, []int64{a, c}))
	if got := k.jobs(); len(got) != 1 || got[0].ID != b {
		k.Errorf("jobs left: %+v", got)
	}
	if got := k.uploads(); len(got) != 1 || got[0].Upload.Job != b || len(got[0].Parts) != 1 {
		k.Errorf("uploads left: %+v", got)
	}
	for id, want := range map[int64]int{a: 0, b: 2, c: 0} {
		if got := k.nums(id); len(got) != want {
			k.Errorf("job %d has items %v, want %d", id, got, want)
		}
	}
	if id := k.job(); id <= c {
		k.Errorf("number %d was given again", id)
	}
}

func forgetNothing(k *kit) {
	id := k.job()
	k.must(k.j.Forget(k.ctx, []int64{id + 7}))
	k.must(k.j.Forget(k.ctx, nil))
	if got := k.jobs(); len(got) != 1 {
		k.Errorf("jobs: %+v", got)
	}
}
