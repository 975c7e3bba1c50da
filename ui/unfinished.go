package ui

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"gantry/remote"
	"gantry/transfer"
	"gantry/ui/dialog"
	"gantry/ui/text"
)

// unfinishedMsg is what an earlier gantry has left undone.
type unfinishedMsg struct {
	jobs []transfer.Snapshot
	err  error
}

// settledMsg says what became of jobs that were resumed or discarded.
type settledMsg struct {
	what string // "Resumed: 3 jobs"
	err  error
}

// askUnfinished looks for jobs that were interrupted.
func (m *Model) askUnfinished() tea.Cmd {
	ctx, u := m.ctx, m.d.Unfinished
	if u == nil {
		return nil
	}
	return func() tea.Msg {
		jobs, err := u.Orphans(ctx)
		return unfinishedMsg{jobs, err}
	}
}

// unfinishedFound offers them. Nothing is begun by itself: the world may have
// changed since, and with it what the user wants.
func (m *Model) unfinishedFound(msg unfinishedMsg) tea.Cmd {
	if msg.err != nil {
		m.fail("unfinished jobs", msg.err)
		return nil
	}
	if len(msg.jobs) > 0 {
		m.dialogs.PushAuto(m.unfinishedDialog(msg.jobs))
	}
	return nil
}

func (m *Model) unfinishedDialog(jobs []transfer.Snapshot) dialog.Dialog {
	last := jobs[len(jobs)-1]
	what := m.described(last) + " is unfinished."
	if len(jobs) > 1 {
		what = fmt.Sprintf("%s are unfinished, the last one begun %s.",
			text.Plural(int64(len(jobs)), "job"), text.WhenLong(last.Created, m.now()))
		var sum transfer.Progress
		for _, s := range jobs {
			sum.Done, sum.Total = sum.Done+s.Bytes.Done, sum.Total+s.Bytes.Total
		}
		if sum.Total > 0 {
			what += " " + arrived(sum) + " have arrived."
		}
	}
	options := []dialog.Option{
		{Key: "r", Label: "Resume", Help: "go on from what has arrived", Run: func() tea.Cmd { return m.resumeOld(jobs) }},
		{Key: "v", Label: "Review", Help: "decide for each of them", Run: func() tea.Cmd { return m.review(jobs) }},
		{Key: "l", Label: "Later", Help: "ask again at the next start", Run: func() tea.Cmd { return nil }},
	}
	return dialog.NewChoice(m.st, dialog.ChoiceOptions{
		Title: "Unfinished jobs", Text: what, Options: append(options, m.endings(jobs, itself)...),
	})
}

// itself gives back what it gets.
func itself(cmd tea.Cmd) tea.Cmd { return cmd }

// endings are the ways to give jobs up. What a move inside a bucket has copied is
// whole, so that discarding it keeps the copies; of one alone they can be taken back.
func (m *Model) endings(jobs []transfer.Snapshot, then func(tea.Cmd) tea.Cmd) []dialog.Option {
	them, copies := "them", false
	if len(jobs) == 1 {
		them = "it"
	}
	for _, s := range jobs {
		copies = copies || s.Undoable
	}
	discard := dialog.Option{
		Key: "d", Label: "Discard", Help: "forget " + them + "; what is half done is removed", Danger: true,
		Run: func() tea.Cmd { return then(m.discardOld(jobs)) },
	}
	if !copies {
		return []dialog.Option{discard}
	}
	if discard.Help = "forget " + them + "; the copies stay"; len(jobs) > 1 {
		return []dialog.Option{discard}
	}
	return []dialog.Option{{
		Key: "t", Label: "Take it back", Help: "remove the copies that were made", Danger: true,
		Run: func() tea.Cmd { return then(m.takeOldBack(jobs[0])) },
	}, discard}
}

// described is a job in a few words: what, from when, how far in items and bytes.
func (m *Model) described(s transfer.Snapshot) string {
	line := s.Title + ", begun " + text.WhenLong(s.Created, m.now())
	if s.Items.Total > 1 || s.Items.Total == 1 && s.Bytes.Total <= 0 { // of one file the bytes say all
		of := " of "
		if !s.Listed {
			of = " of at least "
		}
		n, word := s.Counted()
		line += ", " + strings.TrimSpace(word+" "+text.Count(n)) + of + text.Plural(s.Items.Total, "item")
	}
	if s.Bytes.Total > 0 {
		line += ", " + arrived(s.Bytes)
	}
	return line
}

// arrived is "1.2 GiB of 4.0 GiB".
func arrived(bytes transfer.Progress) string {
	return text.Size(bytes.Done) + " of " + text.Size(bytes.Total)
}

// reviewMost is how many jobs are shown for a choice; the others are asked about
// at the next start.
const reviewMost = 200

// review lets the user decide job by job.
func (m *Model) review(jobs []transfer.Snapshot) tea.Cmd {
	var options []dialog.Option
	for i, s := range jobs[:min(len(jobs), reviewMost)] {
		key := ""
		if i < 9 {
			key = strconv.Itoa(i + 1)
		}
		options = append(options, dialog.Option{
			Key: key, Label: m.described(s), Run: func() tea.Cmd { return m.reviewOne(jobs, i) },
		})
	}
	m.dialogs.Push(dialog.NewChoice(m.st, dialog.ChoiceOptions{Title: "Unfinished jobs", Options: options}))
	return nil
}

// reviewOne decides about one job and comes back to the others.
func (m *Model) reviewOne(jobs []transfer.Snapshot, i int) tea.Cmd {
	one := jobs[i : i+1 : i+1]
	rest := append(append([]transfer.Snapshot(nil), jobs[:i]...), jobs[i+1:]...)
	then := func(cmd tea.Cmd) tea.Cmd {
		if len(rest) > 0 {
			return tea.Batch(cmd, m.review(rest))
		}
		return cmd
	}
	options := []dialog.Option{
		{Key: "r", Label: "Resume", Help: "go on from what has arrived", Run: func() tea.Cmd { return then(m.resumeOld(one)) }},
		{Key: "b", Label: "Back", Run: func() tea.Cmd { return m.review(jobs) }},
	}
	m.dialogs.Push(dialog.NewChoice(m.st, dialog.ChoiceOptions{
		Title: "Unfinished job", Text: m.described(jobs[i]), Options: append(options, m.endings(one, then)...),
	}))
	return nil
}

func (m *Model) resumeOld(jobs []transfer.Snapshot) tea.Cmd {
	ctx, u, prints := m.ctx, m.d.Unfinished, m.prints
	return func() tea.Msg {
		var errs []error
		for _, s := range jobs {
			errs = append(errs, u.Adopt(ctx, s.ID, prints.of(s.Op)))
		}
		return settledMsg{"Resumed: " + text.Plural(int64(len(jobs)), "job"), errors.Join(errs...)}
	}
}

func (m *Model) discardOld(jobs []transfer.Snapshot) tea.Cmd {
	ctx, u := m.ctx, m.d.Unfinished
	return func() tea.Msg {
		var errs []error
		for _, s := range jobs {
			errs = append(errs, u.Discard(ctx, s.ID))
		}
		return settledMsg{"Discarded: " + text.Plural(int64(len(jobs)), "job"), errors.Join(errs...)}
	}
}

// takeOldBack discards a move inside a bucket with the copies that it has made.
func (m *Model) takeOldBack(s transfer.Snapshot) tea.Cmd {
	ctx, u := m.ctx, m.d.Unfinished
	return func() tea.Msg {
		return settledMsg{"Taken back: " + s.Title, u.DiscardBack(ctx, s.ID)}
	}
}

// oldSettled tells what became of them, and lists the panes anew: nobody knows what
// jobs of yesterday have touched.
func (m *Model) oldSettled(msg settledMsg) tea.Cmd {
	m.jobs.Reset(m.d.Queue.Jobs())
	if msg.err != nil {
		m.tell(bad, "✗ unfinished jobs: "+remote.HintOf(msg.err))
	} else {
		m.tell(plain, msg.what)
	}
	var cmds []tea.Cmd
	for p := range m.everyPane {
		cmds = append(cmds, m.reload(p))
	}
	return tea.Batch(cmds...)
}
