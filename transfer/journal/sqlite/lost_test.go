package sqlite_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gantry/remote"
	"gantry/transfer/journal"
	"gantry/transfer/journal/sqlite"
)

func TestP05AJournalThatIsGoneIsNoticed(t *testing.T) {
	f := newFixture(t, false)
	if told := f.try(t, "the file is missing", files{"journal.db": nil}); told != nil && told.Rebuilt {
		t.Errorf("rebuilt of nothing: %+v", told)
	}
	dir := t.TempDir()
	f.files.restore(t, dir, files{"journal.db": nil})
	j, told, err := sqlite.Open(t.Context(), dir, sqlite.Options{})
	must(t, err)
	must(t, j.Close())
	if told == nil || !told.Gone || !strings.Contains(told.String(), dir) {
		t.Errorf("told %v", told)
	}
	if j, told, err := sqlite.Open(t.Context(), dir, sqlite.Options{}); err != nil || told != nil {
		t.Errorf("told again: %v, %v", told, err)
	} else {
		must(t, j.Close())
	}
}

func TestP05AFileThatIsGoneIsRecoveredFromItsLog(t *testing.T) {
	f := newFixture(t, true)
	told := f.try(t, "only the log is there", files{"journal.db": nil})
	if told == nil || !told.Rebuilt || told.Items < 1500 {
		t.Errorf("told %+v", told)
	}
}

func TestP05ALogThatIsGoneIsNoticed(t *testing.T) {
	f := newFixture(t, true)
	if told := f.try(t, "the log is missing", files{"journal.db-wal": nil}); told == nil {
		t.Error("nobody was told")
	}
	if told := f.try(t, "the log is empty", files{"journal.db-wal": {}}); told == nil {
		t.Error("nobody was told")
	}
}

func TestP05WhatIsNoJournalAtAllIsKept(t *testing.T) {
	f := newFixture(t, false)
	for what, content := range map[string]string{
		"a text":       strings.Repeat("this is not a journal\n", 1000),
		"one byte":     "x",
		"another base": magicOf(f.files["journal.db"]),
	} {
		told := f.try(t, what, files{"journal.db": []byte(content)})
		if told == nil || !told.Rebuilt || told.Jobs+told.Items != 0 {
			t.Errorf("%s: told %+v", what, told)
		}
	}
}

// magicOf is a file that begins like a journal.
func magicOf(db []byte) string { return string(db[:100]) + strings.Repeat("\x00", 4096*3) }

func TestP05AnotherProcessKeepsADamagedJournalFromBeingReplaced(t *testing.T) {
	dir, ctx := t.TempDir(), t.Context()
	a := open(t, dir)
	scene(t, a, func(bool) {})
	// A second process comes while the first one works: nothing is checked, and
	// nothing may be moved away under the first.
	b, told, err := sqlite.Open(ctx, dir, sqlite.Options{})
	must(t, err)
	if told != nil {
		t.Error(told)
	}
	must(t, b.PutJob(ctx, journal.Job{ID: 50}))
	must(t, a.PutJob(ctx, journal.Job{ID: 51}))
	if got, want := read(t, a).String(), read(t, b).String(); got != want {
		t.Error("two processes see different journals")
	}
	must(t, b.Close())
}

func TestDamageInALargeJournalIsFoundWhenItIsMet(t *testing.T) {
	f := newFixture(t, false)
	db := bytes.Clone(f.files["journal.db"])
	// A byte of a chunk: versions of open items are nowhere else.
	at := bytes.Index(db, []byte(manyItems(1, 100, 1)[0].Source.Version[5:]))
	if at < 0 {
		t.Fatal("no chunk found")
	}
	db[at]++
	dir, ctx := t.TempDir(), t.Context()
	f.files.restore(t, dir, files{"journal.db": db})
	quick := sqlite.Setup{CheckMost: 4096}
	j, told, err := sqlite.OpenWith(ctx, dir, sqlite.Options{}, quick)
	must(t, err)
	if told != nil {
		t.Errorf("all of it was checked: %v", told)
	}
	var met error
	for _, err := range j.Items(ctx, 1) {
		if err != nil {
			met = err
			break
		}
	}
	if remote.KindOf(met) != remote.Corrupt {
		t.Errorf("reading says %v", met)
	}
	must(t, j.Close())
	if j, told, err = sqlite.OpenWith(ctx, dir, sqlite.Options{}, quick); err != nil || told == nil || told.Lost == 0 {
		t.Fatalf("after damage was met: %+v, %v", told, err)
	}
	for _, err := range j.Items(ctx, 1) {
		must(t, err)
	}
	must(t, j.Close())
	if _, err := os.Stat(filepath.Join(dir, "journal.db.suspect")); err == nil {
		t.Error("the mark is still there")
	}
}

func TestTheNoticeSaysWhatWasLost(t *testing.T) {
	for want, r := range map[string]sqlite.Recovered{
		"2 jobs, 1 open item and 0 unfinished uploads were recovered. 3 items are lost; the jobs they belong to list their sources again when they are resumed. The damaged file is kept as /s/journal.db.corrupt-1.": {Why: "x", Jobs: 2, Items: 1, Lost: 3, Rebuilt: true, Aside: "/s/journal.db.corrupt-1"},
		"1 entry could not be read.":                               {Why: "x", Broken: 1, Rebuilt: true},
		"The journal has lost its newest entries: the log is gone": {Why: "the log is gone"},
		"A new one was begun":                                      {Why: "it is not in /s any more", Gone: true},
	} {
		if got := r.String(); !strings.Contains(got, want) {
			t.Errorf("%q does not say %q", got, want)
		}
	}
}
