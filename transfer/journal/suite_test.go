package journal_test

import (
	"testing"

	"gantry/transfer/journal"
	"gantry/transfer/journal/journaltest"
)

func TestMemoryKeepsTheContract(t *testing.T) {
	journaltest.Run(t, journaltest.Options{New: func(*testing.T) journal.Journal { return journal.NewMemory() }})
}
