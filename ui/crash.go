package ui

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"

	tea "github.com/charmbracelet/bubbletea"

	"gantry/ui/text"
)

// crash turns a panic into a report in the state folder and the end of the
// screen, in place of Bubble Tea, which prints the stack over what the user had
// on the terminal. Any goroutine may use it.
type crash struct {
	keep func(report []byte) (path string, err error) // Deps.Crash
	kill func()                                       // ends the program from any goroutine

	mu  sync.Mutex
	at  scene
	err error
}

// scene is what the screen shows, without a name, for a report.
type scene struct {
	w, h          int
	view          scope
	windows, jobs int
}

func (s scene) String() string {
	return fmt.Sprintf("%dx%d, %s, %d windows, %d jobs", s.w, s.h, s.view, s.windows, s.jobs)
}

// note remembers what the screen shows now.
func (c *crash) note(s scene) {
	c.mu.Lock()
	c.at = s
	c.mu.Unlock()
}

// catch is deferred where a panic may come up.
func (c *crash) catch() {
	if v := recover(); v != nil {
		c.report(v, debug.Stack())
	}
}

// report keeps the first panic; the others come of it.
func (c *crash) report(v any, stack []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err == nil {
		c.err = c.write(v, stack)
	}
	c.kill()
}

// ended is what has happened, nil when nothing has.
func (c *crash) ended() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.err
}

// write keeps a report and makes the one line that is told.
func (c *crash) write(v any, stack []byte) error {
	what := panicText(v)
	if c.keep == nil {
		return fmt.Errorf("the screen crashed (%s)", what)
	}
	path, err := c.keep(crashReport(what, v, stack, c.at))
	if err != nil {
		return fmt.Errorf("the screen crashed (%s), and no report could be written: %w", what, err)
	}
	return fmt.Errorf("the screen crashed (%s); a report is in %s", what, path)
}

// panicMost bounds what is told of the value of a panic.
const panicMost = 200

// panicText is the value of a panic in one clean line. It may hold a name.
func panicText(v any) string { return text.Truncate(text.Clean(fmt.Sprint(v)), panicMost) }

// crashReport is what helps to find the fault and nothing else: no environment,
// no configuration, no listing. The stack holds addresses in the place of values.
func crashReport(what string, v any, stack []byte, at scene) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "panic    %s\ntype     %T\nruntime  %s %s/%s\nscreen   %s\n\n", what, v, runtime.Version(), runtime.GOOS, runtime.GOARCH, at)
	for _, l := range text.Lines(string(stack)) {
		b.WriteString(l + "\n")
	}
	return []byte(b.String())
}

// guard makes a Cmd, and those that it brings, report a panic.
func (c *crash) guard(cmd tea.Cmd) tea.Cmd {
	if cmd == nil {
		return nil
	}
	return func() tea.Msg {
		defer c.catch()
		msg := cmd()
		if batch, ok := msg.(tea.BatchMsg); ok {
			guarded := make(tea.BatchMsg, len(batch))
			for i := range batch {
				guarded[i] = c.guard(batch[i])
			}
			return guarded
		}
		return msg
	}
}
