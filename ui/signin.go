package ui

import (
	tea "github.com/charmbracelet/bubbletea"

	"gantry/remote"
	"gantry/transfer"
	"gantry/ui/dialog"
	"gantry/ui/text"
)

// refused asks once about a credential that is refused, unless the user is in
// the middle of something else: then "?1" waits on the status line.
func (m *Model) refused(s transfer.SignIn) {
	m.tellOf(bad, "✗ "+s.Credential, ": "+remote.HintOf(s.Err))
	if m.dialogs.Len() == 0 && !m.mouse.dragging() {
		m.dialogs.PushAuto(m.signIn(s.Credential, s.Err))
	}
}

// signIn is the question about a credential that jobs wait for. They go on by
// themselves when it works again, so that to leave the window is no decision.
func (m *Model) signIn(credential string, why error) dialog.Dialog {
	q := m.d.Queue
	waiting := m.waitingFor(credential)
	d := dialog.NewChoice(m.st, dialog.ChoiceOptions{
		Title: "Credential refused",
		Text: remote.HintOf(why) + "\n\n" + text.Plural(int64(len(waiting)), "job") +
			" waiting for it will go on as soon as it works again; gantry looks every half minute.",
		Options: []dialog.Option{
			{Key: "t", Label: "Try now", Help: "when it should work again", Run: func() tea.Cmd {
				q.TryCredential(credential)
				m.tell(plain, "Trying the credential "+credential+".")
				return nil
			}},
			{Key: "l", Label: "Later", Help: "the jobs wait", Run: func() tea.Cmd { return nil }},
			{
				Key: "c", Label: "Cancel them", Help: "what is half done is removed", Danger: true,
				Run: func() tea.Cmd {
					for _, id := range waiting {
						q.Cancel(id)
					}
					return nil
				},
			},
		},
	})
	m.signing[credential] = d
	return d
}

// signedIn closes the windows about credentials that nobody waits for any more.
func (m *Model) signedIn() {
	for credential, d := range m.signing {
		if len(m.waitingFor(credential)) == 0 {
			m.dialogs.Drop(d)
			delete(m.signing, credential)
		}
	}
}

// waitingFor are the jobs that wait for a credential.
func (m *Model) waitingFor(credential string) []transfer.JobID {
	var ids []transfer.JobID
	for _, s := range m.d.Queue.Jobs() {
		if s.SignIn == credential && !s.State.Ended() {
			ids = append(ids, s.ID)
		}
	}
	return ids
}

// askSignIn opens the question that is still open, of that job if there is one,
// and tells whether there is any.
func (m *Model) askSignIn(job transfer.JobID) bool {
	for _, s := range m.d.Queue.Jobs() {
		if s.SignIn != "" && !s.State.Ended() && (job == 0 || job == s.ID) {
			m.dialogs.Push(m.signIn(s.SignIn, s.Err))
			return true
		}
	}
	return false
}

// needsUser tells whether anything waits for an answer.
func (m *Model) needsUser() bool {
	if len(m.d.Queue.Asks()) > 0 {
		return true
	}
	for _, s := range m.d.Queue.Jobs() {
		if s.SignIn != "" && !s.State.Ended() {
			return true
		}
	}
	return false
}
