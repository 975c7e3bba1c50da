package jobs

import (
	"strconv"
	"strings"

	"gantry/transfer"
	"gantry/ui/text"
	"gantry/ui/theme"
)

// StatusLine is the queue in one line of at most w columns for the screen of the
// panes: the job that moves and how many there are, "" when there is nothing to
// tell. It is not padded.
func (v *View) StatusLine(w int) string {
	tail := v.tally()
	room := w - text.Width(tail)
	hint := ""
	if v.AskHint != "" && v.Counts().Asking > 0 {
		hint = v.st.Dim.Render(" (" + v.AskHint + ")")
	}
	s, ok := v.moving()
	if n := text.Width(hint); n > 0 && room-n >= 40 || !ok && room >= n {
		tail, room = tail+hint, room-n
	}
	if !ok || room < 16 {
		return text.Truncate(tail, w)
	}
	line := v.story(s, room-2)
	if tail == "" {
		return line
	}
	return line + "  " + tail
}

// moving is the job to tell about: the first that runs.
func (v *View) moving() (transfer.Snapshot, bool) {
	for _, s := range v.jobs {
		switch s.State {
		case transfer.Running, transfer.Listing, transfer.Verifying:
			return s, true
		}
	}
	return transfer.Snapshot{}, false
}

// story is one job in at most w columns, the least important left out first.
func (v *View) story(s transfer.Snapshot, w int) string {
	name := text.Clean(subject(s))
	parts := []struct {
		t    string
		st   theme.Style
		need int // columns that must remain for the name
	}{
		{t: percent(s), need: 10},
		{t: text.ETA(eta(s)), need: 12},
		{t: rate(s), need: 14},
		{t: v.bar(s), need: 16},
	}
	if !s.Listed {
		parts[0].t, parts[3].t = items(s), "" // a share of what is not known yet says nothing
	}
	room := w - 2
	shown := make([]string, len(parts))
	for i, p := range parts {
		if n := text.Width(p.t); p.t != "" && room-n-1 >= min(p.need, text.Width(name)) {
			shown[i] = " " + p.st.Render(p.t)
			room -= n + 1
		}
	}
	order := [...]int{0, 3, 2, 1} // percent, bar, rate, time left
	line := arrow(s) + " " + text.Middle(name, room)
	for _, i := range order {
		line += shown[i]
	}
	if word := " " + state(s); s.State == transfer.Verifying && text.Width(line+word) <= w {
		line += word
	}
	if room := w - text.Width(line) - 1; troubled(s) && room >= 16 {
		line += " " + v.st.Warn.Render(text.Truncate(again(s.Trouble), room))
	}
	return text.Truncate(line, w)
}

// bar is how far a job is in eight columns.
func (v *View) bar(s transfer.Snapshot) string {
	filled, rest := text.BarParts(fraction(s), 8)
	return v.st.Progress.Render(filled) + v.st.ProgressRest.Render(strings.ReplaceAll(rest, " ", "·"))
}

// Overall is how far all jobs that have not ended are together.
type Overall struct {
	Busy     int     // jobs that have not ended
	Held     int     // of them paused or waiting for the user
	Known    bool    // all of them are listed
	Fraction float64 // of their bytes, of their items where there are none
}

// Overall sums up the jobs.
func (v *View) Overall() Overall {
	all := Overall{Known: true}
	var bytes, items transfer.Progress
	for _, s := range v.jobs {
		if s.State.Ended() {
			continue
		}
		all.Busy++
		if s.State == transfer.Paused || s.State == transfer.Asking {
			all.Held++
		}
		all.Known = all.Known && (s.Listed || s.State == transfer.Waiting)
		bytes = transfer.Progress{Done: bytes.Done + max(0, s.Bytes.Done), Total: bytes.Total + max(0, s.Bytes.Total)}
		items = transfer.Progress{Done: items.Done + max(0, passed(s).Done), Total: items.Total + max(0, s.Items.Total)}
	}
	if bytes.Total <= 0 {
		bytes = items
	}
	if all.Known && bytes.Total > 0 {
		all.Fraction = text.Fraction(bytes.Done, bytes.Total)
	}
	return all
}

// subject is what a job is about: its file when it has only one, else its title.
func subject(s transfer.Snapshot) string {
	if s.Items.Total == 1 && s.Listed && len(s.Active) == 1 {
		name := strings.TrimRight(s.Active[0].Source, "/")
		if i := strings.LastIndexAny(name, `/:`); i >= 0 && name[i+1:] != "" {
			name = name[i+1:]
		}
		return name
	}
	return s.Title
}

// tally is how many jobs do what: "↑2 ↓1 ⏸3 ?1".
func (v *View) tally() string {
	c := v.Counts()
	var parts []string
	add := func(sign string, n int, st theme.Style) {
		if n > 0 {
			parts = append(parts, st.Render(sign+strconv.Itoa(n)))
		}
	}
	add("↑", c.Up, v.st.Text)
	add("↓", c.Down, v.st.Text)
	add("⇄", c.Other, v.st.Text)
	add("·", c.Waiting, v.st.Dim)
	add("⏸", c.Paused, v.st.Dim)
	add("✗", c.Failed, v.st.Bad)
	add("?", c.Asking, v.st.Warn) // last, the hint is about it
	return strings.Join(parts, " ")
}
