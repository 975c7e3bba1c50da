package ui

import (
	tea "github.com/charmbracelet/bubbletea"

	"gantry/ui/text"
	"gantry/ui/tty"
)

// titleMost is how many columns the title of the window may have.
const titleMost = 80

// attached is the model on a real terminal: it asks for the background, shows
// the place in the title and the work in the task bar, and reports a panic
// instead of leaving it to Bubble Tea.
type attached struct {
	*Model
	signs *tty.Signs
	crash *crash
}

// Init also asks for the background.
func (a *attached) Init() tea.Cmd {
	raw := a.raw
	ask := func() tea.Msg {
		raw(tty.AskBackground)
		return nil
	}
	return a.crash.guard(tea.Batch(a.Model.Init(), ask))
}

// Update keeps the wrapper around the model.
func (a *attached) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	return a, a.crash.guard(a.update(msg))
}

func (a *attached) update(msg tea.Msg) tea.Cmd {
	defer a.crash.catch()
	a.crash.note(scene{a.w, a.h, a.view, a.dialogs.Len(), a.jobs.Len()})
	_, cmd := a.Model.Update(msg)
	if !a.signs.Set(a.title(), a.progress()) {
		return cmd
	}
	signs := a.signs
	return tea.Batch(cmd, func() tea.Msg {
		signs.Write()
		return nil
	})
}

// View is empty if it cannot be made.
func (a *attached) View() string {
	defer a.crash.catch()
	return a.Model.View()
}

// title is what the window is called: where the active pane is.
func (m *Model) title() string {
	name := "gantry"
	if m.d.Demo {
		name += " demo"
	}
	if place := m.here().Place(); place.Tree != nil {
		name += " – " + text.Middle(text.Clean(place.Location()), titleMost-text.Width(name)-3)
	}
	return name
}

// progress is how far all jobs are together.
func (m *Model) progress() tty.Progress {
	all := m.jobs.Overall()
	p := tty.Progress{Percent: int(all.Fraction * 100)}
	switch {
	case all.Busy == 0:
		return tty.Progress{}
	case all.Held == all.Busy:
		p.State = tty.Waiting
	case !all.Known:
		return tty.Progress{State: tty.Uncertain}
	default:
		p.State = tty.Working
	}
	return p
}
