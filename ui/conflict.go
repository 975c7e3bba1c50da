package ui

import (
	"fmt"
	"slices"

	tea "github.com/charmbracelet/bubbletea"

	"gantry/remote"
	"gantry/transfer"
	"gantry/ui/dialog"
	"gantry/ui/text"
)

// policies are what the answers of the conflict window mean to the queue.
func policy(r dialog.Resolution) transfer.Policy {
	switch r {
	case dialog.Overwrite:
		return transfer.PolicyOverwrite
	case dialog.IfNewer:
		return transfer.PolicyNewer
	case dialog.IfSize:
		return transfer.PolicySize
	case dialog.IfChecksum:
		return transfer.PolicyChecksum
	case dialog.Rename:
		return transfer.PolicyRename
	case dialog.KeepBoth:
		return transfer.PolicyKeepBoth
	default:
		return transfer.PolicySkip
	}
}

// raise opens the window of a conflict that has just come up, unless the user
// is in the middle of something else: then "?1" waits on the status line. One
// whose window was open already is not raised: both sides of it are looked at
// before it is news, and the user may have come to it by another way meanwhile,
// and have left it for later.
func (m *Model) raise(a transfer.Ask) {
	if m.dialogs.Len() > 0 || m.mouse.dragging() || m.asking[a.ID] != nil {
		return
	}
	if _, open := m.ask(a.ID); open {
		m.dialogs.PushAuto(m.conflict(a))
	}
}

// ask is an open conflict as it is known now.
func (m *Model) ask(id uint64) (transfer.Ask, bool) {
	asks := m.d.Queue.Asks()
	if i := slices.IndexFunc(asks, func(a transfer.Ask) bool { return a.ID == id }); i >= 0 {
		return asks[i], true
	}
	return transfer.Ask{}, false
}

// decide opens the window of the first open conflict, of that job if there is
// one.
func (m *Model) decide(job transfer.JobID) tea.Cmd {
	asks := m.d.Queue.Asks()
	for _, a := range asks {
		if a.Job == job {
			m.dialogs.Push(m.conflict(a))
			return nil
		}
	}
	if len(asks) > 0 {
		m.dialogs.Push(m.conflict(asks[0]))
	} else {
		m.askObstacle(0)
	}
	return nil
}

// conflict is the window for a. It captures the ask by its id: the answer is
// for that item, whatever has happened meanwhile.
func (m *Model) conflict(a transfer.Ask) *dialog.Conflict {
	m.d.Queue.Look(a.ID) // news will say what it found
	source, target := sidesOf(a)
	d := dialog.NewConflict(m.st, dialog.ConflictOptions{
		Name: a.Src.Name, Source: source, Target: target,
		Versioned: a.Versioned, More: a.More, Now: m.now(),
		OnAnswer: func(r dialog.Resolution, all bool) tea.Cmd {
			m.d.Queue.Answer(a.ID, transfer.Decision{Policy: policy(r)}, all)
			if !all {
				m.next(a) // more may have been parked since a was asked
			}
			return nil
		},
		OnDetails: func() tea.Cmd {
			if now, open := m.ask(a.ID); open {
				a = now
			}
			m.dialogs.Push(dialog.NewInfo(m.st, dialog.InfoOptions{Title: "Both in full", Text: m.details(a)}))
			return nil
		},
	})
	m.asking[a.ID] = d
	return d
}

// sidesOf are both sides of a conflict as its window shows them.
func sidesOf(a transfer.Ask) (source, target dialog.Side) {
	return dialog.Side{Size: a.Src.Size, Modified: a.Src.ModTime, Location: a.From},
		dialog.Side{Size: a.Dst.Size, Modified: a.Dst.ModTime, Location: a.To}
}

// settled closes the windows of conflicts that are none any more, as when their
// job was cancelled. The others show what is known by now.
func (m *Model) settled() {
	if len(m.asking) == 0 || m.dialogs.Len() == 0 {
		return
	}
	open := map[uint64]transfer.Ask{}
	for _, a := range m.d.Queue.Asks() {
		open[a.ID] = a
	}
	for id, d := range m.asking {
		if a, ok := open[id]; ok {
			d.Renew(sidesOf(a))
			continue
		}
		m.dialogs.Drop(d)
		delete(m.asking, id)
	}
}

// lookAgain has the sides of the conflict whose window is in front looked at
// anew: it may stand there for a long time.
func (m *Model) lookAgain() {
	for id, d := range m.asking {
		if m.dialogs.Top() == dialog.Dialog(d) {
			m.d.Queue.Look(id)
		}
	}
}

// next opens the job's next conflict after one was answered.
func (m *Model) next(answered transfer.Ask) {
	for _, a := range m.d.Queue.Asks() {
		if a.Job == answered.Job && a.ID != answered.ID {
			m.dialogs.Push(m.conflict(a))
			return
		}
	}
}

// details are both sides of a conflict with all that is known.
func (m *Model) details(a transfer.Ask) string {
	side := func(head, location string, e remote.Entry) string {
		s := fmt.Sprintf("%s\n  %s\n  %s bytes\n  changed %s\n", head, text.Clean(location),
			text.Count(e.Size), text.WhenLong(e.ModTime, m.now()))
		if e.Version != "" {
			s += "  version " + text.Clean(e.Version) + "\n"
		}
		if e.Class != "" {
			s += "  class " + text.Clean(e.Class) + "\n"
		}
		return s
	}
	return side("Source", a.From, a.Src) + "\n" + side("Target", a.To, a.Dst)
}
