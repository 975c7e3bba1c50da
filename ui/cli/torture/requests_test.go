//go:build unix

package torture_test

import (
	"fmt"
	"math/rand/v2"
	"os/exec"
	"testing"

	"gantry/remote/s3/s3test"
)

// P01, P02, U08, D08, S03, U13, U14, U15, Y06: the program is killed at every request that it sends, before
// the store has seen it and after the store has done it, and started again.
func TestTortureKillAtEveryRequest(t *testing.T) {
	program := must(t, built.often)
	c := &contents{}
	for _, s := range smalls(c) {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, program, s3test.Options{})
			total := s.measure(w)
			kills := 0
			for _, n := range choose(dice(t, s.name), total, 3) {
				for _, after := range []bool{false, true} {
					s.stage(w)
					name := fmt.Sprintf("killed at request %d of about %d (done: %t)", n, total, after)
					r := w.doomed(s3test.Rule{ID: "P01", Nth: n}, after, s.args)
					if r.code == -1 {
						kills++
					}
					if !w.report(name, s.settle(w)) && !full() {
						return
					}
				}
			}
			t.Logf("%d requests, %d kills", total, kills)
		})
	}
}

// measure runs the transfer in peace and counts its requests.
func (s *small) measure(w *world) int {
	w.Helper()
	s.stage(w)
	if r := w.run(s.args...); r.code != 0 {
		w.Fatalf("it ends with %d: %s", r.code, r.err)
	}
	w.report("without a fault", s.plan.atRest(w))
	return len(w.events())
}

// doomed runs a command line that is killed when a request matches the rule:
// before the store has seen it, or after the store has done it. Its code is -1
// then.
func (w *world) doomed(rule s3test.Rule, after bool, args []string) said {
	w.Helper()
	cmd := exec.Command(w.program, w.arguments(args)...)
	cmd.Env = w.env
	begun := make(chan struct{})
	strike := func() {
		<-begun
		_ = cmd.Process.Kill() // it may have ended by itself
	}
	w.stops++
	if rule.Action = s3test.CallAfter(strike); !after {
		rule.Action = s3test.Call(strike)
		w.server.Fault(rule)
		rule.Action = s3test.ResetBeforeHeaders() // so that it is not done
	}
	w.server.Fault(rule) // before the program begins, which may be faster than we are
	o := w.begin(cmd)
	close(begun)
	return w.finish(cmd, o)
}

// blow is something that goes wrong with one request.
type blow struct {
	id     string // of the fault catalogue
	op     string // "" for all
	action s3test.Action
}

// blows are faults that pass: what meets one succeeds in the end.
func blows(dice *rand.Rand) []blow {
	n := dice.Int64N(6 * mib)
	return []blow{
		{"N01", "", s3test.Status(500, "InternalError")},
		{"N02", "", s3test.Status(503, "SlowDown")},
		{"N03", "", s3test.Status(429, "TooManyRequests")},
		{"N04", "", s3test.HTML(502)},
		{"N05", "", s3test.Status(400, "RequestTimeout")},
		{"N06", "", s3test.ResetBeforeHeaders()},
		{"N07", "GetObject", s3test.ResetAt(n)},
		{"N08", "UploadPart", s3test.ResetUpload(n)},
		{"N18", "GetObject", s3test.CloseAt(n)},
		{"N19", "GetObject", s3test.ShortLength(n)},
		{"N21", "GetObject", s3test.FlipBit(n)},
		{"N22", "UploadPart", s3test.FlipUpload(n)},
		{"N22", "PutObject", s3test.FlipUpload(n)},
		{"S01", "CompleteMultipartUpload", s3test.ErrorIn200("InternalError")},
		{"S03", "CompleteMultipartUpload", s3test.DropReply()},
		{"S04", "CompleteMultipartUpload", s3test.Empty200(true)},
		{"S06", "CompleteMultipartUpload", s3test.Spaces(3, true)},
		{"S07", "CopyObject", s3test.ErrorIn200("InternalError")},
		{"S26", "PutObject", s3test.Status(409, "ConditionalRequestConflict")},
		{"U15", "UploadPart", s3test.DropReply()},
		{"U13", "CreateMultipartUpload", s3test.DropReply()},
		{"D04", "GetObject", s3test.IgnoreRange()},
		{"Y06", "DeleteObject", s3test.DropReply()},
	}
}

// N01 to N08, N18, N19, N21, N22, S01, S03, S04, S06, S07, S26, U15, D04: every
// request meets a fault that passes; the job succeeds all the same.
func TestTortureAFaultAtEveryRequest(t *testing.T) {
	program := must(t, built.often)
	c := &contents{}
	for _, s := range smalls(c) {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, program, s3test.Options{})
			total := s.measure(w)
			dice := dice(t, s.name)
			all := blows(dice)
			for _, n := range choose(dice, total, 2) {
				for range all {
					b := all[dice.IntN(len(all))]
					s.stage(w)
					w.server.Fault(s3test.Rule{ID: b.id, Op: b.op, Nth: n, Action: b.action})
					before := w.server.Fired()[b.id]
					r := w.run(append(s.args, "--json")...)
					name := fmt.Sprintf("%s at request %d (%s) of about %d", b.id, n, b.op, total)
					if r.code != 0 {
						w.Errorf("I18: %s: it ends with %d: %s%s", name, r.code, r.out, r.err)
					}
					if !w.report(name, append(s.plan.atRest(w), w.secrets(r.out, r.err)...)) && !full() {
						return
					}
					if w.server.Fired()[b.id] > before && !full() {
						break
					}
				}
			}
			t.Logf("%d requests, faults: %s", total, counted(w.server.Fired()))
		})
	}
}
