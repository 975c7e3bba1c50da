package sqlite_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"gantry/remote"
	"gantry/transfer/journal"
	"gantry/transfer/journal/sqlite"
)

// smallDisk mounts a disk of its own on a folder.
func smallDisk(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := mountSmall(dir); err != nil {
		t.Skip("cannot mount a small disk here: ", err)
	}
	t.Cleanup(func() { unmount(dir) })
	return dir
}

func TestP07AFullDiskFailsRecordsAndNothingElse(t *testing.T) {
	dir, ctx := smallDisk(t), t.Context()
	j := open(t, filepath.Join(dir, "state"))
	must(t, j.PutJob(ctx, journal.Job{ID: 1, Op: "copy"}))
	spare := filepath.Join(dir, "spare")
	must(t, os.WriteFile(spare, make([]byte, 5<<19), 0o600))
	var planned int
	var full error
	for full == nil {
		if full = j.Plan(ctx, manyItems(1, planned+1, 500)); full == nil {
			planned += 500
		}
	}
	if remote.KindOf(full) != remote.Full || !strings.Contains(remote.HintOf(full), dir) {
		t.Errorf("got %v: %s", full, remote.HintOf(full))
	}
	filler := filepath.Join(dir, "filler")
	fill(t, filler)
	var wg sync.WaitGroup
	for n := range 8 { // all who share a transaction are told
		wg.Go(func() {
			if err := j.Plan(ctx, manyItems(1, 1_000_000+n*1000, 1000)); remote.KindOf(err) != remote.Full {
				t.Errorf("on a full disk: %v", err)
			}
		})
	}
	wg.Wait()
	if j.Trouble() == nil {
		t.Error("no trouble on a full disk")
	}
	if got := len(read(t, j).items); got != planned {
		t.Errorf("%d items can be read, %d were acknowledged", got, planned)
	}
	must(t, errors.Join(os.Remove(filler), os.Remove(spare)))
	for num := range 300 { // gives room in the journal, too
		must(t, j.End(ctx, 1, int64(num+1), journal.Outcome{State: "done"}))
	}
	must(t, j.Plan(ctx, manyItems(1, 2_000_000, 100)))
	if err := j.Trouble(); err != nil {
		t.Errorf("still in trouble: %v", err)
	}
	must(t, j.Close())
	if got := len(read(t, open(t, filepath.Join(dir, "state"))).items); got != planned-300+100 {
		t.Errorf("%d items after all", got)
	}
}

// fill takes what is left of the disk.
func fill(t *testing.T, name string) {
	t.Helper()
	f, err := os.Create(name)
	must(t, err)
	for size := 4096; size > 0; {
		if _, err := f.Write(make([]byte, size)); err != nil {
			size /= 2
		}
	}
	must(t, f.Close())
}

func TestP07AFullDiskKeepsAJournalFromBeingRepairedButNotWhole(t *testing.T) {
	f := newFixture(t, false)
	dir := smallDisk(t)
	state := filepath.Join(dir, "state")
	db := flipped(f.files["journal.db"], 3*4096+9, 3)
	f.files.restore(t, state, files{"journal.db": db})
	filler := filepath.Join(dir, "filler")
	fill(t, filler)
	refused(t, state, remote.Full)
	must(t, os.Remove(filler))
	got, err := os.ReadFile(filepath.Join(state, "journal.db"))
	must(t, err)
	if string(got) != string(db) {
		t.Error("the damaged journal was changed by a repair that failed")
	}
	j, told, err := sqlite.Open(t.Context(), state, sqlite.Options{})
	must(t, err)
	if told == nil || !told.Rebuilt {
		t.Errorf("told %v", told)
	}
	must(t, j.Close())
}

func TestP11AFolderThatCannotBeWrittenToIsRefused(t *testing.T) {
	dir := smallDisk(t)
	j := open(t, filepath.Join(dir, "old"))
	must(t, j.PutJob(t.Context(), journal.Job{ID: 1}))
	must(t, j.Close())
	if err := readOnly(dir); err != nil {
		t.Skip("cannot make the disk read-only: ", err)
	}
	refused(t, filepath.Join(dir, "old"), remote.Denied)
	refused(t, filepath.Join(dir, "new"), remote.Denied)
}

func TestP08AFailedFlushIsARecordThatWasNotMade(t *testing.T) {
	if _, err := exec.LookPath("strace"); err != nil {
		t.Skip("needs strace: ", err)
	}
	dir := t.TempDir()
	must(t, open(t, dir).Close())
	var a acknowledged
	cmd, lines, in := spawn(t, "persist", dir, "strace", "-f", "-qq", "-o", "/dev/null",
		"-e", "trace=fsync,fdatasync", "-e", "inject=fsync,fdatasync:error=EIO:when=12..20")
	a.collect(lines)
	must(t, cmd.Wait())
	_ = in.Close() // the process has ended
	said := strings.Join(a.lines, "\n") + a.err
	if !strings.Contains(said, "failed unreachable") || !strings.Contains(said, "trouble true: The disk of the state folder") {
		t.Fatalf("the process said:\n%s", said)
	}
	if !strings.Contains(said, "5 records, trouble false") {
		t.Errorf("it did not go on when the disk was well again:\n%s", said)
	}
	a.lines = keep(a.lines, "job ")
	if lost := a.missing(t, open(t, dir)); len(lost) > 0 {
		t.Errorf("lost: %v", lost)
	}
}

func keep(lines []string, prefix string) (kept []string) {
	for _, line := range lines {
		if strings.HasPrefix(line, prefix) {
			kept = append(kept, line)
		}
	}
	return kept
}

func TestFinishedItemsLeaveTheFileAsSmallAsItWas(t *testing.T) {
	dir, ctx := scratch(t), t.Context()
	var sizes []int64
	n := int64(20_000)
	if slow {
		n = 3000
	}
	for round := range int64(4) {
		j := open(t, dir)
		must(t, j.PutJob(ctx, journal.Job{ID: round + 1, Op: "copy"}))
		must(t, j.Plan(ctx, manyItems(round+1, 1, int(n))))
		var wg sync.WaitGroup
		for w := range int64(64) {
			wg.Go(func() {
				for num := w + 1; num <= n; num += 64 {
					if err := j.End(ctx, round+1, num, journal.Outcome{State: "done"}); err != nil {
						t.Error(err)
						return
					}
				}
			})
		}
		wg.Wait()
		s, err := j.Job(ctx, round+1)
		must(t, err)
		if s.Open() != 0 || s.Done != n || s.DoneBytes != s.Bytes || s.Bytes == 0 {
			t.Errorf("counters: %+v", s.Tally)
		}
		must(t, j.Close())
		st, err := os.Stat(filepath.Join(dir, "journal.db"))
		must(t, err)
		sizes = append(sizes, st.Size())
	}
	if sizes[3] > sizes[0]+64<<10 {
		t.Errorf("the file grows: %v", sizes)
	}
}

func TestForgettingGivesTheRoomBack(t *testing.T) {
	dir, ctx := scratch(t), t.Context()
	n := 50_000
	if slow {
		n = 10_000
	}
	j := open(t, dir)
	for id := range int64(2) {
		must(t, j.PutJob(ctx, journal.Job{ID: id + 1, Op: "copy"}))
		must(t, j.Plan(ctx, manyItems(id+1, 1, n)))
		must(t, j.End(ctx, id+1, 1, journal.Outcome{State: "failed"}))
	}
	must(t, j.Forget(ctx, []int64{1}))
	must(t, j.Close()) // most likely in the middle
	j = open(t, dir)
	for range j.Items(ctx, 1) {
		t.Fatal("items of a forgotten job")
	}
	for range j.Outcomes(ctx, 1) {
		t.Fatal("outcomes of a forgotten job")
	}
	must(t, j.Tidy(ctx))
	must(t, j.Forget(ctx, []int64{2}))
	must(t, j.Tidy(ctx))
	must(t, j.Close())
	st, err := os.Stat(filepath.Join(dir, "journal.db"))
	must(t, err)
	if st.Size() > 3<<20 {
		t.Errorf("the empty journal has %d bytes", st.Size())
	}
	if got := read(t, open(t, dir)); len(got.jobs)+len(got.items) > 0 {
		t.Errorf("left: %v", got)
	}
}

func TestACallThatIsCalledOffBeforeItsTurnIsNotRecorded(t *testing.T) {
	j := open(t, t.TempDir())
	must(t, j.PutJob(t.Context(), journal.Job{ID: 1}))
	for n := range int64(50) {
		ctx, cancel := context.WithCancelCause(t.Context())
		go cancel(errMind) // ends at once
		err := j.Plan(ctx, manyItems(1, int(n)*10+1, 1))
		_, there := read(t, j).items[fmt.Sprint("1/", n*10+1)]
		if (err == nil) != there || err != nil && !errors.Is(err, errMind) {
			t.Fatalf("the call says %v, on record: %t", err, there)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), -time.Second)
	defer cancel()
	if err := j.PutJob(ctx, journal.Job{ID: 9}); !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
}

var errMind = errors.New("changed my mind")
