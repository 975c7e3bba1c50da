package uitest

import (
	"bytes"
	"runtime"
	"strconv"
	"time"
)

// settle delivers messages until the model is idle: no message is left, and
// every Cmd that still runs waits on a channel, a condition or a timer. Whether
// it does is read off the runtime's own list of goroutines, so a Cmd that works
// is waited for however slow the machine is, and a feed is not waited for at
// all. A Cmd that talks to a server over the network waits in a channel too: use
// WaitFor there.
func (u *UI) settle() {
	u.t.Helper()
	deadline := time.Now().Add(Watchdog)
	for calm := 0; calm < 2; {
		if msgs := u.take(); len(msgs) > 0 {
			for _, m := range msgs {
				u.deliver(m)
			}
			calm = 0
			continue
		}
		if u.parked() {
			calm++ // look twice: one may have woken another meanwhile
			runtime.Gosched()
			continue
		}
		calm = 0
		if time.Now().After(deadline) {
			u.t.Fatalf("uitest: a Cmd works for more than %v:\n%s", Watchdog, stacks())
		}
		u.doze()
	}
}

// take empties the inbox.
func (u *UI) take() []any {
	u.mu.Lock()
	defer u.mu.Unlock()
	var out []any
	for _, m := range u.inbox {
		out = append(out, m)
	}
	u.inbox = nil
	return out
}

// doze waits until a Cmd ends, or a moment: a Cmd that begins to wait tells nobody.
func (u *UI) doze() {
	moment := time.NewTimer(200 * time.Microsecond)
	defer moment.Stop()
	select {
	case <-u.wake:
		u.nudge() // for wait, which looks at the screen after us
	case <-moment.C:
	}
}

func (u *UI) nudge() {
	select {
	case u.wake <- struct{}{}:
	default:
	}
}

// parked tells whether every Cmd waits and the inbox is empty.
func (u *UI) parked() bool {
	u.mu.Lock()
	ids := make([]int64, 0, len(u.cmds))
	for _, id := range u.cmds {
		ids = append(ids, id)
	}
	empty := len(u.inbox) == 0
	u.mu.Unlock()
	if !empty || len(ids) == 0 {
		return empty
	}
	states := goroutines()
	for _, id := range ids {
		switch states[id] {
		case "select", "select (no cases)", "chan receive", "chan receive (nil chan)", "sleep", "sync.Cond.Wait":
		default:
			return false
		}
	}
	return true
}

// goroutine is the number of the one that calls.
func goroutine() int64 {
	buf := make([]byte, 64)
	id, _, _ := header(buf[:runtime.Stack(buf, false)])
	return id
}

// goroutines are the states of all goroutines: "select", "running", ….
func goroutines() map[int64]string {
	out := map[int64]string{}
	for block := range bytes.SplitSeq(stacks(), []byte("\n\n")) {
		if id, state, ok := header(block); ok {
			out[id] = state
		}
	}
	return out
}

func stacks() []byte {
	for size := 1 << 16; ; size *= 2 {
		buf := make([]byte, size)
		if n := runtime.Stack(buf, true); n < size {
			return buf[:n]
		}
	}
}

// header reads "goroutine 7 [select, 2 minutes]:".
func header(stack []byte) (id int64, state string, ok bool) {
	rest, ok := bytes.CutPrefix(stack, []byte("goroutine "))
	num, rest, ok2 := bytes.Cut(rest, []byte(" "))
	open := bytes.IndexByte(rest, '[') // "gp=…" may stand before it
	if !ok || !ok2 || open < 0 {
		return 0, "", false
	}
	end := bytes.IndexAny(rest[open:], ",]")
	if end < 0 {
		end = len(rest) - open
	}
	id, err := strconv.ParseInt(string(num), 10, 64)
	return id, string(rest[open+1 : open+end]), err == nil
}
