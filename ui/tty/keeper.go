package tty

import (
	"os"
	"runtime/debug"
	"sync"

	"github.com/charmbracelet/x/term"
)

// leave switches off what a program may have switched on: a frame that did not
// end, mouse, paste, focus, progress in the task bar, colours, the other
// screen; and shows the cursor.
const leave = "\x1b[?2026l\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?2004l\x1b[?1004l" +
	"\x1b]9;4;0\x07\x1b[m\x1b[?1049l\x1b[?25h"

// Keeper knows how the terminal was and puts it back: after a signal that
// Bubble Tea does not handle, after a panic in one of our goroutines, before a
// hard exit. Any goroutine may use it.
type Keeper struct {
	in, out  *os.File
	inState  *term.State
	outState *term.State

	once sync.Once
}

// Keep notes the state of the terminal. Files that are no terminals are left
// alone.
func Keep(in, out *os.File) *Keeper {
	k := &Keeper{in: in, out: out}
	k.inState, _ = term.GetState(in.Fd())
	k.outState, _ = term.GetState(out.Fd())
	return k
}

// Restore puts the terminal back, once; after Bubble Tea has done so itself it
// changes nothing that can be seen.
func (k *Keeper) Restore() {
	k.once.Do(func() {
		if k.outState != nil {
			// A terminal that is gone cannot be put back: nothing to do about it.
			_, _ = k.out.WriteString(leave)
			_ = term.Restore(k.out.Fd(), k.outState)
		}
		if k.inState != nil {
			_ = term.Restore(k.in.Fd(), k.inState)
		}
	})
}

// Guard is deferred at the top of a goroutine: it turns a panic into a restored
// terminal and a call of report, which has to end the program. The value and
// the stack may hold untrusted text and secrets.
func (k *Keeper) Guard(report func(v any, stack []byte)) {
	if v := recover(); v != nil {
		k.Restore()
		report(v, debug.Stack())
	}
}
