package ui

import (
	"encoding/hex"
	"strconv"
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"gantry/remote"
	"gantry/ui/dialog"
	"gantry/ui/text"
)

// showDetails tells all that the listing knows about the entry under the
// cursor, its name in full first.
func (m *Model) showDetails() tea.Cmd {
	p := m.here()
	e, ok := p.Current()
	if !ok {
		return nil
	}
	m.dialogs.Push(dialog.NewInfo(m.st, dialog.InfoOptions{
		Title: "About this " + kindOf(e), Text: about(p.Place(), e, m.now()), Width: 90,
	}))
	return nil
}

// about is everything about an entry, a line each.
func about(place remote.Place, e remote.Entry, now time.Time) string {
	var b strings.Builder
	line := func(word, value string) {
		if value != "" {
			b.WriteString(text.Pad(word, 10) + text.Clean(value) + "\n")
		}
	}
	line("Name", e.Name)
	if text.Clean(e.Name) != e.Name {
		line("Exactly", strconv.Quote(e.Name))
	}
	line("Location", place.Tree.Label()+string(e.Path))
	line("Kind", kindOf(e))
	if !e.Dir && e.Size >= 0 {
		line("Size", text.Size(e.Size)+", "+text.Plural(e.Size, "byte"))
	}
	if !e.ModTime.IsZero() {
		line("Changed", e.ModTime.In(now.Location()).Format("2006-01-02 15:04:05 MST")+", "+text.Age(e.ModTime, now)+" ago")
	}
	if !isDisk(place) && !e.Dir {
		class := e.Class
		if class == "" {
			class = "STANDARD"
		}
		line("Class", class)
		line("Version", e.Version)
	}
	if e.Sum.Digest != "" {
		line("Checksum", hex.EncodeToString([]byte(e.Sum.Digest))+" ("+e.Sum.Algorithm.String()+")")
	}
	return strings.TrimRight(b.String(), "\n")
}

// kindOf is what an entry is, in a word.
func kindOf(e remote.Entry) string {
	switch {
	case e.Type == remote.Link && e.Dir:
		return "link to a folder"
	case e.Type == remote.Link:
		return "link"
	case e.Type == remote.Special:
		return "pipe, socket or device"
	case e.Dir:
		return "folder"
	}
	return "file"
}
