package uitest_test

import (
	"bytes"
	"context"
	"os"
	"strings"
	"syscall"
	"testing"

	tea "github.com/charmbracelet/bubbletea"

	"gantry/ui/uitest"
)

// TestMain is also the program that the terminal tests run: this binary again,
// with CHILD in its environment.
func TestMain(m *testing.M) {
	switch os.Getenv("CHILD") {
	case "echo":
		p := tea.NewProgram(&echo{ctx: context.Background()}, tea.WithAltScreen(), tea.WithMouseCellMotion())
		if _, err := p.Run(); err != nil {
			os.Exit(3)
		}
		os.Exit(7)
	case "torn":
		torn()
		os.Exit(0)
	case "rude": // leaves a mess
		_, _ = os.Stdout.WriteString("\x1b[?1049h\x1b[?25l\x1b[?1002hrude")
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func start(t *testing.T, child string) *uitest.Term {
	t.Helper()
	bin, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return uitest.Start(t, bin, nil, uitest.Size{W: 60, H: 12}, "CHILD="+child)
}

func TestAProgramInATerminalGetsKeysAndMouse(t *testing.T) {
	x := start(t, "echo")
	x.WaitFor("size 60x12")
	for _, k := range []string{"j", "f5", "f1", "up", "ctrl+r", "alt+x", "shift+tab", "pgdown", "delete"} {
		x.Keys(k)
		x.WaitFor("key " + k)
	}
	x.Click(5, 3)
	x.WaitFor("mouse 5,3 left release")
	x.Drag(1, 1, 9, 5)
	x.WaitFor("mouse 9,5 left release")
	x.Wheel(2, 2, -1)
	x.WaitFor("mouse 2,2 wheel up")
	x.CtrlClick(7, 7)
	x.WaitFor("mouse 7,7 ctrl+left release")
	x.Resize(uitest.Size{W: 30, H: 6})
	x.WaitFor("size 30x6")
	x.WaitGone("size 60x12")
	if cx, cy, ok := x.Find("30x6"); !ok || cx != 5 || cy != 1 {
		t.Errorf("Find says %d,%d %v on\n%s", cx, cy, ok, x.Screen())
	}
	x.Keys("q")
	if code := x.Wait(); code != 7 {
		t.Errorf("exit code %d", code)
	}
	x.CheckRestored()
	if !bytes.Contains(x.Capture(), []byte("\x1b[?1049h")) {
		t.Error("the capture lacks the alternate screen")
	}
}

func TestASignalEndsTheProgramAndIsSeenInItsExitCode(t *testing.T) {
	x := start(t, "echo")
	x.WaitFor("size 60x12")
	x.Signal(syscall.SIGKILL)
	if code := x.Wait(); code != 128+9 {
		t.Errorf("exit code %d", code)
	}
}

// faults collects what a test would have failed with.
type faults struct {
	testing.TB
	said []string
}

func (f *faults) Helper() {}
func (f *faults) Errorf(format string, args ...any) {
	f.said = append(f.said, format)
}
func (f *faults) Error(args ...any) { f.said = append(f.said, args[0].(string)) }

func TestAMessLeftBehindIsFound(t *testing.T) {
	bin, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	f := &faults{TB: t}
	x := uitest.Start(f, bin, nil, uitest.Size{W: 60, H: 12}, "CHILD=rude")
	x.CheckRestored()
	if len(f.said) != 3 || !strings.Contains(strings.Join(f.said, " "), "cursor") {
		t.Errorf("found only %q", f.said)
	}
}
