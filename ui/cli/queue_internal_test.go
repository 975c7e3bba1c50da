package cli

import (
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
