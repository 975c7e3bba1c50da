package tty_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"gantry/ui/tty"
)

// model counts its views and keeps the keys it got.
type model struct {
	keys  []string
	views int
}

func (m *model) Init() tea.Cmd { return func() tea.Msg { return "init" } }

func (m *model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	if k, ok := msg.(tea.KeyMsg); ok {
		m.keys = append(m.keys, k.String())
	}
	return m, nil
}

func (m *model) View() string {
	m.views++
	return fmt.Sprint(m.keys)
}

func runes(s string) tea.KeyMsg { return tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(s)} }

func TestABurstIsBuiltAFewTimesOnly(t *testing.T) {
	m := &model{}
	f := tty.NewFrame(m)
	f.Min = time.Hour // the burst ends within it
	if f.Init()() != "init" {
		t.Error("the model was not started")
	}
	wakes := 0
	for range 1000 {
		if _, cmd := f.Update(runes("j")); cmd != nil {
			wakes++
		}
		_ = f.View()
	}
	if m.views == 0 || m.views > 20 || len(m.keys) != 1000 {
		t.Errorf("%d keys were built %d times", len(m.keys), m.views)
	}
	if wakes != 1 {
		t.Errorf("%d wakes are on their way, want 1", wakes)
	}
}

func TestAKeyIsAnsweredAtOnceWhateverElseGoesOn(t *testing.T) {
	m := &model{}
	f := tty.NewFrame(m)
	f.Min = time.Hour
	for range 100 {
		f.Update("news")
		_ = f.View()
	}
	f.Update(runes("x"))
	if got := f.View(); got != "[x]" {
		t.Errorf("after %d views the screen shows %s", m.views, got)
	}
}

func TestTheWakeShowsWhatTheBurstLeft(t *testing.T) {
	m := &model{}
	f := tty.NewFrame(m)
	f.Min = 50 * time.Millisecond
	var wake tea.Cmd
	for wake == nil { // until the burst is used up
		_, wake = f.Update(runes("a"))
		_ = f.View()
	}
	f.Update(runes("b"))
	_, again := f.Update(wake()) // waits for the rest of the frame
	if again != nil {
		t.Error("an idle program would be woken again")
	}
	if got := f.View(); !strings.HasSuffix(got, "a b]") {
		t.Errorf("the screen shows %s", got)
	}
}

func TestAnEventAfterAPauseIsDrawnAtOnce(t *testing.T) {
	m := &model{}
	f := tty.NewFrame(m)
	f.Min = 0
	_ = f.View()
	f.Update(runes("x"))
	if got := f.View(); got != "[x]" {
		t.Errorf("the screen shows %s", got)
	}
	views := m.views
	if f.View(); m.views != views {
		t.Error("nothing new was built again")
	}
}

func TestRunsOfKeysAreSplitButPastesAreNot(t *testing.T) {
	m := &model{}
	f := tty.NewFrame(m)
	f.Update(runes("cpt"))
	f.Update(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune("世é"), Alt: true})
	f.Update(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune("two words"), Paste: true})
	f.Update(tea.KeyMsg{Type: tea.KeyEnter})
	if got := strings.Join(m.keys, ","); got != "c,p,t,alt+世,alt+é,[two words],enter" {
		t.Errorf("the model got %s", got)
	}
}
