//go:build unix

package tty_test

import (
	"io"
	"strings"
	"sync"
	"testing"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/term"
	"github.com/creack/pty"

	"gantry/ui/tty"
)

// counter is a screen that counts what it is sent and tells when it has all.
type counter struct {
	mouse, keys int
	strange     []string
	expected    int
	raw         chan struct{} // closed when the terminal is in raw mode: before, it keeps a line at most
	all         chan struct{}
}

func (c *counter) Init() tea.Cmd {
	close(c.raw)
	return nil
}

func (c *counter) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch m := msg.(type) {
	case tea.MouseMsg:
		c.mouse++
	case tea.KeyMsg:
		c.keys++
		if s := m.String(); s != "j" && s != "up" {
			c.strange = append(c.strange, s)
		}
	default:
		return c, nil
	}
	if c.mouse+c.keys == c.expected {
		close(c.all)
	}
	return c, nil
}

func (c *counter) View() string { return strings.Repeat("a screen of some length\n", 20) }

// A flood of events in a real Bubble Tea program on a pty: none is lost or
// turned into keys, answers do not arrive as keys, frames are whole, and the
// terminal is left as it was.
func TestAProgramLosesNoEventAndLeavesTheTerminalAlone(t *testing.T) {
	master, slave := terminal(t)
	if err := pty.Setsize(slave, &pty.Winsize{Rows: 24, Cols: 80}); err != nil {
		t.Fatal(err)
	}
	before, err := term.GetState(slave.Fd())
	if err != nil {
		t.Fatal(err)
	}
	answers := make(chan string, 8)
	c := &counter{expected: 1200, raw: make(chan struct{}), all: make(chan struct{})}
	out := tty.NewOut(slave)
	root := tty.NewFrame(c)
	root.Screen = tty.NewScreen(out)
	defer root.Screen.Close()
	p := tea.NewProgram(root, tea.WithAltScreen(), tea.WithMouseCellMotion(), tea.WithoutSignalHandler(), tea.WithFPS(1),
		tea.WithInput(tty.Input(slave, func(s string) { answers <- s })), tea.WithOutput(out))
	var screen strings.Builder
	var wg sync.WaitGroup
	wg.Go(func() { _, _ = io.Copy(&screen, master) }) // ends with the pty
	wg.Go(func() {
		<-c.raw
		for i := range 400 {
			s := "\x1b[<65;12;8Mj\x1b[A"
			if i == 200 {
				s += "\x1b]11;rgb:1e1e/1e1e/2e2e\x1b\\"
			}
			if _, err := io.WriteString(master, s); err != nil {
				t.Error(err)
			}
		}
		<-c.all
		p.Quit()
	})
	if _, err := p.Run(); err != nil {
		t.Fatal(err)
	}
	after, err := term.GetState(slave.Fd())
	if err != nil {
		t.Fatal(err)
	}
	if *before != *after {
		t.Error("the terminal is not as it was")
	}
	_ = slave.Close()
	wg.Wait()
	if c.mouse != 400 || c.keys != 800 || len(c.strange) > 0 {
		t.Errorf("%d events of the mouse, %d keys, among them %q", c.mouse, c.keys, c.strange)
	}
	if got := <-answers; got != "\x1b]11;rgb:1e1e/1e1e/2e2e\x1b\\" {
		t.Errorf("the answer is %q", got)
	}
	got := screen.String()
	if n := strings.Count(got, "\x1b[?2026h"); n != strings.Count(got, "\x1b[?2026l") {
		t.Errorf("%d frames began, %d ended", n, strings.Count(got, "\x1b[?2026l"))
	}
	if strings.Contains(got, "\x1b_") {
		t.Error("Bubble Tea draws too")
	}
	if !strings.Contains(got, "\x1b[?1049l") {
		t.Error("the other screen was not left")
	}
}
