package ui

import (
	"maps"
	"slices"

	tea "github.com/charmbracelet/bubbletea"

	"gantry/ui/text"
)

// bookmarksMsg are the bookmarks of earlier sessions.
type bookmarksMsg struct {
	marks map[string]string
	err   error
}

// keptMsg tells whether a bookmark will be there next time.
type keptMsg struct{ err error }

// loadBookmarks reads the bookmarks of earlier sessions in a Cmd.
func (m *Model) loadBookmarks() tea.Cmd {
	load := m.d.Bookmarks
	if load == nil {
		return nil
	}
	return func() tea.Msg {
		marks, err := load()
		return bookmarksMsg{marks, err}
	}
}

// bookmarksLoaded takes them; what has been set meanwhile is newer.
func (m *Model) bookmarksLoaded(msg bookmarksMsg) {
	if msg.err != nil {
		m.d.Log.Warn("bookmarks", "err", msg.err)
		m.tell(bad, "The bookmarks cannot be read: "+msg.err.Error())
		return
	}
	for letter, location := range msg.marks {
		if _, ok := m.marks[letter]; !ok {
			m.marks[letter] = location
		}
	}
}

// setBookmark remembers the active pane's place under the letter that was
// pressed.
func (m *Model) setBookmark() tea.Cmd {
	place := m.here().Place()
	letter, location := m.letter, place.Location()
	m.marks[letter] = location
	m.sayOf(good, "'"+letter+" leads to "+location, "")
	save := m.d.SetBookmark
	if save == nil {
		return nil
	}
	return func() tea.Msg { return keptMsg{save(letter, location)} }
}

// bookmarkKept complains if it was not.
func (m *Model) bookmarkKept(msg keptMsg) {
	if msg.err != nil {
		m.d.Log.Warn("bookmark", "err", msg.err)
		m.tell(bad, "The bookmark is for this session only: "+msg.err.Error())
	}
}

// goBookmark goes to the place that is remembered under the letter.
func (m *Model) goBookmark() tea.Cmd {
	location, ok := m.marks[m.letter]
	if !ok {
		m.say(bad, "No place is remembered under "+m.letter+"; m"+m.letter+" remembers this one.")
		return nil
	}
	return m.openLocation(m.here(), location, asked)
}

// bookmarkHints are the bookmarks in few words, for who has pressed the key and
// waits.
func (m *Model) bookmarkHints() []string {
	var out []string
	for _, letter := range slices.Sorted(maps.Keys(m.marks)) {
		out = append(out, text.Clean(letter)+" "+text.Middle(text.Clean(m.marks[letter]), 24))
	}
	return out
}
