package sqlite_test

import (
	"path/filepath"
	"testing"

	"go.uber.org/goleak"

	"gantry/transfer/journal"
	"gantry/transfer/journal/journaltest"
)

func TestMain(m *testing.M) {
	if child() {
		return
	}
	goleak.VerifyTestMain(m)
}

func TestTheJournalKeepsTheContract(t *testing.T) {
	dirs := map[journal.Journal]string{}
	journaltest.Run(t, journaltest.Options{
		New: func(t *testing.T) journal.Journal {
			dir := filepath.Join(scratch(t), "state")
			j := open(t, dir)
			dirs[j] = dir
			return j
		},
		Reopen: func(t *testing.T, old journal.Journal) journal.Journal {
			must(t, old.Close())
			j := open(t, dirs[old])
			dirs[j] = dirs[old]
			return j
		},
	})
}
