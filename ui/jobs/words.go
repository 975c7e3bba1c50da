package jobs

import (
	"strconv"
	"strings"
	"time"

	"gantry/remote"
	"gantry/transfer"
	"gantry/ui/text"
)

// glyph is a state in one column, so that it can be told without colours.
func glyph(s transfer.State) string {
	switch s {
	case transfer.Listing:
		return "…"
	case transfer.Running:
		return "▶"
	case transfer.Paused:
		return "⏸"
	case transfer.Asking:
		return "?"
	case transfer.Verifying:
		return "≈"
	case transfer.Done:
		return "✓"
	case transfer.Failed:
		return "✗"
	case transfer.Cancelled:
		return "⊘"
	}
	return "·"
}

// arrow is where a job moves bytes: up to a bucket, down from one, between two,
// on the disk, or nowhere (a deletion).
func arrow(s transfer.Snapshot) string {
	from, to := onServer(s.From), onServer(s.To)
	switch {
	case s.Op == transfer.Delete:
		return "–"
	case from && to:
		return "⇄"
	case from:
		return "↓"
	case to:
		return "↑"
	}
	return "→"
}

// onServer tells whether a location is on a server: "acme:inbox/", "s3://…"; a
// path with a slash before its colon and a drive letter are not.
func onServer(location string) bool {
	server, _, ok := strings.Cut(location, ":")
	return ok && len(server) > 1 && !strings.ContainsAny(server, `/\`)
}

// fraction is how much of a job is done, by bytes, or by items where it has
// none: what is still being listed counts as little as it can.
func fraction(s transfer.Snapshot) float64 {
	p := s.Bytes
	if s.Op == transfer.Delete || p.Total <= 0 {
		p = passed(s)
	}
	if s.State == transfer.Done {
		return 1
	}
	if p.Total <= 0 || !s.Listed {
		return 0 // what is known of it is growing
	}
	return min(text.Fraction(p.Done, p.Total), 0.999) // never whole before it is done
}

// passed are the items that are done, or at least copied: what was copied once is not
// counted back when its source is deleted.
func passed(s transfer.Snapshot) transfer.Progress {
	return transfer.Progress{Done: s.Items.Done + s.Copied, Total: s.Items.Total}
}

// percent is fraction in words; "" while the total is growing.
func percent(s transfer.Snapshot) string {
	switch {
	case s.State == transfer.Done:
		return "100 %"
	case !s.Listed || s.State == transfer.Waiting && fraction(s) == 0:
		return ""
	}
	return strconv.Itoa(int(fraction(s)*100)) + " %"
}

// items are the counts of a job: "3 of 12", "1,204 of at least 9,000", "copied 3 of 12".
func items(s transfer.Snapshot) string {
	var parts []string
	n, word := s.Counted()
	if word != "" {
		word += " "
	}
	switch {
	case s.Items.Total < 0 || s.Items.Total == 0 && !s.Listed:
		if s.State != transfer.Waiting {
			parts = append(parts, "listing…")
		}
	case !s.Listed:
		parts = append(parts, word+text.Count(n)+" of at least "+text.Count(s.Items.Total))
	default:
		parts = append(parts, word+text.Count(n)+" of "+text.Count(s.Items.Total))
	}
	if s.Skipped > 0 && len(parts) > 0 {
		parts[0] += ", " + text.Count(int64(s.Skipped)) + " skipped"
	}
	if s.Failures > 0 {
		parts = append(parts, "✗"+strconv.Itoa(s.Failures))
	}
	if s.Conflicts > 0 {
		parts = append(parts, "?"+strconv.Itoa(s.Conflicts))
	}
	return strings.Join(parts, " ")
}

// fewItems is items in few columns: "3/12", "1,204/9,000+", "✗2 3/12"; of a
// single file its size.
func fewItems(s transfer.Snapshot) string {
	var parts []string
	n, _ := s.Counted() // of what, the state says
	if s.Failures > 0 {
		parts = append(parts, "✗"+few(int64(s.Failures)))
	}
	if s.Conflicts > 0 {
		parts = append(parts, "?"+few(int64(s.Conflicts)))
	}
	switch {
	case s.Items.Total < 0 || s.Items.Total == 0 && !s.Listed:
	case s.State.Ended() && s.Skipped > 0 && len(parts) == 0:
		parts = append(parts, few(int64(s.Skipped))+" skipped")
	case single(s):
		parts = append(parts, text.Size(s.Bytes.Total))
	case !s.Listed:
		parts = append(parts, few(n)+"/"+few(s.Items.Total)+"+")
	default:
		parts = append(parts, few(n)+"/"+few(s.Items.Total))
	}
	return strings.Join(parts, " ")
}

// single tells whether a job is one file, of which the bytes say more than the
// count.
func single(s transfer.Snapshot) bool {
	return s.Items.Total == 1 && s.Listed && s.Bytes.Total > 0 && s.Failures == 0 && s.Conflicts == 0
}

// few is a count in at most five columns.
func few(n int64) string {
	switch {
	case n < 10_000:
		return text.Count(n)
	case n < 1_000_000:
		return strconv.FormatInt(n/1000, 10) + "k"
	}
	return strconv.FormatInt(n/1_000_000, 10) + "M"
}

// state is the word for a job's state; a running one that also needs the user
// says so, and a move inside a bucket what it does to the items that are counted.
func state(s transfer.Snapshot) string {
	switch {
	case s.Conflicts > 0 && !s.State.Ended() && s.State != transfer.Paused:
		return transfer.Asking.String()
	case s.State == transfer.Done && s.Skipped > 0 && int64(s.Skipped) == s.Items.Total:
		return "skipped"
	case troubled(s):
		return "retrying"
	case s.State == transfer.Running && s.Copied > 0:
		return "copying"
	case s.State == transfer.Verifying && s.Copied > 0 && !s.Undoable:
		return "deleting"
	case s.State == transfer.Done && s.Failures > 0:
		return text.Plural(int64(s.Failures), "failure")
	}
	return s.State.String()
}

// troubled tells whether a job that should move only meets failures.
func troubled(s transfer.Snapshot) bool { return moves(s) && s.Trouble != nil }

// again is why something is tried once more.
func again(why error) string { return "trying again: " + text.Clean(remote.HintOf(why)) }

// verified is how much of what was interrupted turned out to be what the source
// holds: "412 of 930 parts verified".
func verified(p transfer.Progress) string {
	if p.Total == 0 {
		return ""
	}
	return text.Count(p.Done) + " of " + text.Count(p.Total) + " parts verified"
}

// levels is how the items of a job were verified: "verified CRC64NVME", or "40
// verified CRC64NVME, 2 size only".
func levels(all []transfer.Level) string {
	var parts []string
	for _, l := range all {
		part := text.Clean(l.String())
		if len(all) > 1 {
			part = text.Count(l.Items) + " " + part
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, ", ")
}

// rate and eta are only told of what moves.

func rate(s transfer.Snapshot) string {
	if !moves(s) {
		return ""
	}
	return text.Rate(s.Rate)
}

func eta(s transfer.Snapshot) time.Duration {
	if !moves(s) || !s.Listed {
		return -1
	}
	return s.ETA
}

func moves(s transfer.Snapshot) bool {
	return s.State == transfer.Listing || s.State == transfer.Running
}
