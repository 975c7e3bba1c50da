//go:build unix

package torture_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gantry/remote/s3/s3test"
)

// P05, P06, I7: the journal of a program that was killed in the middle of its work
// is damaged. The next one goes on from what is whole, or says what is lost; it
// never silently begins with nothing, and no data comes to harm.
func TestTortureDamagedJournals(t *testing.T) {
	program := must(t, built.plain)
	rounds := 10
	if full() {
		rounds = 500
	}
	c := &contents{}
	all := smalls(c)
	w := newWorld(t, program, s3test.Options{})
	dice := dice(t, "journal")
	ends := map[string]int{}
	for range rounds {
		s := &all[dice.IntN(len(all))]
		s.stage(w)
		w.doomed(s3test.Rule{ID: "P01", Nth: 2 + dice.IntN(8)}, dice.IntN(2) == 0, s.args)
		w.server.Settle()
		before := len(w.jobs())
		what := damage(w, dice)
		r := w.run("queue", "resume")
		told := strings.Contains(r.err, "journal")
		ends[fmt.Sprintf("told: %t, exit %d", told, r.code)]++
		after := len(w.jobs())
		broken := s.plan.anytime(w)
		if before > 0 && after == 0 && !told {
			broken = append(broken, "I7: the job is gone, and nobody is told")
		}
		if r.code < 0 || strings.Contains(r.err, "panic") || strings.Contains(r.err, "goroutine ") {
			broken = append(broken, "it breaks: "+tail(r.err, 4000))
		}
		if !w.report(s.name+", "+what+"\n"+r.err, broken) {
			return
		}
	}
	t.Logf("%d damaged journals: %s", rounds, counted(ends))
}

// damage spoils one file of the journal, and says how.
func damage(w *world, dice *rand.Rand) string {
	w.Helper()
	found, err := filepath.Glob(filepath.Join(w.state, "journal.db*"))
	w.must(err)
	var files []string
	for _, f := range found {
		if fi, err := os.Stat(f); err == nil && fi.Size() > 0 && !strings.HasSuffix(f, "-shm") && fi.Mode().IsRegular() {
			files = append(files, f)
		}
	}
	if len(files) == 0 {
		return "there is no journal"
	}
	f := files[dice.IntN(len(files))]
	b, err := os.ReadFile(f)
	w.must(err)
	at := dice.IntN(len(b))
	how := ""
	switch dice.IntN(4) {
	case 0:
		how, b[at] = fmt.Sprintf("bit flipped at byte %d", at), b[at]^1<<dice.IntN(8)
	case 1:
		how, b = fmt.Sprintf("torn at byte %d", at), b[:at]
	case 2:
		how = fmt.Sprintf("zeros from byte %d", at)
		clear(b[at:])
	default:
		how = "gone"
		w.must(os.Remove(f))
		return filepath.Base(f) + " " + how
	}
	w.must(os.WriteFile(f, b, 0o600))
	return filepath.Base(f) + " " + how
}
