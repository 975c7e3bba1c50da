//go:build unix

package torture_test

import (
	"fmt"
	"math/rand/v2"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"gantry/remote/s3/s3test"
)

// P01, P02, N25, Y06: random transfers under random faults, killed, interrupted and
// resumed again and again; when the faults end all is done.
func TestTortureRandomSchedules(t *testing.T) {
	program := must(t, built.raced)
	seeds := uint64(8)
	if full() {
		seeds = 1000
	}
	c := &contents{}
	first := firstSeed(t)
	lanes := uint64(2)
	for lane := range lanes {
		t.Run(fmt.Sprint("lane ", lane+1), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, program, s3test.Options{})
			w.passing = true
			var sum tally
			for seed := first + lane; seed < first+seeds; seed += lanes {
				if s := newSchedule(seed, c); !s.play(w, &sum) {
					t.Errorf("again: GANTRY_TORTURE_SEED=%d go test -run TestTortureRandomSchedules ./ui/cli/torture", seed)
					return
				}
			}
			t.Logf("%d schedules, %d kills, %d interrupts, faults: %s", sum.schedules, sum.kills, sum.stops, counted(w.server.Fired()))
		})
	}
}

// tally counts what the schedules of one world did.
type tally struct{ schedules, kills, stops int }

// schedule is one transfer, and what happens to it.
type schedule struct {
	small
	dice *rand.Rand
}

// newSchedule makes up a transfer.
func newSchedule(seed uint64, c *contents) *schedule {
	s := &schedule{dice: rand.New(rand.NewPCG(seed, 7))}
	sizes := []int{0, 1, 4 << 10, 70_000, mib, 5 * mib, 5*mib + 1, 11 * mib}
	n := 1 + s.dice.IntN(6)
	var things []thing
	for i := range n {
		name := fmt.Sprintf("d%d/f%d", s.dice.IntN(3), i)
		x := thing{src: "in/" + name, dst: "out/" + name, content: c.of(100+s.dice.IntN(20), sizes[s.dice.IntN(len(sizes))])}
		if s.dice.IntN(4) == 0 {
			x.old = c.of(200+i, 10+sizes[s.dice.IntN(4)]) // never as long as the new one
		}
		things = append(things, x)
	}
	at := [][2]string{{"", "acme:"}, {"acme:", ""}, {"acme:", "acme:"}}[s.dice.IntN(3)]
	for i := range things {
		things[i].src, things[i].dst = at[0]+things[i].src, at[1]+things[i].dst
		if at[0] != "" {
			s.plan.slash = append(s.plan.slash, "acme:in/", "acme:in/d0/", "acme:in/d1/", "acme:in/d2/")
		}
		if at[1] != "" {
			s.plan.slash = append(s.plan.slash, "acme:out/", "acme:out/d0/", "acme:out/d1/", "acme:out/d2/")
		}
	}
	s.plan.things = things
	op := []string{"cp", "mv"}[s.dice.IntN(2)]
	s.plan.gone = op == "mv"
	place := func(p, dir string) string {
		if p == "" {
			return "{}/" + dir
		}
		return p + dir
	}
	s.args = []string{op, place(at[0], "in/"), place(at[1], "out/"), "--on-conflict", "overwrite", "--no-progress", "--part-size", "5MiB"}
	if s.dice.IntN(2) == 0 {
		s.args = append(s.args, "--workers", fmt.Sprint(1+s.dice.IntN(4)))
	}
	s.name = strings.Join(s.args, " ")
	return s
}

// play runs the schedule; true if nothing was found.
func (s *schedule) play(w *world, sum *tally) bool {
	w.Helper()
	sum.schedules++
	s.stage(w)
	all := blows(s.dice)
	for range 2 + s.dice.IntN(6) {
		b := all[s.dice.IntN(len(all))]
		w.server.Fault(s3test.Rule{ID: b.id, Op: b.op, Times: s3test.All, Chance: 0.05 + 0.25*s.dice.Float64(), Action: b.action})
	}
	args := s.args
	var heard strings.Builder
	for range 1 + s.dice.IntN(3) {
		n, after := 1+s.dice.IntN(12), s.dice.IntN(2) == 0
		var r said
		if s.dice.IntN(3) > 0 {
			if r = w.doomed(s3test.Rule{ID: "P01", Nth: n}, after, args); r.code == -1 {
				sum.kills++
			}
		} else if r = w.stopped(s3test.Rule{ID: "P02", Nth: n}, args); r.code != 0 {
			sum.stops++
		}
		w.server.Settle()
		fmt.Fprintf(&heard, "\n(%d) %s", r.code, r.err)
		if !w.report(s.name, append(s.plan.anytime(w), w.secrets(r.out, r.err)...)) {
			return false
		}
		args = []string{"queue", "resume"}
	}
	w.server.ClearFaults()
	broken := s.settle(w)
	if len(broken) > 0 {
		heard.WriteString(w.trail())
	}
	return w.report(s.name+heard.String(), broken)
}

// stopped runs a command line that is told to end when a request matches the
// rule. It has to obey.
func (w *world) stopped(rule s3test.Rule, args []string) said {
	w.Helper()
	cmd := exec.Command(w.program, w.arguments(args)...)
	cmd.Env = w.env
	w.stops++
	begun := make(chan struct{})
	rule.Action = s3test.Call(func() {
		<-begun
		_ = cmd.Process.Signal(syscall.SIGTERM) // it may have ended by itself
	})
	w.server.Fault(rule)
	o := w.begin(cmd)
	close(begun)
	r := w.finish(cmd, o)
	if r.code == -1 {
		w.Errorf("P02: %v is killed by a SIGTERM that it could obey", args)
	}
	return r
}
