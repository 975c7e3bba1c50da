package uitest

import (
	"context"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"
)

// Watchdog is how long anything here waits before the test fails. It only
// bounds a hanging test; nothing is measured by it, and it is more than the
// busiest machine takes.
const Watchdog = 2 * time.Minute

// UI is a model under test on a screen without a terminal. It belongs to the
// test's goroutine.
type UI struct {
	t     testing.TB
	model tea.Model
	w, h  int
	frame string
	quit  bool

	mu    sync.Mutex
	inbox []tea.Msg
	cmds  map[int]int64 // what runs: ticket and goroutine, 0 before it has begun
	last  int           // ticket
	wake  chan struct{}
}

// New starts m on a screen of w by h cells and runs it until it is idle: every
// Cmd has ended or waits for something that no key will bring, as a tick or the
// feed of a queue does. The answers of those come with later calls, or are
// waited for with WaitFor.
func New(t testing.TB, m tea.Model, w, h int) *UI {
	t.Helper()
	u := &UI{t: t, model: m, w: w, h: h, cmds: map[int]int64{}, wake: make(chan struct{}, 1)}
	u.run(m.Init())
	u.Send(tea.WindowSizeMsg{Width: w, Height: h})
	return u
}

// Send gives messages to the model, one after the other, and runs it until it
// is idle after each.
func (u *UI) Send(msgs ...tea.Msg) {
	u.t.Helper()
	for _, m := range msgs {
		u.deliver(m)
		u.settle()
	}
}

// Keys presses keys by name: "j", "f5", "esc", "ctrl+r", "alt+x", "space".
func (u *UI) Keys(names ...string) {
	u.t.Helper()
	for _, n := range names {
		u.Send(key(u.t, n))
	}
}

// Type types text rune by rune.
func (u *UI) Type(text string) {
	u.t.Helper()
	for _, r := range text {
		u.Send(key(u.t, string(r)))
	}
}

// Paste pastes text as a terminal does in bracketed paste.
func (u *UI) Paste(text string) {
	u.t.Helper()
	u.Send(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(text), Paste: true})
}

// Mouse does one thing with the mouse at the cell x, y.
func (u *UI) Mouse(x, y int, action tea.MouseAction, button tea.MouseButton) {
	u.t.Helper()
	u.Send(tea.MouseMsg{X: x, Y: y, Action: action, Button: button})
}

// Click presses and releases the left button.
func (u *UI) Click(x, y int) {
	u.t.Helper()
	u.Mouse(x, y, tea.MouseActionPress, tea.MouseButtonLeft)
	u.Mouse(x, y, tea.MouseActionRelease, tea.MouseButtonLeft)
}

// Drag presses the left button at x0, y0, moves to x1, y1 in two steps and
// releases it there.
func (u *UI) Drag(x0, y0, x1, y1 int) {
	u.t.Helper()
	u.Mouse(x0, y0, tea.MouseActionPress, tea.MouseButtonLeft)
	u.Mouse((x0+x1)/2, (y0+y1)/2, tea.MouseActionMotion, tea.MouseButtonLeft)
	u.Mouse(x1, y1, tea.MouseActionMotion, tea.MouseButtonLeft)
	u.Mouse(x1, y1, tea.MouseActionRelease, tea.MouseButtonLeft)
}

// Resize changes the size of the screen.
func (u *UI) Resize(w, h int) {
	u.t.Helper()
	u.w, u.h = w, h
	u.Send(tea.WindowSizeMsg{Width: w, Height: h})
}

// Model is the model as it is now.
func (u *UI) Model() tea.Model { return u.model }

// Quit tells whether the model has asked to end.
func (u *UI) Quit() bool { return u.quit }

// Raw is the last frame as the model drew it.
func (u *UI) Raw() string { return u.frame }

// Screen is the last frame as plain text, without the spaces at the ends of
// lines.
func (u *UI) Screen() string { return plain(u.frame) }

// Find is the cell where s first stands on the screen.
func (u *UI) Find(s string) (x, y int, ok bool) { return find(u.Screen(), s) }

// WaitText waits until the screen contains s.
func (u *UI) WaitText(s string) {
	u.t.Helper()
	u.wait("the text "+s, func(screen string) bool { return strings.Contains(screen, s) })
}

// WaitFor lets messages come until ok says yes to the screen. It fails the test
// when the watchdog strikes.
func (u *UI) WaitFor(ok func(screen string) bool) {
	u.t.Helper()
	u.wait("the screen that the test wants", ok)
}

func (u *UI) wait(what string, ok func(screen string) bool) {
	u.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), Watchdog)
	defer cancel()
	for u.settle(); !ok(u.Screen()); u.settle() {
		select {
		case <-u.wake:
		case <-ctx.Done():
			u.t.Fatalf("uitest: no sign of %s after %v on\n%s", what, Watchdog, u.Screen())
		}
	}
}

// run runs a Cmd in a goroutine of its own, which ends when the Cmd does.
func (u *UI) run(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	u.last++
	ticket := u.last
	u.cmds[ticket] = 0
	go func() {
		u.mu.Lock()
		u.cmds[ticket] = goroutine()
		u.mu.Unlock()
		msg := cmd()
		u.mu.Lock()
		delete(u.cmds, ticket)
		u.inbox = append(u.inbox, msg)
		u.mu.Unlock()
		select {
		case u.wake <- struct{}{}:
		default: // it is awake already
		}
	}()
}

// deliver does with a message what Bubble Tea's loop does.
func (u *UI) deliver(msg tea.Msg) {
	u.t.Helper()
	switch m := msg.(type) {
	case nil:
		return
	case tea.QuitMsg:
		u.quit = true
		return
	case tea.BatchMsg:
		for _, cmd := range m {
			u.run(cmd)
		}
		return
	}
	if cmds, ok := sequence(msg); ok {
		u.run(u.inOrder(cmds))
		return
	}
	var cmd tea.Cmd
	u.model, cmd = u.model.Update(msg)
	u.run(cmd)
	u.frame = u.model.View()
	u.check()
}

// sequence takes apart what tea.Sequence makes, a slice of a type of its own.
func sequence(msg tea.Msg) ([]tea.Cmd, bool) {
	v := reflect.ValueOf(msg)
	if v.Kind() != reflect.Slice || v.Type().Elem() != reflect.TypeFor[tea.Cmd]() {
		return nil, false
	}
	return v.Convert(reflect.TypeFor[[]tea.Cmd]()).Interface().([]tea.Cmd), true
}

// inOrder runs Cmds one after the other: each begins after the message of the
// one before has come.
func (u *UI) inOrder(cmds []tea.Cmd) tea.Cmd {
	return func() tea.Msg {
		for _, cmd := range cmds {
			if cmd == nil {
				continue
			}
			msg := cmd()
			u.mu.Lock()
			u.inbox = append(u.inbox, msg)
			u.mu.Unlock()
		}
		return nil
	}
}

// check holds every frame to the size of the screen.
func (u *UI) check() {
	u.t.Helper()
	lines := strings.Split(u.frame, "\n")
	if len(lines) > u.h {
		u.t.Errorf("uitest: a frame of %d lines on a screen of %d", len(lines), u.h)
	}
	for i, l := range lines {
		if w := ansi.StringWidth(l); w > u.w {
			u.t.Errorf("uitest: line %d has %d cells on a screen of %d: %q", i, w, u.w, l)
		}
	}
}

func plain(frame string) string {
	lines := strings.Split(ansi.Strip(frame), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.Join(lines, "\n")
}

func find(screen, s string) (x, y int, ok bool) {
	for y, line := range strings.Split(screen, "\n") {
		if before, _, ok := strings.Cut(line, s); ok {
			return ansi.StringWidth(before), y, true
		}
	}
	return 0, 0, false
}
