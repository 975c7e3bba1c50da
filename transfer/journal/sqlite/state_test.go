package sqlite_test

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gantry/remote"
	"gantry/transfer/journal"
	"gantry/transfer/journal/sqlite"
)

// state is all that a journal says, each entry as text by its name.
type state struct{ jobs, sources, items, uploads, outcomes map[string]string }

func read(tb testing.TB, j *sqlite.Journal) state {
	tb.Helper()
	ctx := context.Background()
	s := state{map[string]string{}, map[string]string{}, map[string]string{}, map[string]string{}, map[string]string{}}
	for sum, err := range j.History(ctx) {
		must(tb, err)
		s.jobs[fmt.Sprint(sum.ID)] = fmt.Sprintf("%+v %+v", sum.Job, sum.Tally)
		for src, err := range j.Sources(ctx, sum.ID, 0) {
			must(tb, err)
			s.sources[fmt.Sprint(sum.ID, "/", src.Num)] = fmt.Sprintf("%+v", src)
		}
		for it, err := range j.Items(ctx, sum.ID) {
			must(tb, err)
			s.items[fmt.Sprint(it.Job, "/", it.Num)] = fmt.Sprintf("%+v", it)
		}
		for e, err := range j.Outcomes(ctx, sum.ID) {
			must(tb, err)
			s.outcomes[fmt.Sprint(e.Job, "/", e.Num)] = fmt.Sprintf("%+v", e)
		}
	}
	for u, err := range j.Unsettled(ctx) {
		must(tb, err)
		for _, p := range u.Parts {
			s.uploads[fmt.Sprint(u.Job, "/", u.Item, "/", p.Num)] = fmt.Sprintf("%+v", p)
		}
		u.Parts, u.Alive = nil, false
		s.uploads[fmt.Sprint(u.Job, "/", u.Item)] = fmt.Sprintf("%+v", u)
	}
	return s
}

// String is the whole state, for comparing.
func (s state) String() string { return fmt.Sprint(s.jobs, s.sources, s.items, s.uploads, s.outcomes) }

// scene fills a journal with what a journal has, and calls after when each step
// is on record; whole tells that much is there that will go again.
func scene(tb testing.TB, j *sqlite.Journal, after func(whole bool)) {
	tb.Helper()
	ctx := context.Background()
	done := func(err error) {
		tb.Helper()
		must(tb, err)
		after(false)
	}
	for range 2 {
		id, err := j.NextID(ctx)
		done(err)
		done(j.PutJob(ctx, journal.Job{ID: id, Op: "copy", Title: fmt.Sprintf("copy %d entries to acme:inbox/", id*500), From: "", To: "acme:", Dir: "inbox/", Rules: []byte(`{"Verify":"full"}`), State: "running", Created: day}))
		done(j.PutSources(ctx, id, manySources(500)))
		for n := range 4 {
			done(j.Plan(ctx, manyItems(id, n*260+1, 260)))
		}
		done(j.PutJob(ctx, journal.Job{ID: id, Op: "copy", Title: "copy", To: "acme:", State: "running", Listed: true, Created: day}))
		after(true)
		for n := range int64(10) {
			o := journal.Outcome{State: "done", Attempts: 1, Verified: "CRC64NVME"}
			if n%5 == 0 {
				o = journal.Outcome{State: "failed", Reason: "access denied", Attempts: 3}
			}
			done(j.End(ctx, id, n*7+1, o))
		}
		for n := range int64(3) {
			item := 1000 + n
			done(j.Intend(ctx, journal.Upload{Job: id, Item: item, Tree: "acme:", Path: remote.Path(fmt.Sprint("inbox/big", n)), Size: 1 << 30, PartSize: 16 << 20, Version: "1-2-3"}))
			done(j.Began(ctx, id, item, strings.Repeat("upload", 10)))
			for part := range 6 {
				done(j.Part(ctx, id, item, remote.Part{Num: part + 1, Size: 16 << 20, Tag: fmt.Sprintf("%032x", part), Sum: remote.Sum{Algorithm: remote.CRC64NVME, Digest: "12345678"}}))
			}
		}
		after(true)
		done(j.Settled(ctx, id, 1001))
	}
}

// manySources are what a job of many sources was asked for.
func manySources(n int) []journal.Source {
	list := make([]journal.Source, n)
	for i, it := range manyItems(0, 1_000_000, n) { // unlike any item
		list[i] = journal.Source{Num: int64(i), Entry: it.Source}
	}
	return list
}

// scratch is a folder for a test that makes many journals: in memory, where
// there is such a place, because there nothing has to wait for a disk.
func scratch(tb testing.TB) string {
	tb.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "journal")
	if err != nil {
		return tb.TempDir()
	}
	tb.Cleanup(func() { must(tb, os.RemoveAll(dir)) })
	return dir
}

// files is the content of a folder by path.
type files map[string][]byte

// save reads a folder as a kill would leave it.
func save(tb testing.TB, dir string) files {
	tb.Helper()
	all := files{}
	must(tb, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasSuffix(path, "-shm") {
			return err
		}
		b, err := os.ReadFile(path)
		rel, _ := filepath.Rel(dir, path)
		all[rel] = b
		return err
	}))
	return all
}

// restore makes a folder with the files, in which some are replaced; nil means
// that one is missing.
func (f files) restore(tb testing.TB, dir string, changed files) {
	tb.Helper()
	must(tb, os.MkdirAll(filepath.Join(dir, "owners"), 0o700))
	for name, b := range f {
		if c, ok := changed[name]; ok {
			b = c
		}
		if b != nil {
			must(tb, os.WriteFile(filepath.Join(dir, name), b, 0o600))
		}
	}
}
