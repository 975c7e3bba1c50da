package ui

import (
	tea "github.com/charmbracelet/bubbletea"

	"gantry/ui/dialog"
	"gantry/ui/text"
)

// quit ends the program, and asks first while jobs are not finished.
func (m *Model) quit() tea.Cmd {
	m.leaving = false // who asks again may want to stay
	n := m.unfinished()
	if n == 0 {
		return tea.Quit
	}
	what := "1 job is not finished."
	if n > 1 {
		what = text.Count(int64(n)) + " jobs are not finished."
	}
	options := []dialog.Option{{Key: "w", Label: "Wait", Help: "quit when they are done", Run: m.quitLater}}
	if m.d.Durable {
		options = append(options, dialog.Option{Key: "p", Label: "Pause and keep", Help: "go on after the next start", Run: m.quitPaused})
	}
	options = append(options, dialog.Option{
		Key: "c", Label: "Cancel them", Help: "what is half done is removed", Danger: true, Run: m.quitCancelled,
	})
	m.dialogs.Push(dialog.NewChoice(m.st, dialog.ChoiceOptions{Title: "Quit", Text: what, Options: options}))
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
