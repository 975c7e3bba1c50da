package ui

import (
	"strconv"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"gantry/remote"
	"gantry/ui/dialog"
	"gantry/ui/text"
)

// askBandwidth asks what is to be limited: all transfers together, the job under
// the cursor, or a server that it moves bytes from or to.
func (m *Model) askBandwidth() tea.Cmd {
	s, ok := m.jobs.Selected()
	if !ok || s.State.Ended() {
		return m.askBandwidthOfAll()
	}
	options := []dialog.Option{
		{Key: "a", Label: "All transfers", Help: rateNow(m.d.Queue.Bandwidth()), Run: m.askBandwidthOfAll},
		{
			Key: "j", Label: "Job " + strconv.FormatInt(int64(s.ID), 10), Help: rateNow(s.Bandwidth),
			Run: func() tea.Cmd {
				return m.askRate("Bandwidth of job "+strconv.FormatInt(int64(s.ID), 10), s.Title, s.Bandwidth, func(n int64) {
					m.d.Queue.SetJobBandwidth(s.ID, n)
				})
			},
		},
	}
	for i, server := range m.serversOf(s.From, s.To) {
		n, _ := m.d.ServerBandwidth(server)
		options = append(options, dialog.Option{
			Key: strconv.Itoa(i + 1), Label: "Server " + server, Help: rateNow(n),
			Run: func() tea.Cmd {
				return m.askRate("Bandwidth of "+server, "Everything from and to this server, until gantry ends.", n, func(n int64) {
					m.d.SetServerBandwidth(server, n)
				})
			},
		})
	}
	m.dialogs.Push(dialog.NewChoice(m.st, dialog.ChoiceOptions{Title: "Limit the bandwidth", Options: options}))
	return nil
}

// serversOf are the open servers of locations.
func (m *Model) serversOf(locations ...string) []string {
	if m.d.ServerBandwidth == nil {
		return nil
	}
	var out []string
	for _, l := range locations {
		server, _, found := strings.Cut(l, ":")
		if _, open := m.d.ServerBandwidth(server); found && open && (len(out) == 0 || out[0] != server) {
			out = append(out, server)
		}
	}
	return out
}

func rateNow(n int64) string { return "now " + remote.FormatRate(n) }

// askRate asks for one rate.
func (m *Model) askRate(title, words string, now int64, set func(int64)) tea.Cmd {
	m.dialogs.Push(dialog.NewPrompt(m.st, dialog.PromptOptions{
		Title: title, Text: text.Clean(words) + "\n\nSuch as 20MiB/s, or unlimited:", Value: remote.FormatRate(now), SelectBase: true,
		Check: func(v string) error {
			_, err := remote.ParseRate(v)
			return err
		},
		OnOK: func(v string) tea.Cmd {
			if n, err := remote.ParseRate(v); err == nil {
				set(n)
				m.say(good, title+": "+remote.FormatRate(n))
			}
			return nil
		},
	}))
	return nil
}

// askBandwidthOfAll asks for the limit of all transfers together, which may
// change with the time of day.
func (m *Model) askBandwidthOfAll() tea.Cmd {
	q := m.d.Queue
	m.dialogs.Push(dialog.NewPrompt(m.st, dialog.PromptOptions{
		Title: "Bandwidth",
		Text:  "Limit for all transfers together, such as 20MiB/s, or unlimited, or by the time of day as 08:00,2MiB/s 19:00,off:",
		Value: q.Timetable().String(), SelectBase: true,
		Check: func(v string) error {
			_, err := remote.ParseTimetable(v)
			return err
		},
		OnOK: func(v string) tea.Cmd {
			if t, err := remote.ParseTimetable(v); err == nil {
				q.SetTimetable(t)
				m.say(good, "Bandwidth: "+v)
			}
			return nil
		},
	}))
	return nil
}
