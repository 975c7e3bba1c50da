package jobs_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/charmbracelet/x/exp/golden"
	"github.com/muesli/termenv"

	"gantry/remote"
	"gantry/transfer"
	"gantry/ui/jobs"
	"gantry/ui/text"
	"gantry/ui/theme"
)

var now = time.Date(2024, 3, 5, 15, 0, 0, 0, time.UTC)

func clock() time.Time { return now }

const hostile = "\x1b]0;x\x07\u202egpj.exe\n\xff 世界"

// every is a job in each state.
func every() []transfer.Snapshot {
	all := []transfer.Snapshot{
		{
			Title: "copy q1.parquet to acme:inbox/", From: "/home/u/reports", To: "acme:inbox/", State: transfer.Running, Listed: true,
			Items: transfer.Progress{Done: 0, Total: 1}, Bytes: transfer.Progress{Done: 62 << 20, Total: 100 << 20}, Rate: 84e6, ETA: 7 * time.Second,
			Active: []transfer.ItemSnapshot{{Source: "/home/u/reports/q1.parquet", State: transfer.Running, Bytes: transfer.Progress{Done: 62 << 20, Total: 100 << 20}}},
		},
		{
			Title: "copy 3 entries to /tmp", From: "acme:big/", To: "/tmp", State: transfer.Listing, ETA: -1,
			Items: transfer.Progress{Done: 1204, Total: 9000}, Bytes: transfer.Progress{Done: 5 << 30, Total: 40 << 30}, Rate: 1.2e9,
		},
		{Title: "copy between buckets", From: "acme:a/", To: "s3://other/b", State: transfer.Verifying, Listed: true, Items: transfer.Progress{Done: 12, Total: 12}, Bytes: transfer.Progress{Done: 10, Total: 10}},
		{Title: "move logs", From: "/var/log", To: "acme:logs/", State: transfer.Asking, Listed: true, Conflicts: 2, Items: transfer.Progress{Done: 4, Total: 6}, Bytes: transfer.Progress{Done: 4, Total: 6}},
		{Title: "paused", From: "/a", To: "acme:a", State: transfer.Paused, Listed: true, Items: transfer.Progress{Done: 1, Total: 2}, Bytes: transfer.Progress{Done: 1, Total: 2}},
		{Title: "waiting", From: "/a", To: "acme:a", State: transfer.Waiting, Items: transfer.Progress{Total: -1}, Bytes: transfer.Progress{Total: -1}},
		{Title: "delete 12,408 objects below acme:old/", Op: transfer.Delete, From: "acme:old/", State: transfer.Done, Listed: true, Items: transfer.Progress{Done: 12408, Total: 12408}},
		{
			Title: hostile, From: hostile, To: hostile, State: transfer.Failed, Listed: true, Failures: 3, Skipped: 1, Items: transfer.Progress{Done: 4, Total: 5}, Finished: now,
			Err: &remote.Error{Op: "put", Kind: remote.Denied, Hint: "acme refuses to write. Ask for s3:PutObject. " + hostile},
		},
		{Title: "cancelled on the disk", From: "/a", To: "/b", State: transfer.Cancelled, Listed: true, Items: transfer.Progress{Done: 0, Total: 5}},
	}
	for i := range all {
		all[i].ID = transfer.JobID(i + 1)
		all[i].Created = now.Add(-time.Hour)
	}
	return all
}

func view(st *theme.Styles) *jobs.View {
	v := jobs.New(st, clock)
	v.Reset(every())
	return v
}

// look is a view as text, checked for its shape.
func look(t *testing.T, v *jobs.View, w, h int) string {
	t.Helper()
	lines := v.View(w, h)
	if len(lines) != h {
		t.Errorf("%d×%d: %d lines", w, h, len(lines))
	}
	for i, l := range lines {
		if text.Width(l) != w {
			t.Errorf("%d×%d: line %d has %d columns: %q", w, h, i, text.Width(l), l)
		}
	}
	return strings.Join(lines, "\n") + "\n"
}

func TestTheListLooksAsDrawn(t *testing.T) {
	v := view(theme.Plain())
	golden.RequireEqual(t, []byte(look(t, v, 120, 12)+"\n"+look(t, v, 80, 11)+"\n"+look(t, v, 40, 10)))
}

func TestDetailsLookAsDrawn(t *testing.T) {
	v := view(theme.Plain())
	v.Items = func(id transfer.JobID, f transfer.ItemFilter, offset, n int) []transfer.ItemSnapshot {
		if id != 8 {
			t.Errorf("items of job %d were asked for", id)
		}
		switch f {
		case transfer.ItemsFailed:
			return []transfer.ItemSnapshot{
				{Source: hostile, State: transfer.Failed, Attempts: 5, Bytes: transfer.Progress{Total: 1 << 20}, Err: &remote.Error{Op: "put", Hint: "The network is gone. Press r when it is back."}},
				{Source: "/a/" + strings.Repeat("long", 40) + ".txt", State: transfer.Failed, Bytes: transfer.Progress{Total: -1}, Err: errors.New("dial tcp: " + hostile)},
			}
		case transfer.ItemsSkipped:
			return []transfer.ItemSnapshot{{Source: "/a/pipe", State: transfer.Done, Skipped: true, Reason: "a named pipe has no content to copy"}}
		case transfer.ItemsActive:
			return []transfer.ItemSnapshot{
				{Source: "/a/b", State: transfer.Running, Bytes: transfer.Progress{Done: 5, Total: 10}},
				{Source: "/a/c", State: transfer.Done, Bytes: transfer.Progress{Done: 10, Total: 10}, Verified: "CRC64NVME"},
				{Source: "/a/d/", Dir: true, State: transfer.Done},
			}
		}
		return nil
	}
	v.Select(8)
	v.Open()
	if !v.Detailed() {
		t.Fatal("the details are not open")
	}
	out := look(t, v, 80, 16)
	v.Tab(1)
	out += "\n" + look(t, v, 80, 12)
	v.Tab(-2)
	out += "\n" + look(t, v, 80, 12)
	v.Tab(-1)
	out += "\n" + look(t, v, 40, 10)
	golden.RequireEqual(t, []byte(out))
	if !v.Close() || v.Close() || v.Detailed() {
		t.Error("closing does not go back to the list once")
	}
}

func TestTheStatusLineTellsWhatMovesAndWhatNeedsTheUser(t *testing.T) {
	v := view(theme.Plain())
	for _, c := range []struct {
		w    int
		want string
	}{
		{80, "↑ q1.parquet 62 % ████▉··· 84 MB/s 0:07  ↑1 ↓1 ⇄1 ·1 ⏸1 ✗1 ?2"},
		{55, "↑ q1.parquet 62 % 84 MB/s 0:07  ↑1 ↓1 ⇄1 ·1 ⏸1 ✗1 ?2"},
		{20, "↑1 ↓1 ⇄1 ·1 ⏸1 ✗1 ?2"},
		{19, "↑1 ↓1 ⇄1 ·1 ⏸1 ✗1 …"},
		{1, "…"},
	} {
		got := v.StatusLine(c.w)
		if text.Width(got) > c.w {
			t.Errorf("%q does not fit %d", got, c.w)
		}
		if got != c.want {
			t.Errorf("in %d columns: got %q, want %q", c.w, got, c.want)
		}
	}
	v.AskHint = "a answers"
	if got := v.StatusLine(100); !strings.HasSuffix(got, "?2 (a answers)") {
		t.Errorf("with the key: %q", got)
	}
	if got := jobs.New(theme.Plain(), clock).StatusLine(80); got != "" {
		t.Errorf("an empty queue says %q", got)
	}
	v.Reset(every()[1:2])
	if got := v.StatusLine(90); got != "↓ copy 3 entries to /tmp 1,204 of at least 9,000 1.2 GB/s  ↓1" {
		t.Errorf("while listing: %q", got)
	}
}

func TestAJobWhoseItemsWereSkippedSaysSo(t *testing.T) {
	v := jobs.New(theme.Plain(), clock)
	v.Reset([]transfer.Snapshot{{ID: 1, State: transfer.Done, Listed: true, Skipped: 30, Items: transfer.Progress{Done: 30, Total: 30}}})
	for w, want := range map[int]string{76: "30 skipped   skipped", 120: "30 of 30, 30 skipped     skipped"} {
		if got := look(t, v, w, 3); !strings.Contains(got, want) {
			t.Errorf("in %d columns:\n%s", w, got)
		}
	}
}

func TestNothingIsEverWholeBeforeItIsDone(t *testing.T) {
	for s := transfer.Waiting; s <= transfer.Cancelled; s++ {
		v := jobs.New(theme.Plain(), clock)
		v.Reset([]transfer.Snapshot{{ID: 1, State: s, Listed: true, Items: transfer.Progress{Done: 5, Total: 5}, Bytes: transfer.Progress{Done: 50, Total: 50}}})
		got := look(t, v, 100, 3) + v.StatusLine(100)
		if whole := strings.Contains(got, "100 %"); whole != (s == transfer.Done) {
			t.Errorf("%v shows 100 %%: %v\n%s", s, whole, got)
		}
	}
}

func TestEverySizeIsExactAndNothingHostileGetsThrough(t *testing.T) {
	v := view(theme.New("dark", termenv.TrueColor, true))
	for range 2 {
		for _, size := range [][2]int{{300, 100}, {120, 30}, {80, 24}, {60, 12}, {40, 10}, {20, 5}, {5, 2}, {1, 1}} {
			got := look(t, v, size[0], size[1]) + v.StatusLine(size[0])
			if strings.ContainsAny(got, "\x07\u202e") || !utf8.ValidString(got) || strings.Contains(got, "\x1b]") {
				t.Errorf("%v: hostile text is shown raw", size)
			}
		}
		v.Select(8)
		v.Open()
	}
	if v.View(0, 10) != nil || v.View(10, 0) != nil {
		t.Error("no room shows something")
	}
}

func TestTheCursorStaysOnItsJob(t *testing.T) {
	v := view(theme.Plain())
	if v.SelectedID() != 1 {
		t.Fatalf("it begins on %d", v.SelectedID())
	}
	v.Down()
	v.Down()
	v.Apply(transfer.Update{Removed: []transfer.JobID{1, 2}, Jobs: []transfer.Snapshot{{ID: 10, Title: "new"}}})
	if v.SelectedID() != 3 || v.Len() != 8 {
		t.Errorf("after others went it is on %d of %d", v.SelectedID(), v.Len())
	}
	v.Apply(transfer.Update{Removed: []transfer.JobID{3}})
	if v.SelectedID() != 4 {
		t.Errorf("after its own went it is on %d", v.SelectedID())
	}
	v.End()
	if v.SelectedID() != 10 {
		t.Errorf("the last is %d", v.SelectedID())
	}
	v.Up()
	v.Home()
	if v.SelectedID() != 4 {
		t.Errorf("the first is %d", v.SelectedID())
	}
	look(t, v, 80, 4)
	v.Page(1)
	if v.SelectedID() != 6 {
		t.Errorf("a page further is %d", v.SelectedID())
	}
	v.Apply(transfer.Update{Removed: []transfer.JobID{4, 5, 6, 7, 8, 9, 10}})
	if s, ok := v.Selected(); ok || v.SelectedID() != 0 {
		t.Errorf("an empty list has %v selected", s)
	}
	v.Down()
	v.Open()
	if v.Detailed() {
		t.Error("there are details of nothing")
	}
	if got := look(t, v, 80, 4); !strings.Contains(got, "empty") {
		t.Errorf("an empty queue does not say so:\n%s", got)
	}
}

func TestClicksFindTheirRowsAndTabs(t *testing.T) {
	v := view(theme.Plain())
	look(t, v, 80, 5)
	v.End()
	look(t, v, 80, 5) // scrolled: rows 6 to 9
	if !v.Click(10, 2) || v.SelectedID() != 7 {
		t.Errorf("a click on the second row is on %d", v.SelectedID())
	}
	for _, y := range []int{-1, 0, 5, 99} {
		if id, ok := v.At(y); ok {
			t.Errorf("line %d is job %d", y, id)
		}
	}
	v.Select(8)
	v.Open()
	lines := v.View(80, 16)
	for y, l := range lines {
		if i := strings.Index(l, " Skipped"); i >= 0 && !v.Click(text.Width(l[:i])+1, y) {
			t.Error("the tab cannot be clicked")
		}
	}
	if got := look(t, v, 80, 16); !strings.Contains(got, "[Skipped 1]") {
		t.Errorf("the tab did not open:\n%s", got)
	}
}

func TestManyItemsAreFetchedInPieces(t *testing.T) {
	v := view(theme.Plain())
	most := 0
	v.Items = func(_ transfer.JobID, _ transfer.ItemFilter, offset, n int) []transfer.ItemSnapshot {
		most = max(most, n)
		var out []transfer.ItemSnapshot
		for i := offset; i < min(1000, offset+n); i++ {
			out = append(out, transfer.ItemSnapshot{Source: fmt.Sprintf("/item-%03d", i), State: transfer.Running})
		}
		return out
	}
	v.Open()
	seen := map[string]bool{}
	for range 200 {
		for _, f := range strings.Fields(look(t, v, 80, 12)) {
			if strings.HasPrefix(f, "/item-") {
				seen[f] = true
			}
		}
		v.Move(5)
	}
	if len(seen) != 1000 || most > 200 {
		t.Errorf("scrolling showed %d of 1000 items, at most %d at a time", len(seen), most)
	}
	for range 200 {
		v.Move(-5)
		look(t, v, 80, 12)
	}
	if got := look(t, v, 80, 12); !strings.Contains(got, "/item-000") {
		t.Errorf("scrolling back does not reach the start:\n%s", got)
	}
	v.Apply(transfer.Update{Removed: []transfer.JobID{1}})
	if v.Detailed() {
		t.Error("the details of a cleared job are still open")
	}
}

func TestOverallSumsUpWhatHasNotEnded(t *testing.T) {
	job := func(s transfer.State, listed bool, done, total int64) transfer.Snapshot {
		return transfer.Snapshot{State: s, Listed: listed, Bytes: transfer.Progress{Done: done, Total: total}, Items: transfer.Progress{Done: 1, Total: 4}}
	}
	for name, c := range map[string]struct {
		all  []transfer.Snapshot
		want jobs.Overall
	}{
		"nothing":       {nil, jobs.Overall{Known: true}},
		"only an end":   {[]transfer.Snapshot{job(transfer.Done, true, 5, 5)}, jobs.Overall{Known: true}},
		"two":           {[]transfer.Snapshot{job(transfer.Running, true, 1, 10), job(transfer.Paused, true, 4, 10), job(transfer.Failed, true, 9, 9)}, jobs.Overall{Busy: 2, Held: 1, Known: true, Fraction: 0.25}},
		"one listing":   {[]transfer.Snapshot{job(transfer.Listing, false, 1, 10)}, jobs.Overall{Busy: 1}},
		"without bytes": {[]transfer.Snapshot{job(transfer.Asking, true, 0, 0)}, jobs.Overall{Busy: 1, Held: 1, Known: true, Fraction: 0.25}},
	} {
		v := jobs.New(theme.Plain(), clock)
		for i := range c.all {
			c.all[i].ID = transfer.JobID(i + 1)
		}
		v.Reset(c.all)
		if got := v.Overall(); got != c.want {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}

// TestWhatIsDoneSaysHowItWasVerified: in the details, under Done.
func TestWhatIsDoneSaysHowItWasVerified(t *testing.T) {
	v := jobs.New(theme.Plain(), clock)
	v.Reset([]transfer.Snapshot{{ID: 1, Title: "copy a", State: transfer.Done, Listed: true, Items: transfer.Progress{Done: 2, Total: 2}}})
	v.Items = func(_ transfer.JobID, f transfer.ItemFilter, _, _ int) []transfer.ItemSnapshot {
		if f != transfer.ItemsDone {
			return nil
		}
		return []transfer.ItemSnapshot{
			{Source: "a", State: transfer.Done, Verified: "CRC64NVME"}, {Source: "b", State: transfer.Done, Verified: "size only"},
		}
	}
	v.Open()
	out := strings.Join(v.View(80, 12), "\n")
	for _, want := range []string{"[Done 2]", "verified CRC64NVME", "size only"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
}

// TestTheJobsOfOthersTakeHalfOfTheListAtMost: the own ones come first.
func TestTheJobsOfOthersTakeHalfOfTheListAtMost(t *testing.T) {
	v := view(theme.Plain())
	var others []transfer.Record
	for _, s := range every()[:4] {
		s.ID += 100
		others = append(others, transfer.Record{Snapshot: s, Owned: true, PID: 4711})
	}
	others[2].PID, others[0].Err = 0, errors.New("It waits. "+hostile)
	v.SetOthers(others)
	out := look(t, v, 80, 10)
	for _, want := range []string{"copy q1.parquet", "in another gantry, pid 4711: It waits.", "copy 3 entries", "2 jobs in other gantries"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
	v.SetOthers(others[1:])
	if out := look(t, v, 120, 14); strings.Count(out, "in another gantry") != 3 {
		t.Errorf("not all of them in\n%s", out)
	}
	for h := range 12 {
		if h > 0 {
			look(t, v, 40, h)
		}
	}
	v.End()
	if v.SelectedID() != 9 {
		t.Errorf("the cursor is on job %d", v.SelectedID())
	}
}
