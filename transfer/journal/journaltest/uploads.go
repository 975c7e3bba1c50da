package journaltest

import (
	"sync"

	"github.com/google/go-cmp/cmp"

	"gantry/remote"
	"gantry/transfer/journal"
)

var uploadTests = []test{
	{"An upload is known from the intent until it is settled", uploadLife},
	{"An upload is kept byte for byte", uploadBytes},
	{"The last part of a number counts", uploadParts},
	{"A new intent begins anew", uploadAnew},
	{"An upload is over when its item ends", uploadEnd},
	{"What comes after the end is not kept", uploadLate},
	{"Uploads come by job and item", uploadOrder},
	{"Many parts come at once", uploadCrowd},
	{"Items come with their uploads", traces},
	{"Items end while they come with their uploads", tracesWhileEnding},
}

func uploadLife(k *kit) {
	id := k.job()
	u := journal.Upload{Job: id, Item: 3, Tree: "acme:", Path: "a", Size: 20, PartSize: 10, Version: "v1", Before: "v0"}
	k.must(k.j.Intend(k.ctx, u))
	if d := cmp.Diff([]upload{{Upload: u}}, k.uploads()); d != "" {
		k.Errorf("an intent counts before there is an id: -want +got:\n%s", d)
	}
	k.must(k.j.Began(k.ctx, id, 3, "up-7"))
	u.ID = "up-7"
	p := remote.Part{Num: 1, Size: 10, Tag: "t", Sum: remote.Sum{Algorithm: remote.CRC64NVME, Digest: "12345678"}}
	k.must(k.j.Part(k.ctx, id, 3, p))
	if d := cmp.Diff([]upload{{u, []remote.Part{p}}}, k.uploads()); d != "" {
		k.Errorf("-want +got:\n%s", d)
	}
	k.must(k.j.Settled(k.ctx, id, 3))
	k.must(k.j.Settled(k.ctx, id, 3))
	if got := k.uploads(); len(got) != 0 {
		k.Errorf("still there: %+v", got)
	}
}

func uploadBytes(k *kit) {
	id := k.job()
	var want []upload
	for i, s := range nasty {
		u := journal.Upload{Job: id, Item: int64(i + 1), Tree: s, Path: remote.Path(s), Size: -1, PartSize: 1 << 40, Version: s, Before: s}
		k.must(k.j.Intend(k.ctx, u))
		k.must(k.j.Began(k.ctx, id, u.Item, s))
		u.ID = s
		p := remote.Part{Num: 10000, Size: 5 << 30, Tag: s, Sum: remote.Sum{Algorithm: remote.SHA256, Digest: s}}
		k.must(k.j.Part(k.ctx, id, u.Item, p))
		want = append(want, upload{u, []remote.Part{p}})
	}
	if d := cmp.Diff(want, k.uploads()); d != "" {
		k.Errorf("-want +got:\n%s", d)
	}
}

func uploadParts(k *kit) {
	id := k.job()
	k.must(k.j.Intend(k.ctx, journal.Upload{Job: id, Item: 1}))
	for _, p := range []remote.Part{{Num: 3, Tag: "c"}, {Num: 1, Tag: "a"}, {Num: 2, Tag: "x"}, {Num: 2, Tag: "b", Size: 5}} {
		k.must(k.j.Part(k.ctx, id, 1, p))
	}
	want := []remote.Part{{Num: 1, Tag: "a"}, {Num: 2, Tag: "b", Size: 5}, {Num: 3, Tag: "c"}}
	if d := cmp.Diff(want, k.uploads()[0].Parts); d != "" {
		k.Errorf("-want +got:\n%s", d)
	}
}

func uploadAnew(k *kit) {
	id := k.job()
	u := journal.Upload{Job: id, Item: 1, Version: "old"}
	k.must(k.j.Intend(k.ctx, u))
	k.must(k.j.Began(k.ctx, id, 1, "one"))
	k.must(k.j.Part(k.ctx, id, 1, remote.Part{Num: 1}))
	u.Version = "new"
	k.must(k.j.Intend(k.ctx, u))
	if d := cmp.Diff([]upload{{Upload: u}}, k.uploads()); d != "" {
		k.Errorf("-want +got:\n%s", d)
	}
}

func uploadEnd(k *kit) {
	id := k.job()
	k.must(k.j.Plan(k.ctx, items(id, 1, 2)))
	for n := range int64(2) {
		k.must(k.j.Intend(k.ctx, journal.Upload{Job: id, Item: n + 1}))
		k.must(k.j.Part(k.ctx, id, n+1, remote.Part{Num: 1}))
	}
	k.end(id, 1)
	if got := k.uploads(); len(got) != 1 || got[0].Upload.Item != 2 || len(got[0].Parts) != 1 {
		k.Errorf("uploads: %+v", got)
	}
}

func uploadLate(k *kit) {
	id := k.job()
	k.must(k.j.Part(k.ctx, id, 1, remote.Part{Num: 1}))
	k.must(k.j.Began(k.ctx, id, 1, "x"))
	if got := k.uploads(); len(got) != 0 {
		k.Errorf("uploads without an intent: %+v", got)
	}
	k.must(k.j.Intend(k.ctx, journal.Upload{Job: id, Item: 1}))
	k.must(k.j.Settled(k.ctx, id, 1))
	k.must(k.j.Part(k.ctx, id, 1, remote.Part{Num: 1}))
	k.must(k.j.Intend(k.ctx, journal.Upload{Job: id, Item: 1}))
	if got := k.uploads(); len(got) != 1 || len(got[0].Parts) != 0 {
		k.Errorf("uploads: %+v", got)
	}
}

func uploadOrder(k *kit) {
	a, b := k.job(), k.job()
	for _, u := range []journal.Upload{{Job: b, Item: 1}, {Job: a, Item: 10}, {Job: a, Item: 9}, {Job: b, Item: 700}, {Job: a, Item: 1}} {
		k.must(k.j.Intend(k.ctx, u))
	}
	var got []journal.Upload
	for _, u := range k.uploads() {
		got = append(got, u.Upload)
	}
	want := []journal.Upload{{Job: a, Item: 1}, {Job: a, Item: 9}, {Job: a, Item: 10}, {Job: b, Item: 1}, {Job: b, Item: 700}}
	if d := cmp.Diff(want, got); d != "" {
		k.Errorf("-want +got:\n%s", d)
	}
	for range k.j.Uploads(k.ctx) {
		break // may stop any time
	}
}

func uploadCrowd(k *kit) {
	id := k.job()
	var wg sync.WaitGroup
	for w := range int64(16) {
		k.must(k.j.Intend(k.ctx, journal.Upload{Job: id, Item: w + 1}))
		wg.Go(func() {
			for n := range 50 {
				if err := k.j.Part(k.ctx, id, w+1, remote.Part{Num: n + 1, Size: w}); err != nil {
					k.Error(err)
				}
			}
		})
	}
	wg.Wait()
	ups := k.uploads()
	if len(ups) != 16 {
		k.Fatalf("%d uploads", len(ups))
	}
	for _, u := range ups {
		if len(u.Parts) != 50 || u.Parts[49].Num != 50 || u.Parts[0].Size != u.Upload.Item-1 {
			k.Errorf("item %d has %d parts", u.Upload.Item, len(u.Parts))
		}
	}
}

func traces(k *kit) {
	id, other := k.job(), k.job()
	k.must(k.j.Plan(k.ctx, items(id, 1, 2, 3, 4, 2000)))
	k.must(k.j.Plan(k.ctx, items(other, 1)))
	part := func(n int) remote.Part { return remote.Part{Num: n, Size: 7, Tag: nasty[n]} }
	for _, job := range []int64{id, other} {
		k.must(k.j.Intend(k.ctx, journal.Upload{Job: job, Item: 1, Tree: "acme:", Path: "a", PartSize: -2}))
	}
	k.must(k.j.Part(k.ctx, id, 1, part(2)))
	k.must(k.j.Part(k.ctx, id, 1, part(1)))
	k.must(k.j.Intend(k.ctx, journal.Upload{Job: id, Item: 3}))
	k.must(k.j.Intend(k.ctx, journal.Upload{Job: id, Item: 4}))
	k.end(id, 4)
	k.must(k.j.Intend(k.ctx, journal.Upload{Job: id, Item: 2000, Size: 5}))
	k.must(k.j.Part(k.ctx, id, 2000, part(3)))
	var got []journal.Trace
	for tr, err := range k.j.Traces(k.ctx, id) {
		k.must(err)
		got = append(got, tr)
	}
	want := []journal.Trace{
		{Item: item(id, 1), Upload: &journal.Upload{Job: id, Item: 1, Tree: "acme:", Path: "a", PartSize: -2}, Parts: []remote.Part{part(1), part(2)}},
		{Item: item(id, 2)},
		{Item: item(id, 3), Upload: &journal.Upload{Job: id, Item: 3}},
		{Item: item(id, 2000), Upload: &journal.Upload{Job: id, Item: 2000, Size: 5}, Parts: []remote.Part{part(3)}},
	}
	if d := cmp.Diff(want, got); d != "" {
		k.Errorf("-want +got:\n%s", d)
	}
	for range k.j.Traces(k.ctx, id) {
		break // may stop any time
	}
}

func tracesWhileEnding(k *kit) {
	id := k.job()
	var nums []int64
	for n := range int64(3000) {
		nums = append(nums, n+1)
	}
	k.must(k.j.Plan(k.ctx, items(id, nums...)))
	for _, n := range nums[1000:1100] {
		k.must(k.j.Intend(k.ctx, journal.Upload{Job: id, Item: n}))
	}
	next, begun := int64(1), 0
	for tr, err := range k.j.Traces(k.ctx, id) {
		k.must(err)
		if tr.Num != next {
			k.Fatalf("item %d comes instead of %d", tr.Num, next)
		}
		if tr.Upload != nil {
			begun++
		}
		if next++; tr.Num%10 == 0 {
			k.end(id, tr.Num)
		}
	}
	if next != 3001 || begun != 100 {
		k.Errorf("%d items, %d of them with an upload", next-1, begun)
	}
}
