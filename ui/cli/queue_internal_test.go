package cli

import (
	"errors"
	"strings"
	"testing"

	"gantry/transfer"
)

func TestAJobThatHasNotEndedIsListedWithItsBytes(t *testing.T) {
	r := transfer.Record{Snapshot: transfer.Snapshot{
		ID: 7, Title: "copy big to acme:in/", State: transfer.Paused, Listed: true,
		Items: transfer.Progress{Total: 1}, Bytes: transfer.Progress{Done: 3 << 30, Total: 4 << 30},
	}}
	if line := jobLine(r); !strings.HasSuffix(line, "  0 of 1  copy big to acme:in/  (3.0 GiB of 4.0 GiB)") {
		t.Error(line)
	}
	r.State = transfer.Done
	if line := jobLine(r); !strings.HasSuffix(line, "  0 of 1  copy big to acme:in/") {
		t.Error(line)
	}
}

func TestAListSaysWhyAJobOfAnotherProcessWaits(t *testing.T) {
	r := transfer.Record{Owned: true, PID: 4711, Snapshot: transfer.Snapshot{
		ID: 7, Title: "copy big to acme:in/", State: transfer.Asking, Listed: true, Failures: 1,
		Items: transfer.Progress{Total: 1}, Err: errors.New("The session has expired."),
	}}
	if line := jobLine(r); !strings.HasSuffix(line, "  (in gantry with pid 4711)  (The session has expired.)  (1 failed)") {
		t.Error(line)
	}
	r.State, r.Err, r.Failures = transfer.Waiting, nil, 0
	if line := jobLine(r); !strings.Contains(line, "waits for its turn") {
		t.Error(line)
	}
	r.Owned = false // by now nobody has it
	if line := jobLine(r); strings.Contains(line, "4711") {
		t.Error(line)
	}
}

func TestWhoGivesJobsUpIsToldWhatBecomesOfCopies(t *testing.T) {
	for back, want := range map[bool]string{
		false: "What is half done is removed; copies of moves inside a bucket stay. Give up 2 interrupted jobs?",
		true:  "What is half done is removed; copies of moves inside a bucket are removed again. Give up 2 interrupted jobs?",
	} {
		if got := giveUp(2, back); got != want {
			t.Errorf("%q", got)
		}
	}
}
