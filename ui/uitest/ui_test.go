package uitest_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"gantry/ui/uitest"
)

// echo is a model that shows what it was told, the newest first.
type echo struct {
	ctx   context.Context
	feed  chan string
	lines []string
	w, h  int
}

type word string

func (e *echo) Init() tea.Cmd { return tea.Batch(e.wait(), say("ready")) }

func say(s string) tea.Cmd { return func() tea.Msg { return word(s) } }

// wait blocks as the feed of a queue does.
func (e *echo) wait() tea.Cmd {
	ctx, feed := e.ctx, e.feed
	return func() tea.Msg {
		select {
		case s := <-feed:
			return word("feed " + s)
		case <-ctx.Done():
			return nil
		}
	}
}

func (e *echo) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch m := msg.(type) {
	case tea.WindowSizeMsg:
		e.w, e.h = m.Width, m.Height
		e.say(fmt.Sprintf("size %dx%d", m.Width, m.Height))
	case tea.MouseMsg:
		e.say(fmt.Sprintf("mouse %d,%d %s", m.X, m.Y, m))
	case word:
		e.say(string(m))
		if strings.HasPrefix(string(m), "feed ") {
			return e, e.wait()
		}
	case tea.KeyMsg:
		e.say("key " + m.String())
		switch m.String() {
		case "q":
			return e, tea.Quit
		case "s":
			return e, tea.Sequence(say("one"), say("two"), say("three"))
		case "w":
			return e, work
		case "t":
			return e, tea.Tick(time.Hour, func(time.Time) tea.Msg { return word("tick") })
		}
	}
	return e, nil
}

// work keeps a processor busy for a while.
func work() tea.Msg {
	n := 0
	for i := range 20_000_000 {
		n += i % 2
	}
	return word(fmt.Sprintf("worked %d", n))
}

func (e *echo) say(s string) {
	e.lines = append([]string{s}, e.lines...)
	e.lines = e.lines[:min(len(e.lines), max(1, e.h-1))]
}

func (e *echo) View() string { return "\x1b[1mecho\x1b[m\n" + strings.Join(e.lines, "\n") }

func started(t *testing.T) (*uitest.UI, chan string) {
	t.Helper()
	feed := make(chan string)
	return uitest.New(t, &echo{ctx: t.Context(), feed: feed}, 40, 12), feed
}

func expect(t *testing.T, u *uitest.UI, lines ...string) {
	t.Helper()
	want := "echo\n" + strings.Join(lines, "\n")
	if got := u.Screen(); !strings.HasPrefix(got, want) {
		t.Errorf("the screen is\n%s\nwant at its top\n%s", got, want)
	}
}

func TestStartRunsInitAndTellsTheSizeAndDoesNotWaitForAFeed(t *testing.T) {
	u, _ := started(t)
	for _, s := range []string{"ready", "size 40x12"} {
		if !strings.Contains(u.Screen(), s) {
			t.Errorf("%q is missing on\n%s", s, u.Screen())
		}
	}
}

func TestKeysArriveUnderTheirNames(t *testing.T) {
	u, _ := started(t)
	for _, k := range []string{"j", "f5", "esc", "ctrl+r", "alt+x", "shift+tab", "pgdown", "G", "é", "+"} {
		u.Keys(k)
		expect(t, u, "key "+k)
	}
	u.Keys("space")
	expect(t, u, "key\nkey +")
	u.Type("a b")
	expect(t, u, "key b", "key", "key a")
	u.Paste("long text")
	expect(t, u, "key [long text]")
}

func TestACmdThatWorksIsWaitedFor(t *testing.T) {
	u, _ := started(t)
	u.Keys("w")
	expect(t, u, "worked 10000000", "key w")
}

func TestATickIsNotWaitedFor(t *testing.T) {
	u, _ := started(t)
	u.Keys("t", "x")
	expect(t, u, "key x", "key t")
}

func TestASequenceKeepsItsOrder(t *testing.T) {
	u, _ := started(t)
	u.Keys("s")
	expect(t, u, "three", "two", "one", "key s")
}

func TestAFeedIsTakenWhenItComes(t *testing.T) {
	u, feed := started(t)
	go func() { feed <- "a"; feed <- "b" }()
	u.WaitText("feed b")
	expect(t, u, "feed b", "feed a")
	go func() { feed <- "c" }()
	u.WaitFor(func(s string) bool { return strings.Contains(s, "feed c") })
}

func TestTheMouseAndTheSize(t *testing.T) {
	u, _ := started(t)
	u.Click(3, 4)
	expect(t, u, "mouse 3,4 left release", "mouse 3,4 left press")
	u.Drag(0, 0, 10, 2)
	expect(t, u, "mouse 10,2 left release", "mouse 10,2 left motion", "mouse 5,1 left motion", "mouse 0,0 left press")
	u.Resize(50, 5)
	expect(t, u, "size 50x5")
	if x, y, ok := u.Find("50x5"); !ok || x != 5 || y != 1 {
		t.Errorf("Find says %d,%d %v", x, y, ok)
	}
}

func TestQuitIsNoticed(t *testing.T) {
	u, _ := started(t)
	if u.Quit() {
		t.Error("it quits before it was asked")
	}
	u.Keys("q")
	if !u.Quit() {
		t.Error("it does not quit")
	}
}

func TestScriptsPlay(t *testing.T) {
	uitest.RunScripts(t, "testdata/*.txtar", func(t testing.TB, dir string) tea.Model {
		t.Helper()
		return &echo{ctx: t.Context(), feed: make(chan string)}
	})
}
