package cli

import (
	"errors"
	"strings"
	"testing"
	"time"

	"gantry/remote"
	"gantry/transfer"
	"gantry/ui/text"
)

func TestTheLiveLineFitsAndSaysWhyNothingMoves(t *testing.T) {
	m := moved{listed: true}
	m.add(transfer.Snapshot{
		State: transfer.Running, Listed: true, Rate: 21e6, ETA: 11 * time.Second,
		Items: transfer.Progress{Done: 1204, Total: 9000}, Bytes: transfer.Progress{Done: 115 << 20, Total: 300 << 20},
		Proven: transfer.Progress{Done: 412, Total: 930}, Failures: 3,
	})
	whole := m.line(200)
	for _, want := range []string{"115 MiB of 300 MiB", "1,204 of 9,000", "3 failed", "21 MB/s", "0:11", "412 of 930 parts verified"} {
		if !strings.Contains(whole, want) {
			t.Errorf("%q lacks %q", whole, want)
		}
	}
	for _, w := range []int{0, 1, 20, 79} {
		if got := text.Width(m.line(w)); got > w {
			t.Errorf("the line is %d columns wide, not %d", got, w)
		}
	}
	// One job that nobody can tell about hides when the command will be done.
	m.add(transfer.Snapshot{State: transfer.Running, ETA: -1, Trouble: &remote.Error{
		Op: "write", Kind: remote.Unreachable, Hint: "Nothing answers\x1b[31m.", Err: errors.New("refused"),
	}})
	whole = m.line(200)
	if strings.Contains(whole, "0:11") || !strings.Contains(whole, "trying again: Nothing answers") || strings.Contains(whole, "\x1b") {
		t.Errorf("%q", whole)
	}
	if j := m.json(); j.Trouble != "Nothing answers\x1b[31m." || j.Listed {
		t.Errorf("%+v", j)
	}
}

func TestTheLiveLineSaysThatWhatArrivedIsVerified(t *testing.T) {
	m := moved{listed: true}
	m.add(transfer.Snapshot{State: transfer.Done, Listed: true})
	m.add(transfer.Snapshot{
		State: transfer.Verifying, Listed: true, Rate: 21e6, ETA: time.Second,
		Items: transfer.Progress{Total: 1}, Bytes: transfer.Progress{Done: 300<<20 - 1, Total: 300 << 20},
	})
	if line := m.line(200); !strings.HasSuffix(line, "0 of 1  verifying") || !m.json().Checking {
		t.Errorf("%q, %+v", line, m.json())
	}
	m.add(transfer.Snapshot{State: transfer.Running, Listed: true, Rate: 1e6, ETA: -1})
	if line := m.line(200); strings.Contains(line, "verifying") || !strings.Contains(line, "22 MB/s") || m.json().Checking {
		t.Errorf("another one is not there yet: %q, %+v", line, m.json())
	}
}

func TestWhatAStoppedJobLeavesIsNotCalledCancelled(t *testing.T) {
	for kept, want := range map[bool]string{true: "3 copied, 16 left", false: "3 copied, 16 cancelled"} {
		if got := (totals{Op: "copy", Done: 3, Cancelled: 16, kept: kept}).String(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// TestTheLiveLineCountsWhatAMoveInABucketHasCopied; JSON counts what is done.
func TestTheLiveLineCountsWhatAMoveInABucketHasCopied(t *testing.T) {
	s := transfer.Snapshot{
		State: transfer.Running, Listed: true, Items: transfer.Progress{Total: 30}, Copied: 12, Undoable: true,
	}
	m := moved{listed: true}
	m.add(s)
	if line := m.line(200); !strings.Contains(line, "copied 12 of 30") || m.json().Items != 0 {
		t.Errorf("%q, %+v", line, m.json())
	}
	s.Undoable, s.Items.Done, s.Copied = false, 3, 27
	m = moved{listed: true}
	m.add(s)
	if line := m.line(200); !strings.Contains(line, "deleted 3 of 30") || m.json().Items != 3 {
		t.Errorf("%q, %+v", line, m.json())
	}
}
