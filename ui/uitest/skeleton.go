package uitest

import (
	"os"
	"testing"

	tea "github.com/charmbracelet/bubbletea"
)

// UI is a model under test.
type UI struct{}

// New starts m on a screen of w x h cells and runs it until it is idle.
func New(t testing.TB, m tea.Model, w, h int) *UI { return &UI{} }

// Send gives messages to the model, one after the other, and runs it until idle.
func (u *UI) Send(msgs ...tea.Msg) {}

// Keys presses keys by name: "j", "f5", "esc", "ctrl+r", "alt+x", "space".
func (u *UI) Keys(names ...string) {}

// Type types text rune by rune.
func (u *UI) Type(text string) {}

// Paste pastes text in brackets.
func (u *UI) Paste(text string) {}

// Mouse does one thing with the mouse.
func (u *UI) Mouse(x, y int, action tea.MouseAction, button tea.MouseButton) {}

// Click presses and releases the left button.
func (u *UI) Click(x, y int) {}

// Drag presses at x0, y0, moves to x1, y1 and releases.
func (u *UI) Drag(x0, y0, x1, y1 int) {}

// Resize changes the size of the screen.
func (u *UI) Resize(w, h int) {}

// Screen is the plain text of the last frame, without colours.
func (u *UI) Screen() string { return "" }

// Raw is the last frame as the model drew it.
func (u *UI) Raw() string { return "" }

// WaitFor runs the model until ok says yes to the screen; it fails the test when the watchdog strikes.
func (u *UI) WaitFor(ok func(screen string) bool) {}

// WaitText waits until the screen contains s.
func (u *UI) WaitText(s string) {}

// Model is the model as it is now.
func (u *UI) Model() tea.Model { return nil }

// Quit tells whether the model has asked to end.
func (u *UI) Quit() bool { return false }

// Find is the cell where s first stands on the screen.
func (u *UI) Find(s string) (x, y int, ok bool) { return 0, 0, false }

// RunScripts plays every .txtar file that matches the pattern as a subtest; start makes the model.
func RunScripts(t *testing.T, pattern string, start func(t testing.TB) tea.Model) {}

// Size is the size of a terminal in cells.
type Size struct{ W, H int }

// Term is a program in a pseudo-terminal.
type Term struct{}

// Start runs bin with args; env is added to a minimal environment.
func Start(t testing.TB, bin string, args []string, size Size, env ...string) *Term { return &Term{} }

// Send writes bytes as typed.
func (x *Term) Send(s string) {}

// Keys presses keys by name, as UI.Keys.
func (x *Term) Keys(names ...string) {}

// Click presses and releases the left button at a cell.
func (x *Term) Click(cx, cy int) {}

// Drag presses, moves and releases the left button.
func (x *Term) Drag(x0, y0, x1, y1 int) {}

// Press, Motion, Release and Wheel are single mouse reports.
func (x *Term) Press(cx, cy int) {}

// Motion moves with the left button down.
func (x *Term) Motion(cx, cy int) {}

// Release lets the left button go.
func (x *Term) Release(cx, cy int) {}

// Wheel turns the wheel: n > 0 is down.
func (x *Term) Wheel(cx, cy, n int) {}

// Screen is the text on the screen.
func (x *Term) Screen() string { return "" }

// Find is the cell where s first stands on the screen.
func (x *Term) Find(s string) (cx, cy int, ok bool) { return 0, 0, false }

// WaitFor waits until the screen contains s.
func (x *Term) WaitFor(s string) {}

// WaitGone waits until the screen does not contain s.
func (x *Term) WaitGone(s string) {}

// WaitScreen waits until ok says yes to the screen; what is said when it fails.
func (x *Term) WaitScreen(what string, ok func(screen string) bool) {}

// Resize changes the size of the terminal.
func (x *Term) Resize(s Size) {}

// Signal sends a signal to the program.
func (x *Term) Signal(s os.Signal) {}

// Wait waits for the end and gives the exit code (128+n for a signal).
func (x *Term) Wait() int { return 0 }

// Pid is the program's process id.
func (x *Term) Pid() int { return 0 }

// Capture is every byte that the program wrote so far.
func (x *Term) Capture() []byte { return nil }

// CheckRestored fails the test unless the program left the terminal as it found it.
func (x *Term) CheckRestored() {}
