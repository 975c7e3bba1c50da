package transfer_test

import (
	"testing"
	"testing/synctest"

	"gantry/transfer"
)

// What the schedules have found, each in a test of its own.

// upload is a script of two files to a bucket.
func upload(strokes ...stroke) *script {
	return &script{
		place: scenes[0], op: transfer.Copy, policy: transfer.PolicyOverwrite, workers: 8, unattended: true,
		files: []role{{"d/a", 95, false}, {"d/b", 35, false}}, strokes: strokes,
	}
}

// I7: a job that goes on after an interruption is not done as long as something
// has failed before it.
func TestWhatFailedBeforeAnInterruptionIsNotForgotten(t *testing.T) {
	untilItHappens(t, func(t *testing.T) bool {
		p := newPlay(t, upload(
			stroke{call: "Commit", path: "in/d/a", nth: 1, what: "denied"},
			stroke{call: "WritePart", path: "in/d/b", nth: 1, what: "told to end"},
		))
		p.workers = 1
		q, d := p.start(0)
		r, _ := p.request(d, p.s.policy)
		p.await(q, q.Submit(r))
		p.over(q)
		q, _ = p.start(1)
		defer p.over(q)
		left, err := q.Orphans(t.Context())
		if err != nil || len(left) != 1 {
			return false // it was done before it was told
		}
		if err := q.Adopt(t.Context(), left[0].ID, nil); err != nil {
			t.Fatal(err)
		}
		if s := p.await(q, left[0].ID); s.State != transfer.Failed || s.Failures != 1 {
			t.Errorf("the job is %s with %d failures", s.State, s.Failures)
		}
		return true
	})
}

// U13, I6: a job that is cancelled after it was resumed leaves nothing of what it
// had begun before and has not come to again.
func TestAResumedJobThatIsCancelledLeavesNothing(t *testing.T) {
	untilItHappens(t, func(t *testing.T) bool {
		p := newPlay(t, upload(
			stroke{call: "Commit", nth: 1, what: "killed"},
			stroke{process: 1, call: "Stat", nth: 1, what: "cancelled"},
		))
		q, d := p.start(0)
		r, _ := p.request(d, p.s.policy)
		p.await(q, q.Submit(r))
		p.over(q)
		if p.to.Uploads() != 2 {
			return false // killed before both were begun
		}
		p.workers = 1
		q, _ = p.start(1)
		p.adopt(q)
		p.over(q)
		p.leftovers()
		for _, why := range p.broken {
			t.Error(why)
		}
		return p.cancelled
	})
}

// untilItHappens plays a script again while the goroutines come in an order that
// does not bring about what it is about.
func untilItHappens(t *testing.T, play func(*testing.T) bool) {
	t.Helper()
	for range 100 {
		happened := false
		synctest.Test(t, func(t *testing.T) { happened = play(t) })
		if happened {
			return
		}
	}
	t.Error("it did not happen in 100 times")
}
