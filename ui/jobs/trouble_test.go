package jobs_test

import (
	"errors"
	"strings"
	"testing"

	"gantry/remote"
	"gantry/transfer"
	"gantry/ui/jobs"
	"gantry/ui/theme"
)

// troubled is a resumed upload whose server has gone.
func troubled() transfer.Snapshot {
	return transfer.Snapshot{
		ID: 1, Title: "copy q1.parquet to acme:inbox/", From: "/home/u", To: "acme:inbox/", State: transfer.Running, Listed: true, ETA: -1,
		Items: transfer.Progress{Done: 0, Total: 1}, Bytes: transfer.Progress{Done: 62 << 20, Total: 100 << 20},
		Proven:  transfer.Progress{Done: 412, Total: 930},
		Trouble: &remote.Error{Op: "put", Kind: remote.Unreachable, Hint: "Nothing answers at 127.0.0.1:9. " + hostile},
		Created: now,
	}
}

func TestAnOutageShowsInTheListTheDetailsAndTheStatusLine(t *testing.T) {
	v := jobs.New(theme.Plain(), clock)
	s := troubled()
	v.Reset([]transfer.Snapshot{s})
	if list := look(t, v, 80, 4); !strings.Contains(list, "retrying") {
		t.Errorf("the list:\n%s", list)
	}
	if line := v.StatusLine(80); !strings.Contains(line, "trying again: Nothing answer") || !strings.Contains(line, "62 %") {
		t.Errorf("the status line: %q", line)
	}
	if line := v.StatusLine(40); strings.Contains(line, "again") {
		t.Errorf("half a word says nothing: %q", line)
	}
	v.Items = func(transfer.JobID, transfer.ItemFilter, int, int) []transfer.ItemSnapshot {
		return []transfer.ItemSnapshot{{
			Source: "/home/u/q1.parquet", State: transfer.Running, Attempts: 9, Bytes: s.Bytes, Proven: s.Proven,
			Note: "It was sent anew.", Trouble: s.Trouble,
		}}
	}
	v.Open()
	details := look(t, v, 80, 16)
	for _, want := range []string{"retrying · 0 of 1", "412 of 930 parts verified", "! trying again: Nothing answers", "It was sent anew.", "9 attempts"} {
		if !strings.Contains(details, want) {
			t.Errorf("%q is missing in the details:\n%s", want, details)
		}
	}
	for w := range 20 { // whatever there is room for
		look(t, v, w+1, 12)
	}
	// What has ended says nothing of it any more.
	s.State, s.Trouble = transfer.Done, nil
	s.Levels = []transfer.Level{{Name: "CRC64NVME", Items: 1204}, {Name: "size only", Items: 2}}
	v.Reset([]transfer.Snapshot{s})
	if details = look(t, v, 80, 16); !strings.Contains(details, "1,204 verified CRC64NVME, 2 size only") || strings.Contains(details, "! trying") {
		t.Errorf("how it was verified is missing:\n%s", details)
	}

	v.Items = func(transfer.JobID, transfer.ItemFilter, int, int) []transfer.ItemSnapshot {
		return []transfer.ItemSnapshot{{Source: "/home/u/q1.parquet", State: transfer.Failed, Err: &remote.Error{
			Op: "put", Kind: remote.Denied, Hint: "acme refuses to write.", Err: errors.New("403 AccessDenied (request QL66)"),
		}}}
	}
	v.Tab(1)
	if details = look(t, v, 80, 16); !strings.Contains(details, "(put: 403 AccessDenied (request QL66))") {
		t.Errorf("what the server said is missing:\n%s", details)
	}
}

func TestAFolderThatIsDoneIsNotSaidToBeUndone(t *testing.T) {
	v := jobs.New(theme.Plain(), clock)
	s := troubled()
	s.State, s.Trouble, s.Items = transfer.Done, nil, transfer.Progress{Done: 1, Total: 1}
	v.Reset([]transfer.Snapshot{s})
	v.Items = func(transfer.JobID, transfer.ItemFilter, int, int) []transfer.ItemSnapshot { return nil }
	v.Open()
	if d := look(t, v, 80, 16); !strings.Contains(d, "folders and deletions are not listed") {
		t.Errorf("the details:\n%s", d)
	}
}
