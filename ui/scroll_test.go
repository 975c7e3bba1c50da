package ui_test

import (
	"fmt"
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"

	"gantry/remote"
)

// tall is a world with more folders in the right pane than it has lines.
func tall(t *testing.T) *world {
	t.Helper()
	w := build(t)
	for i := range 60 {
		w.acme.PutAt(remote.Path(fmt.Sprintf("inbox/box %02d/x", i)), "x", epoch())
		w.disk.PutAt(remote.Path(fmt.Sprintf("/home/paper %02d", i)), "x", epoch())
	}
	return w.start(t, 100, 20)
}

func TestADragHeldAtTheEdgeScrollsTheOtherPane(t *testing.T) {
	w := tall(t)
	x, y := w.at(t, "notes.txt")
	w.Mouse(x, y, tea.MouseActionPress, tea.MouseButtonLeft)
	w.lacks(t, "box 40")
	w.Mouse(70, 15, tea.MouseActionMotion, tea.MouseButtonLeft) // the foot
	w.WaitText("box 40")                                        // without any further motion
	w.Mouse(70, 0, tea.MouseActionMotion, tea.MouseButtonLeft)
	w.WaitText("box 00")
	w.Mouse(70, 8, tea.MouseActionMotion, tea.MouseButtonLeft)
	w.Mouse(70, 8, tea.MouseActionRelease, tea.MouseButtonLeft)
	w.sees(t, "[c] Copy", "to acme:inbox/box ")
}

func TestARangeHeldAtTheEdgeGoesOn(t *testing.T) {
	w := tall(t)
	_, y := w.at(t, "notes.txt")
	w.Mouse(1, y, tea.MouseActionPress, tea.MouseButtonLeft)
	w.Mouse(1, 15, tea.MouseActionMotion, tea.MouseButtonLeft)
	w.WaitText("62 marked") // all the way
	w.Mouse(1, 8, tea.MouseActionMotion, tea.MouseButtonLeft)
	w.Mouse(1, 8, tea.MouseActionRelease, tea.MouseButtonLeft)
	marked := w.Screen()
	w.Keys("tab") // whatever was on its way has come
	if !strings.Contains(w.Screen(), "marked") || strings.Count(marked, "●") == 0 {
		t.Errorf("the marks are gone:\n%s", w.Screen())
	}
}
