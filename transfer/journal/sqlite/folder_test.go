package sqlite_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gantry/remote"
	"gantry/transfer/journal"
	"gantry/transfer/journal/journaltest"
	"gantry/transfer/journal/sqlite"
)

func TestSec12NobodyElseCanReadTheJournal(t *testing.T) {
	for _, mode := range []fs.FileMode{0, 0o755, 0o777} {
		dir := filepath.Join(t.TempDir(), "a", "state")
		if mode != 0 { // there before, and open to others
			must(t, os.MkdirAll(dir, 0o700))
			must(t, os.WriteFile(filepath.Join(dir, "journal.lock"), nil, 0o600))
			must(t, os.Chmod(filepath.Join(dir, "journal.lock"), mode&0o666))
			must(t, os.Chmod(dir, mode))
		}
		j := open(t, dir)
		must(t, j.PutJob(t.Context(), journal.Job{ID: 1}))
		must(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			must(t, err)
			st, err := d.Info()
			must(t, err)
			want := fs.FileMode(0o600)
			if d.IsDir() {
				want = 0o700
			}
			if st.Mode().Perm() != want {
				t.Errorf("%s has mode %v, want %v", path, st.Mode().Perm(), want)
			}
			return nil
		}))
	}
}

// refused opens a journal that must not open, and returns the error.
func refused(t *testing.T, dir string, want remote.Kind) string {
	t.Helper()
	j, _, err := sqlite.Open(context.Background(), dir, sqlite.Options{})
	if err == nil {
		must(t, j.Close())
		t.Fatalf("%s was opened", dir)
	}
	var e *remote.Error
	if !errors.As(err, &e) || e.Kind != want {
		t.Errorf("got %v of kind %v, want %v", err, remote.KindOf(err), want)
	}
	if hint := remote.HintOf(err); !strings.HasSuffix(hint, ".") || !strings.Contains(hint, dir) {
		t.Errorf("%q is no sentence about %s", hint, dir)
	}
	return remote.HintOf(err)
}

func TestP11AStateFolderThatCannotBeUsedIsRefusedInASentence(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	must(t, os.WriteFile(file, nil, 0o600))
	refused(t, file, remote.Invalid)
	refused(t, filepath.Join(file, "below"), remote.Invalid)

	linked := t.TempDir()
	must(t, os.Symlink(file, filepath.Join(linked, "journal.db")))
	refused(t, linked, remote.Invalid)

	if os.Geteuid() != 0 {
		closed := t.TempDir()
		must(t, os.Chmod(closed, 0o500))
		refused(t, filepath.Join(closed, "state"), remote.Denied)
		return
	}
	foreign := filepath.Join(t.TempDir(), "foreign")
	must(t, os.Mkdir(foreign, 0o777))
	must(t, os.Chown(foreign, 65534, 65534))
	if hint := refused(t, foreign, remote.Denied); !strings.Contains(hint, "another user") {
		t.Error(hint)
	}
	theirs := t.TempDir()
	must(t, open(t, theirs).Close())
	must(t, os.Chown(filepath.Join(theirs, "journal.db"), 65534, 65534))
	refused(t, theirs, remote.Denied)
}

// raw runs a statement on the journal as SQLite sees it.
func raw(tb testing.TB, dir, query string) {
	tb.Helper()
	db, err := sql.Open("sqlite", filepath.Join(dir, "journal.db"))
	must(tb, err)
	_, err = db.ExecContext(context.Background(), query)
	must(tb, errors.Join(err, db.Close()))
}

func TestP12AJournalOfANewerVersionIsLeftAlone(t *testing.T) {
	dir := t.TempDir()
	j := open(t, dir)
	must(t, j.PutJob(t.Context(), journal.Job{ID: 1, Title: "precious"}))
	must(t, j.Close())
	raw(t, dir, "PRAGMA user_version=7")
	before := save(t, dir)
	hint := refused(t, dir, remote.Unsupported)
	if !strings.Contains(hint, "version 7") || !strings.Contains(hint, "version 2") {
		t.Error(hint)
	}
	if after := save(t, dir); !bytes.Equal(before["journal.db"], after["journal.db"]) || len(after["journal.db-wal"]) > 0 {
		t.Error("the newer journal was touched")
	}
	raw(t, dir, "PRAGMA user_version=2")
	if got := read(t, open(t, dir)); len(got.jobs) != 1 {
		t.Errorf("back at the old version: %v", got.jobs)
	}
}

func TestP12ANewerVersionThatIsOnlyInTheLogIsLeftAlone(t *testing.T) {
	dir, copied := t.TempDir(), t.TempDir()
	j := open(t, dir)
	raw(t, dir, "PRAGMA user_version=7") // the other connection keeps the log
	before := save(t, dir)
	must(t, j.Close())
	before.restore(t, copied, nil)
	refused(t, copied, remote.Unsupported)
	after := save(t, copied)
	for _, name := range []string{"journal.db", "journal.db-wal"} {
		if !bytes.Equal(before[name], after[name]) || len(after[name]) == 0 {
			t.Errorf("%s was touched", name)
		}
	}
}

// D27: a journal of the version before.
func TestAnOlderVersionIsBroughtUpToDateAfterACopy(t *testing.T) {
	dir, ctx := t.TempDir(), t.Context()
	j := open(t, dir)
	scene(t, j, func(bool) {})
	want := read(t, j)
	more := sqlite.Setup{More: []string{"CREATE TABLE extra(a INTEGER NOT NULL, sum INTEGER NOT NULL, PRIMARY KEY(a)) WITHOUT ROWID"}}

	if _, _, err := sqlite.OpenWith(ctx, dir, sqlite.Options{}, more); remote.KindOf(err) != remote.Unsupported {
		t.Errorf("while an older gantry has it open: %v", err)
	}
	must(t, j.Close())
	j, told, err := sqlite.OpenWith(ctx, dir, sqlite.Options{}, more)
	must(t, err)
	if told != nil {
		t.Error(told)
	}
	if got := read(t, j); got.String() != want.String() {
		t.Errorf("the new version has another content: %s", want.diff(got))
	}
	must(t, j.Close())
	refused(t, dir, remote.Unsupported)

	old := t.TempDir()
	b, err := os.ReadFile(filepath.Join(dir, "journal.db.v2"))
	must(t, err)
	must(t, os.WriteFile(filepath.Join(old, "journal.db"), b, 0o600))
	if got := read(t, open(t, old)); got.String() != want.String() {
		t.Errorf("the copy has another content: %s", want.diff(got))
	}
	st, err := os.Stat(filepath.Join(dir, "journal.db.v2"))
	must(t, err)
	if st.Mode().Perm() != 0o600 {
		t.Errorf("the copy has mode %v", st.Mode())
	}
}

// D27: the version that kept sources with their job only.
func TestAJournalOfTheFirstVersionTakesSources(t *testing.T) {
	dir, ctx := t.TempDir(), t.Context()
	j, _, err := sqlite.OpenWith(ctx, dir, sqlite.Options{}, sqlite.Setup{Steps: 1})
	must(t, err)
	must(t, j.PutJob(ctx, journal.Job{ID: 1, Title: "precious"}))
	must(t, j.Plan(ctx, manyItems(1, 1, 300)))
	must(t, j.Close())
	j = open(t, dir)
	must(t, j.PutSources(ctx, 1, manySources(300)))
	if got := read(t, j); len(got.jobs) != 1 || len(got.items) != 300 || len(got.sources) != 300 {
		t.Errorf("%d jobs, %d items, %d sources", len(got.jobs), len(got.items), len(got.sources))
	}
}

func TestAFailedStepLeavesTheOlderVersion(t *testing.T) {
	dir := t.TempDir()
	j := open(t, dir)
	must(t, j.PutJob(t.Context(), journal.Job{ID: 1}))
	must(t, j.Close())
	bad := sqlite.Setup{More: []string{"CREATE TABLE extra(a)", "this is no SQL"}}
	if _, _, err := sqlite.OpenWith(t.Context(), dir, sqlite.Options{}, bad); err == nil {
		t.Fatal("opened")
	}
	if got := read(t, open(t, dir)); len(got.jobs) != 1 {
		t.Errorf("%v", got.jobs)
	}
}

func TestOnANetworkFileSystemThereIsNoSharedMemory(t *testing.T) {
	if slow {
		t.Skip("the race detector sees the suite with shared memory")
	}
	dirs := map[journal.Journal]string{}
	openThere := func(t *testing.T, dir string) journal.Journal {
		t.Helper()
		j, told, err := sqlite.OpenWith(context.Background(), dir, sqlite.Options{}, sqlite.Setup{Network: true})
		must(t, err)
		if told != nil {
			t.Error(told)
		}
		t.Cleanup(func() {
			for _, end := range []string{"-wal", "-shm"} {
				if _, err := os.Stat(filepath.Join(dir, "journal.db"+end)); !errors.Is(err, fs.ErrNotExist) {
					t.Errorf("there is a journal.db%s: %v", end, err)
				}
			}
			must(t, j.Close())
		})
		dirs[j] = dir
		return j
	}
	journaltest.Run(t, journaltest.Options{
		New: func(t *testing.T) journal.Journal { return openThere(t, scratch(t)) },
		Reopen: func(t *testing.T, old journal.Journal) journal.Journal {
			must(t, old.Close())
			return openThere(t, dirs[old])
		},
	})
}

func TestAJournalMayMoveBetweenFileSystems(t *testing.T) {
	dir, ctx := t.TempDir(), t.Context()
	var want state
	for i := range 4 {
		j, told, err := sqlite.OpenWith(ctx, dir, sqlite.Options{}, sqlite.Setup{Network: i%2 == 1})
		must(t, err)
		if i == 0 {
			scene(t, j, func(bool) {})
			want = read(t, j)
		}
		if got := read(t, j); told != nil || got.String() != want.String() {
			t.Errorf("round %d: %v, %s", i, told, want.diff(got))
		}
		must(t, j.Close())
	}
}

func TestNothingIsLeftBesideAJournalThatIsClosed(t *testing.T) {
	dir := t.TempDir()
	j := open(t, dir)
	scene(t, j, func(bool) {})
	must(t, j.Close())
	names := slices.Sorted(maps.Keys(save(t, dir)))
	if d := cmp.Diff([]string{"journal.db", "journal.lock"}, names); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
}
