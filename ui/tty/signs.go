package tty

import (
	"strconv"
	"strings"
	"sync"
)

// The stack of titles that some terminals keep (XTWINOPS); others ignore it.
const (
	pushTitle = "\x1b[22;2t"
	popTitle  = "\x1b[23;2t"
)

// Progress is what the task bar shows of all work together.
type Progress struct {
	State   ProgressState
	Percent int // 0 to 100, for Working and Waiting
}

// ProgressState is a state of OSC 9;4.
type ProgressState uint8

// The states.
const (
	NoProgress ProgressState = 0
	Working    ProgressState = 1
	Uncertain  ProgressState = 3 // work goes on, nobody knows how much there is
	Waiting    ProgressState = 4 // for the user
)

// Signs are what a terminal shows around the screen: the title of its window
// and the progress in the task bar. Cmds end in any order, so each writes what is
// wanted then and not what was wanted when it was made. Any goroutine may use it.
type Signs struct {
	out      func(seq string)
	progress bool // the terminal knows OSC 9;4

	mu   sync.Mutex
	want signs
	have signs
	open bool
}

type signs struct {
	title    string
	progress Progress
}

// NewSigns writes with out, as Out.Raw does. getenv is the environment's.
func NewSigns(out func(seq string), getenv func(string) string) *Signs {
	return &Signs{out: out, progress: knowsProgress(getenv)}
}

// Set says what the terminal should show; it tells whether a Write is due. The
// title must have passed ui/text, or it may end the sequence. It does not block.
func (s *Signs) Set(title string, p Progress) bool {
	if !s.progress {
		p = Progress{}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	want := signs{title, p}
	if want == s.want {
		return false
	}
	s.want = want
	return true
}

// Write brings the terminal up to date. It blocks while the terminal does.
func (s *Signs) Write() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.write()
}

func (s *Signs) write() {
	var b strings.Builder
	if s.want.title != s.have.title {
		if !s.open {
			b.WriteString(pushTitle)
			s.open = true
		}
		b.WriteString("\x1b]2;" + s.want.title + "\x07")
	}
	if p := s.want.progress; p != s.have.progress {
		b.WriteString("\x1b]9;4;" + strconv.Itoa(int(p.State)))
		if p.State == Working || p.State == Waiting {
			b.WriteString(";" + strconv.Itoa(max(0, min(p.Percent, 100))))
		}
		b.WriteString("\x07")
	}
	s.have = s.want
	if b.Len() > 0 {
		s.out(b.String())
	}
}

// Close takes the progress off the task bar and gives the title back.
func (s *Signs) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.want = signs{title: s.have.title}
	s.write()
	if s.open {
		s.out(popTitle)
		s.open = false
	}
}

// knowsProgress tells whether the terminal around is one that shows OSC 9;4.
// Some others take OSC 9 for a message to be popped up, so it is sent to those
// only of which it is known.
func knowsProgress(getenv func(string) string) bool {
	switch getenv("TERM_PROGRAM") {
	case "ghostty", "WezTerm":
		return true
	}
	return getenv("WT_SESSION") != "" || getenv("ConEmuANSI") == "ON"
}
