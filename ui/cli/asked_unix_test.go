//go:build unix

package cli_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gantry/ui/uitest"
)

// asked runs a copy of three files to where three others of the same names are,
// on a terminal, up to its first question.
func asked(t *testing.T, bin string) (x *uitest.Term, dir string) {
	t.Helper()
	dir = t.TempDir()
	for _, name := range []string{"a", "b", "c"} {
		for _, at := range []string{"from", "to"} {
			if err := os.MkdirAll(filepath.Join(dir, at), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, at, name), []byte(at), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	from := func(name string) string { return filepath.Join(dir, "from", name) }
	x = uitest.Start(t, bin, []string{"cp", from("a"), from("b"), from("c"), filepath.Join(dir, "to")}, uitest.Size{W: 200, H: 20},
		"GANTRY_CONFIG="+filepath.Join(dir, "conf", "config.toml"), "GANTRY_STATE="+filepath.Join(dir, "state"))
	x.WaitFor("a capital for all:")
	return x, dir
}

// TestQuestionsOfACommand builds the program: it is main that knows of signals.
func TestQuestionsOfACommand(t *testing.T) {
	bin := build(t)
	for name, test := range map[string]func(*testing.T, string){
		"an answer for all holds for all sources of the command": answerForAll,
		"Ctrl-C says how to go on":                               ctrlCAtAQuestion,
		"when the input ends nothing is overwritten":             inputEnds,
	} {
		t.Run(name, func(t *testing.T) { test(t, bin) })
	}
}

func answerForAll(t *testing.T, bin string) {
	x, dir := asked(t, bin)
	x.Send("O\r")
	if code := x.Wait(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	if n := strings.Count(x.Screen(), "a capital for all:"); n != 1 {
		t.Errorf("it asked %d times:\n%s", n, x.Screen())
	}
	for _, name := range []string{"a", "b", "c"} {
		if b, err := os.ReadFile(filepath.Join(dir, "to", name)); string(b) != "from" {
			t.Errorf("%s is %q, %v", name, b, err)
		}
	}
}

func ctrlCAtAQuestion(t *testing.T, bin string) {
	x, dir := asked(t, bin)
	x.Send("\x03")
	if code := x.Wait(); code != 130 {
		t.Errorf("exit code %d", code)
	}
	for _, want := range []string{"copy stopped at", "gantry queue resume 1 goes on with the rest"} {
		if !strings.Contains(x.Screen(), want) {
			t.Errorf("%q is not said:\n%s", want, x.Screen())
		}
	}
	if out := mustRun(t, program(t.Context(), dir, "queue", "list")); !strings.Contains(out, "interrupted") {
		t.Errorf("it is not on record: %s", out)
	}
}

func inputEnds(t *testing.T, bin string) {
	x, dir := asked(t, bin)
	x.Send("\x04")
	if code := x.Wait(); code != 1 {
		t.Errorf("exit code %d", code)
	}
	if !strings.Contains(x.Screen(), "0 copied, 3 failed") || !strings.Contains(x.Screen(), "--on-conflict overwrite") {
		t.Errorf("what became of them is not said:\n%s", x.Screen())
	}
	for _, name := range []string{"a", "b", "c"} {
		if b, err := os.ReadFile(filepath.Join(dir, "to", name)); string(b) != "to" {
			t.Errorf("%s is %q, %v", name, b, err)
		}
	}
}
