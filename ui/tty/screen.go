package tty

import (
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/charmbracelet/x/ansi"
)

// Screen draws frames on an Out, in a goroutine of its own: the lines that have
// changed, as soon as there are any. While the terminal is slower than the
// frames come, those in between are left out, so nobody ever waits for it.
//
// Bubble Tea v1 has a renderer for this which looks for something new sixty
// times a second: a key waits for its next look, and an idle program is kept
// awake. It cannot be replaced, because it also switches the modes of the
// terminal; Frame gives it nothing to draw.
type Screen struct {
	out *Out

	mu     sync.Mutex
	view   string // the latest frame
	some   bool   // there is one that has not been drawn
	w, h   int
	forget bool // what the terminal shows is not known

	more  chan struct{} // some has been set
	quit  chan struct{}
	ended chan struct{}
	stop  sync.Once

	// Report is told about a panic while drawing, which would leave the terminal
	// as it is; nil leaves it to the runtime. Set it before the first Show.
	Report func(v any, stack []byte)

	last []string // what the terminal shows; the goroutine's, as buf is
	buf  []byte
}

// NewScreen begins to draw on out, until Close.
func NewScreen(out *Out) *Screen {
	s := &Screen{out: out, more: make(chan struct{}, 1), quit: make(chan struct{}), ended: make(chan struct{})}
	go s.run()
	return s
}

// Show draws view, lines without control characters between line feeds. It
// does not wait. Any goroutine may call it.
func (s *Screen) Show(view string) {
	s.mu.Lock()
	s.view, s.some = view, true
	s.mu.Unlock()
	select {
	case s.more <- struct{}{}:
	default:
	}
}

// Resize tells the size of the terminal in cells, and that what it shows is not
// to be relied on: the next frame is drawn as a whole.
func (s *Screen) Resize(w, h int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.w, s.h, s.forget = w, h, true
}

// Close ends the drawing. It waits for the frame that is being written, but not
// long for a terminal that takes nothing.
func (s *Screen) Close() {
	s.stop.Do(func() { close(s.quit) })
	select {
	case <-s.ended:
	case <-time.After(blocked):
	}
}

func (s *Screen) run() {
	defer close(s.ended)
	defer func() {
		if s.Report == nil {
			return
		}
		if v := recover(); v != nil {
			s.Report(v, debug.Stack())
		}
	}()
	for {
		select {
		case <-s.quit:
			return
		case <-s.more:
			s.draw()
		}
	}
}

// draw writes what is new in the latest frame.
func (s *Screen) draw() {
	s.mu.Lock()
	view, some, w, h := s.view, s.some, s.w, s.h
	if s.forget {
		s.last = nil
	}
	s.some, s.forget = false, false
	s.mu.Unlock()
	if !some || w <= 0 || h <= 0 {
		return
	}
	lines := strings.Split(view, "\n")
	if len(lines) > h {
		lines = lines[:h]
	}
	s.buf = s.buf[:0]
	for y, line := range lines {
		if y >= len(s.last) || s.last[y] != line {
			s.line(y, line, w)
		}
	}
	if len(lines) < h && len(lines) != len(s.last) {
		s.move(len(lines))
		s.buf = append(s.buf, ansi.EraseScreenBelow...)
	}
	s.last = lines
	if len(s.buf) > 0 && !s.out.frame(s.buf) {
		s.last = nil // it went nowhere
	}
}

// line draws line y, no wider than the terminal.
func (s *Screen) line(y int, line string, w int) {
	s.move(y)
	width := ansi.StringWidth(line)
	if width > w {
		line = ansi.Truncate(line, w, "")
	}
	s.buf = append(s.buf, line...)
	if width < w { // behind a full line it would take the last cell away
		s.buf = append(s.buf, ansi.EraseLineRight...)
	}
}

// move goes to the beginning of line y.
func (s *Screen) move(y int) {
	s.buf = append(s.buf, "\x1b["...)
	s.buf = strconv.AppendInt(s.buf, int64(y+1), 10)
	s.buf = append(s.buf, 'H')
}
