package ui

import (
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"gantry/transfer"
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
	wait := dialog.Option{Key: "w", Label: "Wait", Help: "quit when they are done", Run: m.quitLater}
	if asks := len(m.d.Queue.Asks()); asks > 0 {
		what += " " + text.Plural(int64(asks), "conflict") + " need you."
		if asks == 1 {
			what = strings.Replace(what, "need you", "needs you", 1)
		}
		wait.Label, wait.Help = "Answer and wait", "quit when they are done"
	}
	options := []dialog.Option{wait}
	if m.d.Durable {
		options = append(options, dialog.Option{Key: "p", Label: "Pause and keep", Help: "go on after the next start", Run: m.quitPaused})
	}
	options = append(options, dialog.Option{
		Key: "c", Label: "Cancel them", Help: cancelling(m.d.Queue.Jobs()), Danger: true, Run: m.quitCancelled,
	})
	m.dialogs.Push(dialog.NewChoice(m.st, dialog.ChoiceOptions{Title: "Quit", Text: what, Options: options}))
	return nil
}

// quitLater leaves when the last job has ended. What needs the user comes first:
// it would never end.
func (m *Model) quitLater() tea.Cmd {
	m.d.Queue.ResumeAll()
	m.leaving = true
	m.tell(plain, "Quitting when the jobs are done; q asks again.")
	if m.unfinished() == 0 {
		return tea.Quit
	}
	return m.decide(0)
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

// cancelling is what becomes of what is begun when jobs are cancelled. What a move
// inside a bucket has copied is whole, and stays; only while it has deleted nothing
// can it be taken back, and that takes longer than leaving.
func cancelling(jobs []transfer.Snapshot) string {
	open, moves, undoable := 0, 0, 0
	for _, s := range jobs {
		if s.State.Ended() {
			continue
		}
		open++
		if s.Undoable || s.Copied > 0 {
			moves++
		}
		if s.Undoable {
			undoable++
		}
	}
	switch {
	case moves == 0:
		return "what is half done is removed"
	case moves < open:
		return "what is half done is removed; copies of moves inside a bucket stay"
	case undoable < open:
		return "the copies stay"
	}
	return "the copies stay; cancelled in the queue they can be taken back"
}
