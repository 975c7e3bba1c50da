package journal_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"gantry/remote"
	"gantry/transfer/journal"
)

func TestWhatIsUnderWayIsKnownUntilItIsSettled(t *testing.T) {
	ctx, m := context.Background(), journal.NewMemory()
	id, err := m.NextID(ctx)
	must(t, err)
	up := journal.Upload{Job: id, Item: 1, Tree: "acme:", Path: "a", Size: 20, PartSize: 10, Version: "v1"}
	must(t, m.PutJob(ctx, journal.Job{ID: id, Op: "copy"}))
	must(t, m.Plan(ctx, []journal.Item{{Job: id, Num: 1, Target: "a"}, {Job: id, Num: 2, Target: "b"}}))
	must(t, m.Intend(ctx, up))
	if got := uploads(m); len(got) != 1 || got[0].ID != "" {
		t.Fatalf("an intent counts before there is an id: %+v", got)
	}
	must(t, m.Began(ctx, id, 1, "up-7"))
	must(t, m.Part(ctx, id, 1, remote.Part{Num: 2, Size: 10, Tag: "b"}))
	must(t, m.Part(ctx, id, 1, remote.Part{Num: 1, Size: 10, Tag: "a"}))
	must(t, m.Part(ctx, id, 1, remote.Part{Num: 2, Size: 10, Tag: "c"}))
	up.ID = "up-7"
	for u, parts := range m.Uploads(ctx) {
		want := []remote.Part{{Num: 1, Size: 10, Tag: "a"}, {Num: 2, Size: 10, Tag: "c"}}
		if d := cmp.Diff(up, u) + cmp.Diff(want, parts); d != "" {
			t.Error(d)
		}
	}
	must(t, m.Settled(ctx, id, 1))
	must(t, m.End(ctx, id, 1, journal.Outcome{State: "done"}))
	if got := uploads(m); len(got) != 0 {
		t.Errorf("still there: %+v", got)
	}
	for it, err := range m.Items(ctx, id) {
		if err != nil || it.Num != 2 {
			t.Errorf("left: %+v, %v", it, err)
		}
	}
}

func TestJobsComeOldestFirstAndAreForgotten(t *testing.T) {
	ctx, m := context.Background(), journal.NewMemory()
	var ids []int64
	for range 3 {
		id, err := m.NextID(ctx)
		must(t, err)
		must(t, m.PutJob(ctx, journal.Job{ID: id}))
		ids = append(ids, id)
	}
	must(t, m.Forget(ctx, ids[:1]))
	var got []int64
	for j := range m.Jobs(ctx) {
		got = append(got, j.ID)
	}
	if d := cmp.Diff(ids[1:], got); d != "" {
		t.Error(d)
	}
}

func TestALeaseKeepsOthersOutUntilItEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, m := context.Background(), journal.NewMemory()
		must(t, m.Lease(ctx, 1, "a", time.Now().Add(time.Minute)))
		must(t, m.Lease(ctx, 1, "a", time.Now().Add(time.Minute)))
		if err := m.Lease(ctx, 1, "b", time.Now().Add(time.Minute)); !errors.Is(err, journal.ErrLeased) {
			t.Errorf("b got the lease of a: %v", err)
		}
		must(t, m.Release(ctx, 1, "b"))
		if err := m.Lease(ctx, 1, "b", time.Now().Add(time.Minute)); !errors.Is(err, journal.ErrLeased) {
			t.Errorf("b released the lease of a: %v", err)
		}
		<-time.After(2 * time.Minute)
		must(t, m.Lease(ctx, 1, "b", time.Now().Add(time.Minute)))
		must(t, m.Release(ctx, 1, "b"))
		must(t, m.Lease(ctx, 1, "a", time.Now().Add(time.Minute)))
	})
}

func uploads(m *journal.Memory) (ups []journal.Upload) {
	for u := range m.Uploads(context.Background()) {
		ups = append(ups, u)
	}
	return ups
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
