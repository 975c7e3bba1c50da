//go:build unix

package tty_test

import (
	"io"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/charmbracelet/x/term"
	"github.com/creack/pty"

	"gantry/ui/tty"
)

func TestFramesAreBracketedAndNothingFallsIntoThem(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	out := tty.NewOut(w)
	frame := strings.Repeat("frame", 40)
	const mode, raw = "\x1b[?1002h", "\x1b]9;4;1;42\x07"
	var wg sync.WaitGroup // 100 of each fit the pipe
	wg.Go(func() {
		for range 100 {
			if n, err := out.Write([]byte(frame)); n != len(frame) || err != nil {
				t.Errorf("a frame gave %d, %v", n, err)
			}
		}
	})
	wg.Go(func() {
		for range 100 {
			if err := out.Raw(raw); err != nil {
				t.Error(err)
			}
		}
	})
	if n, err := out.Write([]byte(mode)); n != len(mode) || err != nil {
		t.Errorf("a mode gave %d, %v", n, err)
	}
	wg.Wait()
	_ = w.Close()
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	got := strings.NewReplacer(mode, "", raw, "").Replace(string(b))
	if want := strings.Repeat("\x1b[?2026h"+frame+"\x1b[?2026l", 100); got != want {
		t.Error("frames are not whole")
	}
}

// terminal is a pty: what the program writes to slave, master reads.
func terminal(t *testing.T) (master, slave *os.File) {
	t.Helper()
	master, slave, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = master.Close(); _ = slave.Close() })
	return master, slave
}

func TestTheKeeperLeavesTheTerminalAsItWas(t *testing.T) {
	master, slave := terminal(t)
	out := tty.NewOut(slave)
	k := tty.Keep(slave, out)
	before, err := term.GetState(slave.Fd())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := term.MakeRaw(slave.Fd()); err != nil {
		t.Fatal(err)
	}
	k.Restore()
	k.Restore() // once is enough
	after, err := term.GetState(slave.Fd())
	if err != nil {
		t.Fatal(err)
	}
	if *before != *after {
		t.Error("the terminal is still in raw mode")
	}
	if n, err := out.Write([]byte(strings.Repeat("late frame", 20))); n != 200 || err != nil {
		t.Errorf("a late frame gave %d, %v", n, err)
	}
	if err := out.Raw("late"); err != nil {
		t.Error(err)
	}
	var b []byte
	for !strings.HasSuffix(string(b), "\x1b[?25h") { // Restore does not wait long for the terminal
		var c [1]byte
		if _, err := master.Read(c[:]); err != nil {
			t.Fatalf("%v after %q", err, b)
		}
		b = append(b, c[0])
	}
	_ = slave.Close()
	late, _ := io.ReadAll(master) // a pty ends with an error
	b = append(b, late...)
	for _, off := range []string{"\x1b[?1049l", "\x1b[?25h", "\x1b[?1002l", "\x1b[?1006l", "\x1b[?2004l", "\x1b[?2026l"} {
		if strings.Count(string(b), off) != 1 {
			t.Errorf("%q was written %d times", off, strings.Count(string(b), off))
		}
	}
	if strings.Contains(string(b), "late") {
		t.Error("a frame was drawn over the restored terminal")
	}
}

func TestAStoppedTerminalDoesNotHoldUpTheEnd(t *testing.T) {
	_, slave := terminal(t)
	k := tty.Keep(slave, tty.NewOut(slave))
	if _, err := term.MakeRaw(slave.Fd()); err != nil {
		t.Fatal(err)
	}
	fd := int(slave.Fd())
	if err := syscall.SetNonblock(fd, true); err != nil {
		t.Fatal(err)
	}
	for { // nobody reads: now it takes nothing more
		if _, err := syscall.Write(fd, make([]byte, 4096)); err == syscall.EAGAIN {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
	if err := syscall.SetNonblock(fd, false); err != nil {
		t.Fatal(err)
	}
	k.Restore() // hangs here if it waits for the terminal
}

func TestFilesThatAreNoTerminalAreLeftAlone(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	tty.Keep(r, tty.NewOut(w)).Restore()
	_ = w.Close()
	if b, _ := io.ReadAll(r); len(b) != 0 {
		t.Errorf("it wrote %q", b)
	}
}

func TestTheFirstSignalAsksAndTheSecondInsists(t *testing.T) {
	first, again := make(chan os.Signal), make(chan os.Signal)
	stop := tty.Watch(func(s os.Signal) { first <- s }, func(s os.Signal) { again <- s })
	for _, c := range []struct {
		sig  syscall.Signal
		want chan os.Signal
	}{{syscall.SIGHUP, first}, {syscall.SIGTERM, again}, {syscall.SIGINT, again}} {
		if err := syscall.Kill(os.Getpid(), c.sig); err != nil {
			t.Fatal(err)
		}
		if got := <-c.want; got != c.sig {
			t.Errorf("got %v, want %v", got, c.sig)
		}
	}
	stop()
}
