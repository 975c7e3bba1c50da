package ui

import (
	"context"
	"strconv"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"gantry/remote"
	"gantry/ui/dialog"
	"gantry/ui/text"
)

// probe is a test that runs. Its steps come over a channel; report and err are
// there when that is closed.
type probe struct {
	steps  chan remote.Step
	report remote.Report
	err    error

	window *dialog.Report
	stop   context.CancelFunc
	again  func(o remote.TestOptions) tea.Cmd // nil when it cannot be done again
	write  bool
	lines  int // steps to come, more or less
}

// stepMsg is a step of a test that has ended; without one the test has.
type stepMsg struct {
	probe *probe
	step  remote.Step
	done  bool
}

// runProbe shows a report and starts the test that fills it. run gets the
// function to call after each step.
func (m *Model) runProbe(title, about string, p *probe, run func(ctx context.Context, step func(remote.Step)) (remote.Report, error)) tea.Cmd {
	ctx, stop := context.WithCancel(m.ctx)
	p.steps, p.stop = make(chan remote.Step), stop
	p.window = dialog.NewReport(m.st, dialog.ReportOptions{
		Title: title, Text: about, Busy: "testing; Esc stops it", Lines: p.lines,
		OnCopy: func(report string) tea.Cmd { return m.copied("the report", report) },
		OnStop: stop,
	})
	m.dialogs.Push(p.window)
	work := func() tea.Msg {
		defer close(p.steps) // after report and err are there
		p.report, p.err = run(ctx, func(s remote.Step) {
			select {
			case p.steps <- s:
			case <-ctx.Done():
			}
		})
		return nil
	}
	return tea.Batch(work, p.next())
}

// next waits for the next step. One such Cmd is under way while the test is.
func (p *probe) next() tea.Cmd {
	return func() tea.Msg {
		s, ok := <-p.steps // closed by the test, which its ctx ends
		return stepMsg{p, s, !ok}
	}
}

// stepped takes a step, or the end of the test.
func (m *Model) stepped(msg stepMsg) tea.Cmd {
	p := msg.probe
	if !msg.done {
		p.window.Add(reportLine(msg.step))
		return p.next()
	}
	p.stop()
	m.loadServers()
	if remote.Cancelled(p.err) {
		p.window.Finish("stopped", dialog.Neutral)
		return nil
	}
	var more []dialog.Option
	if p.again != nil {
		again := p.again
		more = append(more, dialog.Option{Key: "t", Label: "Test again", Run: func() tea.Cmd { return again(remote.TestOptions{Write: p.write}) }})
		if !p.write {
			more = append(more, dialog.Option{Key: "w", Label: "Test writing too", Run: func() tea.Cmd { return again(remote.TestOptions{Write: true}) }})
		}
	}
	summary, tone := verdict(p.report, p.err)
	p.window.Finish(summary, tone, more...)
	return nil
}

// verdict sums a test up in a sentence.
func verdict(r remote.Report, err error) (string, dialog.Tone) {
	if err != nil {
		return remote.HintOf(err), dialog.Bad
	}
	worked, denied, failed := 0, 0, 0
	for _, s := range r.Steps {
		switch s.State {
		case remote.StepOK:
			worked++
		case remote.StepDenied:
			denied++
		case remote.StepFailed:
			failed++
		}
	}
	list, _ := r.Step("list")
	switch {
	case failed > 0 && list.State == remote.StepOK:
		return "It works, but not as it should. What is wrong and what mends it stands above.", dialog.Warn
	case failed > 0 || list.State == remote.StepDenied:
		return "It does not work yet. What is wrong and what mends it stands above.", dialog.Bad
	case worked == 0:
		return "Nothing was asked that shows whether it works.", dialog.Warn
	case denied > 0:
		return "It works; " + text.Plural(int64(denied), "thing") + " may not be done with this credential.", dialog.Warn
	}
	return "Everything that was asked works.", dialog.Good
}

// reportLine is a step as the report shows it.
func reportLine(s remote.Step) dialog.ReportLine {
	l := dialog.ReportLine{Title: s.Title, Word: string(s.State), Detail: s.Detail}
	if l.Title == "" {
		l.Title = s.ID
	}
	if s.Took >= time.Millisecond {
		l.Detail = join(l.Detail, strconv.FormatInt(s.Took.Milliseconds(), 10)+" ms")
	}
	switch s.State {
	case remote.StepOK:
		l.Tone = dialog.Good
	case remote.StepDenied:
		l.Tone = dialog.Bad
	case remote.StepFailed:
		l.Tone = dialog.Bad
	case remote.StepUnsupported:
		l.Tone, l.Word = dialog.Warn, "not supported"
	}
	if s.Missing != "" {
		l.Notes = append(l.Notes, "missing: "+s.Missing)
	}
	if s.Hint != "" {
		l.Notes = append(l.Notes, s.Hint)
	}
	if s.Without != "" && s.State != remote.StepOK {
		l.Notes = append(l.Notes, "without it: "+s.Without)
	}
	return l
}

func join(a, b string) string {
	if a == "" {
		return b
	}
	return a + " · " + b
}

// testServer tests a server, saved or not.
func (m *Model) testServer(s remote.Server, o remote.TestOptions) tea.Cmd {
	admin := m.d.Admin
	name := s.Name
	if name == "" {
		name = "the new server"
	}
	p := &probe{write: o.Write, lines: 14, again: func(o remote.TestOptions) tea.Cmd { return m.testServer(s, o) }}
	if s.ReadOnly {
		p.write = true // there is nothing to offer
	}
	about := "Nothing is written or changed by this test."
	if o.Write {
		about = "A few small objects are written under a name of the test's own and removed."
	}
	return m.runProbe("Test of "+name, about, p, func(ctx context.Context, step func(remote.Step)) (remote.Report, error) {
		return admin.TestServer(ctx, s, nil, o, step)
	})
}

// testRow tests what is under the cursor.
func (m *Model) testRow() tea.Cmd {
	if s, ok := m.servers.Server(); ok {
		return m.testServer(s.Server, remote.TestOptions{})
	}
	c, ok := m.servers.Credential()
	if !ok {
		return nil
	}
	return m.testCredential(c.Credential.Name)
}

// testCredential asks STS who a credential is.
func (m *Model) testCredential(name string) tea.Cmd {
	admin := m.d.Admin
	p := &probe{write: true, lines: 3, again: func(remote.TestOptions) tea.Cmd { return m.testCredential(name) }}
	return m.runProbe("Test of the credential "+name, "", p, func(ctx context.Context, step func(remote.Step)) (remote.Report, error) {
		r, err := admin.TestCredential(ctx, name)
		for _, s := range r.Steps {
			step(s)
		}
		return r, err
	})
}
