//go:build unix

package quiet_test

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"testing"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/lipgloss"
	"github.com/creack/pty"
	"github.com/muesli/termenv"

	"gantry/ui/tty/quiet"
)

// child makes the test binary behave like a headless command of the program.
const child = "GANTRY_QUIET_CHILD"

func TestMain(m *testing.M) {
	quiet.Restore()
	if os.Getenv(child) != "" {
		os.Exit(command())
	}
	os.Exit(m.Run())
}

// command prints one line, as "gantry version" does, in a program that links
// Bubble Tea.
func command() int {
	var _ tea.Model
	line := "gantry 1.0 CI=" + os.Getenv("CI")
	if lipgloss.ColorProfile() != termenv.TrueColor {
		line += " and no colours"
	}
	if _, err := io.WriteString(os.Stdout, line+"\n"); err != nil {
		return 1
	}
	return 0
}

// A terminal that never answers would hold the command up for five seconds and
// show the question; without a question there is nothing to wait for.
func TestAHeadlessCommandAsksTheTerminalNothing(t *testing.T) {
	for _, ci := range []string{"", "yes"} {
		cmd := exec.Command(os.Args[0])
		cmd.Env = []string{child + "=1", "GORACE=atexit_sleep_ms=0", "TERM=xterm-256color", "COLORTERM=truecolor", "HOME=" + t.TempDir()}
		if ci != "" {
			cmd.Env = append(cmd.Env, "CI="+ci)
		}
		f, err := pty.Start(cmd)
		if err != nil {
			t.Fatal(err)
		}
		out, _ := io.ReadAll(f) // a pty ends with an error
		_ = f.Close()
		if err := cmd.Wait(); err != nil {
			t.Errorf("the command failed: %v", err)
		}
		if bytes.ContainsRune(out, '\x1b') {
			t.Errorf("it wrote an escape sequence: %q", out)
		}
		want := "gantry 1.0 CI=" + ci
		if ci != "" {
			want += " and no colours" // whoever sets CI has no terminal
		}
		if got := string(bytes.TrimSpace(out)); got != want {
			t.Errorf("it printed %q, want %q", got, want)
		}
	}
}
