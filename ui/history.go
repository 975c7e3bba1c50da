package ui

import (
	"slices"

	"gantry/remote"
)

// historyMax bounds what back and forward remember for each pane.
const historyMax = 100

// spot is a place with the entry that the cursor was on.
type spot struct {
	Place  remote.Place
	Cursor string
}

// history is where a pane has been: back and ahead of where it is.
type history struct{ back, ahead []spot }

// clone shares nothing with h.
func (h *history) clone() history { return history{slices.Clone(h.back), slices.Clone(h.ahead)} }

// leave remembers s as the place that is being left for a new one.
func (h *history) leave(s spot) {
	h.back = append(h.back, s)
	if len(h.back) > historyMax {
		h.back = append(h.back[:0:0], h.back[len(h.back)-historyMax:]...)
	}
	h.ahead = nil
}

// goBack gives the last place, and remembers here as ahead of it.
func (h *history) goBack(here spot) (spot, bool) {
	return step(&h.back, &h.ahead, here)
}

// goForward is the way back from goBack.
func (h *history) goForward(here spot) (spot, bool) {
	return step(&h.ahead, &h.back, here)
}

func step(from, to *[]spot, here spot) (spot, bool) {
	n := len(*from)
	if n == 0 {
		return spot{}, false
	}
	s := (*from)[n-1]
	*from = (*from)[:n-1]
	*to = append(*to, here)
	return s, true
}
