package uitest_test

import (
	"os"
	"strings"
	"testing"

	"github.com/charmbracelet/x/term"
)

// torn is a program that stops in the middle of its frames until a key is
// pressed, once in the mark at the beginning of one, and ends in the middle of
// the last.
func torn() {
	if _, err := term.MakeRaw(os.Stdin.Fd()); err != nil { // nothing is echoed
		os.Exit(1)
	}
	for _, s := range []string{
		"\x1b[?2026h\x1b[2J\x1b[1;1Hold top\x1b[2;1Hold bottom\x1b[?2026l",
		"\x1b[?2026h\x1b[1;1Hnew top",
		"\x1b[2;1Hnew bottom\x1b[?2026l\x1b[?20",
		"26h\x1b[1;1Hlast top",
	} {
		_, _ = os.Stdout.WriteString(s)
		_, _ = os.Stdin.Read(make([]byte, 1))
	}
}

func TestNobodySeesHalfAFrame(t *testing.T) {
	x := start(t, "torn")
	// written waits for what is half of a frame, which changes nothing to be seen.
	written := func(half, seen string) {
		t.Helper()
		x.WaitScreen(half, func(string) bool { return strings.Contains(string(x.Capture()), half) })
		if got := x.Screen(); !strings.HasPrefix(got, seen+" top\n"+seen+" bottom\n") {
			t.Errorf("after %q the screen is\n%s", half, got)
		}
	}
	x.WaitFor("old bottom")
	x.Keys("j")
	written("new top", "old")
	x.Keys("j")
	x.WaitFor("new bottom")
	written("new bottom", "new")
	x.Keys("j")
	written("last top", "new")
	x.Keys("j")
	x.Wait()
	if got := x.Screen(); !strings.HasPrefix(got, "last top\nnew bottom\n") {
		t.Errorf("at its end the screen is\n%s", got)
	}
}
