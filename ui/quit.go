package ui

import (
	tea "github.com/charmbracelet/bubbletea"

	"gantry/ui/dialog"
	"gantry/ui/text"
)

// quit ends the program, and asks first while jobs are not finished.
func (m *Model) quit() tea.Cmd {
	n := m.unfinished()
	if n == 0 {
		return tea.Quit
	}
	what := "1 job is not finished."
	if n > 1 {
		what = text.Count(int64(n)) + " jobs are not finished."
	}
	m.dialogs.Push(dialog.NewChoice(m.st, dialog.ChoiceOptions{
		Title: "Quit", Text: what,
		Options: []dialog.Option{
			{Key: "w", Label: "Wait", Help: "quit when they are done", Run: m.quitLater},
			{Key: "p", Label: "Pause and keep", Help: "what is done stays; the rest is not begun", Run: m.quitPaused},
			{Key: "c", Label: "Cancel them", Help: "unfinished parts are removed", Danger: true, Run: m.quitCancelled},
		},
	}))
	return nil
}

// quitLater leaves when the last job has ended.
func (m *Model) quitLater() tea.Cmd {
	m.d.Queue.ResumeAll()
	m.leaving = true
	m.say(plain, "Quitting when the jobs are done; q asks again.")
	if m.unfinished() == 0 {
		return tea.Quit
	}
	return nil
}

// quitPaused leaves with the jobs paused; whoever closes the queue keeps them.
func (m *Model) quitPaused() tea.Cmd {
	m.d.Queue.PauseAll()
	return tea.Quit
}

// quitCancelled leaves with every job cancelled. The queue removes what is
// half done while it closes, after the screen.
func (m *Model) quitCancelled() tea.Cmd {
	for _, s := range m.d.Queue.Jobs() {
		if !s.State.Ended() {
			m.d.Queue.Cancel(s.ID)
		}
	}
	return tea.Quit
}
