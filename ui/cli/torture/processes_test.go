//go:build unix

package torture_test

import (
	"fmt"
	"math/rand/v2"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"

	"gantry/remote/s3/s3test"
)

// P01, P02, P09, P16, I7, I8: several programs share a state folder and a target. One of them
// is killed, told to end, or falls asleep, at any request; another asks meanwhile
// for what is left, and two more at once do when it is over. A job is run by one
// of them at a time, and in the end everything is there.
func TestTortureSeveralProcesses(t *testing.T) {
	program := must(t, built.raced)
	seeds := uint64(6)
	if full() {
		seeds = 300
	}
	c := &contents{}
	first := firstSeed(t)
	lanes := uint64(2)
	for lane := range lanes {
		t.Run(fmt.Sprint("lane ", lane+1), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, program, s3test.Options{})
			ends := map[string]int{}
			for seed := first + lane; seed < first+seeds; seed += lanes {
				if s := newCompany(seed, c); !s.play(w, ends) {
					t.Errorf("again: GANTRY_TORTURE_SEED=%d go test -run TestTortureSeveralProcesses ./ui/cli/torture", seed)
					return
				}
			}
			t.Logf("ends: %s", counted(ends))
		})
	}
}

// company are two transfers to one place. What both write is whole, and of one
// of them.
type company struct {
	dice *rand.Rand
	plan plan
	one  []string
	two  []string
}

func newCompany(seed uint64, c *contents) *company {
	s := &company{dice: rand.New(rand.NewPCG(seed, 11))}
	sizes := []int{0, 4 << 10, 70_000, 5*mib + 1, 11 * mib}
	down := s.dice.IntN(2) == 0
	op := []string{"cp", "mv"}[s.dice.IntN(2)]
	from, to, at, into := "", "acme:", "{}/", "acme:in/"
	if down {
		from, to, at, into = "acme:", "", "acme:", "{}/in/"
	}
	size := func() int { return sizes[s.dice.IntN(len(sizes))] }
	for i := range 1 + s.dice.IntN(4) {
		for _, who := range []string{"a", "b"} {
			name := fmt.Sprintf("%s%d", who, i)
			s.plan.things = append(s.plan.things, thing{src: from + who + "/" + name, dst: to + "in/" + name, content: c.of(300+s.dice.IntN(20), size())})
		}
	}
	a, b := c.of(330, size()), c.of(331, 9+size())
	s.plan.things = append(s.plan.things,
		thing{src: from + "a/same", dst: to + "in/same", content: a},
		thing{src: from + "b/same", dst: to + "in/same", content: b})
	s.plan.jobs, s.plan.gone = 2, op == "mv"
	s.plan.slash = []string{"acme:a/", "acme:b/", "acme:in/"}
	pace := []string{"--on-conflict", "overwrite", "--part-size", "5MiB", "--workers", "2", "--no-progress"}
	s.one = append([]string{op, at + "a/", into}, pace...)
	s.two = append([]string{op, at + "b/", into}, pace...)
	return s
}

// fates are what happens to the first program: the signal, and the one that
// undoes it.
var fates = []struct {
	name        string
	strike, end syscall.Signal
}{
	{"killed", syscall.SIGKILL, 0}, {"told to end", syscall.SIGTERM, 0}, {"asleep", syscall.SIGSTOP, syscall.SIGCONT},
}

// play runs the transfers; true if nothing was found.
func (s *company) play(w *world, ends map[string]int) bool {
	w.Helper()
	w.fresh()
	for _, x := range s.plan.things {
		w.put(x.src, x.content)
	}
	w.stops++
	fate := fates[s.dice.IntN(len(fates))]
	nth := 1 + s.dice.IntN(15)
	name := fmt.Sprintf("%s at request %d: %s", fate.name, nth, strings.Join(s.one, " "))
	struck, over := make(chan struct{}), make(chan said, 1)
	one := s.command(w, s.one)
	o := w.begin(one)
	go func() { over <- w.finish(one, o) }()
	w.server.Fault(s3test.Rule{ID: "P09", Nth: nth, Action: s3test.Call(func() {
		_ = one.Process.Signal(fate.strike) // it may have ended by itself
		close(struck)
	})})
	two := s.command(w, s.two)
	p := w.begin(two)
	var first said
	select {
	case <-struck:
	case first = <-over:
		over <- first
	}
	// While it sleeps its job is its own.
	r := w.run("queue", "resume")
	if !w.report(name, append(s.plan.anytime(w), w.secrets(r.err)...)) {
		return false
	}
	if fate.end != 0 {
		_ = one.Process.Signal(fate.end) // it may have ended by itself
	}
	second := w.finish(two, p)
	first = <-over
	ends[fmt.Sprintf("%s: exit %d", fate.name, first.code)]++
	w.server.Settle()
	heard := fmt.Sprintf("%s\n(%d) %s\n(%d) %s\n(%d) %s", name, first.code, first.err, second.code, second.err, r.code, r.err)
	if !peaceful(second) {
		return w.report(heard, []string{"I18: the other one fails"})
	}
	if fate.end != 0 && !peaceful(first) {
		return w.report(heard, []string{"P16: it slept, and then it fails"})
	}
	x, y := s.command(w, []string{"queue", "resume"}), s.command(w, []string{"queue", "resume"})
	xo, yo := w.begin(x), w.begin(y)
	for _, r := range []said{w.finish(x, xo), w.finish(y, yo)} {
		heard += fmt.Sprintf("\n(%d) %s", r.code, r.err)
	}
	return w.report(heard, s.settled(w))
}

func (s *company) command(w *world, args []string) *exec.Cmd {
	cmd := exec.Command(w.program, w.arguments(args)...)
	cmd.Env = w.env
	return cmd
}

// peaceful tells whether a program has done all, but for what the other one wrote
// at the same time: nobody's newer content is overwritten unseen.
func peaceful(r said) bool {
	return r.code == 0 || r.code == 1 && strings.Contains(r.err, "Somebody else wrote the target meanwhile")
}

// settled holds that all is done, after what could not be is done once more. What
// failed, and was moved all the same when its job went on, cannot be, nor can what
// was moved by a program that died before that was on record while the other one
// wrote to the same place: then that is said, and all is where it should be.
func (s *company) settled(w *world) (broken []string) {
	w.Helper()
	jobs := w.jobs()
	over := false // there is nothing left to retry
	if slices.ContainsFunc(jobs, func(j job) bool { return j.Failed > 0 }) {
		r := w.run("queue", "retry")
		over = s.plan.gone && strings.Contains(r.err, "be retried")
		if r.code != 0 && !over {
			broken = append(broken, "I18: the retry fails: "+r.err)
		}
		jobs = w.jobs()
	}
	for _, j := range jobs {
		if j.State != "done" && !(over && j.State == "failed") {
			broken = append(broken, fmt.Sprintf("I7, I18: job %+v", j))
		}
	}
	switch {
	case len(jobs) > 2 && !over:
		broken = append(broken, fmt.Sprintf("I7: two jobs have become %d", len(jobs)))
	case len(jobs) < 2: // killed before its job was on record
		return append(broken, append(s.plan.anytime(w), s.plan.clean(w)...)...)
	}
	return append(broken, s.plan.atRest(w)...)
}
