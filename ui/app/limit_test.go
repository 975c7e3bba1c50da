package app_test

import (
	"testing"

	"gantry/remote"
)

// TestLimitsThatAreEditedReachWhatRuns: the server stays known, with the same
// connections, and what was set by hand holds until the store has another value.
func TestLimitsThatAreEditedReachWhatRuns(t *testing.T) {
	w := newWorld(t)
	place, err := w.Open(t.Context(), "acme:")
	if err != nil {
		t.Fatal(err)
	}
	limited := func(want int64, when string) {
		t.Helper()
		if n, known := w.ServerBandwidth("acme"); !known || n != want {
			t.Errorf("%s: %d, known %v", when, n, known)
		}
	}
	save := func(change func(s *remote.Server)) {
		t.Helper()
		s := info(t, w.App, "acme").Server
		change(&s)
		if err := w.SaveServer(t.Context(), "acme", s); err != nil {
			t.Fatal(err)
		}
	}
	limited(0, "at first")
	save(func(s *remote.Server) { s.Bandwidth = "1MiB/s" })
	limited(1<<20, "edited")
	if again, err := w.Open(t.Context(), "acme:"); err != nil || again.Tree != place.Tree {
		t.Errorf("it was opened anew: %v", err)
	}
	w.SetServerBandwidth("acme", 5<<20)
	save(func(s *remote.Server) { s.Description = "of something else" })
	limited(5<<20, "by hand, and something else edited")
	save(func(s *remote.Server) { s.Bandwidth = "2MiB/s" })
	limited(2<<20, "edited again")
	save(func(s *remote.Server) { s.ReadOnly = true })
	limited(2<<20, "other settings, before it is opened anew")
	if _, err := w.Open(t.Context(), "acme:"); err != nil {
		t.Fatal(err)
	}
	save(func(s *remote.Server) { s.Bandwidth = "3MiB/s" })
	limited(3<<20, "opened anew") // one limit, for old jobs and new ones
}

// TestTheLimitOfAllJobsFollowsTheStore unless it was set by hand meanwhile.
func TestTheLimitOfAllJobsFollowsTheStore(t *testing.T) {
	w := newWorld(t)
	q := w.Queue()
	text := w.read(t)
	changes := w.Changes()
	edit := func(bandwidth string) {
		t.Helper()
		w.write(t, text+"\n[transfer]\nbandwidth = \""+bandwidth+"\"\n")
		<-changes
	}
	edit("1MiB/s")
	if n := q.Bandwidth(); n != 1<<20 {
		t.Errorf("edited: %d", n)
	}
	q.SetTimetable(remote.Constant(7 << 20))
	text += "\n# a remark\n"
	edit("1MiB/s")
	if n := q.Bandwidth(); n != 7<<20 {
		t.Errorf("by hand, and something else edited: %d", n)
	}
	edit("2MiB/s")
	if n := q.Bandwidth(); n != 2<<20 {
		t.Errorf("edited again: %d", n)
	}
}
