//go:build unix

package cli_test

import (
	"net/http"
	"strings"
	"unicode"

	"github.com/charmbracelet/x/ansi"

	"gantry/ui/uitest"
)

func sizeScenes() []scene {
	return []scene{
		{"the screen follows the terminal from 20x5 to 120x40", sizes},
		{"the smallest screen is enough to copy a file", smallest},
		{"hostile names reach the terminal harmless and keep the columns straight", hostile},
	}
}

func sizes(s *stage) {
	s.file("a.txt", []byte("a\n"))
	s.object("b.txt", []byte("b\n"))
	s.open()
	for _, size := range [][2]int{{20, 5}, {120, 40}, {80, 24}, {40, 9}, {300, 100}, {39, 30}, {100, 30}, {60, 12}} {
		w, h := size[0], size[1]
		s.resize(w, h)
		if w < 40 || h < 10 {
			s.WaitFor("gantry needs 40x10;")
			continue
		}
		s.WaitScreen("both panes in their corners", func(string) bool {
			return s.Area(0, 0, 1, 1) == "┌" && s.Area(w-1, 0, 1, 1) == "┐" && s.Area(w/2, 0, 1, 1) == "┌" &&
				strings.HasPrefix(s.Area(0, h-1, w, 1), "F1Help") && !strings.Contains(s.Screen(), "gantry needs")
		})
		s.WaitFor("a.txt")
		s.WaitFor("b.txt")
	}
	s.Keys("q")
	s.end(0)
}

func smallest(s *stage) {
	s.file("one.txt", []byte("one\n"))
	s.open()
	s.resize(40, 10)
	s.WaitScreen("one pane", func(string) bool { return s.Area(39, 0, 1, 1) == "┐" && s.Area(20, 0, 1, 1) != "┌" })
	s.WaitFor("one.txt")
	s.Keys("end")
	s.do("Copy one.txt, 4 B to:", "f5")
	s.do("✓ copy one.txt", "enter")
	s.isObject("one.txt", []byte("one\n"))
	s.Keys("tab")
	s.WaitScreen("one.txt in the bucket, under the cursor", func(screen string) bool {
		return strings.Contains(s.Area(0, 0, 40, 1), "acme:") && strings.Contains(screen, "1 of 1")
	})
	s.do("Delete 1 object", "f8")
	s.do("✓ delete one.txt", "y")
	s.isObject("one.txt", nil)
	s.do("done", "f12")
	s.Keys("q")
	s.end(0)
}

// hostileNames try to command the terminal, to break rows, and to deceive.
var hostileNames = []string{
	"red\x1b[31mred", "clip\x1b]52;c;aGFja2Vk\x07", "title\x1b]0;gotcha\x1b\\", "answer\x1b[6n", "dcs\x1bPq\x1b\\",
	"new\nline", "return\rX", "tab\tbed", "back\b\b\b\bspace", "bell\x07", "delete\x7f",
	"c1 csi \u009b31m", "c1 osc \u009d52;c;aGk=\u009c", "bidi \u202etxt.exe", "isolate \u2066a\u2069", "raw \x9b31m", "broken \xff\xc3",
	"wide 船舶.txt", "combining e\u0301\u0301\u0301.txt", "zero\u200bwidth", "family 👩‍👩‍👧‍👦.txt", "\u200f", " lead", "trail ", "-rf",
}

func hostile(s *stage) {
	s.size = uitest.Size{W: 120, H: 40}
	for i, name := range hostileNames {
		s.file(name, random(i, 1))
		if status, _ := s.s3(http.MethodPut, name, "", []byte("x")); status == http.StatusOK {
			s.s3(http.MethodPut, "folder "+name+"/x", "", []byte("x"))
		}
	}
	s.open()
	straight := func() {
		s.Helper()
		s.WaitScreen("straight columns", func(string) bool {
			for y := 1; y < s.size.H-6; y++ {
				for _, x := range []int{0, 59, 60, 119} {
					if s.Area(x, y, 1, 1) != "│" {
						return false
					}
				}
			}
			return true
		})
	}
	straight()
	s.shows(left, "red␛[31mred")

	// Every place that shows names: prompts, questions, the queue, messages.
	s.Keys("ctrl+a")
	s.do("Copy 25 entries", "f5")
	s.do("Target exists", "enter")
	s.do("?", "esc")
	s.WaitGone("Target exists")
	s.do("Cancel job", "f12", "x")
	s.do("– cancelled", "y")
	s.do("[Active", "enter")
	s.Keys("esc")
	s.WaitGone("[Active")
	s.Keys("f12")
	straight()
	s.do("Delete 1 object", "home", "down", "f8")
	s.Keys("esc")
	s.WaitGone("Delete 1 object")
	for range hostileNames {
		s.do("New name:", "r")
		s.Keys("esc")
		s.WaitGone("New name:")
		s.Keys("down")
	}
	straight()
	s.Keys("f10")
	s.end(0)
	s.harmless()
}

// harmless checks every byte that the program has sent to the terminal: only
// its own sequences, and no character that commands or deceives.
func (s *stage) harmless() {
	s.Helper()
	out := s.Capture()
	for _, evil := range []string{"\x1b[31m", "\x1b[6n", "\x1b]52", "\x1b]0;", "\x1bP"} {
		if strings.Contains(string(out), evil) {
			s.Errorf("the terminal was sent %q", evil)
		}
	}
	var state byte
	for len(out) > 0 {
		seq, _, n, next := ansi.DecodeSequence(out, state, nil)
		state = next
		switch {
		case seq[0] == 0x1b:
			if !ours(string(seq)) {
				s.Errorf("the terminal was sent %q", seq)
			}
		default:
			for _, r := range string(seq) {
				if unicode.IsControl(r) && r != '\r' && r != '\n' || unicode.Is(unicode.Bidi_Control, r) || r == unicode.ReplacementChar {
					s.Errorf("the terminal was sent %q", seq)
				}
			}
		}
		out = out[n:]
	}
}

// ours tells whether an escape sequence is one that the program has a use for.
func ours(seq string) bool {
	switch seq {
	case "\x1b[22;2t", "\x1b[23;2t": // keep the window's title, and give it back
		return true
	}
	if title, ok := strings.CutPrefix(seq, "\x1b]2;"); ok {
		title, whole := strings.CutSuffix(title, "\a")
		return whole && !strings.ContainsFunc(title, func(r rune) bool {
			return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == unicode.ReplacementChar
		})
	}
	if body, ok := strings.CutPrefix(seq, "\x1b["); ok {
		return strings.ContainsAny(body[len(body)-1:], "mHJKGhlABCD") || body == "22;2t" || body == "23;2t"
	}
	if title, ok := strings.CutPrefix(seq, "\x1b]2;gantry"); ok {
		title, ok = strings.CutSuffix(title, "\a")
		return ok && strings.IndexFunc(title, func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) }) < 0
	}
	return strings.HasPrefix(seq, "\x1b]11;?") || strings.HasPrefix(seq, "\x1b]9;4;")
}
