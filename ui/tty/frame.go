package tty

import (
	"time"

	tea "github.com/charmbracelet/bubbletea"
)

// Frame is the root model around the real one. Bubble Tea v1 builds the view
// after every message and takes runes that were read together for one key;
// under Frame the view is built as often as a screen can show it, the last state
// always, and keys come one by one. What the user does is not held up by what
// happens by itself. An idle program is not woken.
type Frame struct {
	Model  tea.Model     // the real one, as its last Update gave it
	Screen *Screen       // draws the views; nil leaves that to Bubble Tea
	Min    time.Duration // between two builds, after a burst of a few

	now     func() time.Time
	user    pace // frames that answer the user
	other   pace // all others
	view    string
	built   bool
	dirty   bool // the model has changed since
	acted   bool // the user has done something since
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
	var cmd tea.Cmd
	switch msg := msg.(type) {
	case wake:
		r.pending = false // View is next
		return r, r.later()
	case tea.WindowSizeMsg:
		if r.Screen != nil {
			r.Screen.Resize(msg.Width, msg.Height)
		}
		r.acted = true
		r.Model, cmd = r.Model.Update(msg)
	case tea.KeyMsg:
		r.acted = true
		cmd = r.key(msg)
	case tea.MouseMsg:
		r.acted = true
		r.Model, cmd = r.Model.Update(msg)
	default:
		r.Model, cmd = r.Model.Update(msg)
	}
	r.dirty = true
	if again := r.later(); again != nil {
		cmd = tea.Batch(cmd, again)
	}
	return r, cmd
}

// key passes a key on; runes that were read together are keys of their own.
func (r *Frame) key(k tea.KeyMsg) (cmd tea.Cmd) {
	if k.Type != tea.KeyRunes || k.Paste || len(k.Runes) < 2 {
		r.Model, cmd = r.Model.Update(k)
		return cmd
	}
	cmds := make([]tea.Cmd, 0, len(k.Runes))
	for _, c := range k.Runes {
		r.Model, cmd = r.Model.Update(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{c}, Alt: k.Alt})
		cmds = append(cmds, cmd)
	}
	return tea.Batch(cmds...)
}

// wait is how long the next build has to wait.
func (r *Frame) wait(now time.Time) time.Duration {
	r.user.every, r.other.every = r.Min, r.Min
	wait := r.other.wait(now)
	if r.acted {
		wait = min(wait, r.user.wait(now))
	}
	return wait
}

// later is a wake for the next build if that has to wait and none is coming.
func (r *Frame) later() tea.Cmd {
	if !r.dirty || r.pending {
		return nil
	}
	wait := r.wait(r.now())
	if wait <= 0 {
		return nil
	}
	r.pending = true
	return tea.Tick(wait, func(time.Time) tea.Msg { return wake{} })
}

// View is the last build, or a new one when there is something new and it is
// time. With a Screen, Bubble Tea gets what Out throws away.
func (r *Frame) View() string {
	if now := r.now(); !r.built || r.dirty && r.wait(now) <= 0 {
		if r.acted && r.user.wait(now) <= 0 {
			r.user.take(now)
		} else {
			r.other.take(now)
		}
		r.view, r.built, r.dirty, r.acted = r.Model.View(), true, false, false
		if r.Screen != nil {
			r.Screen.Show(r.view)
		}
	}
	if r.Screen != nil {
		return nothing
	}
	return r.view
}
