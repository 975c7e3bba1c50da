package tty

import (
	"os"
	"sync"
	"time"

	"github.com/charmbracelet/x/term"
)

// leave switches off what a program may have switched on: a frame that did not
// end, mouse, paste, focus, progress in the task bar, colours, the other
// screen; and shows the cursor.
const leave = "\x1b[?2026l\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?2004l\x1b[?1004l" +
	"\x1b]9;4;0\x07\x1b[m\x1b[?1049l\x1b[?25h"

// blocked is how long a terminal that takes nothing may hold up a hard exit.
const blocked = 300 * time.Millisecond

// Keeper knows how the terminal was and puts it back where Bubble Tea does not:
// after a panic in one of our goroutines, before a hard exit. On the way out
// that Bubble Tea takes it has nothing to do. Any goroutine may use it.
type Keeper struct {
	in       *os.File
	out      *Out
	inState  *term.State
	outState *term.State

	once sync.Once
}

// Keep notes the state of the terminal, before Bubble Tea changes it. Files
// that are no terminals are left alone.
func Keep(in *os.File, out *Out) *Keeper {
	k := &Keeper{in: in, out: out}
	k.inState, _ = term.GetState(in.Fd())
	k.outState, _ = term.GetState(out.Fd())
	return k
}

// Restore puts the terminal back, once; out writes no more frames from then on.
// It returns soon even when the terminal is stopped or gone.
func (k *Keeper) Restore() {
	k.once.Do(func() {
		k.out.shut.Store(true)
		if k.inState != nil {
			_ = term.Restore(k.in.Fd(), k.inState) // one that is gone needs no restoring
		}
		if k.outState == nil {
			return
		}
		_ = term.Restore(k.out.Fd(), k.outState)
		done := make(chan struct{})
		go func() { // ends with the write or with the program
			defer close(done)
			_, _ = k.out.f.WriteString(leave)
		}()
		select {
		case <-done:
		case <-time.After(blocked):
		}
	})
}
