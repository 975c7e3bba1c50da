package ui_test

import (
	"math/rand/v2"
	"testing"

	tea "github.com/charmbracelet/bubbletea"

	"gantry/ui"
	"gantry/ui/keys"
)

// TestAMonkeyBreaksNothing presses keys, clicks, drags and resizes at random.
// uitest holds every frame to the size of the screen; a panic or a frame too
// wide fails the test and names the seed.
func TestAMonkeyBreaksNothing(t *testing.T) {
	var all []string
	for _, a := range ui.Actions() {
		for _, k := range a.Keys {
			seq, err := keys.Parse(k)
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range seq {
				if s == keys.Letter {
					s = "a"
				}
				all = append(all, s)
			}
		}
	}
	all = append(all, "esc", "esc", "esc", "esc", "enter", "y", "tab", "a", "x", "/", ".", "ctrl+u")
	for seed := range uint64(4) {
		monkey(t, seed, all)
	}
}

func monkey(t *testing.T, seed uint64, all []string) {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 7))
	w := build(t)
	w.acme.PutAt("inbox/notes.txt", "older", epoch())
	w.start(t, 100, 30)
	width, height := 100, 30
	defer func() {
		if t.Failed() {
			t.Logf("seed %d\n%s", seed, w.Screen())
		}
	}()
	for range 700 {
		x, y := r.IntN(width), r.IntN(height)
		switch n := r.IntN(20); {
		case n < 13:
			w.Keys(all[r.IntN(len(all))])
		case n < 15:
			w.Click(x, y)
		case n == 15:
			w.Drag(x, y, r.IntN(width), r.IntN(height))
		case n == 16:
			button := []tea.MouseButton{tea.MouseButtonRight, tea.MouseButtonWheelDown, tea.MouseButtonWheelUp}[r.IntN(3)]
			w.Mouse(x, y, tea.MouseActionPress, button)
		case n == 17:
			w.Paste("some text\n")
		case n == 18:
			w.Send(tea.BlurMsg{}, tea.FocusMsg{})
		default:
			width, height = 1+r.IntN(160), 1+r.IntN(50)
			w.Resize(width, height)
		}
		if t.Failed() {
			return
		}
	}
}
