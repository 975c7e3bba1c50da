package ui

import (
	"slices"

	tea "github.com/charmbracelet/bubbletea"

	"gantry/remote"
	"gantry/transfer"
	"gantry/ui/dialog"
	"gantry/ui/text"
)

// obstructed asks once about what is in the way of jobs, unless the user is in
// the middle of something else: then "?1" waits on the status line.
func (m *Model) obstructed(b transfer.Blocked) {
	m.tellOf(bad, "✗ "+b.Name, " – "+remote.HintOf(b.Err))
	if m.dialogs.Len() == 0 && !m.mouse.dragging() {
		m.dialogs.PushAuto(m.obstacle(b.Obstacle, b.Err))
	}
}

// obstacle is the question about what jobs wait for. They go on by themselves when
// it is out of the way, so that to leave the window is no decision.
func (m *Model) obstacle(o transfer.Obstacle, why error) dialog.Dialog {
	q := m.d.Queue
	waiting := m.waitingFor(o)
	title, until, when, trying := "Credential refused", "it works again", "when it should work again", "Trying the credential "+o.Name+"."
	if o.Kind == remote.NotExist {
		title, until, when, trying = "Bucket gone", "it is there again", "when it should be there again", "Looking whether "+o.Name+" is there."
	}
	d := dialog.NewChoice(m.st, dialog.ChoiceOptions{
		Title: title,
		Text: remote.HintOf(why) + "\n\n" + text.Plural(int64(len(waiting)), "job") +
			" waiting for it will go on as soon as " + until + "; gantry looks every half minute.",
		Options: []dialog.Option{
			{Key: "t", Label: "Try now", Help: when, Run: func() tea.Cmd {
				q.TryAgain(o)
				m.tell(plain, trying)
				return nil
			}},
			{Key: "l", Label: "Later", Help: "the jobs wait", Run: func() tea.Cmd { return nil }},
			{
				Key: "c", Label: "Cancel them", Help: cancelling(waiting), Danger: true,
				Run: func() tea.Cmd {
					for _, s := range waiting {
						q.Cancel(s.ID)
					}
					return nil
				},
			},
		},
	})
	m.obstacles[o] = d
	return d
}

// unobstructed closes the windows about what nobody waits for any more.
func (m *Model) unobstructed() {
	for o, d := range m.obstacles {
		if len(m.waitingFor(o)) == 0 {
			m.dialogs.Drop(d)
			delete(m.obstacles, o)
		}
	}
}

// waitingFor are the jobs that wait for an obstacle.
func (m *Model) waitingFor(o transfer.Obstacle) []transfer.Snapshot {
	var all []transfer.Snapshot
	for _, s := range m.d.Queue.Jobs() {
		if s.Obstacle == o && !s.State.Ended() {
			all = append(all, s)
		}
	}
	return all
}

// askObstacle opens the question that is still open, of that job if there is one,
// and tells whether there is any.
func (m *Model) askObstacle(job transfer.JobID) bool {
	for _, s := range m.d.Queue.Jobs() {
		if isObstructed(s) && (job == 0 || job == s.ID) {
			m.dialogs.Push(m.obstacle(s.Obstacle, s.Err))
			return true
		}
	}
	return false
}

func isObstructed(s transfer.Snapshot) bool {
	return s.Obstacle != (transfer.Obstacle{}) && !s.State.Ended()
}

// needsUser tells whether anything waits for an answer.
func (m *Model) needsUser() bool {
	return len(m.d.Queue.Asks()) > 0 || slices.ContainsFunc(m.d.Queue.Jobs(), isObstructed)
}
