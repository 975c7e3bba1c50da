package dialog_test

import (
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"

	"gantry/ui/dialog"
	"gantry/ui/text"
	"gantry/ui/theme"
)

// clock is a time that only moves when told.
type clock struct{ t time.Time }

func (c *clock) now() time.Time          { return c.t }
func (c *clock) advance(d time.Duration) { c.t = c.t.Add(d) }

func stack() (*dialog.Stack, *clock) {
	c := &clock{now}
	return &dialog.Stack{Now: c.now}, c
}

func confirm(word string) dialog.Dialog {
	return dialog.NewConfirm(theme.Plain(), dialog.ConfirmOptions{Title: word, Text: "Go?", OnYes: says(word)})
}

func TestTheFrontWindowHasTheKeys(t *testing.T) {
	s, _ := stack()
	if s.Top() != nil || s.Help() != nil || s.Update(press("y")) != nil {
		t.Fatal("an empty stack does something")
	}
	s.Push(confirm("below"))
	s.Push(confirm("above"))
	if got := result(s.Update(press("y"))); got != "above" || s.Len() != 1 {
		t.Errorf("the first y said %q and left %d", got, s.Len())
	}
	if len(s.Help()) == 0 {
		t.Error("no help")
	}
	if got := result(s.Update(press("y"))); got != "below" || s.Len() != 0 {
		t.Errorf("the second y said %q and left %d", got, s.Len())
	}
}

func TestAWindowThatOpenedItselfSwallowsTypingUntilAPause(t *testing.T) {
	s, c := stack()
	s.PushAuto(confirm("auto"))
	for range 3 { // typing on, a key every 100 ms
		c.advance(100 * time.Millisecond)
		if s.Update(press("y")); s.Len() != 1 {
			t.Fatal("typing answered it")
		}
	}
	c.advance(399 * time.Millisecond)
	if s.Update(press("y")); s.Len() != 1 {
		t.Fatal("a pause that was too short was enough")
	}
	c.advance(400 * time.Millisecond)
	if got := result(s.Update(press("y"))); got != "auto" {
		t.Errorf("after the pause y said %q", got)
	}
}

func TestItListensAfterASecondAndAHalfOfTyping(t *testing.T) {
	s, c := stack()
	s.PushAuto(confirm("auto"))
	for range 7 {
		c.advance(200 * time.Millisecond)
		if s.Update(press("y")); s.Len() != 1 {
			t.Fatal("typing answered it")
		}
	}
	c.advance(100 * time.Millisecond)
	if got := result(s.Update(press("y"))); got != "auto" {
		t.Errorf("y said %q", got)
	}
}

func TestEscapeClosesItAtOnceAndClicksAreSwallowed(t *testing.T) {
	s, _ := stack()
	s.PushAuto(confirm("auto"))
	frame := blank(80, 24)
	s.Draw(frame, 80, 24)
	x, y := find(t, frame, "Yes")
	click := press1()
	click.X, click.Y = x, y
	if s.Update(click); s.Len() != 1 {
		t.Error("a click answered it")
	}
	if s.Update(press("esc")); s.Len() != 0 {
		t.Error("Esc did not close it")
	}
}

func TestAWindowThatOpensItselfWaitsBehindTheUsers(t *testing.T) {
	s, c := stack()
	s.Push(confirm("mine"))
	s.PushAuto(confirm("auto 1"))
	s.PushAuto(confirm("auto 2"))
	frame := blank(80, 24)
	s.Draw(frame, 80, 24)
	if got := strings.Join(frame, "\n"); strings.Contains(got, "auto") {
		t.Errorf("one that waits can be seen:\n%s", got)
	}
	c.advance(time.Hour)
	if got := result(s.Update(press("y"))); got != "mine" {
		t.Fatalf("y said %q", got)
	}
	if s.Update(press("y")); s.Len() != 2 {
		t.Fatal("the grace period was over before it could be seen")
	}
	c.advance(time.Second)
	if got := result(s.Update(press("y"))); got != "auto 1" {
		t.Errorf("y said %q", got)
	}
}

func blank(w, h int) []string {
	frame := make([]string, h)
	for i := range frame {
		frame[i] = strings.Repeat("界", w/2)
	}
	return frame
}

// find is where word stands in a frame.
func find(t *testing.T, frame []string, word string) (x, y int) {
	t.Helper()
	for y, l := range frame {
		l = ansi.Strip(l)
		if i := strings.Index(l, word); i >= 0 {
			return text.Width(l[:i]), y
		}
	}
	t.Fatalf("%q is not on the screen:\n%s", word, strings.Join(frame, "\n"))
	return 0, 0
}

func TestDrawKeepsTheFrameAndTheMouseFindsTheButtons(t *testing.T) {
	for _, size := range [][2]int{{100, 30}, {80, 24}, {40, 10}} {
		s, _ := stack()
		s.Push(confirm("go"))
		frame := blank(size[0], size[1])
		s.Draw(frame, size[0], size[1])
		for _, l := range frame {
			if text.Width(l) != size[0] {
				t.Errorf("a line has %d columns of %d", text.Width(l), size[0])
			}
		}
		click := press1()
		click.X, click.Y = find(t, frame, "Yes")
		if got := result(s.Update(click)); got != "go" {
			t.Errorf("a click on Yes said %q", got)
		}
	}
}

func TestAMenuThatHangsClosesOnAClickElsewhere(t *testing.T) {
	s, _ := stack()
	s.Push(dialog.NewMenu(theme.Plain(), dialog.MenuOptions{Items: items()[:3], At: &dialog.Point{X: 95, Y: 28}}))
	frame := blank(100, 30)
	s.Draw(frame, 100, 30)
	find(t, frame, "Rename") // it was moved onto the screen
	click := press1()
	if s.Update(click); s.Len() != 0 {
		t.Error("a click elsewhere left it open")
	}
}

func TestACommandThatOpensAnotherWindowDoesNotCloseThat(t *testing.T) {
	s, _ := stack()
	s.Push(dialog.NewConfirm(theme.Plain(), dialog.ConfirmOptions{OnYes: func() tea.Cmd {
		s.Push(confirm("next"))
		return nil
	}}))
	s.Update(press("y"))
	if s.Len() != 1 {
		t.Fatalf("%d windows are open", s.Len())
	}
	if got := result(s.Update(press("y"))); got != "next" {
		t.Errorf("y said %q", got)
	}
}
