package sqlite_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gantry/remote"
	"gantry/transfer/journal"
	"gantry/transfer/journal/sqlite"
)

// manyItems makes items as a listing of a bucket gives them.
func manyItems(job int64, from, n int) []journal.Item {
	items := make([]journal.Item, n)
	for i := range items {
		num := from + i
		key := fmt.Sprintf("exports/2026/%02d/customer-%05d/invoice-%08d.pdf", num%12, num/1000, num)
		items[i] = journal.Item{
			Job: job, Num: int64(num),
			Source: remote.Entry{
				Path: remote.Path(key), Name: filepath.Base(key), Size: int64(4096 + num), ModTime: time.Unix(1_700_000_000+int64(num), 0),
				Version: fmt.Sprintf("\"%016x%016x\"", uint64(num)*0x9e3779b97f4a7c15, uint64(num)*0xc2b2ae3d27d4eb4f),
			},
			Target: remote.Path("/home/user/backup/" + key),
		}
	}
	return items
}

// BenchmarkPlan records a million items in calls of a thousand, and opens the
// journal again with all of them open.
func BenchmarkPlan(b *testing.B) {
	const total, page = 1_000_000, 1000
	items := manyItems(1, 1, total)
	for b.Loop() {
		dir := b.TempDir()
		ctx := context.Background()
		j := open(b, dir)
		must(b, j.PutJob(ctx, journal.Job{ID: 1, Op: "copy"}))
		start := time.Now()
		for at := 0; at < total; at += page {
			must(b, j.Plan(ctx, items[at:at+page]))
		}
		b.ReportMetric(total/time.Since(start).Seconds(), "planned/s")
		must(b, j.Close())
		st, err := os.Stat(filepath.Join(dir, "journal.db"))
		must(b, err)
		b.ReportMetric(float64(st.Size())/total, "B/item")
		start = time.Now()
		j = open(b, dir)
		for _, err := range j.Jobs(ctx) {
			must(b, err)
		}
		b.ReportMetric(time.Since(start).Seconds(), "s/start")
		start = time.Now()
		n := 0
		for _, err := range j.Items(ctx, 1) {
			must(b, err)
			n++
		}
		if n != total {
			b.Fatal(n)
		}
		b.ReportMetric(total/time.Since(start).Seconds(), "read/s")
		must(b, j.Close())
	}
}

// BenchmarkSources records a million sources of one job, and reads them.
func BenchmarkSources(b *testing.B) {
	const total = 1_000_000
	list := manySources(total)
	for b.Loop() {
		dir, ctx := b.TempDir(), context.Background()
		j := open(b, dir)
		must(b, j.PutJob(ctx, journal.Job{ID: 1, Op: "copy"}))
		start := time.Now()
		must(b, j.PutSources(ctx, 1, list))
		b.ReportMetric(time.Since(start).Seconds(), "s/put")
		start = time.Now()
		n := 0
		for _, err := range j.Sources(ctx, 1, 0) {
			must(b, err)
			n++
		}
		if n != total {
			b.Fatal(n)
		}
		b.ReportMetric(time.Since(start).Seconds(), "s/read")
		must(b, j.Close())
		st, err := os.Stat(filepath.Join(dir, "journal.db"))
		must(b, err)
		b.ReportMetric(float64(st.Size())/total, "B/source")
	}
}

// BenchmarkStart (P13) opens a journal with 100,000 jobs that wait, and lists them.
func BenchmarkStart(b *testing.B) {
	const jobs = 100_000
	ctx, dir := context.Background(), b.TempDir()
	j := open(b, dir)
	var wg sync.WaitGroup
	for w := range int64(256) {
		wg.Go(func() {
			for id := w + 1; id <= jobs; id += 256 {
				err := j.PutJob(ctx, journal.Job{
					ID: id, Op: "copy", Title: fmt.Sprintf("copy 12 entries to acme:inbox/%d/", id), To: "acme:", Dir: "inbox/",
					Rules: []byte(`{"OnConflict":0,"Verify":"auto","PartSize":0}`), State: "waiting", Created: day,
				})
				if err != nil {
					b.Error(err)
				}
			}
		})
	}
	wg.Wait()
	must(b, j.Close())
	for b.Loop() {
		j := open(b, dir)
		n := 0
		for _, err := range j.Jobs(ctx) {
			must(b, err)
			n++
		}
		list, err := j.Orphans(ctx)
		must(b, err)
		if n != jobs || len(list) != jobs {
			b.Fatal(n, len(list))
		}
		must(b, j.Close())
	}
}

// BenchmarkParts records parts one call at a time, by as many workers as the
// name says.
func BenchmarkParts(b *testing.B) {
	for _, workers := range []int{1, 16, 64, 256} {
		b.Run(fmt.Sprint(workers), func(b *testing.B) {
			ctx := context.Background()
			j := open(b, b.TempDir())
			must(b, j.PutJob(ctx, journal.Job{ID: 1, Op: "copy"}))
			must(b, j.Intend(ctx, journal.Upload{Job: 1, Item: 1, Tree: "acme:", Path: "big"}))
			var num atomic.Int64
			b.ResetTimer()
			var wg sync.WaitGroup
			for range workers {
				wg.Go(func() {
					for n := num.Add(1); n <= int64(b.N); n = num.Add(1) {
						p := remote.Part{Num: int(n), Size: 16 << 20, Tag: `"0123456789abcdef0123456789abcdef"`, Sum: remote.Sum{Algorithm: remote.CRC64NVME, Digest: "12345678"}}
						if err := j.Part(ctx, 1, 1, p); err != nil {
							b.Error(err)
							return
						}
					}
				})
			}
			wg.Wait()
			b.StopTimer()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "parts/s")
		})
	}
}

// BenchmarkSmall is what a small object costs: an intent and its end.
func BenchmarkSmall(b *testing.B) {
	for _, workers := range []int{16, 256} {
		b.Run(fmt.Sprint(workers), func(b *testing.B) {
			ctx := context.Background()
			j := open(b, b.TempDir())
			must(b, j.PutJob(ctx, journal.Job{ID: 1, Op: "copy"}))
			must(b, j.Plan(ctx, manyItems(1, 1, b.N)))
			var num atomic.Int64
			b.ResetTimer()
			var wg sync.WaitGroup
			for range workers {
				wg.Go(func() {
					for n := num.Add(1); n <= int64(b.N); n = num.Add(1) {
						if err := j.End(ctx, 1, n, journal.Outcome{State: "done", Attempts: 1, Verified: "CRC64NVME"}); err != nil {
							b.Error(err)
							return
						}
					}
				})
			}
			wg.Wait()
			b.StopTimer()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "ends/s")
		})
	}
}

func open(tb testing.TB, dir string) *sqlite.Journal {
	tb.Helper()
	j, told, err := sqlite.Open(context.Background(), dir, sqlite.Options{})
	must(tb, err)
	if told != nil {
		tb.Fatalf("unexpected notice: %v", told)
	}
	tb.Cleanup(func() { must(tb, j.Close()) })
	return j
}

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}
