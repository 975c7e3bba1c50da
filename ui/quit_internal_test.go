package ui

import (
	"testing"

	"gantry/transfer"
)

// TestCancellingSaysWhatBecomesOfCopies: those that a move inside a bucket has made stay.
func TestCancellingSaysWhatBecomesOfCopies(t *testing.T) {
	upload := transfer.Snapshot{State: transfer.Running}
	copying := transfer.Snapshot{State: transfer.Running, Undoable: true, Copied: 3}
	deleting := transfer.Snapshot{State: transfer.Verifying, Copied: 3}
	ended := transfer.Snapshot{State: transfer.Done}
	for _, x := range []struct {
		jobs []transfer.Snapshot
		want string
	}{
		{[]transfer.Snapshot{upload, ended}, "what is half done is removed"},
		{[]transfer.Snapshot{copying, ended}, "the copies stay; cancelled in the queue they can be taken back"},
		{[]transfer.Snapshot{deleting, copying}, "the copies stay"},
		{[]transfer.Snapshot{upload, copying}, "what is half done is removed; copies of moves inside a bucket stay"},
	} {
		if got := cancelling(x.jobs); got != x.want {
			t.Errorf("%q instead of %q", got, x.want)
		}
	}
}
