package sqlite_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"gantry/remote"
	"gantry/transfer/journal"
	"gantry/transfer/journal/sqlite"
)

// every asks for all positions instead of a sample: go test -damage.every 1.
var every = flag.Int("damage.every", 0, "damage the journal at every n-th byte; 0 takes a sample")

var day = time.Date(2026, 11, 23, 18, 2, 3, 0, time.UTC)

// fixture is a journal that was killed, or closed, and what it said.
type fixture struct {
	files   files
	state   state
	earlier map[string]bool   // states after each step, as text
	items   map[string]string // that ever were, as text
	parts   map[string]string
}

// made are the fixtures that tests share; they are only read.
var made struct {
	sync.Mutex
	by map[bool]*fixture
}

// newFixture is a journal that was filled and then closed, or killed: then most
// of it is still in the log.
func newFixture(tb testing.TB, killed bool) *fixture {
	tb.Helper()
	made.Lock()
	defer made.Unlock()
	if made.by == nil {
		made.by = map[bool]*fixture{}
	}
	if made.by[killed] == nil {
		made.by[killed] = makeFixture(tb, killed)
	}
	return made.by[killed]
}

func makeFixture(tb testing.TB, killed bool) *fixture {
	tb.Helper()
	dir := scratch(tb)
	j := open(tb, dir)
	f := &fixture{earlier: map[string]bool{}, items: map[string]string{}, parts: map[string]string{}}
	scene(tb, j, func(whole bool) {
		if !whole && !killed {
			return
		}
		f.know(read(tb, j))
	})
	f.state = read(tb, j)
	if !killed {
		must(tb, j.Close())
	}
	f.files = save(tb, dir)
	return f
}

// know remembers what the journal once said.
func (f *fixture) know(s state) {
	f.earlier[s.String()] = true
	maps.Copy(f.items, s.items)
	maps.Copy(f.parts, s.uploads)
}

// try opens the journal after damage and sees that nothing is lost silently,
// nothing is invented, and that the damaged file is kept.
func (f *fixture) try(t *testing.T, what string, changed files) *sqlite.Recovered {
	t.Helper()
	dir := scratch(t)
	defer func() { _ = os.RemoveAll(dir) }() // there will be many
	f.files.restore(t, dir, changed)
	j, told, err := sqlite.Open(context.Background(), dir, sqlite.Options{})
	if remote.KindOf(err) == remote.Unsupported { // a flipped bit of the version
		if b, _ := os.ReadFile(filepath.Join(dir, "journal.db")); !bytes.Equal(b, changed["journal.db"]) {
			t.Errorf("%s: refused, but touched", what)
		}
		return nil
	}
	if err != nil {
		t.Errorf("%s: %v", what, err)
		return nil
	}
	got := read(t, j)
	same := got.String() == f.state.String()
	switch {
	case told == nil && !same:
		t.Errorf("%s: lost silently: %s", what, f.state.diff(got))
	case told != nil && told.Rebuilt:
		f.rebuilt(t, what, dir, changed, told, got)
	case told != nil && told.Gone && len(got.jobs) == 0:
	case told != nil && !same && !f.earlier[got.String()]:
		t.Errorf("%s: neither the last state nor an earlier one, told %v: %s", what, told, f.state.diff(got))
	}
	f.useful(t, what, dir, j)
	return told
}

// rebuilt checks a journal that was made anew: everything in it is true, the
// rest was told, and the damaged file is kept.
func (f *fixture) rebuilt(t *testing.T, what, dir string, changed files, told *sqlite.Recovered, got state) {
	t.Helper()
	for _, pair := range [][2]map[string]string{{got.items, f.items}, {got.uploads, f.parts}, {got.sources, f.state.sources}, {got.outcomes, f.state.outcomes}} {
		for name, text := range pair[0] {
			if pair[1][name] != text {
				t.Errorf("%s: invented %s: %s", what, name, text)
			}
		}
	}
	missing := 0
	for name := range f.state.items {
		if _, ok := got.items[name]; ok {
			continue
		}
		missing++
		job, _, _ := strings.Cut(name, "/")
		if text, ok := got.jobs[job]; ok && !strings.Contains(text, "Listed:false") {
			t.Errorf("%s: job %s has lost items and does not know: %s", what, job, text)
		}
	}
	if missing > 0 && told.Lost == 0 && told.Broken == 0 && len(got.jobs) == len(f.state.jobs) {
		t.Errorf("%s: %d items are missing, told %+v", what, missing, told)
	}
	if int(told.Items) != len(got.items) || int(told.Jobs) != len(got.jobs) {
		t.Errorf("%s: told of %d jobs and %d items, there are %d and %d", what, told.Jobs, told.Items, len(got.jobs), len(got.items))
	}
	for _, end := range []string{"", "-wal"} {
		want := f.files["journal.db"+end]
		if c, ok := changed["journal.db"+end]; ok {
			want = c
		}
		if b, _ := os.ReadFile(told.Aside + end); !bytes.Equal(b, want) {
			t.Errorf("%s: %s%s is not kept as it was", what, told.Aside, end)
		}
	}
}

// useful checks that the journal can be worked with and opens without a notice.
func (f *fixture) useful(t *testing.T, what, dir string, j *sqlite.Journal) {
	t.Helper()
	ctx := context.Background()
	id, err := j.NextID(ctx)
	for old := range f.state.jobs {
		if err == nil && old == fmt.Sprint(id) {
			if _, err := j.Job(ctx, id); err == nil {
				t.Errorf("%s: number %d was given again", what, id)
			}
		}
	}
	id += 1000
	err = errors.Join(err, j.PutJob(ctx, journal.Job{ID: id}), j.Plan(ctx, manyItems(id, 1, 3)), j.End(ctx, id, 2, journal.Outcome{State: "done"}), j.Close())
	if err != nil {
		t.Errorf("%s: %v", what, err)
		return
	}
	j, told, err := sqlite.Open(ctx, dir, sqlite.Options{})
	if err != nil || told != nil {
		t.Errorf("%s: opened again: %v, %v", what, told, err)
		return
	}
	n := 0
	for _, err := range j.Items(ctx, id) {
		must(t, err)
		n++
	}
	if n != 2 {
		t.Errorf("%s: %d of 2 new items are there", what, n)
	}
	must(t, j.Close())
}

// diff says in short what b lacks and has more than a.
func (s state) diff(b state) string {
	var d []string
	compare := func(name string, x, y map[string]string) {
		lacks, more := 0, 0
		for k, v := range x {
			if y[k] != v {
				lacks++
			}
		}
		for k, v := range y {
			if x[k] != v {
				more++
			}
		}
		d = append(d, fmt.Sprintf("%s -%d +%d", name, lacks, more))
	}
	compare("jobs", s.jobs, b.jobs)
	compare("sources", s.sources, b.sources)
	compare("items", s.items, b.items)
	compare("uploads", s.uploads, b.uploads)
	compare("outcomes", s.outcomes, b.outcomes)
	return strings.Join(d, ", ")
}

// positions are places in n bytes: those that matter and a sample of the rest.
func positions(n, sample int, also ...int) []int {
	var at []int
	if *every > 0 {
		for i := 0; i < n; i += *every {
			at = append(at, i)
		}
		return at
	}
	r := rand.New(rand.NewPCG(uint64(n), 7)) //nolint:gosec // repeatable
	for range sample {
		at = append(at, r.IntN(n))
	}
	for i, a := range also {
		if !slow || i%4 == 0 {
			at = append(at, a)
		}
	}
	return at
}

func flipped(b []byte, at, bit int) []byte {
	c := bytes.Clone(b)
	c[at] ^= 1 << bit
	return c
}

func TestP05AFlippedBitInTheFileIsFoundAndTheRestIsRecovered(t *testing.T) {
	f := newFixture(t, false)
	db := f.files["journal.db"]
	var heads []int
	for at := 0; at < 100; at += 7 {
		heads = append(heads, at)
	}
	for page := 1; page < len(db)/4096; page += 17 {
		heads = append(heads, page*4096, page*4096+4, page*4096+9)
	}
	f.each(t, positions(len(db), 15, append(heads, 18, 31, 56, 60, 63)...), func(at int) (string, files) {
		return fmt.Sprintf("byte %d of page %d", at%4096, at/4096+1), files{"journal.db": flipped(db, at, at%8)}
	})
}

func TestP05AFlippedBitInTheLogIsFoundAndTheRestIsRecovered(t *testing.T) {
	f := newFixture(t, true)
	log := f.files["journal.db-wal"]
	var heads []int
	for at := 0; at < 32; at += 5 {
		heads = append(heads, at)
	}
	frames := (len(log) - 32) / 4120
	for frame := 0; frame < frames; frame += frames / 4 {
		for at := 0; at < 24; at += 5 {
			heads = append(heads, 32+frame*4120+at)
		}
	}
	last := 32 + (frames-1)*4120
	f.each(t, positions(len(log), 10, append(heads, last, last+4, last+8, last+16, last+100)...), func(at int) (string, files) {
		return fmt.Sprintf("byte %d of frame %d", (at-32)%4120, (at-32)/4120), files{"journal.db-wal": flipped(log, at, at%8)}
	})
}

func TestP05ATruncatedFileIsFoundAndTheRestIsRecovered(t *testing.T) {
	for _, killed := range []bool{false, true} {
		f := newFixture(t, killed)
		db := f.files["journal.db"]
		f.each(t, positions(len(db), 3, 0, 1, 99, 100, 4095, 4096, 8192, len(db)-4096, len(db)-1), func(at int) (string, files) {
			return fmt.Sprintf("%d bytes of %d, killed %t", at, len(db), killed), files{"journal.db": db[:at:at]}
		})
	}
}

func TestP05AZeroFilledTailIsFoundAndTheRestIsRecovered(t *testing.T) {
	for _, name := range []string{"journal.db", "journal.db-wal"} {
		f := newFixture(t, name != "journal.db")
		b := f.files[name]
		f.each(t, positions(len(b), 5, 0, 32, 32+4120*9+6, 32+4120*9+10, 4096, len(b)-1, len(b)-4096), func(at int) (string, files) {
			return fmt.Sprintf("%s is zero from byte %d of %d", name, at, len(b)), files{name: append(bytes.Clone(b[:at]), make([]byte, len(b)-at)...)}
		})
	}
}

func TestP05ATornLogGivesTheLongestValidState(t *testing.T) {
	f := newFixture(t, true)
	log := f.files["journal.db-wal"]
	frame := 32 + (len(log)-32)/4120/2*4120
	f.each(t, positions(len(log), 8, 1, 31, 32, 33, 32+4120, frame, frame+1, frame+23, frame+24, len(log)-1), func(at int) (string, files) {
		return fmt.Sprintf("%d bytes of %d of the log", at, len(log)), files{"journal.db-wal": log[:at:at]}
	})
}

func TestP05AFlippedBitInAJournalOfANetworkFileSystemIsFound(t *testing.T) {
	f := &fixture{earlier: map[string]bool{}, items: map[string]string{}, parts: map[string]string{}}
	dir := scratch(t)
	j, _, err := sqlite.OpenWith(t.Context(), dir, sqlite.Options{}, sqlite.Setup{Network: true})
	must(t, err)
	scene(t, j, func(whole bool) {
		if whole {
			f.know(read(t, j))
		}
	})
	f.know(read(t, j))
	f.files, f.state = save(t, dir), read(t, j) // killed
	must(t, j.Close())
	db := f.files["journal.db"]
	f.each(t, positions(len(db), 12), func(at int) (string, files) {
		return fmt.Sprintf("byte %d of page %d", at%4096, at/4096+1), files{"journal.db": flipped(db, at, at%8)}
	})
}

// each tries the damage that make does at every position.
func (f *fixture) each(t *testing.T, at []int, damage func(at int) (string, files)) {
	t.Helper()
	rebuilt, told, lost := 0, 0, int64(0)
	for _, at := range at {
		what, changed := damage(at)
		if r := f.try(t, what, changed); r != nil {
			told++
			if r.Rebuilt {
				rebuilt++
				lost += r.Lost
			}
		}
	}
	t.Logf("%d positions: %d noticed, of these %d rebuilt with %d items lost", len(at), told, rebuilt, lost)
	if told == 0 {
		t.Error("no damage was found at all")
	}
}
