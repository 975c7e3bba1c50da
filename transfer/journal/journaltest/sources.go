package journaltest

import (
	"github.com/google/go-cmp/cmp"

	"gantry/transfer/journal"
)

var sourceTests = []test{
	{"A source is kept byte for byte", sourceBytes},
	{"Sources come in order from any number on", sourceOrder},
	{"Sources stay whatever else becomes of the job", sourceStays},
	{"Sources go with their job", sourceForget},
	{"The journal can be written to between two sources", sourcesWhileWriting},
	{"Sources are there again for the next process", sourceReopen},
}

// source makes a source with every field set, as item does.
func source(num int64) journal.Source {
	it := item(0, num)
	return journal.Source{
		Num: num, Entry: it.Source, As: nasty[int(num+5)%len(nasty)], Contents: num%3 == 0, Exact: num%2 == 0,
	}
}

func sources(from, n int64) []journal.Source {
	var list []journal.Source
	for i := range n {
		list = append(list, source(from+i))
	}
	return list
}

// named are the sources of a job from a number on.
func (k *kit) named(job, from int64) []journal.Source {
	k.Helper()
	var list []journal.Source
	for s, err := range k.j.Sources(k.ctx, job, from) {
		k.must(err)
		list = append(list, s)
	}
	return list
}

func (k *kit) wantSources(job, from int64, want []journal.Source) {
	k.Helper()
	if d := cmp.Diff(want, k.named(job, from)); d != "" {
		k.Errorf("from %d: -want +got:\n%s", from, d)
	}
}

func sourceBytes(k *kit) {
	id := k.job()
	want := sources(0, int64(6*len(nasty)))
	want = append(want, journal.Source{Num: int64(len(want))}, journal.Source{Num: int64(len(want)) + 1, As: "=", Exact: true}, journal.Source{Num: int64(len(want)) + 2, As: "="})
	k.must(k.j.PutSources(k.ctx, id, want))
	k.wantSources(id, 0, want)
}

func sourceOrder(k *kit) {
	a, b, none := k.job(), k.job(), k.job()
	k.must(k.j.PutSources(k.ctx, a, sources(0, 700)))
	k.must(k.j.PutSources(k.ctx, b, sources(0, 3)))
	k.must(k.j.PutSources(k.ctx, a, nil))
	k.must(k.j.PutSources(k.ctx, a, sources(700, 1)))
	k.must(k.j.PutSources(k.ctx, a, sources(701, 4000)))
	for _, from := range []int64{0, 1, 255, 256, 699, 700, 701, 2800, 4700, 4701, 100_000} {
		k.wantSources(a, from, sources(from, max(4701-from, 0)))
	}
	k.wantSources(b, 0, sources(0, 3))
	k.wantSources(none, 0, nil)
	k.wantSources(none+100, 0, nil)
	for range k.j.Sources(k.ctx, a, 0) {
		break // may stop any time
	}
}

func sourceStays(k *kit) {
	id := k.job()
	k.must(k.j.PutSources(k.ctx, id, sources(0, 300)))
	k.must(k.j.Plan(k.ctx, items(id, 1, 2)))
	k.end(id, 1, 2)
	k.must(k.j.PutJob(k.ctx, journal.Job{ID: id, State: "done", Ended: day}))
	k.wantSources(id, 0, sources(0, 300))
}

func sourceForget(k *kit) {
	a, b := k.job(), k.job()
	for _, id := range []int64{a, b} {
		k.must(k.j.PutSources(k.ctx, id, sources(0, 300)))
	}
	k.must(k.j.Forget(k.ctx, []int64{a}))
	k.wantSources(a, 0, nil)
	k.wantSources(b, 0, sources(0, 300))
	if err := k.j.PutSources(k.ctx, a, sources(300, 1)); err == nil {
		k.Error("a forgotten job took a source")
	}
	k.wantSources(a, 0, nil)
}

func sourcesWhileWriting(k *kit) {
	id := k.job()
	k.must(k.j.PutSources(k.ctx, id, sources(0, 3000)))
	n := int64(0)
	for s, err := range k.j.Sources(k.ctx, id, 0) {
		k.must(err)
		if s.Num != n {
			k.Fatalf("source %d came at place %d", s.Num, n)
		}
		if n++; n%500 == 0 {
			k.must(k.j.Plan(k.ctx, items(id, n)))
		}
	}
	if n != 3000 {
		k.Errorf("%d sources", n)
	}
}

func sourceReopen(k *kit) {
	id := k.job()
	k.must(k.j.PutSources(k.ctx, id, sources(0, 600)))
	k.reopen()
	k.must(k.j.PutSources(k.ctx, id, sources(600, 600)))
	k.reopen()
	k.wantSources(id, 0, sources(0, 1200))
}
