package ui

import (
	"strconv"
	"strings"

	"gantry/ui/text"
)

// zone is a button of the last frame: a click in area runs the action.
type zone struct {
	area   Rect
	action string
}

// View draws the screen: cached parts side by side, then what lies over them.
// What can be clicked is noted while it is drawn.
func (m *Model) View() string {
	if m.w == 0 || m.h == 0 {
		return ""
	}
	m.zones = m.zones[:0]
	if m.lay.TooSmall {
		return m.tooSmall()
	}
	frame := make([]string, 0, m.h)
	frame = m.drawBody(frame)
	if !m.lay.Message.Empty() {
		frame = append(frame, m.drawMessage(m.lay.Message.W))
	}
	frame = append(frame, m.drawStatus(m.lay.Status), m.drawKeys(m.lay.Keys))
	m.drawGhost(frame)
	m.dialogs.Draw(frame, m.w, m.windowHeight())
	return strings.Join(frame, "\n")
}

// windowHeight is what windows may cover: all but the hints that say how to leave
// them, unless the screen is very low.
func (m *Model) windowHeight() int {
	if m.h <= MinHeight {
		return m.h
	}
	return m.h - 1
}

// tooSmall is one line in the upper left corner.
func (m *Model) tooSmall() string {
	lines := make([]string, m.h)
	for i, l := range text.Wrap("gantry needs 40x10; this is "+strconv.Itoa(m.w)+"x"+strconv.Itoa(m.h)+".", m.w) {
		if i < len(lines) {
			lines[i] = l
		}
	}
	return strings.Join(lines, "\n")
}

// drawBody is the panes, or the view in their place.
func (m *Model) drawBody(frame []string) []string {
	l := &m.lay
	switch m.view {
	case onQueue:
		return append(frame, m.drawQueue(l.Whole.W, l.Whole.H)...)
	case onServers:
		return append(frame, m.drawServers(l.Whole.W, l.Whole.H)...)
	}
	if l.Divider < 0 {
		return append(frame, m.here().View(true)...)
	}
	left, right := m.panes[0].View(m.active == 0), m.panes[1].View(m.active == 1)
	for y := range left {
		frame = append(frame, left[y]+right[y])
	}
	return frame
}

// drawMessage is the last message, or the filter that is being typed, or what
// may follow the keys that were pressed.
func (m *Model) drawMessage(w int) string {
	switch {
	case m.filter.on:
		return m.st.Warn.Render(m.filter.line(w))
	case len(m.matcher.Pending()) > 0:
		return m.st.Status.Render(text.Pad(" "+m.pendingHint(), w))
	}
	line := text.Pad(" "+m.status.line(w-1), w)
	switch m.status.tone {
	case good:
		return m.st.Good.Render(line)
	case bad:
		return m.st.Bad.Render(line)
	}
	return m.st.Status.Render(line)
}

// drawStatus is the transfers and the credential clock; on a low screen a
// message has the place of the transfers. A click leads to what needs the user,
// else to the queue.
func (m *Model) drawStatus(r Rect) string {
	right := m.status.clock
	if m.d.Demo {
		right = strings.TrimSpace(right + "  demo")
	}
	if m.d.NoJournal { // as long as that is so
		right = strings.TrimSpace("✗ no journal  " + right)
	}
	right = text.Truncate(right, r.W/2)
	room := r.W - text.Width(right) - 1
	action := "queue"
	if m.jobs.Counts().Asking > 0 {
		action = "decide"
	}
	m.zones = append(m.zones, zone{Rect{0, r.Y, room, 1}, action})
	tail := m.st.Status.Render(right + " ")
	if m.lay.Message.Empty() && m.speaking() {
		return m.drawMessage(room) + tail
	}
	return text.Pad(" "+m.jobs.StatusLine(room-2), room) + tail
}

// speaking tells whether the message line has something to say.
func (m *Model) speaking() bool {
	return m.filter.on || m.status.about+m.status.text != "" || len(m.matcher.Pending()) > 0
}

// drawHints are the keys of the window in front.
func (m *Model) drawHints(w int) string {
	var b strings.Builder
	used := 0
	for _, h := range m.dialogs.Help() {
		n := text.Width(h.Key) + text.Width(h.Help) + 3
		if used+n > w {
			break
		}
		b.WriteString(m.st.KeyNum.Render(h.Key) + " " + m.st.KeyName.Render(h.Help) + "  ")
		used += n
	}
	return b.String() + text.Pad("", w-used)
}

// pendingHint tells what may follow the keys that were pressed.
func (m *Model) pendingHint() string {
	pressed := m.matcher.Pending()
	var parts []string
	for _, b := range m.matcher.Next(string(m.view)) {
		if hints := m.bookmarkHints(); b.Action == "go-bookmark" && len(hints) > 0 {
			parts = append(parts, hints...)
			continue
		}
		rest := b.Keys[len(pressed):]
		parts = append(parts, rest.Label()+" "+m.helpOf(b.Action))
	}
	return pressed.Label() + " …  " + strings.Join(parts, " · ")
}
