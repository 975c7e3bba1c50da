package ui

import (
	tea "github.com/charmbracelet/bubbletea"

	"gantry/ui/text"
)

// filterLine is the filter of the active pane while it is being typed. The
// filter itself lives in the panel and stays when typing ends.
type filterLine struct {
	on    bool
	typed []rune
}

// end stops typing; the panel keeps what it has.
func (f *filterLine) end() { f.on, f.typed = false, nil }

// startFilter begins to type a filter, from the one that is set.
func (m *Model) startFilter() tea.Cmd {
	m.filter = filterLine{on: true, typed: []rune(m.here().Filter())}
	return nil
}

// filterKey edits the filter; handled is false for keys that mean what they
// mean elsewhere. Enter keeps the filter, Esc takes it away.
func (m *Model) filterKey(k tea.KeyMsg) (handled bool, cmd tea.Cmd) {
	f := &m.filter
	p := m.here()
	switch k.Type {
	case tea.KeyEnter:
		f.end()
		return true, nil
	case tea.KeyEsc, tea.KeyCtrlC:
		f.end()
		return true, p.SetFilter("")
	case tea.KeyBackspace:
		if len(f.typed) == 0 {
			f.end()
			return true, nil
		}
		f.typed = f.typed[:len(f.typed)-1]
	case tea.KeyCtrlU, tea.KeyCtrlW:
		f.typed = nil
	case tea.KeyRunes, tea.KeySpace:
		if k.Alt {
			return false, nil
		}
		f.typed = append(f.typed, k.Runes...)
	default:
		return false, nil
	}
	return true, p.SetFilter(string(f.typed))
}

// line is what the message line shows while a filter is typed.
func (f *filterLine) line(w int) string {
	return text.Pad("Filter: "+text.Clean(string(f.typed))+"_   Enter keeps it, Esc takes it away", w)
}
