package dialog

import (
	"strconv"

	tea "github.com/charmbracelet/bubbletea"
)

// scroll is which part of too many lines is shown.
type scroll struct {
	off, page, total int
}

// window is the part of n lines that fits room, as the first line and the one
// after the last; it remembers both for the keys.
func (s *scroll) window(n, room int) (from, to int) {
	s.total, s.page = n, max(1, room)
	s.off = max(0, min(s.off, n-s.page))
	return s.off, min(n, s.off+s.page)
}

// show scrolls so that line i can be seen.
func (s *scroll) show(i int) {
	if i < s.off {
		s.off = i
	}
	if s.page > 0 && i >= s.off+s.page {
		s.off = i - s.page + 1
	}
}

// key scrolls by a key and tells whether it was one that scrolls.
func (s *scroll) key(k tea.KeyMsg) bool {
	switch k.String() {
	case "up", "k":
		s.by(-1)
	case "down", "j":
		s.by(1)
	case "pgup", "ctrl+u", "b":
		s.by(1 - s.page)
	case "pgdown", "ctrl+d", " ":
		s.by(s.page - 1)
	case "home", "g":
		s.off = 0
	case "end", "G":
		s.by(s.total)
	default:
		return false
	}
	return true
}

// wheel scrolls by the mouse.
func (s *scroll) wheel(m tea.MouseMsg) {
	if n := wheel(m); n != 0 {
		s.by(3 * n)
	}
}

func (s *scroll) by(n int) {
	s.off = max(0, min(s.off+n, s.total-s.page))
}

// position is "12–20 of 48" when not everything can be seen, else "".
func (s *scroll) position() string {
	if s.total <= s.page {
		return ""
	}
	return strconv.Itoa(s.off+1) + "–" + strconv.Itoa(min(s.total, s.off+s.page)) + " of " + strconv.Itoa(s.total)
}
