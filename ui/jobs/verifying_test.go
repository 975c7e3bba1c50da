package jobs_test

import (
	"strings"
	"testing"

	"gantry/transfer"
	"gantry/ui/jobs"
	"gantry/ui/theme"
)

func TestWhatIsBeingVerifiedSaysSoEverywhere(t *testing.T) {
	v := jobs.New(theme.Plain(), clock)
	bytes := transfer.Progress{Done: 100 << 20, Total: 100 << 20}
	s := transfer.Snapshot{
		ID: 1, Title: "copy q1.parquet to /tmp", From: "acme:", To: "/tmp", State: transfer.Verifying, Listed: true, ETA: -1,
		Items: transfer.Progress{Done: 0, Total: 1}, Bytes: bytes, Created: now,
	}
	v.Reset([]transfer.Snapshot{s})
	if list := look(t, v, 80, 4); !strings.Contains(list, "verifying") {
		t.Errorf("the list:\n%s", list)
	}
	if line := v.StatusLine(80); !strings.Contains(line, "99 %") || !strings.Contains(line, "verifying") {
		t.Errorf("the status line: %q", line)
	}
	if line := v.StatusLine(30); strings.Contains(line, "ver") {
		t.Errorf("half a word says nothing: %q", line)
	}
	v.Items = func(transfer.JobID, transfer.ItemFilter, int, int) []transfer.ItemSnapshot {
		return []transfer.ItemSnapshot{
			{Source: "acme:q1.parquet", State: transfer.Verifying, Attempts: 1, Bytes: bytes},
			{Source: "acme:q2.parquet", State: transfer.Running, Attempts: 1, Bytes: transfer.Progress{Total: 1}},
		}
	}
	v.Open()
	details := look(t, v, 80, 16)
	if !strings.Contains(details, "verifying  100 MiB") || strings.Count(details, "verifying") != 2 {
		t.Errorf("the details:\n%s", details)
	}
}

// TestAMoveInABucketShowsWhatIsCopiedAndThenWhatIsDeleted: its items are done when the
// last of them is copied, so that their number alone stands still.
func TestAMoveInABucketShowsWhatIsCopiedAndThenWhatIsDeleted(t *testing.T) {
	s := transfer.Snapshot{
		ID: 1, Op: transfer.Move, Title: "move old to acme:new", From: "acme:", To: "acme:new/", Listed: true, ETA: -1, Created: now,
		State: transfer.Running, Items: transfer.Progress{Total: 30}, Copied: 12, Undoable: true,
	}
	v := jobs.New(theme.Plain(), clock)
	seen := func(wants [2][2]string) {
		t.Helper()
		v.Reset([]transfer.Snapshot{s})
		for i, w := range []int{120, 80} {
			list := look(t, v, w, 3)
			for _, want := range wants[i] {
				if !strings.Contains(list, want) {
					t.Errorf("at %d columns there is no %q:\n%s", w, want, list)
				}
			}
		}
	}
	seen([2][2]string{{"copied 12 of 30", "copying"}, {"12/30", "copying"}})
	if all := v.Overall(); all.Fraction != 0.4 {
		t.Errorf("%v of it", all.Fraction)
	}
	s.State, s.Items.Done, s.Copied, s.Undoable = transfer.Verifying, 3, 27, false
	seen([2][2]string{{"deleted 3 of 30", "deleting"}, {"3/30", "deleting"}})
	if line := v.StatusLine(80); !strings.Contains(line, "99 %") || !strings.Contains(line, "deleting") {
		t.Errorf("the status line: %q", line)
	}
}

// TestTheCountsTakeTheRoomThatTitlesLeave, and are short rather than cut.
func TestTheCountsTakeTheRoomThatTitlesLeave(t *testing.T) {
	v := jobs.New(theme.Plain(), clock)
	s := transfer.Snapshot{
		ID: 1, Title: "copy many to acme:", From: "/a", To: "acme:", State: transfer.Listing, ETA: -1, Created: now,
		Items: transfer.Progress{Done: 4, Total: 1000}, Skipped: 3, Failures: 2,
	}
	v.Reset([]transfer.Snapshot{s})
	if list := look(t, v, 116, 3); !strings.Contains(list, "4 of at least 1,000, 3 skipped ✗2") {
		t.Errorf("the list:\n%s", list)
	}
	s.Title = "copy " + strings.Repeat("many ", 20) + "to acme:"
	v.Reset([]transfer.Snapshot{s})
	if list := look(t, v, 116, 3); !strings.Contains(list, "✗2 4/1,000+") {
		t.Errorf("the list:\n%s", list)
	}
}
