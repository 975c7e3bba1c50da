package tty

import (
	"bytes"
	"io"
	"os"
	"sync"
	"sync/atomic"
)

// shortest is less than any frame and more than any switch of a mode.
const shortest = 64

// The marks of DEC mode 2026: a terminal that knows it shows what is between
// them at once, any other ignores them.
const (
	beginFrame = "\x1b[?2026h"
	endFrame   = "\x1b[?2026l"
)

// How Bubble Tea goes to the screen for frames and back.
const (
	otherScreen = "\x1b[?1049h"
	mainScreen  = "\x1b[?1049l"
)

// nothing is the view that Frame gives to Bubble Tea when a Screen draws: a
// string without width that no program means. Out drops the frames that have it.
const nothing = "\x1b_gantry\x1b\\"

// Out is the terminal's output. It looks like a file to Bubble Tea, which finds
// the terminal and its size through it, switches its modes, and writes each
// frame with one Write. Any goroutine may write.
type Out struct {
	f    *os.File
	shut atomic.Bool // a Keeper has restored the terminal

	mu   sync.Mutex
	ours bool // the other screen is shown, which is the one for frames
	buf  []byte
}

// NewOut writes to f; frames are synchronised updates.
func NewOut(f *os.File) *Out { return &Out{f: f} }

// Fd is the file's descriptor.
func (o *Out) Fd() uintptr { return o.f.Fd() }

// Read reads from the file.
func (o *Out) Read(p []byte) (int, error) { return o.f.Read(p) }

// Close does nothing: the terminal is not ours to close.
func (o *Out) Close() error { return nil }

// Write writes a frame, or a switch of a mode, as a whole. After a Keeper has
// restored the terminal it drops them.
func (o *Out) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	switch {
	case o.shut.Load(), bytes.Contains(p, []byte(nothing)):
		return len(p), nil
	case len(p) < shortest:
		switch string(p) {
		case otherScreen:
			o.ours = true
		case mainScreen:
			o.ours = false
		}
		return o.f.Write(p)
	}
	n, err := o.whole(p)
	return max(0, min(n-len(beginFrame), len(p))), err
}

// frame writes what a Screen has drawn, unless the terminal shows something
// else: what was there before us, or a program that we have given it to.
func (o *Out) frame(p []byte) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.shut.Load() || !o.ours {
		return false
	}
	_, err := o.whole(p)
	return err == nil
}

// whole writes p as one update. The caller holds the lock.
func (o *Out) whole(p []byte) (int, error) {
	o.buf = append(append(append(o.buf[:0], beginFrame...), p...), endFrame...)
	return o.f.Write(o.buf)
}

// Raw writes a sequence that does not move the cursor, never inside of a frame:
// the clipboard (OSC 52), the progress of the task bar (OSC 9;4), a question.
// Text in it must have passed ui/text, or it may end the sequence. It blocks
// while the terminal does, so call it from a tea.Cmd.
func (o *Out) Raw(seq string) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.shut.Load() {
		return nil
	}
	_, err := io.WriteString(o.f, seq)
	return err
}
