package ui

import (
	"strings"
	"testing"

	"gantry/ui/text"
)

func TestALongLocationLeavesRoomForWhatHappened(t *testing.T) {
	t.Parallel()
	long := "/tmp/" + strings.Repeat("deeper/", 30) + "big.bin"
	for _, w := range []int{40, 60, 100} {
		s := status{about: "copy big.bin to " + long, text: ": cancelled"}
		if got := s.line(w); !strings.HasSuffix(strings.TrimRight(got, " "), ": cancelled") || text.Width(got) != w {
			t.Errorf("in %d columns: %q", w, got)
		}
	}
	s := status{about: "a", text: " b"}
	if got := s.line(10); got != "a b       " {
		t.Errorf("got %q", got)
	}
	s = status{about: long, text: strings.Repeat("why ", 40)}
	if got := s.line(60); text.Width(got) != 60 || !strings.HasPrefix(got, "/tmp/") || !strings.Contains(got, "why why") {
		t.Errorf("got %q", got)
	}
}
