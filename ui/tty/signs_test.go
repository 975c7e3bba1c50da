package tty_test

import (
	"strings"
	"testing"

	"gantry/ui/tty"
)

// written is what signs write on a terminal of that kind.
func written(env map[string]string, do func(s *tty.Signs)) string {
	var b strings.Builder
	s := tty.NewSigns(func(seq string) { b.WriteString(seq) }, func(name string) string { return env[name] })
	do(s)
	return b.String()
}

func TestTheTitleIsWrittenOnceAndGivenBack(t *testing.T) {
	got := written(nil, func(s *tty.Signs) {
		if !s.Set("gantry – a", tty.Progress{State: tty.Working, Percent: 5}) {
			t.Error("nothing to write")
		}
		s.Write()
		if s.Set("gantry – a", tty.Progress{}) {
			t.Error("the same again is to be written")
		}
		s.Write()
		s.Close()
		s.Close()
	})
	if want := "\x1b[22;2t\x1b]2;gantry – a\x07\x1b[23;2t"; got != want {
		t.Errorf("wrote %q, want %q", got, want)
	}
}

func TestProgressIsShownWhereItIsKnownAndTakenAwayAtTheEnd(t *testing.T) {
	ghostty := map[string]string{"TERM_PROGRAM": "ghostty"}
	got := written(ghostty, func(s *tty.Signs) {
		for _, p := range []tty.Progress{
			{State: tty.Uncertain},
			{State: tty.Working, Percent: 7},
			{State: tty.Working, Percent: 42},
			{State: tty.Waiting, Percent: 420},
		} {
			s.Set("", p)
			s.Write()
		}
		s.Close()
	})
	if want := "\x1b]9;4;3\x07\x1b]9;4;1;7\x07\x1b]9;4;1;42\x07\x1b]9;4;4;100\x07\x1b]9;4;0\x07"; got != want {
		t.Errorf("wrote %q, want %q", got, want)
	}
	got = written(ghostty, func(s *tty.Signs) {
		s.Set("", tty.Progress{State: tty.Working, Percent: 1})
		s.Set("", tty.Progress{State: tty.Working, Percent: 2})
		s.Write() // two Cmds, in whatever order
		s.Write()
	})
	if want := "\x1b]9;4;1;2\x07"; got != want {
		t.Errorf("wrote %q, want %q", got, want)
	}
	for _, env := range []map[string]string{nil, {"TERM_PROGRAM": "iTerm.app"}, {"TERM": "xterm-kitty"}} {
		if got := written(env, func(s *tty.Signs) {
			s.Set("", tty.Progress{State: tty.Working, Percent: 1})
			s.Write()
			s.Close()
		}); got != "" {
			t.Errorf("%v gets %q", env, got)
		}
	}
}
