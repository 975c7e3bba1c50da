// Package journaltest is the conformance suite that every journal.Journal must
// pass: what the interface promises in prose, as tests.
//
//	journaltest.Run(t, journaltest.Options{New: func(t *testing.T) journal.Journal { return journal.NewMemory() }})
//
// A journal that outlives the process says with Reopen how to get it back, and
// is then tested for that, too.
package journaltest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"gantry/remote"
	"gantry/transfer/journal"
)

// Options say how to run the suite on one kind of journal.
type Options struct {
	// New gives an empty journal. It is called once for each test; clean up with
	// t.Cleanup.
	New func(t *testing.T) journal.Journal

	// Reopen closes j and opens it again as another process would. nil if it does
	// not outlive the process.
	Reopen func(t *testing.T, j journal.Journal) journal.Journal
}

// Run runs the suite as subtests of t.
func Run(t *testing.T, o Options) {
	t.Helper()
	for _, part := range [][]test{jobTests, sourceTests, itemTests, uploadTests, leaseTests, modelTests, durableTests} {
		for _, c := range part {
			t.Run(c.name, func(t *testing.T) {
				c.run(&kit{T: t, o: o, j: o.New(t), ctx: t.Context()})
			})
		}
	}
}

type test struct {
	name string
	run  func(*kit)
}

// kit is what one test works with.
type kit struct {
	*testing.T
	o   Options
	j   journal.Journal
	ctx context.Context
}

func (k *kit) must(err error) {
	k.Helper()
	if err != nil {
		k.Fatalf("unexpected error: %v", err)
	}
}

// reopen goes on as another process would; a journal of this process only skips
// the test.
func (k *kit) reopen() {
	k.Helper()
	if k.o.Reopen == nil {
		k.Skip("does not outlive the process")
	}
	k.j = k.o.Reopen(k.T, k.j)
}

// job makes a job.
func (k *kit) job() int64 {
	k.Helper()
	id, err := k.j.NextID(k.ctx)
	k.must(err)
	k.must(k.j.PutJob(k.ctx, journal.Job{ID: id, Op: "copy", Title: fmt.Sprint("job ", id), State: "running", Created: day}))
	return id
}

// day is a time that every form of storing can hold.
var day = time.Date(2026, 11, 23, 18, 2, 3, 123456789, time.UTC)

// nasty are strings that a journal must keep byte for byte.
var nasty = []string{"", "plain", "with space", "a//b/", "../x", "/", "\x00", "a\x00b", "\xff\xfe", "käse\n\t\x1b[31m", "日本", "'; DROP TABLE job; --", "%2F", "a\\b"}

// item makes an item of a job with every field set.
func item(job, num int64) journal.Item {
	s := nasty[int(num)%len(nasty)]
	return journal.Item{
		Job: job, Num: num, Dir: num%7 == 0, Target: remote.Path(fmt.Sprintf("target/%d/%s", num, s)),
		Source: remote.Entry{
			Path: remote.Path(fmt.Sprintf("folder/%d/%s", num/10, s)), Name: s, Dir: num%7 == 0, Type: remote.Type(num % 3),
			Size: num*1000 - 1, ModTime: day.Add(time.Duration(num) * time.Millisecond), Version: fmt.Sprintf("\"etag-%d\"", num), Class: nasty[int(num)%3],
			Sum: remote.Sum{Algorithm: remote.Algorithm(num % 7), Digest: s},
		},
	}
}

// items makes items with the given numbers.
func items(job int64, nums ...int64) []journal.Item {
	var list []journal.Item
	for _, n := range nums {
		list = append(list, item(job, n))
	}
	return list
}

// open are the items that have not ended.
func (k *kit) open(job int64) []journal.Item {
	k.Helper()
	var list []journal.Item
	for it, err := range k.j.Items(k.ctx, job) {
		k.must(err)
		list = append(list, it)
	}
	return list
}

// nums are the numbers of the items that have not ended.
func (k *kit) nums(job int64) []int64 {
	k.Helper()
	var nums []int64
	for _, it := range k.open(job) {
		nums = append(nums, it.Num)
	}
	return nums
}

func (k *kit) jobs() []journal.Job {
	k.Helper()
	var jobs []journal.Job
	for j, err := range k.j.Jobs(k.ctx) {
		k.must(err)
		jobs = append(jobs, j)
	}
	return jobs
}

// upload is an upload with its parts.
type upload struct {
	Upload journal.Upload
	Parts  []remote.Part
}

func (k *kit) uploads() []upload {
	k.Helper()
	var ups []upload
	for u, parts := range k.j.Uploads(k.ctx) {
		ups = append(ups, upload{u, parts})
	}
	return ups
}

func (k *kit) end(job int64, nums ...int64) {
	k.Helper()
	for _, n := range nums {
		k.must(k.j.End(k.ctx, job, n, journal.Outcome{State: "done", Attempts: 1, Verified: "MD5"}))
	}
}

func (k *kit) leased(err error) {
	k.Helper()
	if !errors.Is(err, journal.ErrLeased) {
		k.Errorf("got %v, want ErrLeased", err)
	}
}
