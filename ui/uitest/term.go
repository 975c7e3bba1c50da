package uitest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/charmbracelet/x/term"
	"github.com/charmbracelet/x/vt"
	"github.com/creack/pty"
)

// Size is the size of a terminal in cells.
type Size struct{ W, H int }

// Term is a program in a pseudo-terminal. What it writes goes through a
// terminal emulator, whose answers go back to it. Methods are for the test's
// goroutine.
type Term struct {
	t       testing.TB
	cmd     *exec.Cmd
	pty     *os.File
	emu     *vt.SafeEmulator
	size    Size
	before  *term.State // of the terminal
	after   *term.State
	ended   chan struct{} // closed when the program has ended and all output is read
	held    []byte        // the beginning of a frame whose end has not come; the reader's
	draw    sync.Mutex    // held while the emulator takes output, so that Screen sees whole frames
	mu      sync.Mutex
	changed chan struct{} // closed and replaced with every output
	capture bytes.Buffer
}

// Start runs bin with args in a terminal of the given size. Its environment is
// PATH, a HOME of its own, TERM=xterm-256color, COLORTERM, LANG and env. When the
// test ends the program is killed if it still runs.
func Start(t testing.TB, bin string, args []string, size Size, env ...string) *Term {
	t.Helper()
	x := &Term{
		t: t, size: size, cmd: exec.Command(bin, args...), emu: vt.NewSafeEmulator(size.W, size.H),
		ended: make(chan struct{}), changed: make(chan struct{}),
	}
	x.cmd.Env = append([]string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "TERM=xterm-256color", "COLORTERM=truecolor",
		"LANG=C.UTF-8", "TZ=UTC", "CI=",
	}, env...)
	master, slave, err := pty.Open()
	if err != nil {
		t.Fatalf("uitest: no pseudo-terminal: %v", err)
	}
	x.pty = master
	if err := pty.Setsize(master, &pty.Winsize{Cols: uint16(size.W), Rows: uint16(size.H)}); err != nil {
		t.Fatal(err)
	}
	x.before = x.state()
	x.cmd.Stdin, x.cmd.Stdout, x.cmd.Stderr = slave, slave, slave
	x.cmd.SysProcAttr = session()
	if err := x.cmd.Start(); err != nil {
		t.Fatalf("uitest: %v", err)
	}
	x.watch(slave)
	return x
}

// watch starts the three goroutines of a terminal, which end with the program;
// the test's clean-up waits for them.
func (x *Term) watch(slave *os.File) {
	var work sync.WaitGroup
	work.Go(func() { // the emulator's answers; ends when it is closed
		_, _ = io.Copy(x.pty, x.emu)
	})
	read := make(chan struct{})
	work.Go(func() { // the program's output; ends when nobody holds the slave any more
		defer close(read)
		buf := make([]byte, 32<<10)
		for {
			n, err := x.pty.Read(buf)
			x.output(buf[:n], err != nil)
			if err != nil {
				return
			}
		}
	})
	work.Go(func() { // the program
		_ = x.cmd.Wait()
		x.after = x.state()
		_ = slave.Close() // ours was kept so that the state could be read
		<-read
		close(x.ended)
	})
	x.t.Cleanup(func() {
		select {
		case <-x.ended:
		default:
			_ = x.cmd.Process.Kill()
			<-x.ended
		}
		// Not emu.Close: it races with Read. The pipe between the two does not.
		if c, ok := x.emu.InputPipe().(io.Closer); ok {
			_ = c.Close()
		}
		_ = x.pty.Close()
		work.Wait()
	})
}

// output takes what the program wrote and tells those who wait. The emulator gets
// synchronised updates as wholes, as the eye does: however the reads fall, nobody
// sees a screen of which half is of the frame before.
func (x *Term) output(p []byte, last bool) {
	x.mu.Lock()
	x.capture.Write(p)
	x.mu.Unlock()
	x.held = append(x.held, p...)
	n := len(x.held)
	if !last {
		n = wholeFrames(x.held)
	}
	if n > 0 {
		x.draw.Lock()
		_, _ = x.emu.Write(x.held[:n])
		x.draw.Unlock()
		x.held = append(x.held[:0], x.held[n:]...)
	}
	x.mu.Lock()
	close(x.changed)
	x.changed = make(chan struct{})
	x.mu.Unlock()
}

// wholeFrames is the length of the beginning of p that ends in no synchronised
// update, nor in what may be the beginning of the mark of one.
func wholeFrames(p []byte) int {
	const begin, end = "\x1b[?2026h", "\x1b[?2026l"
	if i := bytes.LastIndex(p, []byte(begin)); i >= 0 && !bytes.Contains(p[i:], []byte(end)) {
		return i
	}
	for k := min(len(begin)-1, len(p)); k > 0; k-- {
		if bytes.HasSuffix(p, []byte(begin[:k])) {
			return len(p) - k
		}
	}
	return len(p)
}

// state is how the terminal is set: raw or cooked, with echo or without.
func (x *Term) state() *term.State {
	var s *term.State
	raw, err := x.pty.SyscallConn()
	if err != nil {
		return nil
	}
	if err := raw.Control(func(fd uintptr) { s, _ = term.GetState(fd) }); err != nil {
		return nil
	}
	return s
}

// Screen is the text on the screen, without the spaces at the ends of lines.
func (x *Term) Screen() string { return x.Area(0, 0, x.size.W, x.size.H) }

// Area is the text in w by h cells of the screen from the cell left, top, as
// Screen has it.
func (x *Term) Area(left, top, w, h int) string {
	x.draw.Lock()
	defer x.draw.Unlock()
	var b strings.Builder
	for y := top; y < top+h; y++ {
		var line strings.Builder
		for cx := left; cx < left+w; {
			c := x.emu.CellAt(cx, y)
			if c == nil || c.Width == 0 {
				line.WriteByte(' ')
				cx++
				continue
			}
			line.WriteString(c.Content)
			cx += c.Width
		}
		b.WriteString(strings.TrimRight(line.String(), " "))
		if y < top+h-1 {
			b.WriteByte('\n')
		}
	}
	return b.String()
}

// Find is the cell where s first stands on the screen.
func (x *Term) Find(s string) (cx, cy int, ok bool) { return find(x.Screen(), s) }

// WaitFor waits until the screen contains s.
func (x *Term) WaitFor(s string) {
	x.t.Helper()
	x.WaitScreen("“"+s+"”", func(screen string) bool { return strings.Contains(screen, s) })
}

// WaitGone waits until the screen does not contain s.
func (x *Term) WaitGone(s string) {
	x.t.Helper()
	x.WaitScreen("the end of “"+s+"”", func(screen string) bool { return !strings.Contains(screen, s) })
}

// WaitScreen waits until ok says yes to the screen. It fails the test, naming
// what, when the program ends first or the watchdog strikes.
func (x *Term) WaitScreen(what string, ok func(screen string) bool) {
	x.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), Watchdog)
	defer cancel()
	for {
		x.mu.Lock()
		changed := x.changed
		x.mu.Unlock()
		if ok(x.Screen()) {
			return
		}
		select {
		case <-changed:
		case <-x.ended:
			if !ok(x.Screen()) {
				x.t.Fatalf("uitest: the program ended (%v) before %s on\n%s", x.cmd.ProcessState, what, x.Screen())
			}
			return
		case <-ctx.Done():
			x.t.Fatalf("uitest: no sign of %s after %v on\n%s", what, Watchdog, x.Screen())
		}
	}
}

// Resize changes the size of the terminal; the program gets SIGWINCH.
func (x *Term) Resize(s Size) {
	x.t.Helper()
	x.size = s
	x.emu.Resize(s.W, s.H)
	if err := pty.Setsize(x.pty, &pty.Winsize{Cols: uint16(s.W), Rows: uint16(s.H)}); err != nil {
		x.t.Fatal(err)
	}
}

// Signal sends a signal to the program.
func (x *Term) Signal(s os.Signal) {
	x.t.Helper()
	if err := x.cmd.Process.Signal(s); err != nil {
		x.t.Fatalf("uitest: %v: %v", s, err)
	}
}

// HangUp closes the terminal's window: whatever the program does with it fails
// from now on, and the system sends it SIGHUP. Only Wait makes sense after it.
func (x *Term) HangUp() { _ = x.pty.Close() }

// Pid is the program's process id.
func (x *Term) Pid() int { return x.cmd.Process.Pid }

// Wait waits for the end of the program and gives its exit code: 128+n when
// signal n ended it.
func (x *Term) Wait() int {
	x.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), Watchdog)
	defer cancel()
	select {
	case <-x.ended:
	case <-ctx.Done():
		x.t.Fatalf("uitest: the program runs on after %v with\n%s", Watchdog, x.Screen())
	}
	if s, ok := x.cmd.ProcessState.Sys().(syscall.WaitStatus); ok && s.Signaled() {
		return 128 + int(s.Signal())
	}
	return x.cmd.ProcessState.ExitCode()
}

// Capture is every byte that the program has written so far.
func (x *Term) Capture() []byte {
	x.mu.Lock()
	defer x.mu.Unlock()
	return bytes.Clone(x.capture.Bytes())
}

// Send sends bytes as if they were typed.
func (x *Term) Send(s string) {
	x.t.Helper()
	if _, err := io.WriteString(x.pty, s); err != nil && !errors.Is(err, os.ErrClosed) {
		x.t.Fatalf("uitest: typing: %v", err)
	}
}

// Keys presses keys by name, as UI.Keys does.
func (x *Term) Keys(names ...string) {
	x.t.Helper()
	for _, n := range names {
		x.Send(bytesOf(x.t, n))
	}
}
