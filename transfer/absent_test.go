package transfer_test

import (
	"testing"
	"testing/synctest"

	"gantry/remote"
	"gantry/remote/wrap"
	"gantry/transfer"
	"gantry/transfer/journal"
)

// I7: a rename in a bucket whose objects others have taken away in the meantime is
// not done, however often it is resumed; one of which only the object that had
// failed is gone moves the rest.
func TestWhatHadFailedAndIsGoneIsAFailureOfAResumedRename(t *testing.T) {
	for _, c := range []struct {
		name string
		gone []remote.Path
		rest bool
	}{
		{"everything", []remote.Path{"d/a", "d/b", "in/d/a"}, false},
		{"what had failed", []remote.Path{"d/b"}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { resumeWithout(t, c.gone, c.rest) })
		})
	}
}

func resumeWithout(t *testing.T, gone []remote.Path, rest bool) {
	b := bucket("l:")()
	b.Put("d/a", "content of a")
	b.Put("d/b", "content of b")
	m := &machine{from: b, to: b, jr: journal.NewMemory(), workers: 1, unattended: true}
	m.around = func(s mortal) remote.Tree {
		f := wrap.NewFaulty(s)
		f.Add(wrap.Copy, wrap.Fault{Times: -1, Err: fault(remote.Denied), Match: func(p remote.Path) bool { return p == "d/b" || p == "in/d/b" }})
		return f
	}
	q, d := m.boot(t.Context(), 0, false)
	s := await(t, q, m.submit(t, q, d, transfer.Move, "in/", "d/"))
	closeQueue(t, q)
	if !s.Kept || s.Failures != 1 {
		t.Fatalf("interrupted: %+v", s)
	}
	if err := b.Remove(t.Context(), gone); err != nil {
		t.Fatal(err)
	}
	m.around = nil
	for {
		q, _ := m.boot(t.Context(), 0, false)
		ended := adoptAll(t, q)
		closeQueue(t, q)
		if len(ended) == 0 {
			break
		}
		if e := ended[0]; e.State == transfer.Done || e.Failures == 0 || m.failedFor(s.ID) == 0 {
			t.Fatalf("resumed: %+v, on record %d have failed", e, m.failedFor(s.ID))
		}
	}
	if rest {
		wantContent(t, b, "in/d/a", "content of a")
		wantNothing(t, b, "d/a")
	}
}
