package tty

import (
	"time"

	tea "github.com/charmbracelet/bubbletea"
)

// Frame is the root model around the real one. Bubble Tea v1 builds the view
// after every message and takes runes that were read together for one key;
// under Frame the view is built at most once in Min, the last state always, and
// keys come one by one. An idle program is not woken.
type Frame struct {
	Model tea.Model     // the real one, as its last Update gave it
	Min   time.Duration // between two builds

	now     func() time.Time
	last    time.Time // of the last build
	view    string
	built   bool
	dirty   bool // the model has changed since
	pending bool // a wake is on its way
}

// wake makes Bubble Tea ask for the view again.
type wake struct{}

// NewFrame wraps m for 60 builds a second.
func NewFrame(m tea.Model) *Frame {
	return &Frame{Model: m, Min: time.Second / 60, now: time.Now}
}

// Init starts the real model.
func (r *Frame) Init() tea.Cmd { return r.Model.Init() }

// Update passes msg on, a run of keys one by one.
func (r *Frame) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	if _, ok := msg.(wake); ok {
		r.pending = false // View is next
		return r, nil
	}
	var cmd tea.Cmd
	if k, ok := msg.(tea.KeyMsg); ok && k.Type == tea.KeyRunes && !k.Paste && len(k.Runes) > 1 {
		cmds := make([]tea.Cmd, 0, len(k.Runes))
		for _, c := range k.Runes {
			r.Model, cmd = r.Model.Update(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{c}, Alt: k.Alt})
			cmds = append(cmds, cmd)
		}
		cmd = tea.Batch(cmds...)
	} else {
		r.Model, cmd = r.Model.Update(msg)
	}
	r.dirty = true
	if wait := r.Min - r.now().Sub(r.last); wait > 0 && !r.pending {
		r.pending = true
		cmd = tea.Batch(cmd, tea.Tick(wait, func(time.Time) tea.Msg { return wake{} }))
	}
	return r, cmd
}

// View is the last build, or a new one when there is something new and it is
// time.
func (r *Frame) View() string {
	if now := r.now(); !r.built || r.dirty && now.Sub(r.last) >= r.Min {
		r.view, r.built, r.dirty, r.last = r.Model.View(), true, false, now
	}
	return r.view
}
