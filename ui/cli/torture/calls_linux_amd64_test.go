package torture_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gantry/remote/s3/s3test"
)

// P01, P06, P08, D21, U14, Y05, Y06: the program is killed at every system call that
// anybody else can see, before and after it, and started again.
func TestTortureKillAtEveryCall(t *testing.T) {
	program := must(t, built.plain)
	c := &contents{}
	for _, s := range smalls(c) {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			newTracer(newWorld(t, program, s3test.Options{})).killEverywhere(&s)
		})
	}
}

// tracer traces transfers in a world.
type tracer struct {
	*world
	out *os.File
}

func newTracer(w *world) *tracer {
	w.Helper()
	out, err := os.Create(filepath.Join(w.TempDir(), "out"))
	w.must(err)
	w.Cleanup(func() { _ = out.Close() }) // read already
	return &tracer{w, out}
}

// once runs a transfer, which is killed at the n-th call, or after it; 0 is for
// never.
func (x *tracer) once(args []string, n int, after bool, see func(*call)) (struck *call, seen int, end ending) {
	x.Helper()
	x.must(x.out.Truncate(0))
	target := -1
	if n > 0 {
		x.stops++
	}
	end = trace(x.T, x.program, x.arguments(args), x.env, x.out, func(c *call) verdict {
		see(c)
		if c.done {
			if c.tid == target {
				struck = c
				return kill
			}
			return spare
		}
		if seen++; seen != n {
			return spare
		}
		if after {
			target = c.tid
			return spare
		}
		struck = c
		return kill
	})
	return struck, seen, end
}

// killEverywhere measures the transfer, and kills it at all calls, or at a
// sample that the seed chooses.
func (x *tracer) killEverywhere(s *small) {
	x.Helper()
	s.stage(x.world)
	disk := newPower(x.world, &s.plan)
	_, total, end := x.once(s.args, 0, false, disk.see)
	disk.settled("I2: the program has ended")
	said, _ := os.ReadFile(x.out.Name())
	if end.code != 0 || end.killed {
		x.Fatalf("it ends with %d: %s", end.code, said)
	}
	x.report("without a kill", append(s.plan.atRest(x.world), disk.broken...))

	dice := dice(x.T, s.name)
	points := choose(dice, total, 9)
	where := map[string]int{}
	kills := 0
	for _, n := range points {
		for _, after := range []bool{false, true} {
			if !full() && after != (dice.IntN(2) == 0) {
				continue
			}
			s.stage(x.world)
			disk := newPower(x.world, &s.plan)
			struck, _, end := x.once(s.args, n, after, disk.see)
			if end.killed {
				kills++
				where[struck.name]++
			}
			name := fmt.Sprintf("killed at call %d of about %d (after it: %t)", n, total, after)
			if struck != nil {
				name += ": " + struck.name + " " + strings.TrimPrefix(struck.path, x.dir)
			}
			// Every third next process is killed as well.
			if again := 1 + dice.IntN(300); n%3 == 0 {
				x.server.Settle()
				x.report(name, s.plan.anytime(x.world))
				if _, _, end := x.once([]string{"queue", "resume"}, again, !after, disk.see); end.killed {
					kills++
					name += fmt.Sprintf(", and at call %d of the next process", again)
				}
			}
			if !x.report(name, append(disk.broken, s.settle(x.world)...)) && !full() {
				return
			}
		}
	}
	x.Logf("%d calls, %d kills: %s", total, kills, counted(where))
}
