package dialog

import (
	"slices"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"gantry/ui/text"
	"gantry/ui/theme"
)

// Tone is how a line of a report is meant.
type Tone uint8

// The tones. Each has a sign besides its colour.
const (
	Neutral Tone = iota // - it was not done
	Good                // ✓
	Warn                // ! it works without
	Bad                 // ✗
)

// ReportLine is one thing that was looked at.
type ReportLine struct {
	Title  string
	Word   string // what came of it: "ok", "denied"
	Tone   Tone
	Detail string   // what was seen, beside the title
	Notes  []string // below it: what is missing, what works without it, the remedy
}

// ReportOptions is a report that is still being made.
type ReportOptions struct {
	Title string
	Text  string // above the lines
	Busy  string // "testing…", until Finish
	Lines int    // so many are to come, more or less: the window has room for them from its beginning

	OnCopy func(report string) tea.Cmd // Y and a button; nil offers none
	More   []Option                    // further buttons, once it is finished
	OnStop func()                      // it was closed before its end; nil is not called
}

// Report shows the steps of a test as they end. It scrolls to the newest line
// until the user scrolls.
type Report struct {
	st      *theme.Styles
	o       ReportOptions
	lines   []ReportLine
	summary string
	tone    Tone
	done    bool
	body    scroll
	free    bool // the user has scrolled
	seek    int  // the line to begin with at the next View, -1 for none
	cur     int  // button
	hits    zones
}

// NewReport makes the window without any line.
func NewReport(st *theme.Styles, o ReportOptions) *Report {
	return &Report{st: st, o: o, seek: -1}
}

// Add appends a line.
func (r *Report) Add(l ReportLine) { r.lines = append(r.lines, l) }

// Finish says how it all ended; more are the further buttons from now on.
func (r *Report) Finish(summary string, t Tone, more ...Option) {
	r.summary, r.tone, r.done = summary, t, true
	r.o.More = append(r.o.More, more...)
	r.free = true
	r.seek = max(0, slices.IndexFunc(r.lines, func(l ReportLine) bool { return l.Tone == Bad }))
}

// Text is the report as plain text.
func (r *Report) Text() string {
	var b strings.Builder
	b.WriteString(r.o.Title + "\n")
	for _, l := range r.lines {
		b.WriteString(strings.TrimRight(sign(l.Tone)+" "+text.Pad(l.Title, 22)+" "+text.Pad(l.Word, 14)+l.Detail, " ") + "\n")
		for _, n := range l.Notes {
			b.WriteString("    " + n + "\n")
		}
	}
	return b.String() + r.summary + "\n"
}

// sign tells a tone without colour.
func sign(t Tone) string {
	switch t {
	case Good:
		return "✓"
	case Warn:
		return "!"
	case Bad:
		return "✗"
	}
	return "-"
}

func (r *Report) style(t Tone) theme.Style {
	switch t {
	case Good:
		return r.st.Good
	case Warn:
		return r.st.Warn
	case Bad:
		return r.st.Bad
	}
	return r.st.Dim
}

// options are the buttons.
func (r *Report) options() []Option {
	var os []Option
	if r.done {
		os = append(os, r.o.More...)
	}
	label := "Stop"
	if r.done {
		label = "Close"
	}
	os = append(os, Option{Label: label})
	if r.o.OnCopy != nil && r.done {
		os = append(os, Option{Key: "Y", Label: "Copy"})
	}
	return os
}

// Update scrolls and presses buttons.
func (r *Report) Update(msg tea.Msg) (done bool, cmd tea.Cmd) {
	if leaves(msg) {
		return r.close()
	}
	k, ok := msg.(tea.KeyMsg)
	if !ok || k.Paste {
		return false, nil
	}
	os := r.options()
	r.cur = min(r.cur, len(os)-1)
	switch s := k.String(); s {
	case "left", "h", "shift+tab":
		r.cur = (r.cur + len(os) - 1) % len(os)
	case "right", "l", "tab":
		r.cur = (r.cur + 1) % len(os)
	case "enter":
		return r.press(r.cur)
	case "q":
		return r.close()
	default:
		if r.body.key(k) {
			r.free = true
			return false, nil
		}
		for i, o := range os {
			if o.Key != "" && strings.EqualFold(o.Key, s) {
				return r.press(i)
			}
		}
	}
	return false, nil
}

// close ends the window, and what it reports if that still runs.
func (r *Report) close() (done bool, cmd tea.Cmd) {
	if !r.done && r.o.OnStop != nil {
		r.o.OnStop()
	}
	return true, nil
}

// press runs button i. Copying leaves the window open.
func (r *Report) press(i int) (done bool, cmd tea.Cmd) {
	o := r.options()[i]
	switch {
	case o.Label == "Copy" && o.Run == nil:
		return false, r.o.OnCopy(r.Text())
	case o.Run == nil:
		return r.close()
	}
	return true, o.Run()
}

// Mouse scrolls and presses the buttons.
func (r *Report) Mouse(x, y int, msg tea.MouseMsg) (done bool, cmd tea.Cmd) {
	if tea.MouseEvent(msg).IsWheel() {
		r.free = true
		r.body.wheel(msg)
	}
	if i := r.hits.at(x, y); clicked(msg) && i >= 0 {
		return r.press(i)
	}
	return false, nil
}

// reportWidth is how many columns a report would like.
const reportWidth = 84

// View is the lines as far as they have come, what it comes to, and the buttons.
func (r *Report) View(w, h int) []string {
	b := newBox(r.st, r.o.Title, reportWidth, w)
	if lines := text.Wrap(text.Clean(r.o.Text), b.inner); len(lines) > 0 && h >= formRoomy {
		b.add(lines...)
	}
	all, starts := r.rows(b.inner)
	said, tone := "… "+r.o.Busy, Neutral
	if r.done {
		said, tone = sign(r.tone)+" "+r.summary, r.tone
	}
	low := text.Wrap(text.Clean(said), b.inner)
	low = low[:min(len(low), max(1, h/5))]
	os := r.options()
	r.cur = min(r.cur, len(os)-1)
	faces := make([]button, len(os))
	for i, o := range os {
		faces[i] = button{label: labelOf(o)}
	}
	bs, _ := buttons(r.st, faces, r.cur, b.inner, 0)
	room := max(1, h-borders-len(low)-len(bs)-len(b.lines))
	if !r.free {
		r.body.off = len(all)
	}
	if r.seek >= 0 && r.seek < len(starts) {
		r.body.off = max(0, starts[r.seek]-1)
	}
	r.seek = -1
	from, to := r.body.window(len(all), room)
	b.add(all[from:to]...)
	for i := to - from; i < min(room, r.o.Lines); i++ {
		b.add("") // it does not jump with every line that comes
	}
	b.foot = r.body.position()
	b.styled(r.style(tone), low...)
	bs, r.hits = buttons(r.st, faces, r.cur, b.inner, len(b.lines)+1)
	b.add(bs...)
	return b.render(h)
}

// rows are the lines drawn in inner columns, and where each begins.
func (r *Report) rows(inner int) (out []string, starts []int) {
	title, word := 0, 0
	for _, l := range r.lines {
		title = max(title, text.Width(text.Clean(l.Title)))
		word = max(word, text.Width(text.Clean(l.Word)))
	}
	title = min(title, inner/3)
	for _, l := range r.lines {
		starts = append(starts, len(out))
		head := r.style(l.Tone).Render(sign(l.Tone)) + " " + text.Pad(text.Clean(l.Title), title) + "  " +
			r.style(l.Tone).Render(text.Pad(text.Clean(l.Word), word))
		detail := text.Clean(l.Detail)
		beside := text.Width(detail) <= inner-6-title-word
		if beside {
			head += "  " + r.st.Dim.Render(detail)
		}
		out = append(out, text.Pad(head, inner))
		if !beside && l.Tone != Neutral {
			for _, line := range text.Wrap(detail, max(1, inner-4)) {
				out = append(out, r.st.Dim.Render(text.Pad("    "+line, inner)))
			}
		}
		for _, n := range l.Notes {
			for _, line := range text.Wrap(text.Clean(n), max(1, inner-4)) {
				out = append(out, r.style(l.Tone).Render(text.Pad("    "+line, inner)))
			}
		}
	}
	return out, starts
}

// Help are the keys.
func (r *Report) Help() []Hint {
	if !r.done {
		return []Hint{{"Esc", "stop"}, {"↑↓", "scroll"}}
	}
	hints := []Hint{{"←→ Enter", "buttons"}, {"↑↓", "scroll"}}
	if r.o.OnCopy != nil {
		hints = append(hints, Hint{"Y", "copy"})
	}
	return append(hints, Hint{"Esc", "close"})
}
