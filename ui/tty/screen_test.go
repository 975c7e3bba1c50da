//go:build unix

package tty_test

import (
	"bufio"
	"fmt"
	"os"
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"

	"gantry/ui/tty"
)

const (
	otherScreen = "\x1b[?1049h"
	mainScreen  = "\x1b[?1049l"
	beginFrame  = "\x1b[?2026h"
	endFrame    = "\x1b[?2026l"
)

// drawn is a Screen of 20 by 4 and what the terminal gets from it.
type drawn struct {
	*tty.Screen
	t   *testing.T
	out *tty.Out
	w   *os.File
	r   *bufio.Reader
}

func newDrawn(t *testing.T) *drawn {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	out := tty.NewOut(w)
	d := &drawn{Screen: tty.NewScreen(out), t: t, out: out, w: w, r: bufio.NewReader(r)}
	d.Resize(20, 4)
	d.write(otherScreen)
	t.Cleanup(func() { d.Close(); _ = w.Close(); _ = r.Close() })
	return d
}

func (d *drawn) write(s string) {
	d.t.Helper()
	if _, err := d.out.Write([]byte(s)); err != nil {
		d.t.Fatal(err)
	}
}

// upTo is what the terminal gets up to the next end.
func (d *drawn) upTo(end string) string {
	d.t.Helper()
	var b strings.Builder
	for !strings.HasSuffix(b.String(), end) {
		c, err := d.r.ReadByte()
		if err != nil {
			d.t.Fatal(err)
		}
		b.WriteByte(c)
	}
	return b.String()
}

// frame fails the test unless the next thing the terminal gets is the frame.
func (d *drawn) frame(want string) {
	d.t.Helper()
	if got := d.upTo(endFrame); got != beginFrame+want+endFrame {
		d.t.Errorf("the terminal got %q, want the frame %q", got, want)
	}
}

func TestOnlyLinesThatHaveChangedAreDrawn(t *testing.T) {
	d := newDrawn(t)
	d.upTo(otherScreen)
	d.Show("one\ntwo\nthree")
	d.frame("\x1b[1Hone\x1b[K\x1b[2Htwo\x1b[K\x1b[3Hthree\x1b[K\x1b[4H\x1b[J")
	d.Show("one\nzwei\nthree")
	d.frame("\x1b[2Hzwei\x1b[K")
	d.Show("one")
	d.frame("\x1b[2H\x1b[J")
	d.Resize(5, 2)
	d.Show("12345\n123456\n1234567")
	d.frame("\x1b[1H12345\x1b[2H12345") // the last cell of a full line stays
}

func TestNothingIsDrawnWhileTheTerminalShowsSomethingElse(t *testing.T) {
	d := newDrawn(t)
	d.upTo(otherScreen)
	d.Show("before")
	d.frame("\x1b[1Hbefore\x1b[K\x1b[2H\x1b[J")
	d.write(mainScreen)
	d.Show("an editor has the terminal")
	d.Close() // what was shown has been drawn or thrown away
	d.write(otherScreen)
	if got := d.upTo(otherScreen); got != mainScreen+otherScreen {
		t.Errorf("the terminal got %q", got)
	}
}

func TestATerminalThatTakesNothingHoldsNobodyUp(t *testing.T) {
	d := newDrawn(t)
	for i := range 20_000 { // much more than a pipe holds
		d.Show(fmt.Sprintf("frame %d\n%s", i, strings.Repeat("x", 4000)))
	}
	d.Show("the last one")
	d.upTo("the last one")
}

func TestWhatBubbleTeaDrawsBesidesAScreenIsDropped(t *testing.T) {
	d := newDrawn(t)
	d.upTo(otherScreen)
	f := tty.NewFrame(&model{})
	f.Screen = d.Screen
	f.Update(tea.WindowSizeMsg{Width: 20, Height: 2})
	f.Update(runes("x"))
	d.write("\x1b[H\r" + f.View() + "\x1b[K\x1b[1;1H")
	d.frame("\x1b[1H[x]\x1b[K\x1b[2H\x1b[J")
	d.write(mainScreen)
	if got := d.upTo(mainScreen); got != mainScreen {
		t.Errorf("the terminal got %q", got)
	}
}
