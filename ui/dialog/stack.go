package dialog

import (
	"slices"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"gantry/ui/text"
)

// A window that opened by itself listens after this much quiet, or at the
// latest after this much time.
const (
	quiet    = 400 * time.Millisecond
	patience = 1500 * time.Millisecond
)

// Stack is the windows that are open. The zero Stack is empty and ready.
type Stack struct {
	Now func() time.Time // time.Now when nil

	open []*window // the front one is last
}

type window struct {
	Dialog
	auto       bool
	shown      time.Time // when it came to the front; zero while it waits
	quietSince time.Time
	x, y       int // where it was drawn
}

// Push opens d in front of all others.
func (s *Stack) Push(d Dialog) {
	s.open = append(s.open, &window{Dialog: d})
	s.show()
}

// PushAuto opens d, for which the user did not ask. It comes to the front when
// all that are open now are closed, and then ignores keys and clicks until the
// user has paused.
func (s *Stack) PushAuto(d Dialog) {
	s.open = slices.Insert(s.open, 0, &window{Dialog: d, auto: true})
	s.show()
}

// PushOver opens d, for which the user did not ask and which cannot wait, in
// front of all others. It ignores keys and clicks until the user has paused.
func (s *Stack) PushOver(d Dialog) {
	s.open = append(s.open, &window{Dialog: d, auto: true})
	s.show()
}

// Drop closes d wherever it is, without any answer: what it asks about has gone.
func (s *Stack) Drop(d Dialog) {
	if i := slices.IndexFunc(s.open, func(w *window) bool { return w.Dialog == d }); i >= 0 {
		s.close(s.open[i])
	}
}

// Top is the front window, nil when there is none.
func (s *Stack) Top() Dialog {
	if len(s.open) == 0 {
		return nil
	}
	return s.open[len(s.open)-1].Dialog
}

// Len is the number of windows, those that wait included.
func (s *Stack) Len() int { return len(s.open) }

// Help are the hints of the front window.
func (s *Stack) Help() []Hint {
	if d := s.Top(); d != nil {
		return d.Help()
	}
	return nil
}

// Update gives msg to the front window and closes it when it is done.
func (s *Stack) Update(msg tea.Msg) tea.Cmd {
	if len(s.open) == 0 {
		return nil
	}
	w := s.open[len(s.open)-1]
	if !leaves(msg) && s.early(w, msg) {
		return nil
	}
	var done bool
	var cmd tea.Cmd
	if m, ok := msg.(tea.MouseMsg); ok {
		if d, ok := w.Dialog.(Mouser); ok {
			done, cmd = d.Mouse(m.X-w.x, m.Y-w.y, m)
		}
	} else {
		done, cmd = w.Update(msg)
	}
	if done {
		s.close(w)
	}
	return cmd
}

// close removes w, which need not be in front any more: what it ran may have
// opened another.
func (s *Stack) close(w *window) {
	if i := slices.Index(s.open, w); i >= 0 {
		s.open = slices.Delete(s.open, i, i+1)
	}
	s.show()
}

// show notes that the front window can be seen from now on.
func (s *Stack) show() {
	if len(s.open) == 0 {
		return
	}
	if w := s.open[len(s.open)-1]; w.shown.IsZero() {
		w.shown = s.now()
		w.quietSince = w.shown
	}
}

// early tells whether msg was probably meant for what was in front before w.
func (s *Stack) early(w *window, msg tea.Msg) bool {
	switch m := msg.(type) {
	case tea.KeyMsg:
	case tea.MouseMsg:
		if !pressed(m) {
			return false
		}
	default:
		return false
	}
	if !w.auto {
		return false
	}
	now := s.now()
	if now.Sub(w.shown) >= patience || now.Sub(w.quietSince) >= quiet {
		w.auto = false
		return false
	}
	w.quietSince = now
	return true
}

func (s *Stack) now() time.Time {
	if s.Now != nil {
		return s.Now()
	}
	return time.Now()
}

// Draw lays the windows over frame, which has h lines of w columns, and
// remembers where they are for the mouse.
func (s *Stack) Draw(frame []string, w, h int) {
	for _, win := range s.open {
		if win.shown.IsZero() {
			continue
		}
		box := win.View(w, h)
		if len(box) == 0 {
			continue
		}
		bw := text.Width(box[0])
		win.x, win.y = max(0, (w-bw)/2), max(0, (h-len(box))/2)
		if p, ok := win.Dialog.(Placer); ok {
			win.x, win.y = p.Place(w, h, bw, len(box))
		}
		text.Put(frame, box, win.x, win.y)
	}
}
